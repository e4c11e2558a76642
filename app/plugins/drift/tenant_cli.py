"""`flask drift compare-tenants`."""

from collections.abc import Iterable

import click

from app.core import InvalidInputError, JsonObject, cli_errors, echo_json, reading, tenant_by_slug
from app.plugins.drift.across.comparison import Comparison, Entry, Standing
from app.plugins.drift.across.portable import Unresolved
from app.plugins.drift.across.side import Side, side_of


@click.command("compare-tenants")
@click.argument("slug_a", metavar="A")
@click.argument("slug_b", metavar="B")
@click.option("--sync-a", type=int, help="Inventory sync of A; default: the latest.")
@click.option("--sync-b", type=int, help="Inventory sync of B; default: the latest.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@reading()
@cli_errors
def compare_tenants(
    slug_a: str, slug_b: str, sync_a: int | None, sync_b: int | None, *, as_json: bool
) -> None:
    """Compare the policies of tenants A and B by type and name; nothing is stored."""
    if slug_a == slug_b:
        raise InvalidInputError("A and B: choose two tenants")
    sides = (side_of(tenant_by_slug(slug_a), sync_a), side_of(tenant_by_slug(slug_b), sync_b))
    comparison = Comparison(*sides)
    found = list(comparison.entries())
    if as_json:
        echo_json(_document(comparison, found))
        return
    for entry in found:
        if entry.standing is not Standing.SAME:
            click.echo(f"{entry.standing:<10} {entry.match.policy_type:<44} {entry.match.name}")
    for collection, why in comparison.not_compared:
        click.echo(f"not compared: {collection}: {why}")


def _document(comparison: Comparison, found: list[Entry]) -> JsonObject:
    return {
        "a": _side(comparison.a),
        "b": _side(comparison.b),
        "counts": {standing: sum(one.standing is standing for one in found) for standing in Standing},
        "secrets_not_compared": sum(entry.secrets for entry in found),
        "not_compared": [{"collection": name, "why": why} for name, why in comparison.not_compared],
        "unresolved_a": _named({one for entry in found for one in entry.unresolved_a}),
        "unresolved_b": _named({one for entry in found for one in entry.unresolved_b}),
        "policies": [_entry(entry) for entry in found if entry.standing is not Standing.SAME],
    }


def _side(side: Side) -> JsonObject:
    return {"tenant": side.tenant.slug, "sync": side.sync.id}


def _named(unresolved: Iterable[Unresolved]) -> list[JsonObject]:
    return [one._asdict() for one in sorted(unresolved)]


def _entry(entry: Entry) -> JsonObject:
    return {
        **entry.match._asdict(),
        "standing": entry.standing,
        "changed_paths": entry.paths,
        "changes": entry.changes,
        "secrets_not_compared": entry.secrets,
    }
