"""What went wrong in this process is counted, and told without its text."""

import logging
import threading

from app.core.registry.faults import FaultLog, fault_log, note_fault, unless_broken


def test_what_answers_is_passed_on_and_what_raises_is_noted(app, caplog):
    assert unless_broken("hello", "nav", "hello.index", lambda: 17) == 17
    assert fault_log().faults() == []

    def fail():
        raise LookupError("password=hunter2")

    assert unless_broken("hello", "nav", "hello.index", fail) is None
    [fault] = fault_log().faults()
    assert (fault.plugin, fault.stage, fault.reason) == ("hello", "nav", "LookupError in hello.index")
    assert "plugin hello failed at nav in hello.index" in caplog.text


def test_the_trace_is_logged_once_and_each_fault_counted(app, caplog):
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            note_fault("hello", "nav", LookupError("gone"), "hello.index")

    assert [record.exc_info is not None for record in caplog.records] == [True, False, False]
    assert fault_log().faults()[0].count == 3


def test_the_newest_fault_comes_first():
    log = FaultLog()
    for plugin in ("first", "second", "first"):
        log.note(plugin, "routes", "LookupError")

    assert [(fault.plugin, fault.count) for fault in log.faults()] == [("first", 2), ("second", 1)]


def test_threads_lose_no_fault():
    log, gate = FaultLog(), threading.Barrier(8)

    def note():
        gate.wait()
        for _ in range(200):
            log.note("hello", "routes", "LookupError")

    threads = [threading.Thread(target=note) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert log.faults()[0].count == 1600


def test_applications_of_one_process_keep_their_faults_apart(make_app):
    one, other = make_app(), make_app()
    with one.app_context():
        note_fault("hello", "routes", LookupError(), "hello.index")

    with other.app_context():
        assert fault_log().faults() == []
