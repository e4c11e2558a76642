"""Rules about changes that are nobody's concern."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.core.registry.extensions.base import Extension

WHOLE = "**"


@dataclass(frozen=True, kw_only=True)
class IgnoreRule(Extension):
    """Hides what changed in some policies; how much each rule hid stands on the run.

    A rule applies to a policy if it does so on every side on which the policy exists.

    Attributes:
        reason: one sentence that says why nobody needs to see it.
        policy_types: keys of the policy types it is about; empty: all.
        path: which changes, by their path as a finding shows it. `*` is anything within one step, `**`
            anything, `?` one character. `**` alone: the policy as a whole, also one that came or went.
        name: regular expression over the policy's whole name; empty: any name.
        only_if: asked with the canonical content of a side: secrets sealed, and without the settings that are
            equal on both sides. Pure and quick.
    """

    kind = "ignore rule"
    field = "ignore_rules"

    reason: str
    policy_types: tuple[str, ...] = ()
    path: str = WHOLE
    name: str = ""
    only_if: Callable[[Mapping[str, object]], bool] | None = None

    @property
    def hides_whole(self) -> bool:
        """Whether it hides a policy whatever happened to it."""
        return self.path == WHOLE

    def problems(self) -> list[str]:
        found = super().problems() + self._no_tuples("policy_types")
        if self.only_if is not None:
            found += self._uncallable("only_if")
        if not self.reason.strip():
            found.append("it has no reason")
        if not self.hides_whole and not self.path.startswith(("/", WHOLE)):
            found.append(f"the path {self.path[:60]!r} begins with neither `/` nor `**`")
        if self.hides_whole and not (self.policy_types or self.name or self.only_if):
            found.append("it would hide everything")
        try:
            re.compile(self.name)
        except re.error as error:
            found.append(f"`name` is no regular expression: {error}")
        return found
