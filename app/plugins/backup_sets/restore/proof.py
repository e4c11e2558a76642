"""Whether a tenant's policy says what was kept: a pure look at two contents of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.plugins.inventory import Change, LeafKind, Sealer, canonicalize, changes_between, list_rules


@dataclass(frozen=True)
class Comparer:
    """Compares bodies of one collection in the normal form.

    Attributes:
        collection: key of the policy type.
        sealer: of the tenant.
    """

    collection: str
    sealer: Sealer

    def unlike(
        self, said: Mapping[str, Any], found: Mapping[str, Any], emptied: Collection[tuple[str, object]] = ()
    ) -> list[Change]:
        """Where a policy that was found does not say what is said of it.

        What it says beyond that is no difference, for a source may tell less of a policy than Graph does:
        unless it stands below a property of which the source did tell something.

        Args:
            said: as kept, or as a sync read it.
            found: as Graph tells it.
            emptied: (path, value) of what must not be there any more.
        """
        changes = changes_between(self._content(said), self._content(found), list_rules)
        return [one for one in changes if _counts(one, said, emptied)]

    def emptied(self, said: Mapping[str, Any], found: Mapping[str, Any]) -> list[tuple[str, object]]:
        """(path, value) of what is found and not said: it has to go."""
        changes = changes_between(self._content(said), self._content(found), list_rules)
        return [(one.path, one.after) for one in changes if one.kind is LeafKind.ADDED]

    def _content(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return canonicalize(dict(body), self.collection, self.sealer).content


def paths_of(changes: Sequence[Change]) -> str:
    """The first places of some changes, for a sentence."""
    told = ", ".join(change.path for change in changes[:3])
    return told if len(changes) <= 3 else f"{told} and {len(changes) - 3:,} more"


def _counts(change: Change, said: Mapping[str, Any], emptied: Collection[tuple[str, object]]) -> bool:
    if change.kind is not LeafKind.ADDED:
        return True
    return change.names[0] in said or (change.path, change.after) in emptied
