"""Policies that were deleted and created again."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    """What pairing needs to know of a policy."""

    @property
    def policy_type(self) -> str: ...

    @property
    def display_name(self) -> str: ...

    @property
    def external_id(self) -> str: ...


P = TypeVar("P", bound=Named)


@dataclass(frozen=True, slots=True)
class Pairing(Generic[P]):
    """Added and removed policies, with those taken out that are the same one under a new id.

    Attributes:
        recreated: (removed policy, added policy), in the order of the removed ones.
        added: the rest, in the order given.
        removed: the rest, in the order given.
    """

    recreated: tuple[tuple[P, P], ...]
    added: tuple[P, ...]
    removed: tuple[P, ...]


def pair_recreated(added: Iterable[P], removed: Iterable[P]) -> Pairing[P]:
    """Find the policies of the same type and name under a new id.

    Only a name that is used once on either side is believed: of two candidates neither is.
    Policies without a name are never paired.
    """
    added, removed = tuple(added), tuple(removed)
    newcomers = _by_name(added)
    recreated: list[tuple[P, P]] = []
    for gone in _by_name(removed).values():
        came = newcomers.get((gone[0].policy_type, gone[0].display_name), ())
        if len(gone) == len(came) == 1 and gone[0].external_id != came[0].external_id:
            recreated.append((gone[0], came[0]))
    taken = {id(policy) for pair in recreated for policy in pair}
    return Pairing(
        recreated=tuple(recreated),
        added=tuple(policy for policy in added if id(policy) not in taken),
        removed=tuple(policy for policy in removed if id(policy) not in taken),
    )


def _by_name(policies: Iterable[P]) -> dict[tuple[str, str], list[P]]:
    named: defaultdict[tuple[str, str], list[P]] = defaultdict(list)
    for policy in policies:
        if policy.display_name:
            named[policy.policy_type, policy.display_name].append(policy)
    return named
