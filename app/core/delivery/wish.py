"""What a subscription is asked to be, and whether it can be that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pydantic import BaseModel, ValidationError

from app.core.db import JsonObject
from app.core.errors import InvalidInputError, InvalidParametersError
from app.core.outbox import NAME_LENGTH
from app.core.registry.catalog import Catalog
from app.core.registry.extensions import NotificationChannel
from app.core.registry.parameters import holds_secret, messages_of
from app.core.runs.status import StatusBucket
from app.core.severity import Severity

OPTIONS = "options."  # what a problem of a channel's own option is named with
ENDS = tuple(bucket for bucket in StatusBucket if bucket.is_final)


class Digest(StrEnum):
    """For how long messages are gathered, from the first of them on, to go as one."""

    NONE = "none"
    QUARTER = "15min"
    HOUR = "1h"
    DAY = "1d"

    @property
    def seconds(self) -> int:
        """The same in seconds; 0: nothing is gathered."""
        return {Digest.NONE: 0, Digest.QUARTER: 900, Digest.HOUR: 3_600, Digest.DAY: 86_400}[self]

    @classmethod
    def of(cls, seconds: int) -> "Digest":
        """The digest of a stored number of seconds."""
        return next(digest for digest in cls if digest.seconds == seconds)


@dataclass(frozen=True)
class Wish:
    """A subscription as somebody wants it.

    Attributes:
        name: 1 to 80 characters, unique in its tenant.
        buckets: which ends are told: succeeded, partially_succeeded, failed.
        run_types: of which runs; none: of all.
        options: raw values of the channel's options.
        least_severity: only of runs with new findings of at least this severity; empty: of all.
        digest: a `Digest`: messages of how long go together.
    """

    name: str
    buckets: Sequence[str]
    run_types: Sequence[str]
    options: Mapping[str, object]
    least_severity: str = ""
    digest: str = Digest.NONE

    @property
    def least_rank(self) -> int | None:
        """The severity's rank; none: whatever was found, or nothing."""
        return Severity(self.least_severity).rank if self.least_severity else None


def checked(catalog: Catalog, channel: NotificationChannel[BaseModel], wish: Wish) -> Wish:
    """The wish, if all of it can be granted; a run type with its former names.

    Raises:
        InvalidParametersError: messages for `options.<field>` and the other fields, all at once.
    """
    name, problems = wish.name.strip(), {}
    if not 0 < len(name) <= NAME_LENGTH or not name.isprintable():
        problems["name"] = f"{name[:NAME_LENGTH]!r}: a name has 1 to {NAME_LENGTH} characters, on one line"
    if not wish.buckets or not set(wish.buckets) <= set(ENDS):
        problems["buckets"] = f"choose from {', '.join(ENDS)}"
    if unknown := sorted(set(wish.run_types) - set(catalog.run_types)):
        problems["run_types"] = f"no loaded plugin offers {', '.join(repr(one[:120]) for one in unknown)}"
    if wish.least_severity and wish.least_severity not in set(Severity):
        problems["least_severity"] = f"choose from {', '.join(Severity)}"
    if wish.digest not in set(Digest):
        problems["digest"] = f"choose from {', '.join(Digest)}"
    try:
        channel.options.model_validate(dict(wish.options))
    except ValidationError as error:
        problems |= {f"{OPTIONS}{field}": said for field, said in messages_of(error).items()}
    if problems:
        raise InvalidParametersError(problems)
    types = [name for chosen in wish.run_types for name in catalog.run_types[chosen]]
    return replace(wish, name=name, buckets=tuple(wish.buckets), run_types=tuple(dict.fromkeys(types)))


def with_kept_secrets(
    channel: NotificationChannel[BaseModel], stored: JsonObject, given: Mapping[str, object]
) -> JsonObject:
    """What was given, and the stored secrets where nothing was."""
    secret = {name for name, info in channel.options.model_fields.items() if holds_secret(info)}
    return {name: value for name, value in stored.items() if name in secret} | dict(given)


def channel_of(catalog: Catalog, key: str) -> NotificationChannel[BaseModel]:
    """The channel of a key.

    Raises:
        InvalidInputError: no loaded plugin offers it.
    """
    found = catalog.declared(NotificationChannel).get(key)
    if found is None:
        raise InvalidInputError(f"no loaded plugin offers the channel {key[:60]!r}")
    return found.what
