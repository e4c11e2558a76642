"""Core's own pages: home, a tenant's start page, notifications, starting an operation."""

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from werkzeug.wrappers import Response

from app.core.access import current_tenant, may, signed_in_user, tenant_required
from app.core.errors import InvalidInputError, InvalidParametersError, UnknownRunTypeError
from app.core.notifications import mark_read, recent_notifications
from app.core.registry.catalog import current_catalog
from app.core.registry.contract import AnyOperation
from app.core.registry.faults import unless_broken
from app.core.registry.stages import Stage
from app.core.runs.filter import RunFilter
from app.core.runs.listing import list_runs
from app.core.runs.new_run import Started
from app.core.runs.queries import find_run
from app.core.runs.start import start_operation
from app.core.runs.trend import runs_per_day
from app.core.users import Notices, Role, choose_notices
from app.core.web import session
from app.core.web.all_tenants import all_tenants_of
from app.core.web.bell import BELL_VERSION, bell_of
from app.core.web.forms import start_fields, start_values
from app.core.web.fragments import render_fragment
from app.core.web.overview import overview_of
from app.core.web.polling import polled
from app.core.web.trend_chart import TrendChart

LATEST = 5

core_pages = Blueprint("core", __name__)
session.add_routes(core_pages)


@core_pages.get("/healthz")
def healthz() -> tuple[dict[str, str], int]:
    """Liveness: this process answers."""
    return {"status": "ok"}, 200


@core_pages.get("/")
@login_required  # type: ignore[untyped-decorator]  # flask-login has no types
def home() -> ResponseReturnValue:
    """The viewer's tenants, worst first, or the one there is."""
    memberships = signed_in_user().memberships
    if len(memberships) == 1:
        return redirect(url_for("core.tenant_home", tenant=memberships[0].tenant.slug))
    words = request.args.get("q", "").strip()
    found = all_tenants_of(current_catalog(), memberships, words=words, page=_page(request.args))
    return render_template("core/home.html", found=found, words=words, memberships=memberships)


@core_pages.get("/t/<tenant>/")
@tenant_required(Role.READONLY)
def tenant_home() -> str:
    """One tenant at a glance."""
    tenant = current_tenant()
    return render_template(
        "core/tenant_home.html",
        cards=overview_of(current_catalog(), tenant),
        trend=TrendChart(runs_per_day(tenant)),
        runs=list_runs(tenant, RunFilter(), limit=LATEST),
    )


@core_pages.get("/t/<tenant>/notifications")
@tenant_required(Role.READONLY)
def notifications() -> str:
    """What the viewer was told, newest first."""
    found = recent_notifications(current_tenant().id, signed_in_user().id)
    return render_template(
        "core/notifications.html",
        notifications=found,
        may_manage=may(Role.MANAGER),
        notices=signed_in_user().notices,
    )


@core_pages.post("/t/<tenant>/notifications/preference")
@tenant_required(Role.READONLY)
def choose_what_is_told() -> Response:
    """Keep what the viewer wants to be told, in this and every other tenant."""
    wanted = request.form.get("notices", "")
    if wanted not in set(Notices):
        raise InvalidInputError(f"notices: {wanted[:40]!r} is none of {', '.join(Notices)}")
    choose_notices(signed_in_user(), Notices(wanted))
    flash("Saved: this is what you are told from now on.", "success")
    return redirect(url_for("core.notifications"))


@core_pages.post("/t/<tenant>/notifications/read")
@tenant_required(Role.READONLY)
def mark_notifications_read() -> Response:
    """Mark all read."""
    mark_read(current_tenant().id, signed_in_user().id)
    return redirect(url_for("core.notifications"))


@core_pages.post("/t/<tenant>/notifications/read/<int:run_id>")
@tenant_required(Role.READONLY)
def mark_run_read(run_id: int) -> Response:
    """Mark a run's notifications read: its page was opened. Answers with the badge."""
    if find_run(current_tenant(), run_id) is None:
        abort(403)
    mark_read(current_tenant().id, signed_in_user().id, run_id)
    return _badge()


@core_pages.get("/t/<tenant>/notifications/unread")
@polled(BELL_VERSION)
@tenant_required(Role.READONLY)
def unread_badge() -> Response:
    """The bell's badge, polled."""
    return _badge()


@core_pages.get("/t/<tenant>/start")
@tenant_required(Role.OPERATOR)
def start() -> str:
    """Every operation the viewer may start."""
    offered = [operation for operation in current_catalog().operations.values() if may(operation.role)]
    shown = [{"operation": operation, "url": url} for operation in offered if (url := _safe_url(operation))]
    return render_template("core/start.html", operations=shown)


@core_pages.get("/t/<tenant>/start/<run_type>")
@tenant_required(Role.OPERATOR)
def start_operation_form(run_type: str) -> ResponseReturnValue:
    """The form made from the operation's parameters."""
    operation = current_catalog().operation(run_type)
    if operation.start_endpoint:
        return redirect(start_url(operation))
    return _form(operation)


@core_pages.post("/t/<tenant>/start/<run_type>")
@tenant_required(Role.OPERATOR)
def start_from_form(run_type: str) -> ResponseReturnValue:
    """Start it, or show the form again with what is wrong at each field."""
    catalog = current_catalog()
    operation = catalog.operation(run_type)
    if operation.start_endpoint:
        message = f"{run_type} is started on its own page"
        raise UnknownRunTypeError(message)
    values = start_values(operation, request.form)
    try:
        started = start_operation(catalog, current_tenant(), run_type, values, signed_in_user())
    except InvalidParametersError as error:
        return _form(operation, values, error.errors), 422
    tell_started(started)
    return redirect(url_for("monitoring.show", run_id=started.run_id))


def tell_started(started: Started) -> None:
    """Say on the next page whether the run is new or was active already."""
    words = "queued" if started.created else "already running"
    flash(f"{started.label}: {words}.", "info" if started.created else "warning")


def start_url(operation: AnyOperation) -> str:
    """Where an operation is started."""
    if operation.start_endpoint:
        return url_for(operation.start_endpoint)
    return url_for("core.start_operation_form", run_type=operation.run_type)


def _safe_url(operation: AnyOperation) -> str | None:
    """Where it is started, unless its plugin cannot say just now."""
    plugin = current_catalog().plugin_of(operation.run_type)
    return unless_broken(plugin.name, Stage.NAV, operation.run_type, lambda: start_url(operation))


def _form(
    operation: AnyOperation, values: dict[str, object] | None = None, errors: dict[str, str] | None = None
) -> str:
    fields = start_fields(operation, current_tenant(), values, errors)
    return render_template(
        "core/start_operation.html", operation=operation, fields=fields, errors=errors or {}
    )


def _page(args: Mapping[str, str]) -> int:
    wanted = args.get("page", "1")
    if not (wanted.isascii() and wanted.isdigit() and int(wanted[:9]) > 0):
        raise InvalidInputError(f"page: {wanted[:40]!r} is no number from 1")
    return int(wanted[:9])


def _badge() -> Response:
    tenant, user = current_tenant(), signed_in_user()
    bell = bell_of(tenant, user.id)
    return render_fragment("core/_unread_badge.html", ptag=bell.ptag, bell=bell)
