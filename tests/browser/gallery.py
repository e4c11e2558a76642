"""Tenants in which every page has something to show, and the addresses of all pages."""

import json
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from app.core import clock, start_and_wait
from app.core.db import db
from app.core.delivery.subscribing import switch_off
from app.core.runs import lifecycle
from app.core.runs.lease import Lease
from app.core.runs.models import BulkOperationRun
from app.core.runs.new_run import Initiator
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from app.core.saved_views import save_view
from app.core.tenants import Tenant
from app.core.tokens import create_token, revoke_token
from app.core.users import Role, find_user
from app.plugins.backup_sets.items import ItemFilter, list_items
from app.plugins.backup_sets.sets import create_set
from app.plugins.drift.acknowledging import acknowledge
from app.plugins.drift.baselines import clear_baseline, set_baseline
from app.plugins.drift.deciding import decision_of
from app.plugins.drift.models import Finding
from app.plugins.inventory import PolicyFilter, chosen_ids, find_sync
from app.plugins.inventory.models import InventoryVersion
from app.sample.load import EXPORTS
from tests.browser.operations import take_snapshots
from tests.support.channels import listen
from tests.support.records import LEASE_SECONDS, lease_of, tally

OPERATOR, READONLY, OWNER = "operator@example.com", "readonly@example.com", "owner@example.com"

