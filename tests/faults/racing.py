"""Several steps of one run's life at the same moment, each in a thread and a context of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from app.core.db import db
from tests.support.browsing import end_transaction

LONGEST = 60  # seconds


def at_once(app: Flask, *steps: Callable[[], object]) -> list[object]:
    """Call every step when all are ready; answers with what each returned or, as a value, raised."""
    gate = threading.Barrier(len(steps))

    def call(step: Callable[[], object]) -> object:
        with app.app_context():
            db.session.connection()
            db.session.rollback()
            gate.wait(timeout=LONGEST)
            try:
                return step()
            except Exception as error:  # noqa: BLE001 - the test judges it
                return error
            finally:
                db.session.rollback()

    end_transaction()
    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(call, steps))
