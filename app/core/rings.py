"""What a ring is made of, and where it waits: a signed message in SQLite, PostgreSQL or Redis."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from huey.api import Huey, PostgresHuey, PriorityRedisExpireHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer

REDIS_SECONDS = 5  # a blocking look takes one at most
DIGEST = "sha256"
DIGEST_SIZE = hashlib.new(DIGEST).digest_size


class TamperedMessageError(ValueError):
    """A message that this deployment did not write; it is dropped, the run row stays."""


class JsonHmacSerializer(Serializer):
    """Messages as JSON behind an HMAC-SHA256: a tampered row is refused, never executed."""

    def __init__(self, key: bytes) -> None:
        """Take the signing key.

        Args:
            key: 32 bytes, derived for this purpose only.
        """
        super().__init__()
        self._key = key

    def _serialize(self, data: Message) -> bytes:
        fields = data._asdict()
        if fields["on_complete"] or fields["on_error"] or fields["chord_config"]:
            message = "a ring has no follow-up"
            raise ValueError(message)
        body = json.dumps(fields, separators=(",", ":"), sort_keys=True).encode()
        return self._sign(body) + body

    def _deserialize(self, data: bytes) -> Message:
        data = bytes(data)
        signature, body = data[:DIGEST_SIZE], data[DIGEST_SIZE:]
        if not hmac.compare_digest(signature, self._sign(body)):
            message = "signature does not match"
            raise TamperedMessageError(message)
        fields = json.loads(body)
        return Message(**{**fields, "args": tuple(fields["args"])})

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, DIGEST)


class _Rings:
    """A ring is not revoked and leaves nothing behind, as the row says what is still to be done.

    Huey would ask its storage for a revocation before each ring, and delete one after it.
    """

    def is_revoked(self, task: object, timestamp: object = None, peek: bool = True) -> bool:  # noqa: FBT001, FBT002 - Huey's
        """Say no without asking."""
        del task, timestamp, peek
        return False

    def delete(self, key: str) -> bool:
        """Have nothing to delete."""
        del key
        return False


class _SqliteRings(_Rings, SqliteHuey):
    pass


class _PostgresRings(_Rings, PostgresHuey):
    pass


class _RedisRings(_Rings, PriorityRedisExpireHuey):
    pass


def open_rings(url: str, name: str, serializer: JsonHmacSerializer) -> Huey:
    """The queue in which rings wait.

    Args:
        url: `sqlite:///file`, `redis://...` or `postgresql://...`.
        name: prefix of its keys or tables.
        serializer: signs what it holds.
    """
    common: dict[str, Any] = {"results": False, "serializer": serializer, "utc": True}
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return _SqliteRings(name, filename=str(path), timeout=15, **common)
    if scheme == "postgresql":
        return _PostgresRings(name, dsn=url, **common)
    return _RedisRings(name, url=_bounded(url), **common)


def _bounded(url: str) -> str:
    """A Redis URL whose waits end: a server that hangs must not hang a request or a heartbeat."""
    if "socket_timeout" in url:
        return url
    joint = "&" if urlsplit(url).query else "?"
    return f"{url}{joint}socket_timeout={REDIS_SECONDS}&socket_connect_timeout={REDIS_SECONDS}"