# What it shows: (who looks, path). Braces are filled by the gallery.
AN_HOUR = 3600.0  # seconds
PAGES = {
    "sign-in": (None, "/sign-in"),
    "tenants": (OPERATOR, "/"),
    "plugins": (OWNER, "/plugins"),
    "tenant": (OPERATOR, "/t/{full}/"),
    "tenant, seen only": (READONLY, "/t/{full}/"),
    "tenant without runs": (OPERATOR, "/t/{bare}/"),
    "notifications": (OPERATOR, "/t/{full}/notifications"),
    "no notifications": (OPERATOR, "/t/{bare}/notifications"),
    "channels": (OWNER, "/t/{full}/notifications/channels"),
    "no channels": (OWNER, "/t/{bare}/notifications/channels"),
    "kinds of channels": (OWNER, "/t/{full}/notifications/channels/new"),
    "new channel": (OWNER, "/t/{full}/notifications/channels/new/webhook"),
    "edit a channel": (OWNER, "/t/{full}/notifications/channels/{channel}/edit"),
    "start": (OPERATOR, "/t/{full}/start"),
    "generated form": (OPERATOR, "/t/{full}/start/greetings.greet"),
    "operations": (OPERATOR, "/t/{full}/monitoring/operations"),
    "operations, custom range": (
        OPERATOR,
        "/t/{full}/monitoring/operations?since=2026-01-01&until=2036-01-01",
    ),
    "operations, older": (
        OPERATOR,
        "/t/{full}/monitoring/operations?before=2036-01-01T00:00:00%2B00:00,1",
    ),
    "operations, no match": (OPERATOR, "/t/{full}/monitoring/operations?type=greetings.greet&bucket=failed"),
    "no operations": (OPERATOR, "/t/{bare}/monitoring/operations"),
    "saved views": (OPERATOR, "/t/{full}/monitoring/operations/views"),
    "no saved views": (OPERATOR, "/t/{bare}/monitoring/operations/views"),
    "new saved view": (OPERATOR, "/t/{full}/monitoring/operations/views/new?bucket=failed&q=ferry"),
    "run queued": (OPERATOR, "/t/{full}/monitoring/operations/{queued}"),
    "run running": (OPERATOR, "/t/{full}/monitoring/operations/{running}"),
    "run succeeded": (OPERATOR, "/t/{full}/monitoring/operations/{drift}"),
    "run partially succeeded": (OPERATOR, "/t/{full}/monitoring/operations/{partial}"),
    "items of a run": (OPERATOR, "/t/{full}/monitoring/operations/{partial}?outcome=failed&reason=not_found"),
    "items of a run, no match": (OPERATOR, "/t/{full}/monitoring/operations/{partial}?text=nothing"),
    "run failed": (OPERATOR, "/t/{full}/monitoring/operations/{failed}"),
    "run with lost items": (OPERATOR, "/t/{full}/monitoring/operations/{lost}"),
    "run that repeats another": (OPERATOR, "/t/{full}/monitoring/operations/{again}"),
    "run of a sync": (OPERATOR, "/t/{full}/monitoring/operations/{sync}"),
    "inventory": (OPERATOR, "/t/{full}/inventory"),
    "no inventory": (OPERATOR, "/t/{bare}/inventory"),
    "sync": (OPERATOR, "/t/{full}/inventory/syncs/{sync}"),
    "sync, one type": (OPERATOR, "/t/{full}/inventory/syncs/{sync}?collection=settingsCatalog"),
    "policy": (OPERATOR, "/t/{full}/inventory/policies/{policy}"),
    "policy, earlier version": (OPERATOR, "/t/{full}/inventory/policies/{policy}?version={version}"),
    "new sync": (OPERATOR, "/t/{full}/inventory/new"),
    "drift": (OPERATOR, "/t/{full}/drift"),
    "drift, just started": (OPERATOR, "/t/{full}/drift?run={drift}&state=queued"),
    "drift, was active": (OPERATOR, "/t/{full}/drift?run={drift}&state=active"),
    "drift, seen only": (READONLY, "/t/{full}/drift"),
    "drift without syncs": (OPERATOR, "/t/{bare}/drift"),
    "compare tenants": (OPERATOR, "/t/{full}/drift/tenants"),
    "compare tenants, differences": (OPERATOR, "/t/{full}/drift/tenants?with={twin}"),
    "compare tenants, no match": (OPERATOR, "/t/{full}/drift/tenants?with={twin}&show=only_b"),
    "compare tenants without syncs": (OPERATOR, "/t/{full}/drift/tenants?with={bare}"),
    "audit events": (OPERATOR, "/t/{full}/drift/audit"),
    "no audit events": (OPERATOR, "/t/{bare}/drift/audit"),
    "ignore rules": (OWNER, "/t/{full}/drift/rules"),
    "ignore rules, seen only": (READONLY, "/t/{full}/drift/rules"),
    "new ignore rule": (OWNER, "/t/{full}/drift/rules/new"),
    "findings": (OPERATOR, "/t/{full}/findings"),
    "findings by path": (OPERATOR, "/t/{full}/findings?group=path"),
    "findings, found": (READONLY, "/t/{full}/findings?group=type&q=a&path=*"),
    "findings by tenant": (OPERATOR, "/t/{full}/findings/tenants?severity=high"),
    "report of findings": (READONLY, "/t/{full}/findings/report"),
    "trend of findings": (OPERATOR, "/t/{full}/findings/trend"),
    "no trend of findings": (OPERATOR, "/t/{bare}/findings/trend"),
    "findings of a run": (OPERATOR, "/t/{full}/findings?run={drift}"),
    "findings, no match": (OPERATOR, "/t/{full}/findings?type=nothing"),
    "no findings": (OPERATOR, "/t/{bare}/findings"),
    "finding added": (OPERATOR, "/t/{full}/findings/{added}"),
    "finding removed": (OPERATOR, "/t/{full}/findings/{removed}"),
    "finding modified": (OPERATOR, "/t/{full}/findings/{modified}"),
    "finding modified, unified": (OPERATOR, "/t/{full}/findings/{modified}?view=unified"),
    "finding acknowledged": (OPERATOR, "/t/{full}/findings/{accepted}"),
    "finding, seen only": (READONLY, "/t/{full}/findings/{accepted}"),
    "findings acknowledged": (OPERATOR, "/t/{full}/findings?status=acknowledged"),
    "findings, none resolved": (OPERATOR, "/t/{full}/findings?status=resolved"),
    "versions of the baseline": (OWNER, "/t/{full}/drift/baseline"),
    "drift, managed": (OWNER, "/t/{full}/drift"),
    "no baseline": (OPERATOR, "/t/{bare}/drift/baseline"),
    "backup sets": (OPERATOR, "/t/{full}/backup-sets"),
    "backup sets, seen only": (READONLY, "/t/{full}/backup-sets"),
    "no backup sets": (OPERATOR, "/t/{bare}/backup-sets"),
    "kept version, compared": (OPERATOR, "/t/{full}/backup-sets/{backup_set}/items/{changed}/compare"),
    "kept version, drifted": (OPERATOR, "/t/{full}/backup-sets/{backup_set}/items/{changed}/since"),
    "keep policies of findings": (OPERATOR, "/t/{full}/backup-sets/keep?choice=findings"),
    "import a backup set": (OPERATOR, "/t/{full}/backup-sets/import"),
    "new backup set": (OPERATOR, "/t/{full}/backup-sets/new"),
    "backup set": (OPERATOR, "/t/{full}/backup-sets/{backup_set}"),
    "backup set, managed": (OWNER, "/t/{full}/backup-sets/{backup_set}"),
    "backup set, no match": (OPERATOR, "/t/{full}/backup-sets/{backup_set}?q=nothing"),
    "empty backup set": (OPERATOR, "/t/{full}/backup-sets/{empty_set}"),
    "kept version": (OPERATOR, "/t/{full}/backup-sets/{backup_set}/items/{item}"),
    "restore plan": (READONLY, "/t/{full}/backup-sets/{backup_set}/restore"),
    "restore plan, managed": (OWNER, "/t/{full}/backup-sets/{backup_set}/restore?version={oldest_item}"),
    "restore plan, no match": (READONLY, "/t/{full}/backup-sets/{backup_set}/restore?q=nothing"),
    "restore plan of nothing": (READONLY, "/t/{full}/backup-sets/{empty_set}/restore"),
    "restore": (
        OWNER,
        "/t/{full}/backup-sets/{backup_set}/restore/confirm?item={oldest_item}&item={gone_item}",
    ),
    "restore of nothing": (OWNER, "/t/{full}/backup-sets/{backup_set}/restore/confirm"),
    "schedule of a backup set": (
        OWNER,
        "/t/{full}/schedules/new/backup_set.fill?backup_set_id={backup_set}",
    ),
    "add policies": (OPERATOR, "/t/{full}/backup-sets/{backup_set}/add"),
    "add policies, no match": (OPERATOR, "/t/{full}/backup-sets/{backup_set}/add?q=nothing"),
    "run of a backup set": (OPERATOR, "/t/{full}/monitoring/operations/{adding}"),
    "API": (None, "/api/v1/"),
    "API tokens": (OWNER, "/t/{full}/api-tokens"),
    "no API tokens": (OWNER, "/t/{bare}/api-tokens"),
    "new API token": (OWNER, "/t/{full}/api-tokens/new"),
    "error 400": (OPERATOR, "/t/{full}/monitoring/operations?bucket=purple"),
    "error 403": (OPERATOR, "/t/{full}/monitoring/operations/4000000"),
    "error 403 in no tenant": (OPERATOR, "/t/nowhere/"),
    "error 403 by role": (READONLY, "/t/{full}/inventory/new"),
    "error 404": (OPERATOR, "/nowhere"),
    "error 404, signed out": (None, "/nowhere"),
}


