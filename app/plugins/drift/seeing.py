"""What a comparison sees as a whole: facts for the gates, and a count for each gate on the run."""

from collections import Counter
from collections.abc import Mapping

from app.core import JsonObject
from app.plugins.drift.gates import GATES, CollectionFacts
from app.plugins.drift.pair import SnapshotPair, compared_collections
from app.plugins.drift.writer import FindingWriter
from app.plugins.inventory import collection_label, coverage_of


def facts_of(pair: SnapshotPair) -> dict[str, CollectionFacts]:
    """By collection: how much of it either sync has; what changed is noted while it is written."""
    before, after = coverage_of(pair.baseline), coverage_of(pair.current)
    return {
        name: CollectionFacts(
            name,
            collection_label(name),
            before=before[name].item_count if name in before else 0,
            after=after[name].item_count if name in after else 0,
            types_before=before[name].policy_types if name in before else {},
            types_after=after[name].policy_types if name in after else {},
        )
        for name in compared_collections(pair)
    }


def gate_counts(withheld: Mapping[str, int], writer: FindingWriter, held: Counter[str]) -> JsonObject:
    """Gate -> what it did, in their order; zeros are left out.

    Coverage withheld changes, normalization found that nothing differs, rules hid findings, secrets were
    compared by their seals; the gates held findings; recreated and renamed policies are one finding each.
    """
    counted = {
        "coverage": sum(withheld.values()),
        "normalization": writer.seen["normalization"],
        "rules": writer.hidden.findings.total(),
        "secrets": writer.seen["secrets"],
        **{gate.key: held[gate.key] for gate in GATES},
        "recreated": writer.seen["recreated"],
        "renamed": writer.seen["renamed"],
    }
    return {gate: count for gate, count in counted.items() if count}
