"""Findings as a choice of policies: whoever works on policies can take those that findings are about."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import current_app, url_for
from sqlalchemy import select

from app.core import ChosenPolicy, InvalidInputError, PolicyChoice, Tenant, db
from app.plugins.drift.finding_filters import read_shown
from app.plugins.drift.findings import FindingFilter, find_finding, matching_findings
from app.plugins.drift.models import Finding

KEY = "findings"
KEEPING = "backup_sets.keep.choose"  # the page of another plugin, which may not be there


def keeping_address(query: Mapping[str, object]) -> str | None:
    """Where the policies of findings can be kept; nothing while no loaded plugin keeps any.

    Args:
        query: as `chosen_policies` takes it; it comes from outside, and `url_for` would heed its names.
    """
    if KEEPING not in current_app.view_functions:
        return None
    return f"{url_for(KEEPING, choice=KEY)}&{urlencode(query)}"


def chosen_policies(tenant: Tenant, query: Mapping[str, str]) -> list[ChosenPolicy]:
    """The policies of every finding that matches, each as it was in the sync it was compared with.

    Args:
        tenant: whose.
        query: of the list of findings; or `one`, the number of a single finding.

    Raises:
        InvalidInputError: it cannot be one.
    """
    number = query.get("one", "").strip()
    if number:
        finding = find_finding(tenant, int(number)) if number.isdecimal() and len(number) < 10 else None
        if finding is None:
            raise InvalidInputError(f"one: this tenant has no finding {number[:40]!r}")
        rows = [(finding.policy_id, finding.baseline_run_id)]
    else:
        rows = _matching(tenant, read_shown(query).wanted)
    return [ChosenPolicy(policy_id, sync_id) for policy_id, sync_id in rows if policy_id]


def _matching(tenant: Tenant, wanted: FindingFilter) -> list[tuple[str | None, int | None]]:
    query = matching_findings(tenant, wanted, select(Finding.policy_id, Finding.baseline_run_id).distinct())
    return [(policy_id, sync_id) for policy_id, sync_id in db.session.execute(query)]


findings = PolicyChoice(key=KEY, label="Findings", choose=chosen_policies)
