"""A worker process: Huey's consumer, one thread that beats and sweeps, and one for each group of chores."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from flask import Flask

from app import __version__
from app.core import clock, queue
from app.core.db import db
from app.core.errors import LeaseLostError
from app.core.registry.catalog import Catalog, current_catalog
from app.core.runs import heartbeat, lifecycle, rescue, workers
from app.core.runs.tally import Tally
from app.core.runs.workers import WorkerCard

TICK_SECONDS = 0.1  # between looks at what long items hold back
SWEEPS_PER_LEASE = 4
CHORE_SECONDS = 5.0
AWAY_SECONDS = 2.0  # after a step failed: its database may be away
LAST_SECONDS = queue.SHUTDOWN_SECONDS - 2  # a forked process that is still at work then ends itself

Chore = Callable[[], object]
Chores = Sequence[Sequence[Chore]]  # each group has a thread of its own: none waits for another's

logger = logging.getLogger(__name__)


def run_worker(app: Flask, *, slots: int, processes: bool = False, chores: Chores = ()) -> None:
    """Execute runs until SIGTERM or SIGINT; call in the main thread.

    Runs that can be resumed are given back at their next checkpoint; others have 30 seconds to end.

    Args:
        app: the application.
        slots: how many runs at a time.
        processes: a process for each instead of a thread.
        chores: called every few seconds, each in a fresh application context, those of a group in turn.
    """
    if processes:
        consumer = queue.make_consumer(
            app, workers=slots, processes=True, in_child=lambda: _begin_child(app, consumer, chores)
        )
        with app.app_context():
            db.engine.dispose()
        consumer.heed_signals()
        consumer.run()
        return
    consumer = queue.make_consumer(app, workers=slots)
    heartbeat.stop_when(lambda: consumer.is_stopping)
    consumer.heed_signals()
    with beating(app, _card(app, slots), chores):
        try:
            consumer.run()
        finally:
            _give_back_all(app)


@contextmanager
def beating(app: Flask, card: WorkerCard | None = None, chores: Chores = ()) -> Iterator[None]:
    """Keep this process's runs alive, and sweep, until the block ends.

    Args:
        app: the application.
        card: how this process stands in the worker registry; none: it takes no runs from the queue.
        chores: called every few seconds.
    """
    stop = threading.Event()
    lease_seconds = app.config["LEASE_SECONDS"]
    threads: list[threading.Thread] = []
    try:
        # Chores may call plugins: their slowness must not stop the heart.
        threads.append(_repeating(app, stop, "heartbeat", _beats(card, lease_seconds)))
        for group in chores:
            threads.append(_repeating(app, stop, "chores", [(CHORE_SECONDS, list(group))]))  # noqa: PERF401 - those begun are ended, whatever comes between
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=5)
        if card is not None:
            _quietly(app, partial(workers.forget_worker, card.id))


def _begin_child(app: Flask, consumer: queue.CleanConsumer, chores: Chores) -> None:
    """Make a forked process a worker of its own: no inherited connections, its own name and heartbeat."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)  # the parent is asked to stop, and says so by its flag
    with app.app_context():
        db.engine.dispose(close=False)
    heartbeat.begin_anew()
    parent = os.getppid()
    orphaned = threading.Event()
    heartbeat.stop_when(lambda: orphaned.is_set() or consumer.is_stopping)
    arguments = (app, consumer, parent, orphaned, chores)
    # Not a daemon: a child that has nothing to do leaves its loop at once, and is to be forgotten first.
    threading.Thread(target=_beat_in_child, args=arguments, name="heartbeat", daemon=False).start()


def _beat_in_child(
    app: Flask,
    consumer: queue.CleanConsumer,
    parent: int,
    orphaned: threading.Event,
    chores: Chores,
) -> None:
    card = _card(app, 1)
    with beating(app, card, chores):
        while not heartbeat.is_stopping() and threading.main_thread().is_alive():
            clock.pause(TICK_SECONDS)
            if os.getppid() != parent:
                orphaned.set()
                consumer.stop_flag.set()
        asked_at = clock.ticks()
        while heartbeat.held_leases() and not consumer.is_hurried and clock.ticks() - asked_at < LAST_SECONDS:
            clock.pause(TICK_SECONDS)
        _give_back_all(app)
    os._exit(0)


def _beats(card: WorkerCard | None, lease_seconds: float) -> list[tuple[float, list[Chore]]]:
    """What the heartbeat thread does, each group with its pause in seconds."""
    seen: list[Chore] = [] if card is None else [partial(workers.note_worker, card, lease_seconds)]
    return [
        (TICK_SECONDS, [heartbeat.beat]),
        (lease_seconds / SWEEPS_PER_LEASE, [*seen, rescue.sweep, workers.forget_silent_workers]),
    ]


def _repeating(
    app: Flask, stop: threading.Event, name: str, groups: Sequence[tuple[float, list[Chore]]]
) -> threading.Thread:
    thread = threading.Thread(target=_repeat, args=(app, stop, groups), name=name, daemon=True)
    thread.start()
    return thread


def _repeat(app: Flask, stop: threading.Event, groups: Sequence[tuple[float, list[Chore]]]) -> None:
    due = [0.0 for _ in groups]
    while not stop.is_set():
        for number, (pause, chosen) in enumerate(groups):
            if clock.ticks() >= due[number]:
                went_well = [_quietly(app, step) for step in chosen]
                due[number] = clock.ticks() + (pause if all(went_well) else max(pause, AWAY_SECONDS))
        stop.wait(TICK_SECONDS)


def _quietly(app: Flask, step: Chore) -> bool:
    """Call a step in a fresh context; whether it went well. The lease decides about what it could not do."""
    try:
        with app.app_context():
            step()
    except Exception:
        logger.exception("%s failed", getattr(step, "__name__", step))
        return False
    return True


def _give_back_all(app: Flask) -> None:
    """Give back what did not end in time; the process ends next, so its threads write nothing any more."""
    for lease in heartbeat.held_leases():
        said = "Its worker was stopped and did not wait for its end."
        _quietly(app, partial(_give_back, lease.run_id, partial(lifecycle.give_back, lease, Tally(), said)))


def _give_back(run_id: int, release: Callable[[], bool]) -> None:
    try:
        if release():
            queue.ring(run_id)
    except LeaseLostError:
        return


def _card(app: Flask, slots: int) -> WorkerCard:
    with app.app_context():
        catalog: Catalog = current_catalog()
        return WorkerCard(
            id=heartbeat.worker_name(),
            host=socket.gethostname()[:80],
            pid=os.getpid(),
            version=__version__,
            slots=slots,
            plugins={name: plugin.version for name, plugin in catalog.plugins.items()},
            run_types=sorted(catalog.run_types),
        )
