"""The page of one run, and the fragment that refreshes it: one context and one partial."""

from flask import Response, abort, render_template, request, url_for

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
from app.core.runs.item_lists import group_counts, list_items, reasons_of
from app.core.runs.pace import pace_of
from app.core.runs.queries import retries_of, timeline_of
from app.core.runs.steps import steps_of
from app.core.runs.wording import failure_groups, item_reasons, outcome_sentence, progress_line
from app.core.web.fragments import unchanged
from app.core.web.polling import polled
from app.monitoring.blueprints import fragments, pages
from app.monitoring.item_filters import ShownItems, read_shown_items
from app.monitoring.links import shown_links
from app.monitoring.pause import moves, pause_of
from app.monitoring.versions import RUN_VERSION
from app.monitoring.waiting import nobody_works

ITEMS = 50  # a page


@pages.get("/<int:run_id>")
@tenant_required(Role.READONLY)
def show(run_id: int) -> str:
    """The page of one run."""
    run = visible_run(run_id)
    return render_template("monitoring/show.html", **_run_context(run, waits=_waits(run)))


@fragments.get("/<int:run_id>/panel")
@polled(RUN_VERSION)
@tenant_required(Role.READONLY)
def panel(run_id: int) -> Response:
    """The part of `show` that re-fetches itself until the run is final."""
    run = visible_run(run_id)
    waits = _waits(run)
    return unchanged(_state_of_run(run, waits=waits)) or render_fragment(
        "monitoring/_panel.html", **_run_context(run, waits=waits)
    )


def visible_run(run_id: int) -> BulkOperationRun:
    """A run of the current tenant; any other one, or none, ends the request with 403."""
    run = find_run(current_tenant(), run_id)
    if run is None:
        abort(403)
    return run


def _waits(run: BulkOperationRun) -> bool:
    return not run.is_final and nobody_works(current_tenant(), run.id)


def _state_of_run(run: BulkOperationRun, *, waits: bool) -> str:
    """As `RUN_VERSION` says it; that a run waits in vain has no version."""
    return f"{run.version}.{int(moves(run))}.{'waits' if waits else 'works'}"


def _run_context(run: BulkOperationRun, *, waits: bool) -> JsonObject:
    timeline = timeline_of(run)
    return {
        "run": run,
        "waits": waits,
        "ptag": _state_of_run(run, waits=waits),
        "pause": pause_of([run]),
        "sentence": outcome_sentence(run),
        "progress": progress_line(run, pace_of(run, timeline)),
        "links": shown_links(run),
        "failure_groups": failure_groups(run),
        "of_items": item_reasons(run),
        "reason_codes": _reasons(current_catalog(), run.run_type),
        "steps": steps_of(timeline),
        "retries": retries_of(run),
        **_items_context(run, read_shown_items(request.args)),
    }


def _items_context(run: BulkOperationRun, chosen: ShownItems) -> JsonObject:
    found = list_items(run, chosen.as_filter(), limit=ITEMS + 1)
    shown = found[:ITEMS]
    place = {"run_id": run.id, **chosen.query}
    is_cut = len(found) > ITEMS
    return {
        "items": shown,
        "chosen": chosen,
        "groups": group_counts(run),
        "item_reasons": _offered_reasons(run, chosen),
        "panel_url": url_for("monitoring_fragments.panel", **place, after=chosen.after or None),
        "first_url": url_for("monitoring.show", **place, _anchor="run-items") if chosen.after else "",
        "next_url": (
            url_for("monitoring.show", **place, after=shown[-1].id, _anchor="run-items") if is_cut else ""
        ),
    }


def _offered_reasons(run: BulkOperationRun, chosen: ShownItems) -> list[str]:
    """Reason codes to filter by; one that stands in the URL is among them, whatever it is."""
    found = reasons_of(run) if run.failed or run.skipped or run.unknown else []
    return sorted({*found, *([chosen.reason] if chosen.reason else [])})


def _reasons(catalog: Catalog, run_type: str) -> JsonObject:
    operation = catalog.find_operation(run_type)
    return dict(operation.reason_codes) if operation else {}
