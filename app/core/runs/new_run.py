"""What a start is given, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.audit import SYSTEM
from app.core.db import JsonObject, db, reading
from app.core.runs.items import Outcome
from app.core.runs.models import BulkOperationRun
from app.core.users import User


@dataclass(frozen=True)
class Initiator:
    """Who starts a run: a person, or a part of the product that says its name."""

    name: str = SYSTEM
    user_id: int | None = None

    @classmethod
    def of(cls, user: User | None) -> "Initiator":
        """A signed-in person; none: the administrator on the command line."""
        return cls() if user is None else cls(user.email, user.id)


@dataclass(frozen=True)
class NewRun:
    """Everything a start writes.

    Attributes:
        run_type: `resource.action`.
        idempotency_key: unique per tenant among active runs; none: never shared.
        item_ids: known at the start; may be empty.
        items_listed: whether `item_ids` are all; else the worker lists them.
        max_runtime: seconds an attempt may take.
        concurrency: runs of its type that its tenant may have running.
        retention: seconds it is kept after its end; none: as its tenant keeps runs.
        retry_of_id: the run it repeats.
        retried_outcomes: only the items of that run that stand so; empty: all.
        caused_by_id: the run it follows.
    """

    run_type: str
    label: str
    plugin: str
    plugin_version: str
    params: JsonObject
    shown_inputs: JsonObject
    item_ids: Sequence[str] = ()
    items_listed: bool = True
    idempotency_key: str | None = None
    resumable: bool = False
    idempotent_items: bool = False
    max_attempts: int = 1
    max_runtime: float | None = None
    concurrency: int | None = None
    retention: int | None = None
    retry_of_id: int | None = None
    retried_outcomes: tuple[Outcome, ...] = ()
    caused_by_id: int | None = None


@dataclass(frozen=True)
class Started:
    """Answer to a start: the run, and whether this call made it (else it was active already)."""

    run_id: int
    label: str
    params: JsonObject
    created: bool

    @property
    def run(self) -> BulkOperationRun:
        """The record, fresh from the database; a start alone does not read it."""
        with reading():
            run = db.session.get_one(BulkOperationRun, self.run_id, populate_existing=True)
            db.session.commit()
        return run
