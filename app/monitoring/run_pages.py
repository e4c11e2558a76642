"""The page of one run, and the fragment that refreshes it: one context and one partial."""

from flask import Response, abort, render_template

from app.core import (
    BulkOperationRun,
    JsonObject,
    Role,
    current_catalog,
    current_tenant,
    find_run,
    render_fragment,
    tenant_required,
)
from app.core.registry.catalog import Catalog
from app.core.runs.queries import ITEMS_SHOWN, outcomes_of, retries_of, timeline_of
from app.core.runs.wording import failure_groups, outcome_sentence
from app.core.web.fragments import unchanged
from app.core.web.polling import polled
from app.monitoring.blueprints import fragments, pages
from app.monitoring.links import shown_links
from app.monitoring.versions import RUN_VERSION
from app.monitoring.waiting import nobody_works


@pages.get("/<int:run_id>")
@tenant_required(Role.READONLY)
def show(run_id: int) -> str:
    """The page of one run."""
    run = _visible_run(run_id)
    return render_template("monitoring/show.html", **_run_context(run, waits=_waits(run)))


@fragments.get("/<int:run_id>/panel")
@polled(RUN_VERSION)
@tenant_required(Role.READONLY)
def panel(run_id: int) -> Response:
    """The part of `show` that re-fetches itself until the run is final."""
    run = _visible_run(run_id)
    waits = _waits(run)
    return unchanged(_state_of_run(run, waits=waits)) or render_fragment(
        "monitoring/_panel.html", **_run_context(run, waits=waits)
    )


def _visible_run(run_id: int) -> BulkOperationRun:
    run = find_run(current_tenant(), run_id)
    if run is None:
        abort(403)
    return run


def _waits(run: BulkOperationRun) -> bool:
    return not run.is_final and nobody_works(current_tenant(), run.id)


def _state_of_run(run: BulkOperationRun, *, waits: bool) -> str:
    """As `RUN_VERSION` says it; that a run waits in vain has no version."""
    return f"{run.version}.{'waits' if waits else 'works'}"


def _run_context(run: BulkOperationRun, *, waits: bool) -> JsonObject:
    outcomes = outcomes_of(current_tenant(), run.id)
    return {
        "run": run,
        "waits": waits,
        "ptag": _state_of_run(run, waits=waits),
        "sentence": outcome_sentence(run),
        "links": shown_links(run),
        "failure_groups": failure_groups(run),
        "reason_codes": _reasons(current_catalog(), run.run_type),
        "outcomes": outcomes,
        "is_cut": len(outcomes) == ITEMS_SHOWN < run.total_items,
        "timeline": timeline_of(run),
        "retries": retries_of(run),
    }


def _reasons(catalog: Catalog, run_type: str) -> JsonObject:
    operation = catalog.find_operation(run_type)
    return dict(operation.reason_codes) if operation else {}
