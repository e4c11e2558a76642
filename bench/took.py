"""What some work took: by the wall, and of processors, which say more on a busy machine."""

import os
import time
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import text

from app.core.db import db
from bench.runs.processor import processor_seconds


class Took(NamedTuple):
    """Seconds of one measurement: by the wall, and of processors in this process and the server's."""

    seconds: float
    processor: float


def measured(work: Callable[[], object]) -> Took:
    """Do some work with the database of the current application."""
    processes = _processes()
    began, used = time.perf_counter(), sum(map(processor_seconds, processes))
    work()
    seconds = time.perf_counter() - began
    return Took(seconds, sum(map(processor_seconds, processes)) - used)


def _processes() -> list[int]:
    """This one, and the one of the database that serves our connection, where there is one."""
    if db.engine.dialect.name == "sqlite":
        return [os.getpid()]
    server = db.session.scalar(text("SELECT pg_backend_pid()"))
    db.session.commit()
    assert server
    return [os.getpid(), server]
