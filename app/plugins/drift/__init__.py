"""Drift: what changed between two snapshots of one tenant, as findings with severity and evidence.

Other plugins use the names in `__all__`.
"""

from app.core import NavItem, Plugin
from app.plugins.drift import policy_choice
from app.plugins.drift.acknowledge import operation as acknowledging
from app.plugins.drift.all_pages import drift_pages, finding_pages
from app.plugins.drift.api import findings_resource
from app.plugins.drift.audit.importing import operation as audit_import
from app.plugins.drift.baseline_views import baseline_pages
from app.plugins.drift.cli import drift, findings
from app.plugins.drift.expiry import lapse
from app.plugins.drift.finding_types import drift as drift_findings
from app.plugins.drift.findings import new_findings
from app.plugins.drift.generate import operation
from app.plugins.drift.holds.pages import hold_pages
from app.plugins.drift.models import DriftModel
from app.plugins.drift.overview import open_findings
from app.plugins.drift.own_rules import OWN_RULES
from app.plugins.drift.recording import FindingFact, NewFinding, record_findings
from app.plugins.drift.review_views import review_pages
from app.plugins.drift.rules.pages import rule_pages
from app.plugins.drift.severity import Severity

finding_pages.add_app_template_global(policy_choice.keeping_address)

plugin = Plugin(
    name="drift",
    version="1.0.0",
    requires=("inventory",),
    operations=(operation, acknowledging, audit_import),
    blueprints=(drift_pages, baseline_pages, finding_pages, review_pages, hold_pages, rule_pages),
    models=DriftModel,
    migrations="app.plugins.drift.migrations",
    cli=(drift, findings),
    nav=(
        NavItem("Drift", "drift.index", "arrow-left-right"),
        NavItem("Findings", "findings.index", "clipboard-check"),
    ),
    finding_types=(drift_findings,),
    ignore_rules=OWN_RULES,
    overview_cards=(open_findings,),
    api_resources=(findings_resource,),
    chores=(lapse,),
    policy_choices=(policy_choice.findings,),
)

__all__ = ["FindingFact", "NewFinding", "Severity", "new_findings", "plugin", "record_findings"]
