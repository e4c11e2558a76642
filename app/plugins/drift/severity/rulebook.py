"""Every severity rule, the most severe first."""

from app.core import Severity
from app.plugins.drift.severity import (
    app_protection,
    compliance,
    conditional_access,
    endpoint_security,
    enrolment,
    general,
    roles,
    scripts,
)
from app.plugins.drift.severity.rule import SeverityRule

RULES: tuple[SeverityRule, ...] = (
    *conditional_access.CRITICAL_RULES,
    *compliance.CRITICAL_RULES,
    *endpoint_security.CRITICAL_RULES,
    *roles.CRITICAL_RULES,
    *compliance.HIGH_RULES,
    *app_protection.HIGH_RULES,
    *scripts.HIGH_RULES,
    *conditional_access.HIGH_RULES,
    *enrolment.HIGH_RULES,
    *general.HIGH_RULES,
    *general.MEDIUM_RULES,
    *general.LOW_RULES,
    *general.INFO_RULES,
)
NOTHING_VISIBLE = SeverityRule(
    "nothing.visible",
    Severity.INFO,
    "Only values changed that are not shown.",
    lambda _case: True,
    steps_up=False,
)
