"""Pages on which sets are imported, exports are made, and these are downloaded."""

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.core import (
    InvalidInputError,
    PermissionDeniedError,
    Role,
    current_catalog,
    current_tenant,
    db,
    record_audit,
    signed_in_user,
    start_operation,
    tenant_required,
)
from app.plugins.backup_sets.exports import download_name, find_export, is_there, path_of
from app.plugins.backup_sets.models import BackupSet, BackupSetExport
from app.plugins.backup_sets.sets import find_set, record, visible_set
from app.plugins.inventory import choices_of, chosen_export

moving_pages = Blueprint("moving", __name__)


@moving_pages.get("/import")
@tenant_required(Role.OPERATOR)
def new() -> str:
    """Choose the export of a set."""
    return _import_form(None)


@moving_pages.post("/import")
@tenant_required(Role.OPERATOR)
def start_import() -> ResponseReturnValue:
    """Queue importing an uploaded or laid-in export."""
    tenant = current_tenant()
    try:
        path = chosen_export(tenant, request.form.get("export", ""), request.files.get("file"))
    except InvalidInputError as error:
        return _import_form(str(error)), 422
    params = {"path": str(path)}
    started = start_operation(current_catalog(), tenant, "backup_set.import", params, signed_in_user())
    return redirect(url_for("monitoring.show", run_id=started.run_id))


@moving_pages.post("/<int:backup_set_id>/export")
@tenant_required(Role.READONLY)
def start_export(backup_set_id: int) -> ResponseReturnValue:
    """Queue an export."""
    tenant = current_tenant()
    backup_set = visible_set(tenant, backup_set_id)
    params = {"backup_set_id": backup_set.id}
    started = start_operation(current_catalog(), tenant, "backup_set.export", params, signed_in_user())
    state = "queued" if started.created else "active"
    return redirect(
        url_for("backup_sets.show", backup_set_id=backup_set.id, started=started.run_id, then=state)
    )


@moving_pages.post("/<int:backup_set_id>/exports/<export_id>")
@tenant_required(Role.READONLY)
def download(backup_set_id: int, export_id: str) -> ResponseReturnValue:
    """Hand out an export; audited, as is asking for one that is not the tenant's or not there any more."""
    tenant, user = current_tenant(), signed_in_user()
    backup_set, export = _asked(backup_set_id, export_id)
    details = {"name": backup_set.name, "export": export.id, "sha256": export.sha256}
    record(tenant, backup_set, "backup_set.export_downloaded", user, details)
    db.session.commit()
    answer = send_file(
        path_of(tenant, export),
        mimetype="application/zip",
        as_attachment=True,
        download_name=download_name(backup_set, export.created_at),
        conditional=False,
        etag=False,
    )
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


def _asked(backup_set_id: int, export_id: str) -> tuple[BackupSet, BackupSetExport]:
    """The set and the export that a request names.

    Raises:
        PermissionDeniedError: there is no such export in this tenant: nobody learns why.
        InvalidInputError: its time is over.
    """
    tenant, user = current_tenant(), signed_in_user()
    backup_set = find_set(tenant, backup_set_id)
    export = find_export(tenant, backup_set, export_id) if backup_set else None
    if backup_set is None or export is None:
        named = f"backup_set:{backup_set_id}"
        details = {"export": export_id[:40]}
        record_audit(
            tenant.id,
            "backup_set.download_refused",
            named,
            user_id=user.id,
            actor=user.email,
            details=details,
        )
        db.session.commit()
        raise PermissionDeniedError("this tenant has no such export")
    if not is_there(tenant, export):
        raise InvalidInputError("export: its time is over and its file was removed; export the set again")
    return backup_set, export


def _import_form(error: str | None) -> str:
    exports = [name for name in choices_of(current_tenant()) if name.lower().endswith(".zip")]
    return render_template("backup_sets/import.html", exports=exports, error=error)
