"""Applying the ignore rules of all plugins to what changed."""

import logging
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from app.core import Declared, IgnoreRule
from app.plugins.drift.compare import Change
from app.plugins.drift.glob import PathGlob

Content: TypeAlias = Mapping[str, object]
NameIn: TypeAlias = Callable[[str, Content], str]  # (policy type, content) -> name

logger = logging.getLogger(__name__)


@dataclass
class Hidden:
    """How much ignore rules hid, by key.

    Attributes:
        findings: that are hidden as a whole.
        changes: single changes, in findings that are shown or not.
    """

    findings: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)

    def note(self, hiding: "Hiding") -> None:
        """One more policy."""
        self.changes.update(hiding.counts)
        if hiding.by is not None:
            self.findings[hiding.by] += 1

    def add(self, other: "Hidden") -> None:
        """Count another's on top."""
        self.findings.update(other.findings)
        self.changes.update(other.changes)


class ReadyRule:
    """A declared rule, made ready to be asked thousands of times."""

    def __init__(self, found: Declared[IgnoreRule]) -> None:
        """Compile its patterns."""
        self.rule, self.plugin = found.what, found.plugin
        self._name = re.compile(found.what.name, re.DOTALL)
        self._path = PathGlob(found.what.path)

    def is_about(self, name: str, content: Content) -> bool:
        """Whether it applies to one side of a policy of its types."""
        if self.rule.name and not self._name.fullmatch(name):
            return False
        return self.rule.only_if is None or bool(self.rule.only_if(MappingProxyType(dict(content))))

    def covers(self, change: Change) -> bool:
        """Whether it hides a change in a policy that it applies to."""
        return self._path.covers(change.path)


class IgnoreRules:
    """The rules of one drift generation; one that raises hides nothing there, and is remembered."""

    def __init__(self, declared: Iterable[Declared[IgnoreRule]], name_in: NameIn) -> None:
        """Make the declared rules ready.

        Args:
            declared: in the order in which they count.
            name_in: how to find a policy's name in its content.
        """
        self._rules = [ReadyRule(found) for found in declared]
        self._name_in = name_in
        self._broken: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def applying(self, policy_type: str, before: Content | None, after: Content | None) -> list[ReadyRule]:
        """The rules that apply to a policy on every side on which it exists."""
        sides = [content for content in (before, after) if content is not None]
        about = [r for r in self._rules if not r.rule.policy_types or policy_type in r.rule.policy_types]
        return [rule for rule in about if sides and self._is_about_all(rule, policy_type, sides)]

    def complaints(self) -> Iterator[str]:
        """A sentence for each rule that raised."""
        for rule in self._rules:
            if kinds := self._broken.get(rule.rule.key):
                yield (
                    f"The ignore rule {rule.rule.label} of plugin {rule.plugin} failed on policies "
                    f"({kinds.total()} x {', '.join(sorted(kinds))}) and hid none of them."
                )

    def sentences(self, hidden: Hidden) -> Iterator[str]:
        """A sentence for each rule that hid something."""
        for ready in self._rules:
            rule = ready.rule
            findings, changes = hidden.findings[rule.key], hidden.changes[rule.key]
            if findings or changes:
                yield f"Hidden by rule {rule.label}: findings {findings}, changes {changes}. {rule.reason}"

    def _is_about_all(self, ready: ReadyRule, policy_type: str, sides: Sequence[Content]) -> bool:
        try:
            return all(ready.is_about(self._name(ready, policy_type, side), side) for side in sides)
        except (Exception, SystemExit) as error:
            if ready.rule.key not in self._broken:
                logger.exception("ignore rule %s of plugin %s failed", ready.rule.key, ready.plugin)
            self._broken[ready.rule.key][type(error).__name__] += 1
            return False

    def _name(self, ready: ReadyRule, policy_type: str, content: Content) -> str:
        return self._name_in(policy_type, content) if ready.rule.name else ""


@dataclass(frozen=True)
class Hiding:
    """What ignore rules do to the changes of one policy.

    Attributes:
        by: key of the rule that hides the whole finding; none: something of it is left.
        left: changes to show; of a finding that is hidden, all of them.
        hidden: changes that rules hide, in a finding of which something is left.
        counts: rule -> how many single changes it hid.
    """

    by: str | None
    left: Sequence[Change]
    hidden: Sequence[Change]
    counts: Counter[str]


def hiding_of(rules: Sequence[ReadyRule], changes: Sequence[Change], *, is_modified: bool) -> Hiding:
    """What some applying rules do to the changes of one policy.

    Args:
        rules: those that apply to it.
        changes: every changed leaf.
        is_modified: whether it is in both snapshots under its id: only then can its changes be all there is.
    """
    whole = whole_by(rules)
    if whole is not None:
        return Hiding(whole, changes, (), Counter())
    left, counts = left_by(rules, changes)
    if counts and not left and is_modified:
        return Hiding(next(iter(counts)), changes, (), counts)
    shown = {id(change) for change in left}
    return Hiding(None, left, [change for change in changes if id(change) not in shown], counts)


def whole_by(rules: Sequence[ReadyRule]) -> str | None:
    """Key of the first of some applying rules that hides the policy as a whole."""
    return next((ready.rule.key for ready in rules if ready.rule.hides_whole), None)


def left_by(rules: Sequence[ReadyRule], changes: Sequence[Change]) -> tuple[list[Change], Counter[str]]:
    """The changes that none of some applying rules hides, and how many each rule hid: the first counts."""
    left, hidden = [], Counter[str]()
    for change in changes:
        by = next((ready.rule.key for ready in rules if ready.covers(change)), None)
        if by is None:
            left.append(change)
        else:
            hidden[by] += 1
    return left, hidden
