"""`drift.generate`: compare two snapshots and keep what drifted as findings."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from flask import url_for
from pydantic import BaseModel, ConfigDict, Field

from app.core import (
    InvalidInputError,
    ItemSkippedError,
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
from app.plugins.drift.comparison import Comparison, summary_of
from app.plugins.drift.drifted import drifted_policies
from app.plugins.drift.findings import new_findings
from app.plugins.drift.history import count_events
from app.plugins.drift.holds.holding import Holding
from app.plugins.drift.ignoring import IgnoreRules
from app.plugins.drift.pair import SnapshotPair, compared_collections, find_pair
from app.plugins.drift.resolving import Resolver
from app.plugins.drift.rules.ruleset import rules_that_count
from app.plugins.drift.seeing import facts_of
from app.plugins.drift.undone import Undone
from app.plugins.drift.withholding import judges_of
from app.plugins.drift.writer import FindingWriter
from app.plugins.inventory import (
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
    comparison = _begin(run, pair)
    for collection in run.items.every():
        with run.item(collection):
            _compare(run, comparison, collection, differences[collection])
    resolver = Resolver(run.tenant, pair, comparison.line, run.id, run.fence)
    resolver.resolve(_ids(differences), unread_in(pair.baseline), run.checkpoint)
    groups = comparison.groups()
    held = Holding(run.tenant, pair.scope_key, comparison.line, run.id, run.fence).hold(groups)
    happened = count_events(run.tenant, run.id)
    db.session.commit()
    run.summarize(**summary_of(comparison, groups, held, happened))
    for complaint in comparison.rules.complaints():
        run.report("ignore_rule_failed", complaint)


def _pair(run: RunContext[DriftParams]) -> SnapshotPair:
    try:
        return find_pair(run.tenant, run.params.baseline_run_id, run.params.current_run_id)
    except InvalidInputError as error:
        raise RunFailedError("snapshot_unavailable", str(error)) from None


def _begin(run: RunContext[DriftParams], pair: SnapshotPair) -> Comparison:
    judges = judges_of(pair)
    line = claim_line(run.tenant, pair)
    run.fence()
    db.session.commit()
    rules = IgnoreRules(rules_that_count(run.tenant), policy_name_in)
    facts = facts_of(pair)
    db.session.commit()
    return Comparison(
        pair=pair,
        line=line,
        judges=judges,
        rules=rules,
        writer=FindingWriter(run.tenant, pair, line, run.id, rules, facts, run.fence),
        undone=Undone(run.tenant, pair, line, run.id),
    )


def _compare(
    run: RunContext[DriftParams],
    comparison: Comparison,
    collection: str,
    differences: Iterable[PolicyDifference],
) -> None:
    judge, label = comparison.judges[collection], collection_label(collection)
    if not judge.is_comparable:
        raise ItemSkippedError("coverage_incomplete", judge.why_not(label))
    drifted = drifted_policies(judge.believed(differences))
    while chunk := list(islice(drifted, CHUNK)):
        if left := comparison.undone.left(chunk):
            comparison.writer.write(left)
        run.checkpoint()
    comparison.notes.extend(filter(None, [judge.sentence(label)]))


def _by_collection(differences: Iterable[PolicyDifference]) -> Mapping[str, Sequence[PolicyDifference]]:
    found: defaultdict[str, list[PolicyDifference]] = defaultdict(list)
    for difference in differences:
        found[difference.collection].append(difference)
    return found


def _ids(differences: Mapping[str, Sequence[PolicyDifference]]) -> set[str]:
    return {difference.policy_id for some in differences.values() for difference in some}


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
