"""GET requests only read: their transactions cannot write and hold no writer up."""

from flask import Flask, request

from app.core.db import begin_reading, end_reading

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def init_transactions(app: Flask) -> None:
    """Choose the kind of transaction before anything of a request touches the database."""

    @app.before_request
    def _begin() -> None:
        if request.method in READING:
            begin_reading()

    @app.teardown_request
    def _end(_error: BaseException | None) -> None:
        end_reading()
