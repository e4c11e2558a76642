"""Whether what people acknowledged is what a finding says now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.plugins.drift.compare import REST
from app.plugins.drift.standing import is_over


@dataclass(frozen=True)
class Pin:
    """What one acknowledgement accepts: a whole finding, or one path of it, as long as it reads just so."""

    path: str | None
    pinned_hash: str
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Acceptance:
    """A finding is accepted; until a moment, or for good."""

    until: datetime | None = None


def acceptance_of(
    evidence_hash: str, path_hashes: Mapping[str, str], pins: Iterable[Pin]
) -> Acceptance | None:
    """Whether pins accept a finding as it is, one of the whole or one of each path; none: they do not.

    Args:
        evidence_hash: of all it says.
        path_hashes: path -> digest of what changed there; empty: it has no paths.
        pins: those that nobody withdrew.
    """
    valid = [pin for pin in pins if not is_over(pin.expires_at)]
    whole = [pin for pin in valid if pin.path is None and pin.pinned_hash == evidence_hash]
    paths = [_longest(_of_path(valid, path, digest)) for path, digest in path_hashes.items()]
    found = [_longest(whole)]
    if paths and REST not in path_hashes:
        found.append(_shortest(paths))
    return _longest_of(found)


def _of_path(pins: Sequence[Pin], path: str, digest: str) -> list[Pin]:
    return [pin for pin in pins if (pin.path, pin.pinned_hash) == (path, digest)]


def _longest(pins: Sequence[Pin]) -> Acceptance | None:
    return _longest_of([Acceptance(pin.expires_at) for pin in pins])


def _longest_of(found: Iterable[Acceptance | None]) -> Acceptance | None:
    there = [acceptance for acceptance in found if acceptance is not None]
    if any(acceptance.until is None for acceptance in there):
        return Acceptance()
    ends = [acceptance.until for acceptance in there if acceptance.until is not None]
    return Acceptance(max(ends)) if ends else None


def _shortest(found: Sequence[Acceptance | None]) -> Acceptance | None:
    """What all of them allow; none: one of them is missing."""
    ends = []
    for acceptance in found:
        if acceptance is None:
            return None
        if acceptance.until is not None:
            ends.append(acceptance.until)
    return Acceptance(min(ends, default=None))
