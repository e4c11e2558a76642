"""One severity rule."""

from collections.abc import Callable
from dataclasses import dataclass

from app.core import Severity
from app.plugins.drift.severity.case import Case


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """A rule as data: when it matches, the finding is at least this severe.

    Attributes:
        id: stable, stored with the finding: ``area.what``.
        severity: before any step up.
        reason: a sentence for the person who reads the finding.
        matches: looks at collection, type, path, change kind and values; never for a word anywhere.
        steps_up: False where reaching everybody is already part of the rule, or makes no difference.
    """

    id: str
    severity: Severity
    reason: str
    matches: Callable[[Case], bool]
    steps_up: bool = True
