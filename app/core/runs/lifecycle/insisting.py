"""A run ends, whatever becomes of those who should be told."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

from app.core import outbox
from app.core.db import db, is_away

A = ParamSpec("A")
R = TypeVar("R")

logger = logging.getLogger(__name__)


def ends_a_run(step: Callable[A, R]) -> Callable[A, R]:
    """Let a step that may end a run be taken once more, without a message to channels, if it is refused.

    The message rides along in the statement that ends the run: a savepoint of its own would cost every run a
    round trip. What else was refused is refused again, and raised.
    """

    @wraps(step)
    def insisted(*args: A.args, **kwargs: A.kwargs) -> R:
        try:
            return step(*args, **kwargs)
        except DBAPIError as error:
            db.session.rollback()
            if is_away(error):
                raise
            logger.exception("the end of a run was refused; trying without telling channels")
        with outbox.closed():
            return step(*args, **kwargs)

    return insisted
