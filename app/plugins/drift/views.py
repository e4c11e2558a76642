"""Drift pages: starting a generation, the list of findings, one finding."""

import re
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core import (
    InvalidInputError,
    JsonObject,
    Role,
    current_catalog,
    current_tenant,
    find_run,
    kept_runs,
    may,
    retry_offer,
    signed_in_user,
    start_operation,
    tenant_required,
)
from app.plugins.drift.acknowledgements import acknowledgements_of
from app.plugins.drift.baselines import baseline_of
from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.finding_types import finding_type_description, finding_type_label
from app.plugins.drift.findings import (
    FindingFilter,
    choice_of,
    collections_with_findings,
    count_findings,
    count_states,
    find_finding,
    list_findings,
    types_with_findings,
)
from app.plugins.drift.history import history_of, runs_in
from app.plugins.drift.line import Line
from app.plugins.drift.models import Finding
from app.plugins.drift.pair import latest_pair
from app.plugins.drift.severity import Severity
from app.plugins.drift.standing import FindingState, StateFilter
from app.plugins.inventory import comparable_syncs, scope_label

Choice = TypeVar("Choice", bound=StrEnum)
FINDING_TYPE = re.compile(r"[A-Za-z]\w{0,39}")
CHOOSABLE = {StateFilter.OPEN, StateFilter.NEW, StateFilter.ALL}
COLLECTION = re.compile(r"[A-Za-z]\w{0,119}")

drift_pages = Blueprint("drift", __name__, url_prefix="/t/<tenant>/drift", template_folder="templates")
finding_pages = Blueprint(
    "findings", __name__, url_prefix="/t/<tenant>/findings", template_folder="templates"
)

finding_pages.add_app_template_filter(finding_type_label)
finding_pages.add_app_template_filter(finding_type_description)


@drift_pages.get("")
@tenant_required(Role.READONLY)
def index() -> str:
    """Choose scope, baseline and current, and start; with fewer than two snapshots, say so."""
    return render_template("drift/index.html", **_landing(request.args.get("scope", "").strip() or None))


@drift_pages.post("")
@tenant_required(Role.OPERATOR)
def start() -> ResponseReturnValue:
    """Queue a generation and show the link to its run."""
    params = {name: request.form.get(name, "") for name in ("baseline_run_id", "current_run_id")}
    try:
        started = start_operation(
            current_catalog(), current_tenant(), "drift.generate", params, signed_in_user()
        )
    except InvalidInputError as error:
        landing = {**_landing(request.form.get("scope") or None), "error": str(error)}
        return render_template("drift/index.html", **landing), 422
    state = "queued" if started.created else "active"
    return redirect(
        url_for("drift.index", scope=request.form.get("scope") or None, run=started.run_id, state=state)
    )


@finding_pages.get("", endpoint="index")
@tenant_required(Role.READONLY)
def list_page() -> str:
    """Findings by severity and type."""
    return render_template("findings/index.html", **listed(wanted_findings()))


@finding_pages.get("/<int:finding_id>")
@tenant_required(Role.READONLY)
def show(finding_id: int) -> str:
    """One finding: before and after."""
    finding = find_finding(current_tenant(), finding_id)
    if finding is None:
        abort(403)
    return render_template("findings/show.html", **shown(finding))


def shown(finding: Finding) -> JsonObject:
    """What the page of a finding needs."""
    return {
        "finding": finding,
        "acknowledgements": acknowledgements_of(finding),
        "history": history_of(finding),
        "kept_runs": kept_runs(current_tenant(), runs_in(history_of(finding))),
    }


def listed(wanted: FindingFilter) -> JsonObject:
    """What the page of findings needs."""
    tenant, states = current_tenant(), count_states(current_tenant(), wanted)
    started = find_run(tenant, request.args.get("started", 0, type=int))
    return {
        "findings": list_findings(tenant, wanted),
        "counts": count_findings(tenant, wanted),
        "states": states,
        "choice": choice_of(tenant, new_ones(wanted)),
        "choosable": wanted.state in CHOOSABLE and states[FindingState.NEW] > 0,
        "wanted": wanted,
        "query": query_of(wanted),
        "severities": list(Severity),
        "kinds": list(ChangeKind),
        "lines": list(Line),
        "collections": collections_with_findings(tenant),
        "types": types_with_findings(tenant),
        "retry": retry_offer(wanted.run_id) if wanted.run_id else None,
        "started": started,
    }


def _landing(scope_key: str | None) -> JsonObject:
    tenant = current_tenant()
    everything = comparable_syncs(tenant)
    scopes = {sync.selection_hash: scope_label(sync.source) for sync in everything}
    if scope_key is not None and scope_key not in scopes:
        raise InvalidInputError(f"scope: this tenant has no finished sync of scope {scope_key[:40]!r}")
    chosen = scope_key or (everything[0].selection_hash if everything else None)
    syncs = [sync for sync in everything if sync.selection_hash == chosen]
    started = find_run(tenant, request.args.get("run", 0, type=int))
    return {
        "scopes": scopes,
        "chosen_scope": chosen,
        "syncs": syncs,
        "baseline": baseline_of(tenant, chosen) if chosen else None,
        "may_manage": may(Role.MANAGER),
        "pair": latest_pair(tenant, chosen) if chosen else None,
        "started": started,
        "retry": retry_offer(started.id) if started else None,
        "was_active": request.args.get("state") == "active",
        "error": None,
    }


def wanted_findings() -> FindingFilter:
    """Which findings the request asks for; by default open ones, and of one run all that it saw.

    Raises:
        InvalidInputError: a value cannot be one; the text names it.
    """
    run_id = request.values.get("run", "").strip()
    if run_id and not run_id.isdecimal():
        raise InvalidInputError(f"run: {run_id[:40]!r} is no run number")
    return FindingFilter(
        severity=_choice(Severity, "severity"),
        kind=_choice(ChangeKind, "change"),
        collection=_word("type", COLLECTION, "policy type"),
        finding_type=_word("finding", FINDING_TYPE, "finding type"),
        run_id=min(int(run_id[:19]), 2**62) if run_id else None,
        line=_choice(Line, "line"),
        state=_choice(StateFilter, "status") or default_state(run_id),
    )


def new_ones(wanted: FindingFilter) -> FindingFilter:
    """Of what a filter asks for, what can be acknowledged."""
    return replace(wanted, state=StateFilter.NEW)


def default_state(run_id: object) -> StateFilter:
    """What a list shows that no state was chosen for."""
    return StateFilter.ALL if run_id else StateFilter.OPEN


def _word(name: str, pattern: re.Pattern[str], what: str) -> str | None:
    value = request.values.get(name, "").strip()
    if value and not pattern.fullmatch(value):
        raise InvalidInputError(f"{name}: {value[:40]!r} is no {what}")
    return value or None


def query_of(wanted: FindingFilter) -> dict[str, object]:
    """A filter as the address has it."""
    values = {
        "severity": wanted.severity,
        "change": wanted.kind,
        "type": wanted.collection,
        "finding": wanted.finding_type,
        "run": wanted.run_id,
        "line": wanted.line,
        "status": None if wanted.state is default_state(wanted.run_id) else wanted.state,
    }
    return {name: value for name, value in values.items() if value is not None}


def _choice(choices: type[Choice], name: str) -> Choice | None:
    value = request.values.get(name, "").strip()
    try:
        return choices(value) if value else None
    except ValueError:
        raise InvalidInputError(f"{name}: {value[:40]!r} is none of {', '.join(choices)}") from None
