"""The list of a tenant's runs, and the fragment that refreshes it: one context and one partial."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Response, render_template, request, url_for
from sqlalchemy import Row

from app.core import (
    JsonObject,
    Role,
    current_catalog,
    current_tenant,
    render_fragment,
    tenant_required,
)
from app.core.registry.catalog import Catalog
from app.core.runs.bucket_counts import bucket_counts
from app.core.runs.known import known_run_types
from app.core.runs.listing import PAGE, list_runs
from app.core.runs.position import position_of
from app.core.runs.status import StatusBucket
from app.core.web.fragments import unchanged
from app.core.web.polling import polled
from app.monitoring.blueprints import fragments, pages
from app.monitoring.filters import RANGE_LABELS, HubFilter, read_filter
from app.monitoring.versions import LIST_VERSION
from app.monitoring.waiting import nobody_works


@pages.get("")
@tenant_required(Role.READONLY)
def index() -> str:
    """Every run of the tenant, newest first."""
    return render_template("monitoring/index.html", **_list_context(read_filter(request.args)))


@fragments.get("/list")
@polled(LIST_VERSION)
@tenant_required(Role.READONLY)
def list_panel() -> Response:
    """The part of `index` that re-fetches itself while something shown is active."""
    context = _list_context(read_filter(request.args))
    return unchanged(context["ptag"]) or render_fragment("monitoring/_list.html", **context)


def _list_context(chosen: HubFilter) -> JsonObject:
    version = LIST_VERSION.read()
    tenant, catalog = current_tenant(), current_catalog()
    chosen = replace(chosen, run_type=catalog.todays(chosen.run_type))
    wanted = replace(chosen.as_run_filter(), run_types=_stored_as(catalog, chosen.run_type))
    rows = list_runs(tenant, wanted, limit=PAGE + 1)
    shown = rows[:PAGE]
    counts = bucket_counts(tenant, wanted)
    waits = nobody_works(tenant)
    return {
        "runs": shown,
        "chosen": chosen,
        "counts": counts,
        "buckets": list(StatusBucket),
        "run_types": _offered_types(catalog, known_run_types(tenant), chosen.run_type),
        "ranges": RANGE_LABELS,
        "waits": waits,
        "ptag": f"{version}/{_state_of_list(shown, counts, waits=waits)}",
        "older_url": _older_url(chosen, shown[-1]) if len(rows) > PAGE else None,
        "is_live": waits or any(not StatusBucket(run.status_bucket).is_final for run in shown),
        "panel_url": url_for("monitoring_fragments.list_panel", **chosen.query, before=chosen.before or None),
    }


def _state_of_list(
    shown: Sequence[Row[*tuple[Any, ...]]], counts: Mapping[StatusBucket, int], *, waits: bool
) -> str:
    """A mark that changes with anything the list shows, so that a poll without news carries no body."""
    values = repr(([tuple(row) for row in shown], list(counts.values()), waits))
    return hashlib.blake2b(values.encode(), digest_size=8).hexdigest()


def _older_url(chosen: HubFilter, last: Row[*tuple[Any, ...]]) -> str:
    return url_for("monitoring.index", **chosen.query, before=position_of(last.created_at, last.id))


def _offered_types(catalog: Catalog, known: list[str], chosen: str) -> list[tuple[str, str]]:
    """(run type, label) of all that ran here or can run, so that a removed plugin's runs stay findable."""
    labels = {name: operation.label for name, operation in catalog.operations.items()}
    names = sorted({*map(catalog.todays, known), *labels, *([chosen] if chosen else [])})
    return [(name, labels.get(name, name)) for name in names]


def _stored_as(catalog: Catalog, chosen: str) -> tuple[str, ...]:
    """Under which run types the runs of a chosen one are stored."""
    return catalog.run_types.get(chosen, (chosen,) if chosen else ())
