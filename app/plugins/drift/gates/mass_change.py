"""So much of a type is gone, renamed or new at once that the export may be broken, or another tenant's."""

from collections.abc import Iterator, Sequence

from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.gates.facts import CollectionFacts
from app.plugins.drift.gates.gate import Gate, Group
from app.plugins.drift.gates.shape import RENAMED

KEY = "mass_change"
LEAST = 10  # policies at once: a person may well remove nine
SHARE = 0.3  # of the policies of a type
MANY = 50  # policies at once, whatever their share
WHOLE_TYPE = 5  # policies of a concrete type of which none is left
REPLACED = (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.RECREATED)


def _judge(facts: Sequence[CollectionFacts]) -> Iterator[Group]:
    replaced = _replaced(facts)
    if replaced is not None:
        yield replaced
        return
    for one in facts:
        yield from _removed(one)
        yield from _renamed(one)


def _replaced(facts: Sequence[CollectionFacts]) -> Group | None:
    """Nothing of the baseline is there under its id: it may be of another tenant."""
    before = sum(one.before for one in facts)
    if before < LEAST or any(one.common for one in facts):
        return None
    recreated, added = (
        sum(one.kinds[kind] for one in facts) for kind in (ChangeKind.RECREATED, ChangeKind.ADDED)
    )
    return Group(
        gate=KEY,
        collections=tuple(one.collection for one in facts),
        kinds=REPLACED,
        sentence=(
            f"None of the {before} policies of the baseline is there under its id: {recreated} have a new "
            f"id, {before - recreated} are gone, {added} are new. The current sync may be of another tenant."
        ),
    )


def _removed(facts: CollectionFacts) -> Iterator[Group]:
    gone = facts.kinds[ChangeKind.REMOVED]
    if _is_mass(gone, facts.before):
        yield _group(facts, (ChangeKind.REMOVED,), f"{gone} of {facts.before} policies are gone at once")
        return
    emptied = sorted(name for name, count in facts.removed.items() if _is_emptied(facts, name, count))
    if emptied:
        gone = sum(facts.removed[name] for name in emptied)
        words = f"all {gone} policies of {', '.join(emptied)} are gone at once"
        yield _group(facts, (ChangeKind.REMOVED,), words, types=tuple(emptied))


def _renamed(facts: CollectionFacts) -> Iterator[Group]:
    renamed = facts.shapes[RENAMED]
    if _is_mass(renamed, facts.common):
        yield _group(
            facts, (ChangeKind.MODIFIED,), f"{renamed} policies were renamed at once", shapes=(RENAMED,)
        )


def _is_mass(count: int, of: int) -> bool:
    return count > MANY or (count >= LEAST and count > SHARE * of)


def _is_emptied(facts: CollectionFacts, policy_type: str, gone: int) -> bool:
    return (
        gone >= WHOLE_TYPE
        and not facts.types_after.get(policy_type)
        and gone == facts.types_before.get(policy_type)
    )


def _group(
    facts: CollectionFacts,
    kinds: tuple[ChangeKind, ...],
    words: str,
    *,
    shapes: tuple[str, ...] = (),
    types: tuple[str, ...] = (),
) -> Group:
    return Group(
        gate=KEY,
        collection=facts.collection,
        collections=(facts.collection,),
        kinds=kinds,
        shapes=shapes,
        types=types,
        sentence=f"{facts.label}: {words}. The export may be incomplete, or of another tenant.",
    )


gate = Gate(KEY, "Mass change", _judge)
