"""`flask tokens`: create, list, revoke."""

import click
from flask.cli import AppGroup

from app.core.cli.output import cli_errors, echo_json, json_option
from app.core.db import JsonObject, reading
from app.core.errors import InvalidInputError
from app.core.runs.new_run import Initiator
from app.core.tenants import tenant_by_slug, tenants_named
from app.core.tokens import ApiToken, TokenScope, create_token, list_tokens, revoke_token
from app.core.users import find_user

tokens = AppGroup("tokens", help="Tokens with which programs use the API of one tenant.")


@tokens.command("create")
@click.argument("name")
@click.option("--tenant", "slug", required=True)
@click.option("--user", "email", required=True, help="The manager as whom the token acts.")
@click.option(
    "--scope", type=click.Choice([scope.value for scope in TokenScope]), default=TokenScope.READ.value
)
@click.option("--days", type=int, default=90, show_default=True, help="Until it expires; at most 365.")
@cli_errors
def create(name: str, slug: str, email: str, scope: str, days: int) -> None:
    """Create a token and print its secret, once, on standard output; NAME says what it is for."""
    maker = find_user(email)
    if maker is None:
        raise InvalidInputError(f"no user {email[:80]!r}")
    wanted = {"name": name, "scope": scope, "days": days}
    issued = create_token(tenant_by_slug(slug), maker, wanted, Initiator())
    expires = issued.token.expires_at.isoformat(timespec="seconds")
    click.echo(f"Token {issued.token.id} created, expires {expires}. Nobody can be told again:", err=True)
    click.echo(issued.secret)


@tokens.command("list")
@click.option("--tenant", "slug", help="Only this tenant.")
@json_option
@reading()
@cli_errors
def list_(slug: str | None, *, as_json: bool) -> None:
    """List tokens, never their secrets."""
    rows = [_row(tenant.slug, token) for tenant in tenants_named(slug) for token in list_tokens(tenant)]
    if as_json:
        echo_json(rows)
        return
    for row in rows:
        click.echo(
            f"{row['id']:>6}  {row['tenant']:<20} {row['name']:<28} {row['scope']:<6} "
            f"{row['state']:<8} {row['acts_as']:<28} until {row['expires_at']}"
        )


@tokens.command("revoke")
@click.argument("token_id", type=int)
@click.option("--tenant", "slug", required=True)
@cli_errors
def revoke(token_id: int, slug: str) -> None:
    """Let a token be taken no more."""
    token = revoke_token(tenant_by_slug(slug), token_id, Initiator())
    click.echo(f"Token {token.id} ({token.name}) is revoked.")


def _row(slug: str, token: ApiToken) -> JsonObject:
    return {
        "id": token.id,
        "tenant": slug,
        "name": token.name,
        "scope": token.scope,
        "state": token.state,
        "acts_as": token.maker.email,
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat(),
        "revoked_at": token.revoked_at and token.revoked_at.isoformat(),
    }