def build_gallery(make_tenant, member, make_run) -> dict[str, object]:
    """Build the tenants; answers with what the braces in `PAGES` stand for."""
    full = make_tenant("lantern-quay", name="Lantern Quay Trust")
    bare = make_tenant("empty-shore", name="Empty Shore Ltd")
    twin = make_tenant("twin-harbour", name="Twin Harbour Ltd")
    member(twin)
    for tenant in (full, bare):
        member(tenant)
        member(tenant, Role.READONLY)
        member(tenant, Role.OWNER)
    _tokens(full)
    _views(full)
    baseline, current = take_snapshots(full)
    shown = {
        "full": full.slug,
        "bare": bare.slug,
        "twin": twin.slug,
        "sync": current,
        **_channels(full),
        **_runs(full, make_run),
        **_drift(full, baseline, current),
        **_backup_sets(full, baseline, current),
    }
    _audit(full, current)
    _elsewhere(twin)
    db.session.commit()
    return shown


def _channels(tenant: Tenant) -> dict[str, int]:
    """A channel that cannot send, since there is no mail server, and one that is off."""
    failed = {"buckets": ("failed", "partially_succeeded")}
    listen(tenant, name="Night shift", channel="email", to=["night@example.com"], **failed)
    off = listen(
        tenant,
        name="Ticket system",
        channel="webhook",
        least_severity="high",
        digest="1h",
        url="https://hooks.example.com",
        secret="x" * 16,
    )
    switch_off(tenant, off.id)
    return {"channel": off.id}


