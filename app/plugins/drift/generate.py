"""`drift.generate`: compare two snapshots and keep what drifted as findings."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from flask import url_for
from pydantic import BaseModel, ConfigDict, Field

from app.core import (
    InvalidInputError,
    ItemSkippedError,
    JsonObject,
    OperationType,
    ReasonCode,
    RelatedLink,
    RunContext,
    RunFacts,
    RunFailedError,
    Tenant,
    db,
)
from app.plugins.drift.baselines import claim_line, comparison_with_baseline
from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.drifted import drifted_policies
from app.plugins.drift.findings import new_findings
from app.plugins.drift.gates import Group, groups_in
from app.plugins.drift.history import EventKind, count_events
from app.plugins.drift.holds.holding import Holding
from app.plugins.drift.ignoring import IgnoreRules
from app.plugins.drift.pair import SnapshotPair, compared_collections, find_pair, states_of
from app.plugins.drift.resolving import Resolver
from app.plugins.drift.rules.ruleset import rules_that_count
from app.plugins.drift.seeing import facts_of, gate_counts
from app.plugins.drift.undone import Undone
from app.plugins.drift.withholding import Withholding
from app.plugins.drift.writer import FindingWriter
from app.plugins.inventory import (
    CoverageState,
    PolicyDifference,
    collection_label,
    differences_between,
    policy_name_in,
    unread_in,
)

CHUNK = 200  # policies whose bodies are in memory at a time


class DriftParams(BaseModel):
    """Which two inventory syncs to compare."""

    model_config = ConfigDict(extra="forbid")

    baseline_run_id: int = Field(
        gt=0, title="Baseline", description="Number of the inventory sync to compare with."
    )
    current_run_id: int = Field(gt=0, title="Current", description="Number of the inventory sync to look at.")


def generate(run: RunContext[DriftParams]) -> None:
    """Compare collection by collection; see docs/drift.md. A resumed run compares all of them again."""
    pair = _pair(run)
    differences = _by_collection(differences_between(pair.baseline, pair.current))
    judges = _judges(pair)
    line = claim_line(run.tenant, pair)
    run.fence()
    db.session.commit()
    rules = IgnoreRules(rules_that_count(run.tenant), policy_name_in)
    facts = facts_of(pair)
    db.session.commit()
    writer = FindingWriter(run.tenant, pair, line, run.id, rules, facts, run.fence)
    undone = Undone(run.tenant, pair, line, run.id)
    notes: list[str] = []
    for collection in run.items.every():
        with run.item(collection):
            judge = judges[collection]
            if not judge.is_comparable:
                raise ItemSkippedError("coverage_incomplete", _why_not(collection, judge))
            _keep(run, writer, undone, judge.believed(differences[collection]))
            notes += filter(None, [judge.sentence(collection_label(collection))])
    resolver = Resolver(run.tenant, pair, line, run.id, run.fence)
    resolver.resolve(_ids(differences), unread_in(pair.baseline), run.checkpoint)
    groups = list(groups_in([facts[name] for name, judge in judges.items() if judge.is_comparable]))
    held = Holding(run.tenant, pair.scope_key, line, run.id, run.fence).hold(groups)
    withheld = _withheld(judges.values())
    happened = count_events(run.tenant, run.id)
    db.session.commit()
    run.summarize(
        line=line.value,
        resolved=happened.get(EventKind.RESOLVED, 0),
        reopened=happened.get(EventKind.REOPENED, 0),
        returned=happened.get(EventKind.RETURNED, 0),
        baseline_run_id=pair.baseline.id,
        current_run_id=pair.current.id,
        findings={kind.value: writer.counts[kind] for kind in ChangeKind},
        withheld=withheld,
        gates=gate_counts(withheld, writer, held),
        hidden_by_rule=dict(writer.hidden.findings),
        hidden_changes_by_rule=dict(writer.hidden.changes),
        undone=undone.count,
        notes=[
            *notes,
            *rules.sentences(writer.hidden),
            *_held_sentences(groups),
            *filter(None, [undone.sentence()]),
        ],
    )
    for complaint in rules.complaints():
        run.report("ignore_rule_failed", complaint)


def _pair(run: RunContext[DriftParams]) -> SnapshotPair:
    try:
        return find_pair(run.tenant, run.params.baseline_run_id, run.params.current_run_id)
    except InvalidInputError as error:
        raise RunFailedError("snapshot_unavailable", str(error)) from None


def _keep(
    run: RunContext[DriftParams],
    writer: FindingWriter,
    undone: Undone,
    believed: Iterable[PolicyDifference],
) -> None:
    drifted = drifted_policies(believed)
    while chunk := list(islice(drifted, CHUNK)):
        if left := undone.left(chunk):
            writer.write(left)
        run.checkpoint()


def _by_collection(differences: Iterable[PolicyDifference]) -> Mapping[str, Sequence[PolicyDifference]]:
    found: defaultdict[str, list[PolicyDifference]] = defaultdict(list)
    for difference in differences:
        found[difference.collection].append(difference)
    return found


def _ids(differences: Mapping[str, Sequence[PolicyDifference]]) -> set[str]:
    return {difference.policy_id for some in differences.values() for difference in some}


def _judges(pair: SnapshotPair) -> dict[str, Withholding]:
    before, after = states_of(pair.baseline), states_of(pair.current)
    unread_before, unread_after = (
        _ids_by_collection(unread_in(sync)) for sync in (pair.baseline, pair.current)
    )
    return {
        name: Withholding(
            baseline=before.get(name, CoverageState.SKIPPED),
            current=after.get(name, CoverageState.SKIPPED),
            unread_before=unread_before[name],
            unread_after=unread_after[name],
        )
        for name in {*before, *after}
    }


def _ids_by_collection(unread: Mapping[str, str]) -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for policy_id, collection in unread.items():
        found[collection].add(policy_id)
    return found


def _why_not(collection: str, judge: Withholding) -> str:
    missing = "current" if judge.baseline.read_something else "baseline"
    label = collection_label(collection)
    return f"{label}: the {missing} sync read nothing of this type, so nothing is claimed."


def _withheld(judges: Iterable[Withholding]) -> JsonObject:
    total: Counter[ChangeKind] = Counter()
    for judge in judges:
        total += judge.counts
    return {kind.value: count for kind, count in total.items() if count}


def _held_sentences(groups: Iterable[Group]) -> list[str]:
    return [f"Held for confirmation: {group.sentence}" for group in groups]


def _links(run: RunFacts) -> list[RelatedLink]:
    links = [RelatedLink("Drift findings", url_for("findings.index", run=run.id))]
    for label, name in (("Baseline snapshot", "baseline_run_id"), ("Inventory snapshot", "current_run_id")):
        links.append(RelatedLink(label, url_for("inventory.show", sync_run_id=run.params[name])))
    return links


def _items(tenant: Tenant, params: DriftParams) -> list[str]:
    return compared_collections(find_pair(tenant, params.baseline_run_id, params.current_run_id))


def _key(tenant: Tenant, params: DriftParams) -> str:
    pair = find_pair(tenant, params.baseline_run_id, params.current_run_id)
    return f"{pair.scope_key}/{pair.baseline.id}/{pair.current.id}"


operation = OperationType(
    run_type="drift.generate",
    label="Drift generation",
    description="Compare two inventory syncs and list what changed.",
    icon="arrow-left-right",
    params=DriftParams,
    execute=generate,
    items=_items,
    idempotency_key=_key,
    shown_inputs=lambda _tenant, params: {
        "baseline": f"Inventory sync {params.baseline_run_id}",
        "current": f"Inventory sync {params.current_run_id}",
    },
    related_links=_links,
    new_findings=new_findings,
    start_endpoint="drift.index",
    follows={"inventory.sync": comparison_with_baseline},
    resumable=True,
    idempotent_items=True,
    # The two syncs that the examples of inventory have made in a tenant that was empty before.
    examples=({"baseline_run_id": 1, "current_run_id": 2},),
    reason_codes={
        "coverage_incomplete": ReasonCode(
            "Nothing was read", "Sync again with an export that holds this type, then compare."
        ),
        "ignore_rule_failed": ReasonCode(
            "Ignore rule failed", "Nothing was hidden by it; the log has the error for the plugin's author."
        ),
        "snapshot_unavailable": ReasonCode("Snapshot unavailable", "Choose two finished syncs of one scope."),
    },
)
