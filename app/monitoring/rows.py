"""Rows of the list: each is rendered once for what it shows, whoever asks and however often."""

from datetime import datetime
from functools import lru_cache

from flask import current_app, request
from markupsafe import Markup

from app.core import clock, current_tenant
from app.core.runs.listing import AnyRow

KEPT = 4096  # rendered rows, of about a kilobyte
STEPS = (86_400, 3_600, 60)  # seconds; an age is said in the largest that fits


def row_of(run: AnyRow) -> Markup:
    """The row of a run of this request's tenant, as `monitoring/_row.html` draws it."""
    since = _age(run.started_at or run.created_at)
    return _rendered(request.script_root, current_tenant().slug, run, since)


@lru_cache(maxsize=KEPT)
def _rendered(script_root: str, tenant: str, run: AnyRow, since: tuple[int, int]) -> Markup:
    del script_root, tenant, since  # what the row says besides the run's columns
    template = current_app.jinja_env.get_template("monitoring/_row.html")
    return Markup(template.render(run=run))  # noqa: S704 - the template has escaped it


def _age(moment: datetime) -> tuple[int, int]:
    """The words that the macro `time_ago` would find, as numbers."""
    seconds = int((clock.now() - moment).total_seconds())
    return next(((step, seconds // step) for step in STEPS if seconds >= step), (0, 0))
