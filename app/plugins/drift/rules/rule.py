"""An ignore rule as a tenant has it, whoever made it."""

import fnmatch
from dataclasses import dataclass
from datetime import datetime

from app.core import Declared, IgnoreRule
from app.plugins.drift.rules.rows import DriftIgnoreRule
from app.plugins.drift.standing import is_over

PEOPLE = "people"  # stands where a plugin's name would


@dataclass(frozen=True)
class Rule:
    """One rule with where it stands in a tenant.

    Attributes:
        key: of a declared rule, or made of the number of its row.
        what: what it hides and why.
        origin: the plugin that declares it with its version, or the person who made it.
        version: of the plugin, or how often it was edited.
        name: glob over the name of a policy, or for a declared rule the regular expression.
        is_on: whether it counts: neither switched off nor over.
        row: as people made it; none: a plugin declares it.
        switched_off: why this tenant has switched it off; none: it has not.
    """

    key: str
    what: IgnoreRule
    origin: str
    version: str
    name: str
    is_on: bool
    row: DriftIgnoreRule | None = None
    switched_off: str | None = None

    @property
    def declared(self) -> Declared[IgnoreRule]:
        """As a generation asks it."""
        return Declared(self.origin if self.row is None else PEOPLE, self.what)

    @property
    def expires_at(self) -> datetime | None:
        """When it is over; none: never."""
        return self.row.expires_at if self.row else None

    @property
    def is_over(self) -> bool:
        """Whether its time is over."""
        return is_over(self.expires_at)

    @property
    def is_of_owner(self) -> bool:
        """Whether it is about all tenants of its owner."""
        return self.row is not None and self.row.tenant_id is None


def key_of(row: DriftIgnoreRule) -> str:
    """The key under which a rule that people made hides."""
    return key_of_number(row.id)


def key_of_number(number: int) -> str:
    """The key of a rule that people made, from the number of its row."""
    return f"rule-{number}"


def as_ignore_rule(row: DriftIgnoreRule) -> IgnoreRule:
    """A rule that people made, in the form that plugins declare."""
    return IgnoreRule(
        key=key_of(row),
        label=row.label,
        reason=row.reason,
        policy_types=(row.collection,) if row.collection else (),
        path=row.path,
        name=name_pattern(row.name) if row.name else "",
    )


def name_pattern(glob: str) -> str:
    """A regular expression for a glob with `*` and `?`, quick for any glob; a bracket is itself."""
    return fnmatch.translate(glob.replace("[", "[[]"))
