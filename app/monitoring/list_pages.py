"""The list of a tenant's runs, and the fragment that refreshes it: one context and one partial."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlencode

import orjson
from flask import Response, render_template, request, url_for
from markupsafe import Markup

from app.core import (
    JsonObject,
    Role,
    clock,
    current_catalog,
    current_tenant,
    render_fragment,
    signed_in_user,
    tenant_required,
)
from app.core.alone import one_connection, read_alone
from app.core.db import Ask, read
from app.core.registry.catalog import Catalog
from app.core.runs.bucket_counts import bucket_counts
from app.core.runs.filter import PagePlace, RunFilter
from app.core.runs.known import known_initiators, known_run_types
from app.core.runs.listing import NEWS
from app.core.runs.position import position_of
from app.core.runs.status import StatusBucket
from app.core.saved_views import list_views
from app.core.web.fragments import unchanged
from app.core.web.polling import polled
from app.monitoring.blueprints import fragments, pages
from app.monitoring.filters import LONGEST_TEXT, RANGE_LABELS, HubFilter, read_filter
from app.monitoring.pause import pause_of
from app.monitoring.rows import chip_of, pages_of, rows_of
from app.monitoring.shown_page import ShownPage, turn_to
from app.monitoring.versions import LIST_VERSION
from app.monitoring.waiting import vain_wait

SAFE = "!$'()*,/:;?@"
KEPT = 256  # filters


@pages.get("")
@tenant_required(Role.READONLY)
def index() -> str:
    """Every run of the tenant, newest first."""
    chosen, wanted = _asked_for()
    with one_connection():
        shown = _list_context(chosen, wanted) | _filter_context(chosen)
    return render_template("monitoring/index.html", **shown)


@fragments.get("/list")
@polled(LIST_VERSION)
@tenant_required(Role.READONLY)
def list_panel() -> Response:
    """The part of `index` that re-fetches itself."""
    context = _list_context(*_asked_for())
    return unchanged(context["ptag"]) or render_fragment("monitoring/_list.html", **context)


def _asked_for() -> tuple[HubFilter, RunFilter]:
    """The filter in today's names, and the same for the database."""
    catalog = current_catalog()
    chosen, wanted = _read(request.query_string, clock.now().replace(second=0, microsecond=0))
    if not chosen.run_type:
        return chosen, wanted
    chosen = replace(chosen, run_type=catalog.todays(chosen.run_type))
    return chosen, replace(wanted, run_types=_stored_as(catalog, chosen.run_type))


@lru_cache(KEPT)
def _read(query_string: bytes, minute: datetime) -> tuple[HubFilter, RunFilter]:
    """The filter of this request, and what it means in a minute: a period begins no more exactly."""
    del query_string, minute
    chosen = read_filter(request.args)
    return chosen, chosen.as_run_filter()


def _list_context(chosen: HubFilter, wanted: RunFilter) -> JsonObject:
    tenant, version = current_tenant(), LIST_VERSION.read()
    here, panel = _addresses(request.script_root, tenant.slug)
    # Another page is looked at once; what is not asked again is not worth to be kept compiled.
    ask: Ask = read if wanted.before or wanted.after else read_alone
    page = turn_to(tenant, wanted, ask)
    counts = bucket_counts(tenant, wanted, ask=ask)
    shown = {
        "counts": counts,
        "vain": None if version else vain_wait(tenant),  # without one, somebody waits
        "pause": pause_of(page.runs),
        "panel_url": _at(panel, chosen.query | _named(page)),
    }
    newest = _at(here, chosen.query)
    return shown | {
        "page": page,
        "ptag": f"{version}/{_state_of(page, *shown.values())}",
        "chosen": chosen,
        "chips": _chips(here, chosen, counts),
        "rows": rows_of(page.runs),
        "most_news": NEWS,
        "newest_url": newest,
        "pages": pages_of(
            _beside(here, chosen, after=page.newer),
            _beside(here, chosen, before=page.older),
            None if page.is_newest else newest,
        ),
    }


@lru_cache(KEPT)
def _addresses(script_root: str, tenant: str) -> tuple[str, str]:
    """Of the page and of its fragment, in this request's tenant."""
    del script_root, tenant  # what the addresses depend on
    return url_for("monitoring.index"), url_for("monitoring_fragments.list_panel")


def _chips(here: str, chosen: HubFilter, counts: Mapping[StatusBucket, int]) -> list[Markup]:
    numbers = dict[str, int]([("", sum(counts.values())), *counts.items()])
    return [
        chip_of(bucket, url, numbers[bucket], is_chosen=chosen.bucket == bucket)
        for bucket, url in _bucket_urls(here, chosen, tuple(numbers))
    ]


@lru_cache(KEPT)
def _bucket_urls(here: str, chosen: HubFilter, buckets: tuple[str, ...]) -> Sequence[tuple[str, str]]:
    return tuple((bucket, _at(here, replace(chosen, bucket=bucket).query)) for bucket in buckets)


def _filter_context(chosen: HubFilter) -> JsonObject:
    """What the page offers to choose from; a poll does not ask for it."""
    tenant = current_tenant()
    offered = {*known_initiators(tenant, ask=read_alone), *([chosen.initiator] if chosen.initiator else [])}
    return {
        "run_types": _offered_types(
            current_catalog(), known_run_types(tenant, ask=read_alone), chosen.run_type
        ),
        "ranges": RANGE_LABELS,
        "initiators": sorted(offered),
        "longest_text": LONGEST_TEXT,
        "views": list_views(tenant, signed_in_user()),
    }


def _state_of(page: ShownPage, *more: object) -> str:
    """A mark that changes with anything the list shows, so that a poll without news carries no body."""
    runs = [tuple(run) for run in page.runs]
    shown = (runs, page.place, page.newer, page.older, page.news, *more)
    told = orjson.dumps(shown, default=str, option=orjson.OPT_NON_STR_KEYS)
    return hashlib.blake2b(told, digest_size=8).hexdigest()


def _named(page: ShownPage) -> JsonObject:
    return {page.place[0]: position_of(*page.place[1])} if page.place else {}


def _beside(here: str, chosen: HubFilter, **place: PagePlace | None) -> str | None:
    named: JsonObject = {name: position_of(*found) for name, found in place.items() if found}
    return _at(here, chosen.query | named) if named else None


def _at(address: str, query: JsonObject) -> str:
    """As `url_for` says it, which is asked once for all links of a list."""
    return _written(address, *query.items()) if query else address


@lru_cache(KEPT)
def _written(address: str, *query: tuple[str, str]) -> str:
    return f"{address}?{urlencode(query, safe=SAFE)}"


def _offered_types(catalog: Catalog, known: list[str], chosen: str) -> list[tuple[str, str]]:
    """(run type, label) of all that ran here or can run, so that a removed plugin's runs stay findable."""
    labels = {name: operation.label for name, operation in catalog.operations.items()}
    names = sorted({*map(catalog.todays, known), *labels, *([chosen] if chosen else [])})
    return [(name, labels.get(name, name)) for name in names]


def _stored_as(catalog: Catalog, chosen: str) -> tuple[str, ...]:
    """Under which run types the runs of a chosen one are stored."""
    return catalog.run_types.get(chosen, (chosen,))
