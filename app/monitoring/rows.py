"""Rows and chips of the list: each is rendered once for what it shows, whoever asks and however often."""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from flask import current_app, request
from markupsafe import Markup

from app.core import clock, current_tenant
from app.core.runs.listing import AnyRow

KEPT = 4096  # rendered rows, of about a kilobyte; and chips, of less
STEPS = (86_400, 3_600, 60)  # seconds; an age is said in the largest that fits


def rows_of(runs: Sequence[AnyRow]) -> Markup:
    """The rows of runs of this request's tenant, as the macro `run_row` draws them."""
    here = (request.script_root, current_tenant().slug)
    now = clock.now()
    drawn = [rendered(here, run, _age(now - (run.started_at or run.created_at))) for run in runs]
    return Markup("\n".join(drawn))  # noqa: S704 - each is escaped


def chip_of(bucket: str, url: str, number: int, *, is_chosen: bool) -> Markup:
    """A status bucket as a filter, as the macro `chip` draws it; an empty one lets all through."""
    return _chip(request.script_root, bucket, url, number, is_chosen)


@lru_cache(maxsize=KEPT)
def _chip(script_root: str, *said: object) -> Markup:
    del script_root  # of the icon's address
    return _drawn("chip", *said)


@lru_cache(maxsize=KEPT)
def rendered(here: tuple[str, str], run: AnyRow, age: tuple[int, int]) -> Markup:
    """One row, kept for as long as it says the same."""
    del here, age  # what the row says besides the run's columns
    return _drawn("run_row", run)


def _drawn(macro: str, *said: object) -> Markup:
    macros = current_app.jinja_env.get_template("monitoring/_macros.html").module
    drawn: Markup = getattr(macros, macro)(*said)
    return drawn


def _age(span: timedelta) -> tuple[int, int]:
    """The words that the macro `time_ago` would find, as numbers."""
    seconds = int(span.total_seconds())
    for step in STEPS:
        if seconds >= step:
            return step, seconds // step
    return 0, 0
