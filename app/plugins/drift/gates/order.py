"""The gates in their order: the first that holds a finding holds it."""

from collections.abc import Iterator, Sequence

from app.plugins.drift.gates import collection_change, mass_change, schema_growth
from app.plugins.drift.gates.facts import CollectionFacts
from app.plugins.drift.gates.gate import Group

GATES = (schema_growth.gate, collection_change.gate, mass_change.gate)


def groups_in(facts: Sequence[CollectionFacts]) -> Iterator[Group]:
    """What the gates hold in one comparison, in their order."""
    for gate in GATES:
        yield from gate.judge(facts)
