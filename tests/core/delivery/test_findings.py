"""Channels that are told of new findings alone, and what a message says of them."""

import pytest

from app.core.delivery.sending import deliver_due
from app.core.registry.catalog import current_catalog
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from app.core.severity import Severity
from tests.support.browsing import alone
from tests.support.channels import deliveries, listen
from tests.support.databases import on_both_databases

ALL = ("succeeded", "partially_succeeded", "failed")


@pytest.fixture
def find(app, tenant, offer, worker, fresh, pigeons):
    """Let a run end that says it has found so many: `find({Severity.HIGH: 2})`."""

    def run(found, execute=lambda _run: None, **declared):
        answers = found if callable(found) else lambda _facts: found
        offer(execute, new_findings=answers, **declared)
        begun = start_operation(current_catalog(), tenant, "probe.check", {})
        worker()
        return fresh(begun.run)

    return run


def told():
    return {(one.run_id, one.subscription_id) for one in deliveries()}


@on_both_databases
@pytest.mark.parametrize("items", [None, lambda _tenant, _params: ["a"]], ids=["plain", "with items"])
def test_a_channel_hears_only_of_what_is_severe_enough(find, tenant, items):
    every, high, critical = (
        listen(tenant, name=name or "every", buckets=ALL, least_severity=name).id
        for name in ("", "high", "critical")
    )

    run = find({Severity.HIGH: 2, Severity.LOW: 7}, execute=each_item, items=items)

    assert run.summary["new_findings"] == {"high": 2, "low": 7}
    assert told() == {(run.id, every), (run.id, high)}
    assert (run.id, critical) not in told()


def each_item(run):
    for item in run.items:
        with run.item(item):
            pass


@on_both_databases
def test_who_finds_nothing_new_is_told_only_where_findings_are_not_asked_for(find, tenant, make_run):
    every = listen(tenant, name="every", buckets=ALL).id
    listen(tenant, name="anything found", buckets=ALL, least_severity="info")

    runs = [find({}), make_run(RunStatus.FAILED), make_run(RunStatus.COMPLETED, succeeded=1)]

    assert told() == {(run.id, every) for run in runs}


def test_a_message_tells_the_figures_most_severe_first(app, find, tenant, pigeons):
    listen(tenant, buckets=ALL, least_severity="low")
    find({Severity.LOW: 7, Severity.CRITICAL: 1})

    alone(_send, app)

    [message] = pigeons.told
    assert list(message.new_findings.items()) == [("critical", 1), ("low", 7)]
    assert message.lines[1] == "New findings: 1 critical, 7 low."


def _send(app):
    with app.app_context():
        return deliver_due()


def raises(_facts):
    raise LookupError("password=hunter2")


@pytest.mark.parametrize(
    "answer", [raises, lambda _facts: None, lambda _facts: {"purple": 3}], ids=["raises", "nothing", "words"]
)
def test_an_operation_that_cannot_say_loses_the_figures_only(find, tenant, answer, caplog):
    every = listen(tenant, name="every", buckets=ALL).id
    listen(tenant, name="found", buckets=ALL, least_severity="info")

    run = find(answer, execute=lambda run: run.summarize(kept=1))

    assert (run.status, run.summary) == (RunStatus.COMPLETED, {"kept": 1, "new_findings": {}})
    assert told() == {(run.id, every)}
    assert "its new findings cannot be counted" in caplog.text


def test_a_run_that_fails_tells_what_it_had_found(find, tenant):
    def stop(_run):
        raise ValueError("storm")

    found = listen(tenant, buckets=ALL, least_severity="high").id

    run = find({Severity.HIGH: 1}, execute=stop)

    assert run.status == RunStatus.FAILED
    assert told() == {(run.id, found)}
