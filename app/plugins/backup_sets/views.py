"""Backup set pages: the list, a new set, one set with what it holds, and what managers may remove."""

import orjson
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
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
from app.plugins.backup_sets.adding_views import adding_pages
from app.plugins.backup_sets.asked import asked_items, asked_numbers, asked_query
from app.plugins.backup_sets.items import (
    ItemFilter,
    count_collections,
    count_states,
    find_item,
    list_items,
    remove_items,
)
from app.plugins.backup_sets.models import BackupSet, DocumentState, TenantState
from app.plugins.backup_sets.restore.views import restore_pages
from app.plugins.backup_sets.sets import (
    create_set,
    delete_set,
    list_sets,
    runs_of,
    summary_of,
    visible_set,
)
from app.plugins.inventory import bodies_of

pages = Blueprint("backup_sets", __name__, url_prefix="/t/<tenant>/backup-sets", template_folder="templates")
pages.register_blueprint(adding_pages)
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


@pages.get("/<int:backup_set_id>/items/<int:item_id>")
@tenant_required(Role.READONLY)
def item(backup_set_id: int, item_id: int) -> str:
    """One kept version with its document."""
    backup_set = _visible(backup_set_id)
    found = find_item(backup_set, item_id)
    if found is None:
        abort(403)
    versions = list_items(backup_set, ItemFilter(policy_id=found.policy_id))
    body = bodies_of(current_tenant(), [found.content_hash]).get(found.content_hash)
    run_id = found.operation_run_id
    return render_template(
        "backup_sets/item.html",
        backup_set=backup_set,
        shown=next(one for one in versions if one.item.id == found.id),
        versions=versions,
        run_id=run_id if run_id and kept_runs(current_tenant(), [run_id]) else None,
        body=None if body is None else _readable(body),
    )


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


def _refused(backup_set: BackupSet, error: InvalidInputError) -> ResponseReturnValue:
    return render_template("backup_sets/show.html", **_shown(backup_set), error=str(error)), 422


def _shown(backup_set: BackupSet) -> JsonObject:
    wanted, tenant = asked_items(), current_tenant()
    started = find_run(tenant, request.args.get("started", 0, type=int))
    runs = runs_of(tenant, backup_set)
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
        "runs": runs,
        "started": started,
        "was_active": request.args.get("then") == "active",
        "retry": retry_offer(repeatable.id) if repeatable else None,
        "may_manage": may(Role.MANAGER),
    }


def _readable(body: bytes) -> str:
    """JSON for people; what is none any more, as it is."""
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        return body.decode(errors="replace")
