"""Tokens with which programs use the API: each acts as the member who made it, in one tenant."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.core import audit, clock
from app.core.access import require_role
from app.core.db import CoreModel, db
from app.core.errors import InvalidInputError, InvalidParametersError
from app.core.registry.parameters import messages_of
from app.core.runs.new_run import Initiator
from app.core.runs.queries import LARGEST_ID
from app.core.tenants import Tenant
from app.core.users import Role, User

PREFIX = "ta_"  # by which redaction, and scanners of repositories, know a token
SECRET_BYTES = 32
NAME_LENGTH = 80


class TokenScope(StrEnum):
    """What a token is good for, whatever its maker may do besides."""

    READ = "read"  # reads operations, runs and items
    START = "start"  # starts operations, too

    def includes(self, needed: "TokenScope") -> bool:
        """Whether this scope is enough where `needed` is asked for."""
        return self is TokenScope.START or self is needed


class TokenState(StrEnum):
    """Whether a token is taken."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class ApiToken(CoreModel):
    """One token; its secret is not here."""

    __tablename__ = "api_tokens"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id, ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of 256 random bits
    scope: Mapped[TokenScope] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    maker: Mapped[User] = relationship(lazy="raise")

    @property
    def state(self) -> TokenState:
        """Whether it is taken at this moment."""
        if self.revoked_at is not None:
            return TokenState.REVOKED
        return TokenState.ACTIVE if clock.now() < self.expires_at else TokenState.EXPIRED


class NewToken(BaseModel):
    """What a token is to be."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(
        min_length=1, max_length=NAME_LENGTH, title="Name", description="What it is for: a script, a machine."
    )
    scope: TokenScope = Field(
        default=TokenScope.READ,
        title="Scope",
        description="read: reads operations, runs and items. start: starts operations, too.",
    )
    days: int = Field(default=90, ge=1, le=365, title="Days until it expires", description="At most a year.")


@dataclass(frozen=True)
class IssuedToken:
    """A new token with its secret, which nobody can be told again."""

    token: ApiToken
    secret: str = field(repr=False)


def create_token(tenant: Tenant, maker: User, wanted: Mapping[str, object], by: Initiator) -> IssuedToken:
    """Make a token that acts as `maker` in a tenant; audited; commits.

    Args:
        tenant: where; nowhere else is it taken.
        maker: a manager there.
        wanted: values of a `NewToken`.
        by: who asks: the maker, or the administrator on the command line.

    Raises:
        InvalidParametersError: it cannot be such; messages by field.
        PermissionDeniedError: `maker` is no manager of the tenant.
    """
    require_role(maker, tenant, Role.MANAGER)
    checked = _checked(wanted)
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    now = clock.now()
    token = ApiToken(
        tenant_id=tenant.id,
        user_id=maker.id,
        maker=maker,
        name=checked.name,
        token_hash=_hash(secret),
        scope=checked.scope,
        created_at=now,
        expires_at=now + timedelta(days=checked.days),
    )
    db.session.add(token)
    db.session.flush()
    _record(token, "token.created", by)
    db.session.commit()
    return IssuedToken(token, secret)


def revoke_token(tenant: Tenant, token_id: int, by: Initiator) -> ApiToken:
    """Let a token be taken no more; audited; commits. One that is revoked already stays as it is.

    Raises:
        InvalidInputError: the tenant has no such token.
    """
    token = find_token(tenant, token_id)
    if token is None:
        raise InvalidInputError(f"no token {token_id}")
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        _record(token, "token.revoked", by)
    db.session.commit()
    return token


def list_tokens(tenant: Tenant) -> Sequence[ApiToken]:
    """Every token of a tenant with its maker, newest first."""
    query = select(ApiToken).where(ApiToken.tenant_id == tenant.id).order_by(ApiToken.id.desc())
    return db.session.scalars(query.options(joinedload(ApiToken.maker))).all()


def find_token(tenant: Tenant, token_id: int) -> ApiToken | None:
    """One token of a tenant with its maker, or nothing."""
    if not 0 < token_id <= LARGEST_ID:
        return None
    query = select(ApiToken).where(ApiToken.tenant_id == tenant.id, ApiToken.id == token_id)
    return db.session.scalar(query.options(joinedload(ApiToken.maker)))


def token_of(secret: str) -> ApiToken | None:
    """The active token with that secret, with its maker, or nothing.

    Found by the hash: how long that takes tells nothing about any secret.
    """
    query = select(ApiToken).where(ApiToken.token_hash == _hash(secret))
    token = db.session.scalar(query.options(joinedload(ApiToken.maker)))
    return token if token is not None and token.state is TokenState.ACTIVE else None


def _checked(wanted: Mapping[str, object]) -> NewToken:
    try:
        return NewToken.model_validate(dict(wanted))
    except ValidationError as error:
        raise InvalidParametersError(messages_of(error)) from None


def _hash(secret: str) -> str:
    """SHA-256 is enough: nobody guesses 256 random bits, however quick each guess is."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _record(token: ApiToken, action: str, by: Initiator) -> None:
    facts = {
        "name": token.name,
        "scope": token.scope,
        "acts_as": token.maker.email,
        "expires_at": token.expires_at.isoformat(),
    }
    subject = f"token:{token.id}"
    audit.record(token.tenant_id, action, subject, user_id=by.user_id, actor=by.name, details=facts)
