"""Inventory pages: syncs, one sync, one policy."""

from collections.abc import Sequence

import orjson
from flask import Blueprint, abort, render_template, request

from app.core import (
    InvalidInputError,
    Role,
    current_tenant,
    kept_runs,
    retry_offer,
    tenant_required,
)
from app.plugins.inventory.models import InventoryVersion
from app.plugins.inventory.recognition import collection_label
from app.plugins.inventory.scope import scope_label
from app.plugins.inventory.start_pages import add_start_pages
from app.plugins.inventory.store import snapshots
from app.plugins.inventory.store.documents import bodies_of

pages = Blueprint("inventory", __name__, url_prefix="/t/<tenant>/inventory", template_folder="templates")
pages.add_app_template_filter(collection_label)
pages.add_app_template_filter(scope_label)
add_start_pages(pages)


@pages.get("")
@tenant_required(Role.READONLY)
def index() -> str:
    """The tenant's syncs, newest first."""
    tenant = current_tenant()
    syncs = snapshots.list_syncs(tenant)
    kept = kept_runs(tenant, [sync.id for sync in syncs])
    return render_template("inventory/index.html", syncs=syncs, kept=kept)


@pages.get("/syncs/<int:sync_run_id>")
@tenant_required(Role.READONLY)
def show(sync_run_id: int) -> str:
    """One sync: coverage, problems, policies."""
    sync = snapshots.find_sync(current_tenant(), sync_run_id)
    if sync is None:
        abort(403)
    chosen = request.args.get("collection", "").strip() or None
    coverage = snapshots.coverage_of(sync)
    if chosen is not None and chosen not in coverage:
        raise InvalidInputError(f"collection: this sync has no {chosen[:80]!r}")
    return render_template(
        "inventory/show.html",
        sync=sync,
        coverage=coverage,
        problems=snapshots.problems_of(sync),
        policies=snapshots.policies_at(sync, collection=chosen),
        chosen=chosen,
        kept=kept_runs(current_tenant(), [sync.id]),
        retry=retry_offer(sync.id),
    )


@pages.get("/policies/<policy_id>")
@tenant_required(Role.READONLY)
def policy(policy_id: str) -> str:
    """One policy: its body and its versions."""
    tenant = current_tenant()
    found = snapshots.find_policy(tenant, policy_id)
    if found is None:
        abort(403)
    versions = snapshots.versions_of(found)
    shown = _chosen_version(versions, request.args.get("version", "").strip())
    body = bodies_of(tenant, [shown.content_hash])[shown.content_hash]
    readable = orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    return render_template(
        "inventory/policy.html", policy=found, versions=versions, shown=shown, body=readable
    )


def _chosen_version(versions: Sequence[InventoryVersion], wanted: str) -> InventoryVersion:
    """The version the URL names, by default the newest."""
    for version in versions:
        if wanted in {"", str(version.id)}:
            return version
    raise InvalidInputError(f"version: this policy has no version {wanted[:40]!r}")
