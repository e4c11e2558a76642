"""Nearly all policies of a type gained, or lost, one property with an equal value: the schema grew."""

from collections import Counter
from collections.abc import Iterator, Sequence

from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.gates.facts import CollectionFacts
from app.plugins.drift.gates.gate import Gate, Group
from app.plugins.drift.gates.shape import Leaf

KEY = "schema_growth"
LEAST = 5  # policies: of fewer, nobody can say that all of them did
SHARE = 0.8
# Values of a setting that nobody has set.
DEFAULTS = frozenset(
    {"false", "0", '"none"', '"notConfigured"', '"unknown"', '"userDefined"', '"deviceDefault"'}
)


def _judge(facts: Sequence[CollectionFacts]) -> Iterator[Group]:
    for one in facts:
        grown = _grown(one)
        shapes = tuple(sorted(name for name in one.leaves if _is_growth(one, name, grown)))
        if shapes:
            yield Group(
                gate=KEY,
                collection=one.collection,
                collections=(one.collection,),
                kinds=(ChangeKind.MODIFIED,),
                shapes=shapes,
                sentence=_sentence(one, shapes),
            )


def _grown(facts: CollectionFacts) -> set[Leaf]:
    """Leaves that so many policies share that no person made them."""
    counted: Counter[Leaf] = Counter()
    for name, leaves in facts.leaves.items():
        counted.update(dict.fromkeys(leaves, facts.shapes[name]))
    return {leaf for leaf, count in counted.items() if count >= LEAST and count >= SHARE * facts.common}


def _is_growth(facts: CollectionFacts, name: str, grown: set[Leaf]) -> bool:
    """Whether a shape is growth alone; what is critical is so only if its values say that nothing is set."""
    leaves = facts.leaves[name]
    is_harmless = name not in facts.critical or all(value in DEFAULTS for _kind, _path, value in leaves)
    return is_harmless and grown.issuperset(leaves)


def _sentence(facts: CollectionFacts, shapes: Sequence[str]) -> str:
    count = sum(facts.shapes[name] for name in shapes)
    paths = sorted({path for name in shapes for _kind, path, _value in facts.leaves[name]})
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    kinds = {kind for name in shapes for kind, _path, _value in facts.leaves[name]}
    did = {frozenset({"added"}): "have", frozenset({"removed"}): "no longer have"}.get(
        frozenset(kinds), "changed"
    )
    return (
        f"{facts.label}: {count} of {facts.common} policies {did} {paths[0]}{more} with an equal value: "
        "the schema or the export may have changed."
    )


gate = Gate(KEY, "Schema growth", _judge)
