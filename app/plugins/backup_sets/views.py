"""Backup set pages: the list, a new set, one set with what it holds, and what managers may remove."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core import (
    InvalidInputError,
    JsonObject,
    PlannedRun,
    Role,
    current_catalog,
    current_tenant,
    find_run,
    may,
    planned_runs,
    retry_offer,
    signed_in_user,
    start_operation,
    tenant_required,
)
from app.plugins.backup_sets.adding_views import adding_pages
from app.plugins.backup_sets.asked import asked_items, asked_keep, asked_numbers, asked_query
from app.plugins.backup_sets.exports import is_there, list_exports
from app.plugins.backup_sets.item_views import add_item_pages
from app.plugins.backup_sets.items import (
    count_collections,
    count_states,
    list_items,
    remove_items,
)
from app.plugins.backup_sets.keep_views import keep_pages
from app.plugins.backup_sets.models import BackupSet, DocumentState, TenantState
from app.plugins.backup_sets.moving_views import moving_pages
from app.plugins.backup_sets.restore.views import restore_pages
from app.plugins.backup_sets.retention import set_retention
from app.plugins.backup_sets.sets import (
    create_set,
    delete_set,
    list_sets,
    runs_of,
    summary_of,
    visible_set,
)

pages = Blueprint("backup_sets", __name__, url_prefix="/t/<tenant>/backup-sets", template_folder="templates")
add_item_pages(pages)
pages.register_blueprint(adding_pages)
pages.register_blueprint(keep_pages)
pages.register_blueprint(moving_pages)
pages.register_blueprint(restore_pages)


@pages.get("")
@tenant_required(Role.READONLY)
def index() -> str:
    """The tenant's sets, by name."""
    return render_template("backup_sets/index.html", sets=list_sets(current_tenant()))


@pages.get("/new")
@tenant_required(Role.OPERATOR)
def new() -> str:
    """Name a set."""
    return render_template("backup_sets/new.html", error=None)


@pages.post("/new")
@tenant_required(Role.OPERATOR)
def create() -> ResponseReturnValue:
    """Add an empty set, and go on to choose policies."""
    name, description = (request.form.get(field, "") for field in ("name", "description"))
    try:
        made = create_set(current_tenant(), name, description, signed_in_user())
    except InvalidInputError as error:
        return render_template("backup_sets/new.html", error=str(error)), 422
    return redirect(url_for("backup_sets.adding.choose", backup_set_id=made.id))


@pages.get("/<int:backup_set_id>")
@tenant_required(Role.READONLY)
def show(backup_set_id: int) -> str:
    """One set: what it holds, how that stands, and the runs that worked on it."""
    return render_template("backup_sets/show.html", **_shown(_visible(backup_set_id)))


@pages.post("/<int:backup_set_id>/verify")
@tenant_required(Role.OPERATOR)
def verify(backup_set_id: int) -> ResponseReturnValue:
    """Queue a verification."""
    backup_set = _visible(backup_set_id)
    params: JsonObject = {"backup_set_id": backup_set.id}
    started = start_operation(
        current_catalog(), current_tenant(), "backup_set.verify", params, signed_in_user()
    )
    state = "queued" if started.created else "active"
    return redirect(
        url_for("backup_sets.show", backup_set_id=backup_set.id, started=started.run_id, then=state)
    )


@pages.post("/<int:backup_set_id>/remove")
@tenant_required(Role.MANAGER)
def remove(backup_set_id: int) -> ResponseReturnValue:
    """Take chosen versions out of a set."""
    backup_set = _visible(backup_set_id)
    try:
        removed = remove_items(current_tenant(), backup_set, asked_numbers("item"), signed_in_user())
    except InvalidInputError as error:
        return _refused(backup_set, error)
    flash(f"{removed:,} {'version' if removed == 1 else 'versions'} taken out of the set.", "info")
    return redirect(url_for("backup_sets.show", backup_set_id=backup_set.id, **asked_query(asked_items())))


@pages.post("/<int:backup_set_id>/retention")
@tenant_required(Role.MANAGER)
def retention(backup_set_id: int) -> ResponseReturnValue:
    """Choose how many versions of each policy a set keeps."""
    backup_set, text = _visible(backup_set_id), request.form.get("keep", "").strip()
    try:
        set_retention(current_tenant(), backup_set, asked_keep(text), signed_in_user())
    except InvalidInputError as error:
        return _refused(backup_set, error, "Nothing was changed.")
    flash("Saved. It counts from the next fill on.", "info")
    return redirect(url_for("backup_sets.show", backup_set_id=backup_set.id))


@pages.post("/<int:backup_set_id>/delete")
@tenant_required(Role.MANAGER)
def delete(backup_set_id: int) -> ResponseReturnValue:
    """Remove a set with all it holds."""
    backup_set = _visible(backup_set_id)
    try:
        delete_set(current_tenant(), backup_set, signed_in_user())
    except InvalidInputError as error:
        return _refused(backup_set, error)
    flash(f"Backup set “{backup_set.name}” deleted.", "info")
    return redirect(url_for("backup_sets.index"))


def _visible(backup_set_id: int) -> BackupSet:
    return visible_set(current_tenant(), backup_set_id)


def _refused(
    backup_set: BackupSet, error: InvalidInputError, lead: str = "Nothing was removed."
) -> ResponseReturnValue:
    shown = _shown(backup_set)
    return render_template("backup_sets/show.html", **shown, error=str(error), error_lead=lead), 422


def _schedules_of(backup_set: BackupSet) -> list[PlannedRun]:
    planned = planned_runs(current_tenant(), "backup_set.fill")
    return [one for one in planned if one.params.get("backup_set_id") == backup_set.id]


def _shown(backup_set: BackupSet) -> JsonObject:
    wanted, tenant = asked_items(), current_tenant()
    started = find_run(tenant, request.args.get("started", 0, type=int))
    runs = runs_of(tenant, backup_set)
    exports = list_exports(tenant, backup_set)
    repeatable = started or next(iter(runs), None)
    return {
        "backup_set": backup_set,
        "held": summary_of(backup_set),
        "items": list_items(backup_set, wanted),
        "collections": count_collections(backup_set, wanted),
        "states": count_states(backup_set),
        "document_states": list(DocumentState),
        "tenant_states": list(TenantState),
        "wanted": wanted,
        "query": asked_query(wanted),
        "exports": exports,
        "available": {one.id for one in exports if is_there(tenant, one)},
        "runs": runs,
        "schedules": _schedules_of(backup_set),
        "started": started,
        "was_active": request.args.get("then") == "active",
        "retry": retry_offer(repeatable.id) if repeatable else None,
        "may_manage": may(Role.MANAGER),
    }