def _views(tenant: Tenant) -> None:
    user = find_user(OPERATOR)
    save_view(tenant, user, "Everything that failed in the last days", "bucket=failed&range=7d")
    save_view(tenant, user, "Ferries", "q=ferry&range=all&initiator=system")


def _tokens(tenant: Tenant) -> None:
    owner = find_user(OWNER)
    by = Initiator.of(owner)
    old = create_token(tenant, owner, {"name": "Old export"}, by)
    revoke_token(tenant, old.token.id, by)
    create_token(tenant, owner, {"name": "Nightly script", "scope": "start"}, by)


def _runs(tenant: Tenant, make_run) -> dict[str, int]:
    user = find_user(OPERATOR)
    made: dict[str, BulkOperationRun] = {
        "queued": make_run(tenant=tenant, user=user, label="Sweep the quay"),
        "running": make_run(
            RunStatus.RUNNING,
            tenant=tenant,
            user=user,
            label="Light the lanterns",
            items=[f"item-{number}" for number in range(1, 41)],
            succeeded=18,
            failed=1,
            skipped=2,
        ),
        "partial": make_run(
            RunStatus.COMPLETED_WITH_ERRORS,
            tenant=tenant,
            user=user,
            label="Count the barrels",
            succeeded=37,
            failed=2,
            skipped=1,
            summary={"notes": ["Two barrels could not be counted."], "barrels": 37},
            related_links=[{"label": "Barrels", "url": f"/t/{tenant.slug}/inventory"}],
        ),
        "failed": make_run(
            RunStatus.FAILED,
            tenant=tenant,
            user=user,
            label="Call the ferry",
            reports=[("permission_denied", "The ferry does not answer to this harbour.")],
        ),
    }
    made["lost"] = _lost(tenant, make_run)
    made["again"] = make_run(
        RunStatus.COMPLETED, tenant=tenant, user=user, label="Paint the hulls", retry_of_id=made["lost"].id
    )
    # A worker that a test starts must not take it for lost.
    assert lifecycle.renew(Lease(made["running"].id, lease_of(made["running"]).token, AN_HOUR))
    return {name: run.id for name, run in made.items()}


def _lost(tenant: Tenant, make_run) -> BulkOperationRun:
    """A run whose first worker was lost over one of its items."""
    run = make_run(
        RunStatus.RUNNING,
        tenant=tenant,
        label="Paint the hulls",
        items=[f"hull-{number}" for number in range(1, 9)],
        succeeded=3,
        failed=1,
        resumable=True,
        max_attempts=3,
    )
    first = lease_of(run)
    lifecycle.begin_item(first, Tally(in_flight=["hull-5"]))
    lifecycle.give_back(first, Tally(), "Its worker was stopped and did not wait for its end.")
    second = lifecycle.claim(run.id, "worker-2", LEASE_SECONDS)
    lifecycle.abort(run.id, Initiator(OPERATOR))
    lifecycle.finish(second, RunStatus.ABORTED, tally(succeeded=["hull-6"], skipped=["hull-7"]))
    return run


