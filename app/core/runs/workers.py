"""The worker registry: which processes execute runs, and what each of them can execute."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CoreModel, changed_rows, database_now, db
from app.core.statements import upsert

FORGOTTEN_AFTER = 86_400  # seconds; a worker that ended uncleanly stays visible that long


@dataclass(frozen=True)
class WorkerCard:
    """What a worker says of itself.

    Attributes:
        id: unique per boot.
        slots: how many runs it executes at a time.
        plugins: name -> version.
        run_types: what it can execute.
    """

    id: str
    host: str
    pid: int
    version: str
    slots: int
    plugins: dict[str, str]
    run_types: list[str]


class Worker(CoreModel):
    """One worker process since its boot; its row goes when it ends cleanly."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    host: Mapped[str] = mapped_column(String(80))
    pid: Mapped[int]
    version: Mapped[str] = mapped_column(String(40))  # of the product
    slots: Mapped[int]
    plugins: Mapped[dict[str, Any]]
    run_types: Mapped[list[str]]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # by the database's clock
    lives_until: Mapped[datetime]  # unless it is seen again


def note_worker(card: WorkerCard, lease_seconds: float) -> None:
    """Write that a worker lives, the first time with its card; commits.

    Args:
        card: what it says of itself.
        lease_seconds: how long it is believed to live without being seen again.
    """
    seen = {"seen_at": database_now(), "lives_until": database_now(lease_seconds)}
    insert = upsert(Worker).values({**vars(card), **seen, "started_at": database_now()})
    db.session.execute(insert.on_conflict_do_update(index_elements=["id"], set_=seen))
    db.session.commit()


def forget_worker(worker_id: str) -> None:
    """Take a worker that ends out of the registry; commits."""
    db.session.execute(delete(Worker).where(Worker.id == worker_id))
    db.session.commit()


def forget_silent_workers() -> int:
    """Take workers out that were not seen for a day; commits; returns how many."""
    count = changed_rows(delete(Worker).where(Worker.seen_at < database_now(-FORGOTTEN_AFTER)))
    db.session.commit()
    return count


def list_workers() -> Sequence[tuple[Worker, bool]]:
    """Every known worker with whether it lives, newest first."""
    lives = (Worker.lives_until > database_now()).label("lives")
    query = select(Worker, lives).order_by(Worker.started_at.desc(), Worker.id)
    return [(worker, bool(is_live)) for worker, is_live in db.session.execute(query)]


def live_run_types() -> set[str]:
    """Run types that some living worker can execute."""
    return {run_type for worker, lives in list_workers() if lives for run_type in worker.run_types}
