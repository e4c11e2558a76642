"""`flask drift rules`."""

import click
from flask.cli import AppGroup
from pydantic import ValidationError

from app.core import InvalidInputError, JsonObject, cli_errors, echo_json, reading, tenant_by_slug
from app.plugins.drift.rules.editing import add_rule, remove_rule, switch_rule_off, switch_rule_on
from app.plugins.drift.rules.preview import preview_of
from app.plugins.drift.rules.rule import Rule, key_of
from app.plugins.drift.rules.ruleset import count_hidden, rules_of
from app.plugins.drift.rules.wish import RuleWish

rules = AppGroup("rules", help="Ignore rules: what is nobody's drift.")
because = click.option("--reason", default="", help="Why; kept in the audit log.")


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


@rules.command("add")
@click.argument("slug")
@click.option("--label", required=True, help="What people call it.")
@click.option("--reason", required=True, help="Why nobody needs to see it.")
@click.option("--type", "collection", default="", help="Key of a policy type; any, if missing.")
@click.option("--path", default="**", show_default=True, help="Which changes, as a glob.")
@click.option("--name", default="", help="Only policies so named, as a glob.")
@click.option("--until", "expires_on", help="Last day on which it counts, as 2026-12-31.")
@click.option("--preview", is_flag=True, help="Only say what it would hide.")
@cli_errors
def add(slug: str, *, preview: bool, **wanted: str | None) -> None:
    """Make an ignore rule in tenant SLUG; it hides from the next look on."""
    tenant, wish = tenant_by_slug(slug), _wish(wanted)
    if preview:
        found = preview_of(tenant, wish)
        click.echo(
            f"Would hide {found.hidden} of {found.of} open findings, and changes of {found.partly} more."
        )
        return
    click.echo(f"Rule {key_of(add_rule(tenant, wish))}: added.")


@rules.command("disable")
@click.argument("slug")
@click.argument("key", metavar="RULE")
@because
@cli_errors
def disable(slug: str, key: str, reason: str) -> None:
    """Let RULE, whoever made it, count no more in tenant SLUG."""
    switch_rule_off(tenant_by_slug(slug), key, reason=reason)
    click.echo(f"Rule {key}: switched off.")


@rules.command("enable")
@click.argument("slug")
@click.argument("key", metavar="RULE")
@because
@cli_errors
def enable(slug: str, key: str, reason: str) -> None:
    """Let RULE count again in tenant SLUG."""
    switch_rule_on(tenant_by_slug(slug), key, reason=reason)
    click.echo(f"Rule {key}: switched on.")


@rules.command("remove")
@click.argument("slug")
@click.argument("key", metavar="RULE")
@because
@cli_errors
def remove(slug: str, key: str, reason: str) -> None:
    """Remove RULE, which somebody has made."""
    remove_rule(tenant_by_slug(slug), key, reason=reason)
    click.echo(f"Rule {key}: removed.")


def _wish(wanted: dict[str, str | None]) -> RuleWish:
    try:
        return RuleWish.model_validate({name: value for name, value in wanted.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInputError(f"{first['loc'][0]}: {first['msg']}") from None


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