def _drift(tenant: Tenant, baseline: int, current: int) -> dict[str, object]:
    params = {"baseline_run_id": baseline, "current_run_id": current}
    run = start_and_wait(tenant, "drift.generate", params, inline=False, user=find_user(OPERATOR))
    findings = {
        kind: db.session.scalars(
            select(Finding)
            .where(Finding.tenant_id == tenant.id, Finding.change_kind == kind)
            .order_by(Finding.id)
            .limit(1)
        ).one()
        for kind in ("added", "removed", "modified")
    }
    accepted = _accepted(tenant, findings["modified"])
    owner = find_user(OWNER)
    scope_key = set_baseline(tenant, baseline, owner, name="Before the move").scope_key
    clear_baseline(tenant, scope_key, owner, reason="To be named anew")
    set_baseline(tenant, baseline, owner, name="Spring", reason="What was agreed on in spring")
    version = db.session.scalars(
        select(InventoryVersion)
        .where(InventoryVersion.policy_id == findings["modified"].policy_id)
        .order_by(InventoryVersion.id)
        .limit(1)
    ).one()
    return {
        "drift": run.id,
        "accepted": accepted,
        "policy": version.policy_id,
        "version": version.id,
        **{kind: finding.id for kind, finding in findings.items()},
    }


def _audit(tenant: Tenant, current: int) -> None:
    """An audit event for the changes of the second sync."""
    at = find_sync(tenant, current).started_at
    ids = [
        finding.subject_external_id
        for finding in db.session.scalars(select(Finding).where(Finding.tenant_id == tenant.id))
    ]
    event = {
        "id": "event-1",
        "activityDateTime": at.isoformat(),
        "activityType": "Patch DeviceManagementConfigurationPolicy",
        "activityOperationType": "Patch",
        "actor": {"userPrincipalName": "desk@example.com"},
        "resources": [{"resourceId": resource_id} for resource_id in ids],
    }
    with TemporaryDirectory() as folder:
        path = Path(folder) / "audit.json"
        path.write_text(json.dumps({"value": [event]}), encoding="utf-8")
        start_and_wait(tenant, "audit_events.import", {"path": str(path)}, inline=False)


def _elsewhere(tenant: Tenant) -> None:
    """A tenant that has much in common with the other."""
    folder = min(EXPORTS.iterdir())
    start_and_wait(tenant, "inventory.sync", {"source": "files", "path": str(folder)}, inline=False)


def _accepted(tenant: Tenant, other: Finding) -> int:
    """Another finding, of which one path and then all of it was acknowledged; answers with its number."""
    query = select(Finding).where(Finding.tenant_id == tenant.id, Finding.change_kind == "modified")
    finding = db.session.scalars(query.where(Finding.id != other.id).order_by(Finding.id).limit(1)).one()
    user, until = find_user(OPERATOR), clock.now() + timedelta(days=90)
    path = sorted(finding.path_hashes)[:1]
    decisions = [("The works council agreed", path), ("Rolled out with the spring release", ())]
    for reason, paths in decisions if len(finding.path_hashes) > 1 else decisions[1:]:
        acknowledge(tenant, finding.id, finding.revision, decision_of(reason, until, user), paths)
    return finding.id


def _backup_sets(tenant: Tenant, baseline: int, current: int) -> dict[str, int]:
    """A verified set with policies of both syncs, some of which the second does not have; an empty set."""
    user = find_user(OPERATOR)
    golden, empty = (create_set(tenant, name, "What must come back.", user) for name in ("Golden", "Empty"))
    policy_ids = chosen_ids(find_sync(tenant, baseline), PolicyFilter())
    db.session.commit()
    for sync in (baseline, current):
        params = {
            "backup_set_id": golden.id,
            "policy_ids": policy_ids,
            "sync_run_id": sync,
        }
        adding = start_and_wait(tenant, "backup_set.add_policies", params, inline=False, user=user)
    wanted = {"backup_set_id": golden.id}
    start_and_wait(tenant, "backup_set.verify", wanted, inline=False, user=user)
    start_and_wait(tenant, "backup_set.export", wanted, inline=False, user=user)
    (newest, *_others) = kept = list_items(golden, ItemFilter())
    return {
        "backup_set": golden.id,
        "empty_set": empty.id,
        "item": newest.item.id,
        "changed": next(one.item.id for one in kept if one.versions == 2),
        "oldest_item": next(one.item.id for one in kept if not one.is_newest),
        "gone_item": next(one.item.id for one in kept if one.item.tenant_state == "gone"),
        "adding": adding.id,
    }
