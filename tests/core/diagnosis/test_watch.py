"""The badge on every page costs no more than a look a minute."""

import pytest

from app.core import clock
from app.core.diagnosis import watch
from app.core.diagnosis.watch import Watch
from app.core.errors import PluginError
from app.core.registry.catalog import current_catalog
from app.core.registry.faults import note_fault
from tests.support.asking import asking


@pytest.fixture
def statements(app):
    """What is asked of the database."""
    with asking() as asked:
        yield asked


@pytest.fixture
def at(monkeypatch):
    """Set the clock of the process to some seconds."""
    return lambda seconds: monkeypatch.setattr(clock, "ticks", lambda: seconds)


def test_within_a_minute_nothing_is_asked_again(at, tenant, statements):
    watched = Watch()
    at(0.0)
    assert watched.count([tenant]) == 0
    assert statements
    statements.clear()
    current_catalog().refuse(PluginError("broken", "import", "gone"))

    at(watch.SECONDS)
    assert watched.count([tenant]) == 0
    assert statements == []

    at(watch.SECONDS + 1)
    assert watched.count([tenant]) == 1


def test_what_this_process_met_counts_at_once(at, tenant, statements):
    watched = Watch()
    at(0.0)
    watched.count([tenant])
    statements.clear()

    note_fault("hello", "nav", LookupError("gone"), "hello.index")

    assert watched.count([tenant]) == 1
    assert statements == []


def test_owners_of_different_tenants_are_counted_for_apart(at, tenant, make_tenant, statements):
    watched = Watch()
    at(0.0)
    watched.count([tenant])
    statements.clear()

    watched.count([make_tenant("other")])

    assert any("bulk_operation_runs" in one.statement for one in statements)


def test_it_forgets_before_it_grows_without_end(at, make_tenant, monkeypatch):
    monkeypatch.setattr(watch, "KEPT", 2)
    watched = Watch()
    at(0.0)

    for _ in range(5):
        watched.count([make_tenant()])

    assert len(watched._counted) <= 2


def test_who_owns_nothing_is_never_asked_for(app, statements):
    current_catalog().refuse(PluginError("broken", "import", "gone"))

    assert watch.problem_count([]) == 0
    assert statements == []
