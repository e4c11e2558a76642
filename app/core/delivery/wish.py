"""What a subscription is asked to be, and whether it can be that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from app.core.db import JsonObject
from app.core.errors import InvalidInputError, InvalidParametersError
from app.core.outbox import NAME_LENGTH
from app.core.registry.catalog import Catalog
from app.core.registry.extensions import NotificationChannel
from app.core.registry.parameters import holds_secret, messages_of
from app.core.runs.status import StatusBucket

OPTIONS = "options."  # what a problem of a channel's own option is named with
ENDS = tuple(bucket for bucket in StatusBucket if bucket.is_final)


@dataclass(frozen=True)
class Wish:
    """A subscription as somebody wants it.

    Attributes:
        name: 1 to 80 characters, unique in its tenant.
        buckets: which ends are told: succeeded, partially_succeeded, failed.
        run_types: of which runs; none: of all.
        options: raw values of the channel's options.
    """

    name: str
    buckets: Sequence[str]
    run_types: Sequence[str]
    options: Mapping[str, object]


def checked(catalog: Catalog, channel: NotificationChannel[BaseModel], wish: Wish) -> Wish:
    """The wish, if all of it can be granted; a run type with its former names.

    Raises:
        InvalidParametersError: messages for `name`, `buckets`, `run_types`, `options.<field>`, all at once.
    """
    name, problems = wish.name.strip(), {}
    if not 0 < len(name) <= NAME_LENGTH or not name.isprintable():
        problems["name"] = f"{name[:NAME_LENGTH]!r}: a name has 1 to {NAME_LENGTH} characters, on one line"
    if not wish.buckets or not set(wish.buckets) <= set(ENDS):
        problems["buckets"] = f"choose from {', '.join(ENDS)}"
    if unknown := sorted(set(wish.run_types) - set(catalog.run_types)):
        problems["run_types"] = f"no loaded plugin offers {', '.join(repr(one[:120]) for one in unknown)}"
    try:
        channel.options.model_validate(dict(wish.options))
    except ValidationError as error:
        problems |= {f"{OPTIONS}{field}": said for field, said in messages_of(error).items()}
    if problems:
        raise InvalidParametersError(problems)
    types = [name for chosen in wish.run_types for name in catalog.run_types[chosen]]
    return Wish(name, tuple(wish.buckets), tuple(dict.fromkeys(types)), wish.options)


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
