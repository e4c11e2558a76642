"""One changed leaf of a policy."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

SCRIPT = "script"  # the kind of secret whose versions are told apart
DIGITS = 12  # of its digest


class LeafKind(StrEnum):
    """What happened to one leaf of a policy."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class SealedValue:
    """Stands for a secret: says what it is, never what it holds.

    Attributes:
        kind: what it is, such as `script`; may be empty.
        lines: of a text.
        seal: differs where the secret differs; goes into digests, and is neither shown nor stored.
    """

    kind: str
    lines: int | None = None
    seal: str = field(default="", repr=False, compare=False)

    @property
    def digest(self) -> str:
        """The start of a script's seal, by which two versions are told apart; of other secrets nothing.

        Scripts are too long to be guessed, and without the tenant's key nobody can try.
        """
        return self.seal[:DIGITS] if self.kind == SCRIPT else ""

    def __str__(self) -> str:
        facts = [self.kind] if self.kind else []
        if self.lines is not None:
            facts.append("1 line" if self.lines == 1 else f"{self.lines} lines")
        if self.digest:
            facts.append(f"digest {self.digest}")
        return f"secret value ({', '.join(facts)})" if facts else "secret value"


@dataclass(frozen=True)
class Change:
    """A leaf that differs.

    Attributes:
        trail: the steps from the root: ``/name`` enters a property, ``[key]`` an element of a list.
        kind: added, removed or changed.
        before: a JSON scalar, an empty ``{}`` or ``[]``, or a `SealedValue`; None where it was absent.
        after: the same for the later document.
    """

    trail: tuple[str, ...]
    kind: LeafKind
    before: object
    after: object

    @cached_property
    def path(self) -> str:
        """The trail as one readable text, e.g. ``/conditions/users/excludeGroups["g1"]``."""
        return "".join(step if step[0] == "[" else _escaped(step) for step in self.trail)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The property names on the way, list keys left out; what rules match on."""
        return tuple(step[1:] for step in self.trail if step[0] == "/")

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The list keys on the way, property names left out."""
        return tuple(step[1:-1] for step in self.trail if step[0] == "[")

    @property
    def is_secret(self) -> bool:
        return isinstance(self.before, SealedValue) or isinstance(self.after, SealedValue)


def _escaped(step: str) -> str:
    name = step[1:]
    if "/" in name or "~" in name:
        name = name.replace("~", "~0").replace("/", "~1")
    return f"/{name}"
