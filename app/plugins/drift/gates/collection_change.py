"""No policy of a type carried assignments on one side: the export began, or stopped, to collect them."""

from collections.abc import Iterator, Sequence

from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.gates.facts import CollectionFacts
from app.plugins.drift.gates.gate import Gate, Group
from app.plugins.drift.gates.shape import ASSIGNED, UNASSIGNED

KEY = "collection_change"
LEAST = 5  # policies, of all types together
SHARE = 0.5  # of the policies of a type


def _judge(facts: Sequence[CollectionFacts]) -> Iterator[Group]:
    began = [one for one in facts if not one.had_assignments and _is_most(one, ASSIGNED)]
    stopped = [one for one in facts if not one.has_assignments and _is_most(one, UNASSIGNED)]
    yield from _group(
        began,
        ASSIGNED,
        "{} policies show assignments for the first time: the export may have begun to collect them.",
    )
    yield from _group(
        stopped,
        UNASSIGNED,
        "{} policies show no assignments any more: the export may have stopped to collect them.",
    )


def _is_most(facts: CollectionFacts, shape: str) -> bool:
    return facts.shapes[shape] > 0 and facts.shapes[shape] >= SHARE * facts.common


def _group(facts: Sequence[CollectionFacts], shape: str, sentence: str) -> Iterator[Group]:
    count = sum(one.shapes[shape] for one in facts)
    if count >= LEAST:
        yield Group(
            gate=KEY,
            collection=facts[0].collection if len(facts) == 1 else "",
            collections=tuple(one.collection for one in facts),
            kinds=(ChangeKind.MODIFIED,),
            shapes=(shape,),
            sentence=sentence.format(count),
        )


gate = Gate(KEY, "Collection change", _judge)
