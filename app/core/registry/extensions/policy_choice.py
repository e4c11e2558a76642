"""Policies that a page of one plugin shows, for another plugin to work on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.registry.extensions.base import Extension

if TYPE_CHECKING:
    from app.core.tenants import Tenant


@dataclass(frozen=True)
class ChosenPolicy:
    """A policy that a page shows.

    Attributes:
        policy_id: as inventory knows it.
        earlier_sync_id: number of the sync that has it as it was, where the page compares; none: it does not.
    """

    policy_id: str
    earlier_sync_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class PolicyChoice(Extension):
    """What a page shows as a choice of policies: its plugin knows which, whoever works on them need not.

    Attributes:
        choose: asked with the tenant and the query of the page's address: all that match, each policy once or
            more often. Only the tenant's own. `InvalidInputError`: the query cannot be one.
    """

    kind = "policy choice"
    field = "policy_choices"

    choose: "Callable[[Tenant, Mapping[str, str]], Sequence[ChosenPolicy]]"

    def problems(self) -> list[str]:
        return super().problems() + self._uncallable("choose")
