"""`flask findings holds`."""

import click
from flask.cli import AppGroup

from app.core import cli_errors, echo_json, reading, tenant_by_slug
from app.plugins.drift.holds.deciding import confirm_hold, dismiss_hold
from app.plugins.drift.holds.reading import held_groups
from app.plugins.drift.holds.rows import HoldState

holds = AppGroup("holds", help="Groups of findings that a gate holds until somebody decides.")


@holds.command("list")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@reading()
@cli_errors
def list_(slug: str, *, as_json: bool) -> None:
    """List the groups of tenant SLUG that are open or dismissed."""
    found = held_groups(tenant_by_slug(slug), HoldState.OPEN, HoldState.DISMISSED)
    if as_json:
        echo_json(
            [
                {
                    "id": group.hold.id,
                    "gate": group.hold.gate,
                    "state": group.hold.state,
                    "findings": group.held,
                    "sentence": group.hold.sentence,
                }
                for group in found
            ]
        )
        return
    for group in found:
        click.echo(f"{group.hold.id:>6}  {group.hold.state:<9} {group.held:>6}  {group.hold.sentence}")


@holds.command("confirm")
@click.argument("slug")
@click.argument("hold_id", type=int, metavar="GROUP")
@click.option("--reason", default="", help="Why; kept in the audit log.")
@cli_errors
def confirm(slug: str, hold_id: int, reason: str) -> None:
    """Let the findings of GROUP count like any other."""
    hold = confirm_hold(tenant_by_slug(slug), hold_id, reason=reason)
    click.echo(f"Group {hold.id}: confirmed.")


@holds.command("dismiss")
@click.argument("slug")
@click.argument("hold_id", type=int, metavar="GROUP")
@click.option("--reason", default="", help="Why; kept in the audit log.")
@cli_errors
def dismiss(slug: str, hold_id: int, reason: str) -> None:
    """Keep the findings of GROUP held as long as they say the same."""
    hold = dismiss_hold(tenant_by_slug(slug), hold_id, reason=reason)
    click.echo(f"Group {hold.id}: dismissed.")
