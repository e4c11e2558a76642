"""What an export of findings says about itself: where they come from, what was read, what is not in it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.core import JsonObject, Tenant, clock, db, find_run
from app.plugins.drift.finding_filters import ShownFindings
from app.plugins.drift.findings import FindingFilter, count_findings, matching_findings
from app.plugins.drift.models import Finding
from app.plugins.drift.pair import states_of
from app.plugins.inventory import collection_label, find_sync

REDACTED = (
    "Secrets are not in it: of a secret value it says that it changed, of a script also how long it is "
    "and the start of a keyed digest. Texts were searched for credentials. Of a value 200 characters are "
    "kept, of a finding 50 changes; how many were cut is said with each finding."
)


def about_export(tenant: Tenant, chosen: ShownFindings) -> JsonObject:
    """The facts that stand in every export, in any form.

    Returns:
        tenant, exported_at, filters, runs (`{run, baseline, current}`), coverage (a sentence for each sync),
        hidden and held (findings that rules and gates keep from these filters), hidden_by_rule and withheld
        (how many, by rule and by kind, in the runs that found these), redacted.
    """
    columns = (Finding.operation_run_id, Finding.baseline_run_id, Finding.current_run_id)
    wanted = chosen.wanted
    query = matching_findings(tenant, wanted, select(*columns)).distinct().order_by(*columns)
    origins: Sequence[Any] = db.session.execute(query).all()
    syncs = sorted({sync for row in origins for sync in row[1:] if sync is not None})
    runs = sorted({row[0] for row in origins if row[0] is not None})
    return {
        "tenant": tenant.name,
        "exported_at": clock.now().isoformat(timespec="seconds"),
        "filters": {"status": wanted.state.value}
        | {name: str(value) for name, value in chosen.filters.items()},
        "runs": [dict(zip(("run", "baseline", "current"), row, strict=True)) for row in origins],
        "coverage": [_coverage(tenant, sync_id) for sync_id in syncs],
        "hidden": _count(tenant, replace(wanted, is_hidden=True, is_held=None)),
        "held": _count(tenant, replace(wanted, is_hidden=False, is_held=True)),
        **_left_out(tenant, runs),
        "redacted": REDACTED,
    }


def about_lines(about: JsonObject) -> Iterator[tuple[str, str]]:
    """The same as (term, words), for a table or a page."""
    yield "Tenant", about["tenant"]
    yield "Exported at", about["exported_at"]
    yield "Filters", _counts(about["filters"])
    for row in about["runs"]:
        named = {name: number for name, number in row.items() if number is not None}
        yield "Found by", ", ".join(f"{name} {number}" for name, number in named.items()) or "not kept"
    for sentence in about["coverage"]:
        yield "Coverage", sentence
    yield "Hidden by rule", _counts(about["hidden_by_rule"]) or "0"
    yield "Hidden now", f"{about['hidden']} findings that the same filters would show"
    yield "Held for confirmation", f"{about['held']} findings that the same filters would show"
    yield "Withheld", _counts(about["withheld"]) or "0"
    yield "Redacted", about["redacted"]


def _count(tenant: Tenant, wanted: FindingFilter) -> int:
    return sum(count_findings(tenant, replace(wanted, hold_id=None)).values())


def _counts(values: JsonObject) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _coverage(tenant: Tenant, sync_id: int) -> str:
    sync = find_sync(tenant, sync_id)
    if sync is None:
        return f"Sync {sync_id} is not kept any more."
    states = states_of(sync)
    lacking = [
        f"{collection_label(name)} {state.value}" for name, state in states.items() if not state.is_complete
    ]
    read = f"{len(states) - len(lacking)} of {len(states)} policy types were read completely"
    return f"Sync {sync_id}, {sync.started_at:%Y-%m-%d %H:%M} UTC: {read}{_listed(lacking)}."


def _listed(lacking: Sequence[str]) -> str:
    return f"; not so: {', '.join(lacking)}" if lacking else ""


def _left_out(tenant: Tenant, runs: Sequence[int]) -> JsonObject:
    """Summed over the runs that are still kept."""
    found: dict[str, Counter[str]] = {"hidden_by_rule": Counter(), "withheld": Counter()}
    for run_id in runs:
        run = find_run(tenant, run_id)
        for name, counted in found.items():
            counted.update((run.summary or {}).get(name, {}) if run else {})
    return {name: dict(sorted(counted.items())) for name, counted in found.items()}
