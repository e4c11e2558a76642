"""What the rules look at: one policy and what happened to it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.plugins.drift.compare import Change, ChangeKind
from app.plugins.drift.severity.protections import Protection, protection_of, protection_of_policy
from app.plugins.drift.severity.settings import setting_of, settings_in_force
from app.plugins.drift.severity.strength import is_weakened
from app.plugins.drift.severity.targets import Target, included, targets_of

COSMETIC = frozenset({"displayName", "name", "description", "roleScopeTagIds", "roleScopeTags", "priority"})


@dataclass(frozen=True, slots=True)
class Subject:
    """Which policy: the collection it is read from and its concrete type, e.g. ``iosCompliancePolicy``."""

    collection: str
    policy_type: str


@dataclass(frozen=True)
class Case:
    """One policy, what happened to it, and its canonical content before and after ({} where absent)."""

    subject: Subject
    kind: ChangeKind
    changes: Sequence[Change]
    before: Mapping[str, object]
    after: Mapping[str, object]

    @property
    def collection(self) -> str:
        return self.subject.collection

    @property
    def is_added(self) -> bool:
        return self.kind is ChangeKind.ADDED

    @property
    def is_removed(self) -> bool:
        return self.kind is ChangeKind.REMOVED

    @property
    def is_edited(self) -> bool:
        """Whether there are two contents to compare."""
        return self.kind in {ChangeKind.MODIFIED, ChangeKind.RECREATED}

    @cached_property
    def edits(self) -> tuple[Change, ...]:
        """The changed leaves of an edited policy, none for one that came or went."""
        return tuple(self.changes) if self.is_edited else ()

    @cached_property
    def setting_edits(self) -> tuple[Change, ...]:
        """The edits that reach a device or a user: everything but names, texts, tags and rank."""
        return tuple(change for change in self.edits if not is_cosmetic(change))

    @cached_property
    def value_edits(self) -> tuple[tuple[str, Change], ...]:
        """The edits that change the value of a setting, each behind the setting it belongs to."""
        found = ((setting_of(change), change) for change in self.setting_edits)
        return tuple((setting, change) for setting, change in found if setting)

    @cached_property
    def protection(self) -> Protection | None:
        """The protection that the policy as a whole is about."""
        return protection_of_policy(self.subject.policy_type, self.before or self.after)

    @cached_property
    def weakened(self) -> frozenset[str]:
        """Names of the protections of which some changed value protects less than before."""
        found = (
            (protection_of(setting) or self.protection, setting, edit) for setting, edit in self.value_edits
        )
        return frozenset(one.name for one, setting, edit in found if one and is_weakened(setting, edit))

    @cached_property
    def settings_before(self) -> tuple[str, ...]:
        """Every setting that was in force."""
        return tuple(settings_in_force(self.before))

    @cached_property
    def targets_before(self) -> frozenset[Target]:
        return targets_of(self.before)

    @cached_property
    def targets_after(self) -> frozenset[Target]:
        return targets_of(self.after)

    @property
    def was_assigned(self) -> bool:
        return bool(included(self.targets_before))

    @property
    def is_assigned(self) -> bool:
        return bool(included(self.targets_after))

    def edits_of(self, *root: str) -> Iterator[Change]:
        """The edits at or below a property path."""
        return (change for change in self.edits if change.names[: len(root)] == root)

    def edits_named(self, names: Collection[str]) -> Iterator[Change]:
        """The edits whose last property has one of these names, wherever it stands."""
        return (change for change in self.edits if change.names and change.names[-1] in names)


def is_cosmetic(change: Change) -> bool:
    """Whether a change touches only what people read: a root name, description, scope tag or priority."""
    return len(change.names) == 1 and change.names[0] in COSMETIC
