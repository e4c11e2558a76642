"""What went wrong in plugins while this process served pages; see docs/decisions/0016."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from flask import current_app

from app.core import clock

EXTENSION = "tenantatlas.faults"

T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fault:
    """One plugin failing at one stage, once or often.

    Attributes:
        reason: kind of the newest error and where it happened; never its text.
        count: how often in this process.
    """

    plugin: str
    stage: str
    reason: str
    count: int
    last_at: datetime


class FaultLog:
    """The faults of one application in this process, safe among threads; at most one a plugin and stage."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], Fault] = {}

    def note(self, plugin: str, stage: str, reason: str) -> bool:
        """Count a fault; its reason takes the place of the one before; whether it is another one."""
        with self._lock:
            known = self._kept.get((plugin, stage))
            count = known.count + 1 if known else 1
            self._kept[plugin, stage] = Fault(plugin, stage, reason, count, clock.now())
        return known is None or known.reason != reason

    def faults(self) -> list[Fault]:
        """Newest first."""
        with self._lock:
            return sorted(self._kept.values(), key=lambda fault: fault.last_at, reverse=True)


def note_fault(plugin: str, stage: str, error: BaseException, where: str) -> None:
    """Log an error of a plugin, and keep for the owners that there was one.

    The trace is logged with the first of a kind: an entry in the navigation may fail on every page.

    Args:
        plugin: its name.
        stage: one of `Stage`.
        error: what it raised.
        where: an endpoint, an entry, a card; shown to owners.
    """
    is_new = fault_log().note(plugin, stage, f"{type(error).__name__} in {where}")
    logger.error("plugin %s failed at %s in %s", plugin, stage, where, exc_info=error if is_new else None)


def unless_broken(plugin: str, stage: str, where: str, call: Callable[[], T]) -> T | None:
    """What plugin code answers; nothing when it raises: that is noted, and the page goes on without it."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and core's pages stay
        note_fault(plugin, stage, error, where)
        return None


def fault_log() -> FaultLog:
    """The faults of the running application."""
    found = current_app.extensions[EXTENSION]
    if not isinstance(found, FaultLog):
        raise TypeError(EXTENSION)
    return found
