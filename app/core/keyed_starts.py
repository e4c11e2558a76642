"""Starts that bear a key: whoever asks again with it gets the same run, also when that has ended."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import CoreModel, JsonObject, db
from app.core.errors import InvalidInputError
from app.core.registry.catalog import Catalog
from app.core.runs.models import BulkOperationRun
from app.core.runs.start import start_operation
from app.core.statements import upsert
from app.core.tenants import Tenant
from app.core.users import User

REMEMBERED = timedelta(hours=24)


class KeyReusedError(InvalidInputError):
    """A key came with another request before."""


class KeyedStart(CoreModel):
    """One key of one member in one tenant; key and request are kept as hashes."""

    __tablename__ = "keyed_starts"
    __table_args__ = (UniqueConstraint("tenant_id", "user_id", "key_hash"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id, ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    key_hash: Mapped[str] = mapped_column(String(64))
    request_hash: Mapped[str] = mapped_column(String(64))
    run_id: Mapped[int] = mapped_column(ForeignKey(BulkOperationRun.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class _Asked:
    """A start with its key, as it is remembered."""

    tenant_id: int
    user_id: int
    key_hash: str
    request_hash: str


def start_once(
    catalog: Catalog, tenant: Tenant, run_type: str, params: Mapping[str, object], user: User, key: str
) -> int:
    """Start an operation as `start_operation` does, at most once a key within 24 hours.

    Args:
        catalog: the loaded plugins.
        tenant: where.
        run_type: which.
        params: raw parameters.
        user: who; another member's equal key is another key.
        key: any text.

    Returns:
        The run's number: new, active already, or the one that was started with this key before.

    Raises:
        KeyReusedError: the key came with another run type or other parameters.
        InvalidInputError: as `start_operation`.
        PermissionDeniedError: as `start_operation`.
    """
    request = json.dumps([run_type, params], sort_keys=True, default=str)
    asked = _Asked(tenant.id, user.id, _hash(key), _hash(request))
    if (known := _known(asked)) is not None:
        return known
    try:
        started = start_operation(
            catalog, tenant, run_type, params, user, together=lambda run_id: _remember(asked, run_id)
        )
    except IntegrityError:
        # The same key came twice at one moment: whoever committed first has the run.
        if (known := _known(asked)) is None:
            raise
        return known
    return started.run_id if started.created else _join(asked, started.run_id)


def _known(asked: _Asked) -> int | None:
    start = KeyedStart
    query = select(start.request_hash, start.run_id).where(
        start.tenant_id == asked.tenant_id,
        start.user_id == asked.user_id,
        start.key_hash == asked.key_hash,
        start.created_at > clock.now() - REMEMBERED,
    )
    found = db.session.execute(query).one_or_none()
    db.session.commit()
    if found is not None and found.request_hash != asked.request_hash:
        raise KeyReusedError("This Idempotency-Key came with another request; use a new one.")
    return None if found is None else found.run_id


def _remember(asked: _Asked, run_id: int) -> None:
    """Keep the key in the transaction of its start, and let go of what is too old."""
    _forget()
    db.session.execute(upsert(KeyedStart).values(_row(asked, run_id)))


def _join(asked: _Asked, run_id: int) -> int:
    """Keep the key of a start that found an active run; another request may have been quicker."""
    _forget()
    db.session.execute(upsert(KeyedStart).values(_row(asked, run_id)).on_conflict_do_nothing())
    db.session.commit()
    return _known(asked) or run_id


def _forget() -> None:
    db.session.execute(delete(KeyedStart).where(KeyedStart.created_at <= clock.now() - REMEMBERED))


def _row(asked: _Asked, run_id: int) -> JsonObject:
    return {**asdict(asked), "run_id": run_id, "created_at": clock.now()}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
