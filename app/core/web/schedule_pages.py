"""Schedules: everybody sees them, managers make, change, pause and remove them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.core.access import current_tenant, may, signed_in_user, tenant_required
from app.core.errors import InvalidParametersError, PermissionDeniedError
from app.core.registry.catalog import current_catalog
from app.core.registry.contract import AnyOperation, NavItem
from app.core.schedules import planning
from app.core.schedules.models import Schedule
from app.core.schedules.outlook import outlook
from app.core.schedules.queries import find_schedule, latest_slots, list_schedules, slots_of
from app.core.users import Role
from app.core.web.schedule_form import ScheduleForm, by_field

schedule_pages = Blueprint("schedules", __name__, url_prefix="/t/<tenant>/schedules")
NAV = NavItem("Schedules", "schedules.index", "calendar-event")


@schedule_pages.get("")
@tenant_required(Role.READONLY)
def index() -> str:
    """Every schedule of the tenant."""
    catalog, last = current_catalog(), latest_slots(current_tenant())
    shown = [
        {"schedule": found, "outlook": outlook(catalog, found), "last": last.get(found.id)}
        for found in list_schedules(current_tenant())
    ]
    return render_template("core/schedules/index.html", schedules=shown, may_manage=may(Role.MANAGER))


@schedule_pages.get("/<int:schedule_id>")
@tenant_required(Role.READONLY)
def show(schedule_id: int) -> str:
    """One schedule with what became of its last times."""
    schedule = _visible(schedule_id)
    operation = current_catalog().find_operation(schedule.run_type)
    return render_template(
        "core/schedules/show.html",
        schedule=schedule,
        outlook=outlook(current_catalog(), schedule),
        slots=slots_of(current_tenant(), schedule.id),
        may_manage=_may_manage(operation),
        may_edit=operation is not None and _may_manage(operation),
    )


@schedule_pages.get("/new")
@tenant_required(Role.MANAGER)
def choose() -> str:
    """Which operation to schedule."""
    offered = [operation for operation in current_catalog().operations.values() if may(operation.role)]
    return render_template("core/schedules/choose.html", operations=offered)


@schedule_pages.get("/new/<run_type>")
@tenant_required(Role.MANAGER)
def new(run_type: str) -> str:
    """The form of a new schedule; parameters of the operation may stand in the address."""
    operation = current_catalog().operation(run_type)
    return _form(operation, ScheduleForm.new(operation, request.args))


@schedule_pages.post("/new/<run_type>")
@tenant_required(Role.MANAGER)
def create(run_type: str) -> ResponseReturnValue:
    """Add it, or show the form again with what is wrong at each field."""
    operation = current_catalog().operation(run_type)
    form = ScheduleForm.sent(operation, request.form)
    if form.problems:
        return _form(operation, form, form.problems), 422
    try:
        schedule = planning.create_schedule(
            current_catalog(), current_tenant(), form.plan(operation), signed_in_user()
        )
    except InvalidParametersError as error:
        return _form(operation, form, by_field(error.errors)), 422
    return _told(schedule, "added")


@schedule_pages.get("/<int:schedule_id>/edit")
@tenant_required(Role.MANAGER)
def edit(schedule_id: int) -> str:
    """The form of a schedule."""
    schedule = _visible(schedule_id)
    operation = current_catalog().operation(schedule.run_type)
    return _form(operation, ScheduleForm.of(schedule), schedule=schedule)


@schedule_pages.post("/<int:schedule_id>/edit")
@tenant_required(Role.MANAGER)
def change(schedule_id: int) -> ResponseReturnValue:
    """Change it, or show the form again with what is wrong at each field."""
    schedule = _visible(schedule_id)
    operation = current_catalog().operation(schedule.run_type)
    form = ScheduleForm.sent(operation, request.form)
    if form.problems:
        return _form(operation, form, form.problems, schedule), 422
    try:
        planning.change_schedule(
            current_catalog(), current_tenant(), schedule_id, form.plan(operation), signed_in_user()
        )
    except InvalidParametersError as error:
        return _form(operation, form, by_field(error.errors), _visible(schedule_id)), 422
    return _told(schedule, "changed")


@schedule_pages.post("/<int:schedule_id>/pause")
@tenant_required(Role.MANAGER)
def pause(schedule_id: int) -> Response:
    """Let it start nothing for now."""
    _visible(schedule_id)
    schedule = planning.pause_schedule(current_catalog(), current_tenant(), schedule_id, signed_in_user())
    return _told(schedule, "paused")


@schedule_pages.post("/<int:schedule_id>/resume")
@tenant_required(Role.MANAGER)
def resume(schedule_id: int) -> Response:
    """Let it go on."""
    _visible(schedule_id)
    schedule = planning.resume_schedule(current_catalog(), current_tenant(), schedule_id, signed_in_user())
    return _told(schedule, "resumed")


@schedule_pages.post("/<int:schedule_id>/remove")
@tenant_required(Role.MANAGER)
def remove(schedule_id: int) -> Response:
    """Take it away; its runs stay."""
    _visible(schedule_id)
    name = planning.remove_schedule(current_catalog(), current_tenant(), schedule_id, signed_in_user())
    flash(f"{name}: removed. Its runs stay.", "info")
    return redirect(url_for("schedules.index"))


def _visible(schedule_id: int) -> Schedule:
    schedule = find_schedule(current_tenant(), schedule_id)
    if schedule is None:
        raise PermissionDeniedError(f"schedule {schedule_id}")
    return schedule


def _may_manage(operation: AnyOperation | None) -> bool:
    return may(Role.MANAGER) and (operation is None or may(operation.role))


def _form(
    operation: AnyOperation,
    form: ScheduleForm,
    errors: dict[str, str] | None = None,
    schedule: Schedule | None = None,
) -> str:
    if not _may_manage(operation):
        raise PermissionDeniedError(operation.run_type)
    return render_template(
        "core/schedules/form.html",
        operation=operation,
        schedule=schedule,
        own_fields=form.own_fields(errors or {}),
        operation_fields=form.operation_fields(operation, current_tenant(), errors or {}),
        errors=errors or {},
    )


def _told(schedule: Schedule, done: str) -> Response:
    flash(f"{schedule.name}: {done}.", "success")
    return redirect(url_for("schedules.show", schedule_id=schedule.id))
