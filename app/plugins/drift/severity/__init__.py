"""How much a change matters: the severity rules as data, and the verdict on one policy."""

from app.core import Severity
from app.plugins.drift.severity.case import Subject
from app.plugins.drift.severity.rule import SeverityRule
from app.plugins.drift.severity.rulebook import RULES
from app.plugins.drift.severity.verdict import Verdict, severity_of

__all__ = ["RULES", "Severity", "SeverityRule", "Subject", "Verdict", "severity_of"]
