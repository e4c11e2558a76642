"""A bare Huey over the same backend: one task that returns at once; its result is stored."""

import os
from collections.abc import Callable

from huey.api import Huey, PostgresHuey, PriorityRedisExpireHuey, Result, SqliteHuey


def bare_huey() -> tuple[Huey, Callable[[int], Result]]:
    """Huey over the backend of the environment, and the call that enqueues its one task."""
    url, name = os.environ["TENANTATLAS_QUEUE_URL"], os.environ["TENANTATLAS_QUEUE_PREFIX"] + "-bare"
    if url.startswith("sqlite:///"):
        huey = SqliteHuey(name, filename=url.removeprefix("sqlite:///") + ".bare", timeout=15)
    elif url.startswith("postgresql://"):
        huey = PostgresHuey(name, dsn=url)
    else:
        huey = PriorityRedisExpireHuey(name, url=url)
    return huey, huey.task()(nothing)


def nothing(number: int) -> int:
    """Return at once; what is not None is stored as the result."""
    return number
