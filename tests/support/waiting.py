"""Waiting for another process, with an end."""

import threading
import time

DEADLINE = 40.0  # seconds; the machine may be busy
PAUSE = 0.05

_NEVER = threading.Event()


def wait_until(look, what, deadline=DEADLINE):
    """Ask `look` until it answers something true, and answer with that; fail after the deadline."""
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        if found := look():
            return found
        _NEVER.wait(PAUSE)
    raise AssertionError(f"still waiting after {deadline:g} s: {what}")
