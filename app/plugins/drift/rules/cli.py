"""`flask drift rules`."""

import re
from collections.abc import Callable
from typing import Any, Protocol

import click
from flask.cli import AppGroup
from pydantic import ValidationError

from app.core import InvalidInputError, JsonObject, Tenant, cli_errors, echo_json, reading, tenant_by_slug
from app.plugins.drift.rules.editing import (
    add_rule,
    change_rule,
    own_row,
    remove_rule,
    switch_rule_off,
    switch_rule_on,
)
from app.plugins.drift.rules.preview import preview_of
from app.plugins.drift.rules.rule import Rule, key_of, key_of_number
from app.plugins.drift.rules.ruleset import count_hidden, rules_of
from app.plugins.drift.rules.wish import RuleWish, wished_before

rules = AppGroup("rules", help="Ignore rules: what is nobody's drift.")


class Act(Protocol):
    """Something that is done to a rule."""

    def __call__(self, tenant: Tenant, key: str, *, reason: str) -> None:
        """Do it, with its reason in the audit log."""


@rules.command("list")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@reading()
@cli_errors
def list_(slug: str, *, as_json: bool) -> None:
    """List the ignore rules of tenant SLUG, those of plugins first."""
    tenant = tenant_by_slug(slug)
    found, hidden = rules_of(tenant), count_hidden(tenant)
    if as_json:
        echo_json([_document(rule) | {"hidden": hidden.get(rule.key, 0)} for rule in found])
        return
    for rule in found:
        state = "on" if rule.is_on else "off"
        click.echo(f"{rule.key:<26} {state:<3} {hidden.get(rule.key, 0):>6} hidden  {rule.what.label}")


def _key(_context: click.Context, _parameter: click.Parameter, said: str) -> str:
    """A key as the list shows it; of a rule that people made its number is enough."""
    return key_of_number(int(said)) if re.fullmatch(r"[0-9]{1,10}", said) else said


the_rule = click.argument("key", metavar="RULE", callback=_key)


def _wished(command: Callable[..., None]) -> Callable[..., None]:
    """Options that say what a rule is to hide, and for how long."""
    options: tuple[Callable[[Any], Any], ...] = (
        click.option("--type", "collection", help="Key of a policy type; empty: any."),
        click.option("--path", help="Which changes, as a glob; ** is the whole policy."),
        click.option("--name", help="Only policies so named, as a glob; empty: any."),
        click.option(
            "--until", "expires_on", help="Last day on which it counts, as 2026-12-31; empty: for good."
        ),
        click.option("--preview", is_flag=True, help="Only say what it would hide."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@rules.command("add")
@click.argument("slug")
@click.option("--label", required=True, help="What people call it.")
@click.option("--reason", required=True, help="Why nobody needs to see it.")
@_wished
@cli_errors
def add(slug: str, *, preview: bool, **wanted: str | None) -> None:
    """Make an ignore rule in tenant SLUG; it hides from the next look on."""
    tenant, wish = tenant_by_slug(slug), _wish(_said(wanted))
    if preview:
        _echo_preview(tenant, wish)
        return
    click.echo(f"Rule {key_of(add_rule(tenant, wish))}: added.")


@rules.command("edit")
@click.argument("slug")
@the_rule
@click.option("--label", help="What people call it.")
@click.option("--reason", help="Why nobody needs to see it.")
@_wished
@cli_errors
def edit(slug: str, key: str, *, preview: bool, **wanted: str | None) -> None:
    """Change RULE, which somebody has made; what it hid is shown until the next look."""
    tenant, said = tenant_by_slug(slug), _said(wanted)
    if not said:
        raise click.UsageError("say what to change, such as --until or --name")
    wish = _wish(wished_before(own_row(tenant, key)) | said)
    if preview:
        _echo_preview(tenant, wish)
        return
    click.echo(f"Rule {key}: changed, version {change_rule(tenant, key, wish).version}.")


def _command(name: str, act: Act, done: str, told: str) -> None:
    """Register a command that does something to one rule, for a reason."""

    @rules.command(name, help=told)
    @click.argument("slug")
    @the_rule
    @click.option("--reason", default="", help="Why; kept in the audit log.")
    @cli_errors
    def acting(slug: str, key: str, reason: str) -> None:
        act(tenant_by_slug(slug), key, reason=reason)
        click.echo(f"Rule {key}: {done}.")


_command(
    "disable", switch_rule_off, "switched off", "Let RULE, whoever made it, count no more in tenant SLUG."
)
_command("enable", switch_rule_on, "switched on", "Let RULE count again in tenant SLUG.")
_command("remove", remove_rule, "removed", "Remove RULE, which somebody has made.")


def _said(wanted: dict[str, str | None]) -> JsonObject:
    return {name: value for name, value in wanted.items() if value is not None}


def _wish(values: JsonObject) -> RuleWish:
    try:
        return RuleWish.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInputError(f"{first['loc'][0]}: {first['msg']}") from None


def _echo_preview(tenant: Tenant, wish: RuleWish) -> None:
    found = preview_of(tenant, wish)
    click.echo(f"Would hide {found.hidden} of {found.of} open findings, and changes of {found.partly} more.")


def _document(rule: Rule) -> JsonObject:
    return {
        "key": rule.key,
        "label": rule.what.label,
        "reason": rule.what.reason,
        "policy_types": list(rule.what.policy_types),
        "path": rule.what.path,
        "name": rule.name,
        "from": rule.origin,
        "version": rule.version,
        "is_on": rule.is_on,
        "expires_at": rule.expires_at.isoformat() if rule.expires_at else None,
    }
