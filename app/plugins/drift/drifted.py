"""One policy that drifted, ready to become a finding."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.plugins.drift.compare import ChangeKind, pair_recreated
from app.plugins.drift.withholding import kind_of
from app.plugins.inventory import PolicyDifference


@dataclass(frozen=True, slots=True)
class DriftedPolicy:
    """What happened to one policy between two snapshots; hashes name the stored contents."""

    kind: ChangeKind
    policy_id: str
    collection: str
    policy_type: str
    external_id: str
    display_name: str
    before_hash: str | None
    after_hash: str | None

    @property
    def hashes(self) -> tuple[str, ...]:
        """The contents there are, one or two."""
        return tuple(digest for digest in (self.before_hash, self.after_hash) if digest)


def drifted_policies(differences: Iterable[PolicyDifference]) -> Iterator[DriftedPolicy]:
    """Differences of one collection as drifted policies; a removed and an added one may be one recreated."""
    policies = [_drifted(difference) for difference in differences]
    pairing = pair_recreated(
        added=[policy for policy in policies if policy.kind is ChangeKind.ADDED],
        removed=[policy for policy in policies if policy.kind is ChangeKind.REMOVED],
    )
    yield from (policy for policy in policies if policy.kind is ChangeKind.MODIFIED)
    yield from pairing.added
    yield from pairing.removed
    for gone, came in pairing.recreated:
        yield DriftedPolicy(
            ChangeKind.RECREATED,
            came.policy_id,
            came.collection,
            came.policy_type,
            came.external_id,
            came.display_name,
            gone.before_hash,
            came.after_hash,
        )


def _drifted(difference: PolicyDifference) -> DriftedPolicy:
    newest = difference.after or difference.before
    if newest is None:
        raise ValueError(difference.policy_id)
    # Documents that share one Graph id are told apart by their names.
    told_apart = (
        f"{difference.external_id} ({difference.twin})" if difference.twin else difference.external_id
    )
    return DriftedPolicy(
        kind_of(difference),
        difference.policy_id,
        difference.collection,
        difference.policy_type,
        told_apart,
        newest.display_name,
        difference.before.content_hash if difference.before else None,
        difference.after.content_hash if difference.after else None,
    )
