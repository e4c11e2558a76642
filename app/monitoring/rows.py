"""Rows and chips of the list: each is rendered once for what it shows, whoever asks and however often."""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from flask import current_app, request
from markupsafe import Markup

from app.core import clock, current_tenant
from app.core.runs.listing import AnyRow

KEPT = 4096  # rendered rows, of about a kilobyte; and chips, of less
HUB, COMMON = "monitoring/_macros.html", "core/_macros.html"
STEPS = (86_400, 3_600, 60)  # seconds; an age is said in the largest that fits


def rows_of(runs: Sequence[AnyRow]) -> Markup:
    """The rows of runs of this request's tenant, as the macro `run_row` draws them."""
    here = (request.script_root, current_tenant().slug)
    now = clock.now()
    drawn = [rendered(here, run, _age(now - (run.started_at or run.created_at))) for run in runs]
    return Markup("\n".join(drawn))  # noqa: S704 - each is escaped


def chip_of(bucket: str, url: str, number: int, *, is_chosen: bool) -> Markup:
    """A status bucket as a filter, as the macro `chip` draws it; an empty one lets all through."""
    return _kept(request.script_root, HUB, "chip", bucket, url, number, is_chosen)


def pages_of(newer: str | None, older: str | None, newest: str | None) -> Markup:
    """The links to other pages, as the macro `pagination` draws them; nothing: there is no other."""
    if not (newer or older):
        return Markup()
    urls = (newer or "", older or "")
    return _kept(request.script_root, COMMON, "pagination", *urls, "", "Newer", "Older", newest or "")


@lru_cache(maxsize=KEPT)
def rendered(here: tuple[str, str], run: AnyRow, age: tuple[int, int]) -> Markup:
    """One row, kept for as long as it says the same."""
    del age  # what the row says besides the run's columns, and where it is
    return _drawn(HUB, "run_row", run, _kept(here[0], COMMON, "bucket_badge", run.status_bucket))


@lru_cache(maxsize=KEPT)
def _kept(script_root: str, template: str, macro: str, *said: object) -> Markup:
    del script_root  # of the icon's address
    return _drawn(template, macro, *said)


def _drawn(template: str, macro: str, *said: object) -> Markup:
    macros = current_app.jinja_env.get_template(template).module
    drawn: Markup = getattr(macros, macro)(*said)
    return drawn


def _age(span: timedelta) -> tuple[int, int]:
    """The words that the macro `time_ago` would find, as numbers."""
    seconds = int(span.total_seconds())
    for step in STEPS:
        if seconds >= step:
            return step, seconds // step
    return 0, 0
