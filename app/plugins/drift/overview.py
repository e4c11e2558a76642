"""The card on a tenant's start page: what is open, by severity."""

from collections.abc import Iterator

from flask import url_for

from app.core import CardFact, OverviewCard, Tenant
from app.plugins.drift.findings import count_open_findings
from app.plugins.drift.severity import Severity

TONES = {Severity.CRITICAL: "bad", Severity.HIGH: "bad", Severity.MEDIUM: "warn", Severity.LOW: "info"}


def _facts(tenant: Tenant) -> Iterator[CardFact]:
    counted = {severity: count for severity, count in count_open_findings(tenant).items() if count}
    if not counted:
        yield CardFact(0, "open findings", "good", url_for("findings.index"))
    for severity, count in counted.items():
        url = url_for("findings.index", severity=severity.value)
        yield CardFact(count, severity.value, TONES.get(severity, "neutral"), url)


open_findings = OverviewCard(key="open_findings", label="Open findings", icon="clipboard-check", facts=_facts)
