"""What every declaration has."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


@dataclass(frozen=True, kw_only=True)
class Extension:
    """What every declaration has.

    Attributes:
        key: stable name, unique among the declarations of its kind; stored with what is made of it.
        label: what people call it.
    """

    kind: ClassVar[str]  # in words, for messages
    field: ClassVar[str]  # of `Plugin`, where declarations of this kind stand

    key: str
    label: str

    def problems(self) -> list[str]:
        """What is wrong with this declaration by itself, in sentences."""
        found = [] if KEY.fullmatch(self.key) else ["a key is a letter, then at most 39 letters, digits, `_`"]
        return found if self.label.strip() else [*found, "it has no label"]

    def clash(self, other: Self) -> str | None:
        """Why this cannot stand beside another, loaded before: a sentence that its plugin's name ends."""
        return "the key is taken by" if self.key == other.key else None

    def _no_tuples(self, *names: str) -> list[str]:
        return [f"`{name}` is no tuple" for name in names if not isinstance(getattr(self, name), tuple)]

    def _uncallable(self, *names: str) -> list[str]:
        return [f"`{name}` cannot be called" for name in names if not callable(getattr(self, name))]
