"""What a gate is, and what it holds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.gates.facts import CollectionFacts


@dataclass(frozen=True, kw_only=True)
class Group:
    """Findings of one comparison that are one question to a person.

    Attributes:
        gate: key of the gate that holds them.
        collection: the policy type they are all of; empty: they are of several.
        sentence: what was seen and what it may mean; shown to people.
        collections: those whose findings are held.
        kinds: changes that are held.
        shapes: names of `Shape` that are held; empty: all, also none.
        types: concrete types that are held; empty: all.
    """

    gate: str
    sentence: str
    collections: tuple[str, ...]
    kinds: tuple[ChangeKind, ...]
    collection: str = ""
    shapes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gate:
    """One kind of noise that only a whole comparison shows.

    Attributes:
        key: stored with each finding it holds; at most 24 characters.
        label: what people call it.
        judge: the groups in the facts of every compared collection; pure.
    """

    key: str
    label: str
    judge: Callable[[Sequence[CollectionFacts]], Iterator[Group]]
