"""Audit events as Graph writes them, reduced to what is kept: resource, time, activity, actor."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.core import InvalidInputError

LONGEST_ID, LONGEST_RESOURCE, LONGEST_WORDS = 64, 600, 200  # characters
NOBODY = "unknown"


@dataclass(frozen=True)
class ChangeEvent:
    """One change of one or more resources.

    Attributes:
        resource_ids: in lower case; at least one.
        operation: what was done in one word, such as `create`, `patch`, `delete`; may be empty.
        actor: a user principal name, or what an application is called.
    """

    id: str
    at: datetime
    activity: str
    operation: str
    actor: str
    resource_ids: tuple[str, ...]


def events_in(document: object) -> Iterator[object]:
    """The raw events of a parsed file: an answer of Graph with `value`, a list, or a single event.

    Raises:
        InvalidInputError: it is none of these.
    """
    found = document.get("value", [document]) if isinstance(document, Mapping) else document
    if not isinstance(found, list):
        raise InvalidInputError("the file holds no list of audit events")
    yield from found


def event_of(raw: object) -> ChangeEvent:
    """One event.

    Raises:
        InvalidInputError: it lacks what makes it usable; the text says what, and repeats no value.
    """
    if not isinstance(raw, Mapping):
        raise InvalidInputError("it is no object")
    event_id = _text(raw, "id", LONGEST_ID)
    if not event_id:
        raise InvalidInputError("it has no id")
    resources = tuple(dict.fromkeys(_resource_ids(raw.get("resources"))))
    if not resources:
        raise InvalidInputError("it names no resource")
    return ChangeEvent(
        event_id,
        _moment(raw.get("activityDateTime")),
        _text(raw, "activityType", LONGEST_WORDS) or _text(raw, "activity", LONGEST_WORDS),
        _text(raw, "activityOperationType", 24).lower(),
        _actor(raw.get("actor")),
        resources,
    )


def _text(raw: Mapping[str, object], name: str, longest: int) -> str:
    value = raw.get(name)
    # databases refuse NUL in text
    return value.replace("\0", "").strip()[:longest] if isinstance(value, str) else ""


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise InvalidInputError("its activityDateTime is no moment") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _actor(value: object) -> str:
    if not isinstance(value, Mapping):
        return NOBODY
    names = ("userPrincipalName", "applicationDisplayName", "servicePrincipalName")
    return next(filter(None, (_text(value, name, LONGEST_WORDS) for name in names)), NOBODY)


def _resource_ids(value: object) -> Iterator[str]:
    for resource in value if isinstance(value, list) else ():
        if isinstance(resource, Mapping) and (found := _text(resource, "resourceId", LONGEST_RESOURCE)):
            yield found.lower()
