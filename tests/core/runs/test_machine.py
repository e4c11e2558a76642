"""What must hold of every run holds after every step of any history."""

import logging

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.core.runs.machine import RunsMachine
from tests.support.databases import on_postgresql

# Green it takes seconds; to find the shortest history that breaks something, minutes.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def assert_no_history_breaks_it(tenant, operator, caplog, *, histories):
    bounds = settings(
        max_examples=histories,
        stateful_step_count=40,
        derandomize=True,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: RunsMachine(tenant, operator), settings=bounds)
    assert [entry.message for entry in caplog.records if entry.levelno >= logging.ERROR] == []


def test_no_history_breaks_a_run(app, tenant, operator, caplog):
    assert_no_history_breaks_it(tenant, operator, caplog, histories=60)


@on_postgresql
def test_no_history_breaks_a_run_on_postgresql(app, tenant, operator, caplog):
    assert_no_history_breaks_it(tenant, operator, caplog, histories=10)
