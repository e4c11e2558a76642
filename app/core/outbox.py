"""What is to be sent to the world: which channels a tenant has, and which messages wait for each.

A row is written in the transaction that ends a run; whoever sends it stands above runs (`app.core.delivery`).
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Dialect,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    exists,
    literal,
    or_,
    select,
    text,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from app.core.audit import SYSTEM
from app.core.db import CoreModel, JsonObject, database_now, table_of
from app.core.severity import Severity
from app.core.statements import Change, is_sqlite, upsert

NAME_LENGTH = 80
SAID_LENGTH = 300
# As text, in the index and in queries alike: with bound values no database sees that a partial index serves.
WAITING = text("state = 'pending'")
GATHERED = text("digest_id IS NOT NULL")


class NameList(TypeDecorator[tuple[str, ...]]):
    """Some names in one text, each between commas, so that SQL can ask for one of them."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> str:
        """Join the names; none: an empty text."""
        del dialect
        return f",{','.join(value)}," if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        """Give the names back."""
        del dialect
        return tuple(name for name in (value or "").split(",") if name)


class DeliveryState(StrEnum):
    """What became of one message to one channel."""

    PENDING = "pending"  # to be sent, or to be tried again at `next_at`
    DELIVERED = "delivered"
    FAILED = "failed"  # given up; `said` tells why


class ChannelSubscription(CoreModel):
    """A channel that one tenant wants to be told by."""

    __tablename__ = "channel_subscriptions"
    __table_args__ = (UniqueConstraint("tenant_id", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(40))  # key of a `NotificationChannel`
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    options: Mapped[str] = mapped_column(Text)  # sealed
    buckets: Mapped[tuple[str, ...]] = mapped_column(NameList)  # which ends are told
    run_types: Mapped[tuple[str, ...]] = mapped_column(NameList)  # of these; none: of all
    least_rank: Mapped[int | None]  # only runs with new findings of at least this `Severity.rank`; none: all
    digest_seconds: Mapped[int] = mapped_column(default=0)  # messages of that long go together; 0: each alone
    is_enabled: Mapped[bool] = mapped_column(default=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_by: Mapped[str] = mapped_column(String(255), default=SYSTEM)  # e-mail, or `system`
    created_at: Mapped[datetime]  # by the database's clock, as every moment here

    @property
    def least_severity(self) -> Severity | None:
        """How severe new findings must be at least; none: runs are told whatever they found."""
        return None if self.least_rank is None else list(Severity)[self.least_rank]


class Delivery(CoreModel):
    """One message to one subscription: about a run, or a test."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("run_id", "subscription_id"),
        Index(None, "subscription_id", "id"),
        Index("ix_deliveries_due", "next_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_deliveries_gathered", "digest_id", sqlite_where=GATHERED, postgresql_where=GATHERED),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey(ChannelSubscription.id, ondelete="CASCADE"))
    run_id: Mapped[int | None] = mapped_column(
        ForeignKey("bulk_operation_runs.id", ondelete="CASCADE")
    )  # none: a test
    state: Mapped[DeliveryState] = mapped_column(String(16), default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)  # begun so far
    next_at: Mapped[datetime]  # not before; while one is under way: when it counts as lost
    said: Mapped[str | None] = mapped_column(String(400))  # what went wrong last, sanitized
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    digest_id: Mapped[int | None] = mapped_column(
        ForeignKey("deliveries.id", ondelete="SET NULL")
    )  # it goes in one message with this one

    @property
    def is_test(self) -> bool:
        """Whether somebody only wants to see that it arrives."""
        return self.run_id is None


_closed: ContextVar[bool] = ContextVar("outbox_closed", default=False)


def posting(tenant_id: int, run_id: int, run_type: str, bucket: str, worst: int | None) -> list[Change]:
    """What puts a message about the end of a run into the outbox, one for each channel that wants it.

    Nothing in it should fail where the run's own row can be written: a subscription that is being removed
    is passed over, and a second message about one run is none.

    Args:
        tenant_id: whose channels.
        run_id: a run of it that ends in the current transaction.
        run_type: for the filter.
        bucket: how it ended.
        worst: `Severity.rank` of its worst new finding; none: it has none.

    Returns:
        One statement; none while the outbox is closed.
    """
    if not is_open():
        return []
    return [(_posting(on_sqlite=is_sqlite()), values_of(tenant_id, run_id, run_type, bucket, worst))]


def posted(run: FromClause) -> Insert:
    """The same as a part of the statement that ends a run, for PostgreSQL; it takes `values_of`.

    Args:
        run: gives a row if the run ends.
    """
    return _posting(on_sqlite=False, given=exists().select_from(run))


def values_of(tenant_id: int, run_id: int, run_type: str, bucket: str, worst: int | None) -> JsonObject:
    """The values of `posted`; see `posting`."""
    return {
        "post_tenant": tenant_id,
        "post_run": run_id,
        "post_type": _pattern(run_type),
        "post_bucket": _pattern(bucket),
        "post_worst": worst,
    }


def is_open() -> bool:
    """Whether messages are posted."""
    return not _closed.get()


@contextmanager
def closed() -> Iterator[None]:
    """Post nothing inside the block: a run must be able to end although the outbox refuses messages."""
    token = _closed.set(True)
    try:
        yield
    finally:
        _closed.reset(token)


@cache
def _posting(*, on_sqlite: bool, given: ColumnElement[bool] | None = None) -> Insert:
    wants = table_of(ChannelSubscription)
    types = type_coerce(wants.c.run_types, String)
    chosen = (
        select(
            wants.c.id,
            bindparam("post_run", type_=Integer()),
            literal(DeliveryState.PENDING.value),
            literal(0),
            database_now(wants.c.digest_seconds),
            database_now(),
        )
        .where(
            true() if given is None else given,
            wants.c.tenant_id == bindparam("post_tenant"),
            wants.c.is_enabled,
            type_coerce(wants.c.buckets, String).like(bindparam("post_bucket", type_=String()), escape="/"),
            or_(types == "", types.like(bindparam("post_type", type_=String()), escape="/")),
            or_(wants.c.least_rank.is_(None), wants.c.least_rank >= bindparam("post_worst", type_=Integer())),
        )
        # On PostgreSQL: keep it until the commit, and leave alone what somebody is removing.
        .with_for_update(read=True, key_share=True, skip_locked=True)
    )
    columns = ["subscription_id", "run_id", "state", "attempts", "next_at", "created_at"]
    statement = upsert(Delivery, on_sqlite=on_sqlite).from_select(columns, chosen)
    return statement.on_conflict_do_nothing(index_elements=["run_id", "subscription_id"])


def _pattern(name: str) -> str:
    """What is like a list that holds a name."""
    escaped = name.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%,{escaped},%"
