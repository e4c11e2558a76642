"""Pages of one kept version: its document, and what differs from another version or from the tenant."""

import orjson
from flask import Blueprint, abort, render_template

from app.core import Role, current_tenant, kept_runs, tenant_required
from app.plugins.backup_sets.asked import asked_numbers
from app.plugins.backup_sets.comparing import compare_versions, since_saved
from app.plugins.backup_sets.items import ItemFilter, ShownItem, find_item, list_items
from app.plugins.backup_sets.models import BackupSet
from app.plugins.backup_sets.sets import visible_set
from app.plugins.inventory import bodies_of, known_policies


def add_item_pages(pages: Blueprint) -> None:
    """Put the pages below a set."""
    for path, view in (("", item), ("/compare", compare), ("/since", since)):
        rule = f"/<int:backup_set_id>/items/<int:item_id>{path}"
        pages.add_url_rule(rule, view_func=view, methods=["GET"])


@tenant_required(Role.READONLY)
def item(backup_set_id: int, item_id: int) -> str:
    """One kept version with its document."""
    backup_set, versions, shown = _visible(backup_set_id, item_id)
    tenant, found = current_tenant(), shown.item
    body = bodies_of(tenant, [found.content_hash]).get(found.content_hash)
    run_id = found.operation_run_id
    return render_template(
        "backup_sets/item.html",
        backup_set=backup_set,
        shown=shown,
        versions=versions,
        is_known=bool(known_policies(tenant, [found.policy_id])),
        run_id=run_id if run_id and kept_runs(tenant, [run_id]) else None,
        body=None if body is None else _readable(body),
    )


@tenant_required(Role.READONLY)
def compare(backup_set_id: int, item_id: int) -> str:
    """Two kept versions of one policy, the older first; by default this and the one before or after it."""
    backup_set, versions, shown = _visible(backup_set_id, item_id)
    wanted = asked_numbers("with")
    others = [one for one in versions if one.item.id != item_id]
    if wanted:
        others = [one for one in others if one.item.id == wanted[0]]
    if not others:
        abort(403)
    other = min(others, key=lambda one: abs(one.version - shown.version))
    before, after = sorted((shown, other), key=lambda one: one.version)
    return render_template(
        "backup_sets/compare.html",
        backup_set=backup_set,
        shown=shown,
        before=before,
        after=after,
        versions=versions,
        compared=compare_versions(current_tenant(), before.item, after.item),
    )


@tenant_required(Role.READONLY)
def since(backup_set_id: int, item_id: int) -> str:
    """What the tenant has now, beside what was kept."""
    backup_set, _versions, shown = _visible(backup_set_id, item_id)
    now = since_saved(current_tenant(), shown.item)
    return render_template("backup_sets/since.html", backup_set=backup_set, shown=shown, now=now)


def _visible(backup_set_id: int, item_id: int) -> tuple[BackupSet, list[ShownItem], ShownItem]:
    """A version with its set and all versions of its policy, newest first; 403 where there is none."""
    backup_set = visible_set(current_tenant(), backup_set_id)
    found = find_item(backup_set, item_id)
    if found is None:
        abort(403)
    versions = list_items(backup_set, ItemFilter(policy_id=found.policy_id), limit=None)
    return backup_set, versions, next(one for one in versions if one.item.id == found.id)


def _readable(body: bytes) -> str:
    """JSON for people; what is none any more, as it is."""
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        return body.decode(errors="replace")
