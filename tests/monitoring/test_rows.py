"""Rows of the list are rendered once for what they show, and show nothing old."""

from datetime import timedelta

import pytest
from flask import g

from app.core import clock
from app.core.runs import lifecycle
from app.core.runs.filter import RunFilter
from app.core.runs.listing import list_runs
from app.core.runs.status import RunStatus
from app.monitoring import rows
from tests.support.records import lease_of, tally


@pytest.fixture
def row(app, tenant, time_machine):
    """The row of the newest run, as a page shows it so many seconds from now."""
    began = clock.now()

    def shown(after=0.0, script_root=""):
        time_machine.move_to(began + timedelta(seconds=after), tick=False)
        with app.test_request_context(base_url=f"http://localhost{script_root}"):
            g.tenant = tenant
            return rows.rows_of(list_runs(tenant, RunFilter(), limit=1))

    return shown


def test_a_row_is_rendered_once_while_it_shows_the_same(row, make_run):
    make_run(RunStatus.RUNNING, items=["a", "b"])
    first = row()
    rendered = rows.rendered.cache_info().misses

    assert row(after=5) == first
    assert rows.rendered.cache_info().misses == rendered


def test_its_age_its_progress_and_where_the_site_is_make_it_another(row, make_run):
    run = make_run(RunStatus.RUNNING, items=["a", "b"])
    first = row()
    assert "just now" in first

    assert "2 minutes ago" in row(after=125)
    assert "3 minutes ago" in row(after=185)
    assert "1 hour ago" in row(after=3700)
    assert 'href="/atlas/t/' in row(script_root="/atlas")
    lifecycle.record_progress(lease_of(run), tally(succeeded=["a"]))
    assert "1 of 2" in row()
