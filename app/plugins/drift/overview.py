"""The card of findings, and their column of all tenants: what is open, by severity."""

from collections.abc import Iterator, Mapping, Sequence

from flask import url_for

from app.core import CardFact, OverviewCard, Tenant
from app.plugins.drift.findings import count_open_findings
from app.plugins.drift.severity import Severity

TONES = {Severity.CRITICAL: "bad", Severity.HIGH: "bad", Severity.MEDIUM: "warn", Severity.LOW: "info"}
URGENT = (Severity.CRITICAL, Severity.HIGH)


def _facts(tenant: Tenant) -> Iterator[CardFact]:
    counted = count_open_findings([tenant])[tenant.id]
    if not any(counted.values()):
        yield _none(tenant)
    yield from (_fact(tenant, severity, count) for severity, count in counted.items() if count)


def _glance(tenants: Sequence[Tenant]) -> Mapping[int, Sequence[CardFact]]:
    counted = count_open_findings(tenants)
    return {tenant.id: list(_in_short(tenant, counted[tenant.id])) for tenant in tenants}


def _in_short(tenant: Tenant, counted: Mapping[Severity, int]) -> Iterator[CardFact]:
    """What is urgent by its severity, all else in one number."""
    yield from (_fact(tenant, severity, counted[severity]) for severity in URGENT if counted[severity])
    others = sum(count for severity, count in counted.items() if severity not in URGENT)
    if others:
        yield CardFact(
            others, "less severe", "neutral", url_for("findings.index", tenant=tenant.slug, status="new")
        )
    elif not any(counted.values()):
        yield _none(tenant)


def _fact(tenant: Tenant, severity: Severity, count: int) -> CardFact:
    url = url_for("findings.index", tenant=tenant.slug, severity=severity.value, status="new")
    return CardFact(count, severity.value, TONES.get(severity, "neutral"), url)


def _none(tenant: Tenant) -> CardFact:
    return CardFact(0, "open findings", "good", url_for("findings.index", tenant=tenant.slug))


open_findings = OverviewCard(
    key="open_findings", label="Open findings", icon="clipboard-check", facts=_facts, glance=_glance
)
