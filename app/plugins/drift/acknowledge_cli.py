"""`flask findings acknowledge` and `unacknowledge`."""

from collections.abc import Sequence

import click
from flask.cli import with_appcontext

from app.core import (
    InvalidInputError,
    Tenant,
    cli_errors,
    db,
    reading,
    report_run,
    start_and_wait,
    tenant_by_slug,
)
from app.plugins.drift.acknowledging import acknowledge as acknowledge_one
from app.plugins.drift.deciding import decision_of
from app.plugins.drift.findings import FindingFilter, find_finding, seen_findings
from app.plugins.drift.models import Finding
from app.plugins.drift.severity import Severity
from app.plugins.drift.standing import StateFilter
from app.plugins.drift.withdrawing import withdraw

numbers = click.argument("finding_ids", type=click.IntRange(1, 2**31 - 1), nargs=-1, metavar="FINDING...")


@click.command("acknowledge")
@click.argument("slug")
@numbers
@click.option("--reason", required=True, help="Why this is accepted.")
@click.option("--until", default="", help="From this day on (UTC) it is new again, such as 2030-12-31.")
@click.option("--path", "paths", multiple=True, help="Only what changed there, of one finding; repeatable.")
@click.option("--all", "is_all", is_flag=True, help="Every new finding that the filters match.")
@click.option("--severity", type=click.Choice([str(severity) for severity in Severity]), help="With --all.")
@click.option("--type", "collection", help="Key of a policy type; with --all.")
@click.option("--inline", is_flag=True, help="Execute in this process instead of a worker.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as one JSON document.")
@with_appcontext
@cli_errors
def acknowledge(  # noqa: PLR0913 - each argument is one option
    slug: str,
    finding_ids: tuple[int, ...],
    reason: str,
    until: str,
    paths: tuple[str, ...],
    severity: str | None,
    collection: str | None,
    *,
    is_all: bool,
    inline: bool,
    as_json: bool,
) -> None:
    """Accept findings of tenant SLUG as they are now, and wait for the end of the run."""
    tenant, decision = tenant_by_slug(slug), decision_of(reason, until)
    if is_all == bool(finding_ids):
        raise click.UsageError("give numbers of findings, or --all")
    if paths:
        finding = _the_one(tenant, finding_ids)
        acknowledge_one(tenant, finding.id, finding.revision, decision, paths)
        click.echo(f"Finding {finding.id}: {', '.join(paths)} acknowledged.")
        return
    wanted = FindingFilter(
        severity=Severity(severity) if severity else None,
        collection=collection,
        state=StateFilter.NEW,
    )
    chosen = _matching(tenant, wanted) if is_all else _chosen(tenant, finding_ids)
    end = decision.until.isoformat() if decision.until else None
    params = {"findings": chosen, "reason": decision.reason, "until": end}
    report_run(start_and_wait(tenant, "finding.acknowledge", params, inline=inline), as_json=as_json)


@click.command("unacknowledge")
@click.argument("slug")
@numbers
@click.option("--reason", default="", help="Why it is taken back.")
@with_appcontext
@cli_errors
def unacknowledge(slug: str, finding_ids: tuple[int, ...], reason: str) -> None:
    """Take the acknowledgements of findings of tenant SLUG back."""
    tenant = tenant_by_slug(slug)
    if not finding_ids:
        raise click.UsageError("give numbers of findings")
    for finding_id in finding_ids:
        try:
            withdraw(tenant, finding_id, reason=reason)
        except InvalidInputError as error:
            raise InvalidInputError(f"finding {finding_id}: {error}") from None
        click.echo(f"Finding {finding_id} is new again.")


def _the_one(tenant: Tenant, finding_ids: Sequence[int]) -> Finding:
    if len(finding_ids) != 1:
        raise click.UsageError("--path goes with the number of one finding")
    return _found(tenant, finding_ids[0])


def _chosen(tenant: Tenant, finding_ids: Sequence[int]) -> list[str]:
    return [
        f"{finding.id}:{finding.revision}" for number in finding_ids for finding in [_found(tenant, number)]
    ]


def _matching(tenant: Tenant, wanted: FindingFilter) -> list[str]:
    with reading():
        found = seen_findings(tenant, wanted)
        db.session.commit()
    if not found:
        raise InvalidInputError("no new finding matches")
    return [f"{number}:{revision}" for number, revision in found]


def _found(tenant: Tenant, finding_id: int) -> Finding:
    with reading():
        finding = find_finding(tenant, finding_id)
        db.session.commit()
    if finding is None:
        raise InvalidInputError(f"tenant {tenant.slug!r} has no finding {finding_id}")
    return finding
