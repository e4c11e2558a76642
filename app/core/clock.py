"""The one place where time is asked: UTC and timezone-aware, always."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def ticks() -> float:
    """Seconds on a clock that never jumps; only differences mean something."""
    return time.monotonic()


def pause(seconds: float) -> None:
    """Wait; only where nothing can be awaited."""
    time.sleep(seconds)
