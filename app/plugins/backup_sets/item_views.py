"""Pages of one kept version."""

import orjson
from flask import Blueprint, abort, render_template

from app.core import Role, current_tenant, kept_runs, tenant_required
from app.plugins.backup_sets.items import ItemFilter, find_item, list_items
from app.plugins.backup_sets.sets import visible_set
from app.plugins.inventory import bodies_of, known_policies

item_pages = Blueprint("kept", __name__, url_prefix="/<int:backup_set_id>/items")


@item_pages.get("/<int:item_id>")
@tenant_required(Role.READONLY)
def item(backup_set_id: int, item_id: int) -> str:
    """One kept version with its document."""
    backup_set = visible_set(current_tenant(), backup_set_id)
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
        is_known=bool(known_policies(current_tenant(), [found.policy_id])),
        run_id=run_id if run_id and kept_runs(current_tenant(), [run_id]) else None,
        body=None if body is None else _readable(body),
    )


def _readable(body: bytes) -> str:
    """JSON for people; what is none any more, as it is."""
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        return body.decode(errors="replace")
