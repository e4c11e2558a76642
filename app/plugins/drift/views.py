"""Drift pages: starting a generation, the list of findings, one finding."""

import re
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core import (
    InvalidInputError,
    JsonObject,
    Role,
    current_catalog,
    current_tenant,
    find_run,
    may,
    retry_offer,
    signed_in_user,
    start_operation,
    tenant_required,
)
from app.plugins.drift.baselines import baseline_of, clear_baseline, set_baseline
from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.finding_types import finding_type_description, finding_type_label
from app.plugins.drift.findings import (
    FindingFilter,
    collections_with_findings,
    count_findings,
    find_finding,
    list_findings,
    types_with_findings,
)
from app.plugins.drift.holds.reading import held_groups
from app.plugins.drift.holds.rows import HoldState
from app.plugins.drift.pair import latest_pair
from app.plugins.drift.rules.ruleset import count_hidden
from app.plugins.drift.severity import Severity
from app.plugins.inventory import comparable_syncs, scope_label

Choice = TypeVar("Choice", bound=StrEnum)
FINDING_TYPE = re.compile(r"[A-Za-z]\w{0,39}")
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


@drift_pages.post("/baseline")
@tenant_required(Role.MANAGER)
def change_baseline() -> ResponseReturnValue:
    """Set or clear the baseline of a scope."""
    tenant, scope_key = current_tenant(), request.form.get("scope", "")
    sync_run_id = request.form.get("sync", "")
    if request.form.get("do") == "clear":
        clear_baseline(tenant, scope_key, signed_in_user())
        flash("This scope has no baseline any more.", "info")
    else:
        if not sync_run_id.isdecimal():
            raise InvalidInputError(f"sync: {sync_run_id[:40]!r} is no number of a sync")
        baseline = set_baseline(tenant, int(sync_run_id), signed_in_user())
        scope_key = baseline.scope_key
        flash(f"Every later sync of this scope is now compared with sync {baseline.sync_run_id}.", "info")
    return redirect(url_for("drift.index", scope=scope_key))


@finding_pages.get("", endpoint="index")
@tenant_required(Role.READONLY)
def list_page() -> str:
    """Findings by severity and type."""
    tenant, wanted = current_tenant(), _wanted()
    return render_template(
        "findings/index.html",
        findings=list_findings(tenant, wanted),
        groups=held_groups(tenant, HoldState.OPEN),
        hidden=sum(count_hidden(tenant).values()),
        may_manage=may(Role.MANAGER),
        counts=count_findings(tenant, wanted),
        wanted=wanted,
        query=_query(wanted),
        severities=list(Severity),
        kinds=list(ChangeKind),
        collections=collections_with_findings(tenant),
        types=types_with_findings(tenant),
        retry=retry_offer(wanted.run_id) if wanted.run_id else None,
    )


@finding_pages.get("/<int:finding_id>")
@tenant_required(Role.READONLY)
def show(finding_id: int) -> str:
    """One finding: before and after."""
    finding = find_finding(current_tenant(), finding_id)
    if finding is None:
        abort(403)
    return render_template("findings/show.html", finding=finding)


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


def _wanted() -> FindingFilter:
    run_id = request.args.get("run", "").strip()
    if run_id and not run_id.isdecimal():
        raise InvalidInputError(f"run: {run_id[:40]!r} is no run number")
    hold_id = request.args.get("hold", 0, type=int) % 2**31 or None
    return FindingFilter(
        severity=_choice(Severity, "severity"),
        kind=_choice(ChangeKind, "change"),
        collection=_word("type", COLLECTION, "policy type"),
        finding_type=_word("finding", FINDING_TYPE, "finding type"),
        run_id=min(int(run_id[:19]), 2**62) if run_id else None,
        is_hidden=bool(request.args.get("hidden")),
        hold_id=hold_id,
        is_held=None if hold_id or request.args.get("hidden") else False,
    )


def _word(name: str, pattern: re.Pattern[str], what: str) -> str | None:
    value = request.args.get(name, "").strip()
    if value and not pattern.fullmatch(value):
        raise InvalidInputError(f"{name}: {value[:40]!r} is no {what}")
    return value or None


def _query(wanted: FindingFilter) -> dict[str, object]:
    values = {
        "severity": wanted.severity,
        "change": wanted.kind,
        "type": wanted.collection,
        "finding": wanted.finding_type,
        "run": wanted.run_id,
        "hold": wanted.hold_id,
        "hidden": 1 if wanted.is_hidden else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _choice(choices: type[Choice], name: str) -> Choice | None:
    value = request.args.get(name, "").strip()
    try:
        return choices(value) if value else None
    except ValueError:
        raise InvalidInputError(f"{name}: {value[:40]!r} is none of {', '.join(choices)}") from None
