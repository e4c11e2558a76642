"""Errors as drivers raise them when a database cannot be used just now."""

import sqlite3

from sqlalchemy.exc import OperationalError


def away() -> OperationalError:
    """What SQLAlchemy raises when SQLite finds its disk full."""
    cause = sqlite3.OperationalError("database or disk is full")
    cause.sqlite_errorname = "SQLITE_FULL"
    return OperationalError("UPDATE", {}, cause)
