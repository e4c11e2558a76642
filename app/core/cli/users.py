"""`flask users`: create, add memberships, choose what is told."""

import sys

import click
from flask.cli import AppGroup

from app.core import audit
from app.core.cli.output import cli_errors
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.tenants import Tenant, tenant_by_slug
from app.core.users import Notices, Role, choose_notices, create_user, find_user, set_membership

users = AppGroup("users", help="People who sign in, and their roles.")


@users.command("create")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--tenant", "slugs", multiple=True, help="Tenant of the next --role; may be repeated.")
@click.option("--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]))
@cli_errors
def create(email: str, *, password_stdin: bool, slugs: tuple[str, ...], roles: tuple[str, ...]) -> None:
    """Create a user, or add memberships to one who exists."""
    if len(slugs) != len(roles):
        message = "--tenant and --role go in pairs"
        raise click.UsageError(message)
    memberships = [(tenant_by_slug(slug), Role(role)) for slug, role in zip(slugs, roles, strict=True)]
    user = find_user(email)
    if user is None:
        user = create_user(email, _password(password_stdin=password_stdin))
        click.echo(f"User {user.email} created.")
    for tenant, role in memberships:
        set_membership(user, tenant, role)
        _audit(user.email, tenant, role)
        click.echo(f"{user.email} is {role.value} in {tenant.slug}.")


@users.command("notices")
@click.argument("email")
@click.argument("which", type=click.Choice([notices.value for notices in Notices]))
@cli_errors
def notices(email: str, which: str) -> None:
    """Choose which of their own runs the bell tells a user about, in every tenant."""
    user = find_user(email)
    if user is None:
        raise InvalidInputError(f"no user {email[:80]!r}")
    choose_notices(user, Notices(which))
    click.echo(f"{user.email} is told: {which}.")


def _password(*, password_stdin: bool) -> str:
    if not password_stdin:
        message = "a new user needs a password: give --password-stdin"
        raise InvalidInputError(message)
    return sys.stdin.readline().rstrip("\r\n")


def _audit(email: str, tenant: Tenant, role: Role) -> None:
    audit.record(tenant.id, "membership.set", f"user:{email}", details={"role": role.value})
    db.session.commit()
