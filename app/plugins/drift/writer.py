"""From drifted policies to findings."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

import orjson

from app.core import JsonObject, Tenant, clock, db, redact, safe_reason, tenant_key
from app.plugins.drift.compare import Change, ChangeKind, changed_paths, changes_between, fingerprint_of
from app.plugins.drift.drifted import DriftedPolicy
from app.plugins.drift.finding_types import drift
from app.plugins.drift.gates import NAMES, CollectionFacts, Shape, shape_of
from app.plugins.drift.ignoring import Hidden, Hiding, IgnoreRules, hiding_of
from app.plugins.drift.line import Line, fingerprinted
from app.plugins.drift.pair import SnapshotPair
from app.plugins.drift.severity import Subject, Verdict, severity_of
from app.plugins.drift.storing import store
from app.plugins.drift.telling import Teller
from app.plugins.drift.trimming import without_equal_settings
from app.plugins.inventory import Sealer, bodies_of, canonicalize, list_rules

Seen: TypeAlias = Counter[str]  # what is seen on the way, for the summary of the run
MOST_HIDDEN = 50  # paths that a finding names beside those that it shows


class FindingWriter:
    """Turns drifted policies into findings: inserted, or brought up to date when found before."""

    def __init__(
        self,
        tenant: Tenant,
        pair: SnapshotPair,
        line: Line,
        run_id: int,
        rules: IgnoreRules,
        facts: Mapping[str, CollectionFacts],
        fence: Callable[[], None],
    ) -> None:
        """Write for one run over one pair of snapshots.

        Args:
            tenant: whose.
            pair: what is compared.
            line: to which the findings belong.
            run_id: the drift generation.
            rules: what is nobody's drift.
            facts: of each collection, for the gates; what is written is noted there.
            fence: called in each writing transaction before its commit; raises if another holds the run.
        """
        self._fence, self._rules = fence, rules
        self._tenant, self._pair, self._line, self._run_id = tenant, pair, line, run_id
        self._teller = Teller(tenant)
        self._sealer = Sealer(tenant_key(tenant, "inventory.secrets"))
        self.counts: Counter[ChangeKind] = Counter()
        self.hidden = Hidden()
        self.seen = Seen()
        self.facts = facts

    def write(self, policies: Sequence[DriftedPolicy]) -> None:
        """Judge and store a chunk of policies; commits."""
        bodies = bodies_of(self._tenant, list({digest for policy in policies for digest in policy.hashes}))
        # Reading ends before anything is computed: on SQLite nobody else could write meanwhile.
        db.session.commit()
        hidden, seen = Hidden(), Seen()
        rows = [row for policy in policies if (row := self._row(policy, bodies, hidden, seen)) is not None]
        store(self._tenant, self._run_id, rows)
        self._fence()
        db.session.commit()
        self.counts.update(ChangeKind(row["change_kind"]) for row in rows if row["hidden_by"] is None)
        self.hidden.add(hidden)
        self.seen.update(seen)

    def _row(
        self, policy: DriftedPolicy, bodies: Mapping[str, bytes], hidden: Hidden, seen: Seen
    ) -> JsonObject | None:
        before, after = self._contents(policy, bodies)
        changes: Sequence[Change] = []
        if before is not None and after is not None:
            changes = changes_between(before, after, list_rules)
            if policy.kind is ChangeKind.MODIFIED and not changes and before == after:
                seen["normalization"] += 1
                return None
        rules = self._rules.applying(policy.collection, before, after)
        hiding = hiding_of(rules, changes, is_modified=policy.kind is ChangeKind.MODIFIED)
        hidden.note(hiding)
        verdict = severity_of(
            Subject(policy.collection, policy.policy_type), policy.kind, hiding.left, before, after
        )
        shape = self._look(policy, hiding, verdict, before, after, seen)
        return {
            **self._facts(policy),
            **_judgement(verdict),
            **self._teller.told(hiding.left, _identity(policy, hiding.left)),
            "hidden_by": hiding.by,
            "hidden_paths": changed_paths(hiding.hidden[:MOST_HIDDEN], redact),
            "shape": shape.name if shape else None,
        }

    def _look(
        self,
        policy: DriftedPolicy,
        hiding: Hiding,
        verdict: Verdict,
        before: JsonObject | None,
        after: JsonObject | None,
        seen: Seen,
    ) -> Shape | None:
        """Note for the gates what is seen of a policy; answers with its shape, if it has one."""
        facts = self.facts[policy.collection]
        facts.note(policy.kind, policy.policy_type)
        if hiding.by is not None:
            return None
        seen["secrets"] += any(change.is_secret for change in hiding.left)
        seen["recreated"] += policy.kind is ChangeKind.RECREATED
        if policy.kind is not ChangeKind.MODIFIED or before is None or after is None:
            return None
        seen["renamed"] += any(change.names in NAMES for change in hiding.left)
        facts.note_sides(before, after)
        shape = shape_of(hiding.left, before, after)
        if shape is not None:
            facts.note_shape(shape, verdict.severity.value)
        return shape

    def _contents(
        self, policy: DriftedPolicy, bodies: Mapping[str, bytes]
    ) -> tuple[JsonObject | None, JsonObject | None]:
        """Canonical contents of both sides, without the settings that are equal in both."""
        before = orjson.loads(bodies[policy.before_hash]) if policy.before_hash else None
        after = orjson.loads(bodies[policy.after_hash]) if policy.after_hash else None
        if before is not None and after is not None:
            before, after = without_equal_settings(before, after)
        return self._canonical(before, policy), self._canonical(after, policy)

    def _canonical(self, body: JsonObject | None, policy: DriftedPolicy) -> JsonObject | None:
        if body is None:
            return None
        # Stored bodies were searched for credentials when they were read.
        return canonicalize(body, policy.collection, self._sealer, is_wary=False).content

    def _facts(self, policy: DriftedPolicy) -> JsonObject:
        now = clock.now()
        identity = (policy.policy_type, policy.external_id, policy.kind.value)
        return {
            "tenant_id": self._tenant.id,
            "finding_type": drift.key,
            "scope_key": self._pair.scope_key,
            "line": self._line.value,
            "baseline_run_id": self._pair.baseline.id,
            "current_run_id": self._pair.current.id,
            "operation_run_id": self._run_id,
            "first_run_id": self._run_id,
            "fingerprint": fingerprint_of(
                drift.key, self._pair.scope_key, *identity, line=fingerprinted(self._line)
            ),
            "change_kind": policy.kind.value,
            "collection": policy.collection,
            "subject_type": policy.policy_type,
            "subject_external_id": policy.external_id,
            "policy_id": policy.policy_id,
            "display_name": policy.display_name,
            "before_hash": policy.before_hash,
            "after_hash": policy.after_hash,
            "created_at": now,
            "updated_at": now,
            "is_untold": True,  # until the end of the run: what gates hold is never news
        }


def _identity(policy: DriftedPolicy, changes: Sequence[Change]) -> tuple[str | None, ...]:
    """What else makes a finding what it is: the contents, where there are no single changes."""
    if changes:
        return policy.kind.value, None, None
    return policy.kind.value, policy.before_hash, policy.after_hash


_sentence = lru_cache(maxsize=256)(safe_reason)  # the rules have no more of them


def _judgement(verdict: Verdict) -> JsonObject:
    return {
        "severity": verdict.severity.value,
        "severity_rank": verdict.severity.rank,
        "severity_rule": verdict.rule_id,
        "severity_reason": _sentence(verdict.reason),
    }
