"""`flask sample load`, and the sample's first runs, taken by the worker when `flask serve` comes up."""

import logging
import shutil
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app.core import (
    JsonObject,
    Role,
    Tenant,
    TenantAtlasError,
    all_tenants,
    cli_errors,
    current_catalog,
    db,
    start_and_wait,
    tenant_by_slug,
)
from app.core.runs.filter import RunFilter
from app.core.runs.listing import list_runs
from app.core.runs.status import StatusBucket
from app.core.tenants import create_tenant, find_tenant
from app.core.users import create_user, find_user, set_membership

SLUG = "sample"
NAME = "Sample Harbour Ltd"
EMAIL = "operator@example.com"
PASSWORD = "sample-tenant-2026"  # noqa: S105 - printed on purpose, for a tenant that holds fictional policies only
EXPORTS = Path(__file__).parent / "exports"

sample = AppGroup("sample", help="The sample tenant with fictional policies.")
logger = logging.getLogger(__name__)


@sample.command("load")
@click.option("--if-empty", is_flag=True, help="Do nothing when there is any tenant.")
@cli_errors
def load(*, if_empty: bool) -> None:
    """Create the sample tenant and its user; `flask serve` takes the snapshots."""
    if if_empty and all_tenants():
        return
    tenant = find_tenant(SLUG) or create_tenant(SLUG, NAME)
    user = find_user(EMAIL) or create_user(EMAIL, PASSWORD)
    set_membership(user, tenant, Role.OWNER)
    # Where an administrator lays exports in: the sample's can be chosen again by clicking.
    shutil.copytree(EXPORTS, current_app.config["DATA_DIR"] / "imports" / SLUG, dirs_exist_ok=True)
    click.echo(f"Sample tenant {tenant.slug!r} loaded.")


def sign_in_notice() -> list[str]:
    """How to sign in to the sample tenant, if there is one."""
    if find_tenant(SLUG) is None or find_user(EMAIL) is None:
        return []
    return [f"Sample sign-in: {EMAIL} / {PASSWORD}"]


def take_snapshots() -> None:
    """Let the worker import both sample exports and compare them, where not done before and plugins can."""
    tenant = find_tenant(SLUG)
    db.session.commit()
    if tenant is None:
        return
    try:
        _import_missing(tenant_by_slug(SLUG))
    except TenantAtlasError:
        logger.exception("the sample's first runs could not be started")


def _import_missing(tenant: Tenant) -> None:
    user, offered = find_user(EMAIL), current_catalog().operations
    if "inventory.sync" not in offered:
        return
    for folder in sorted(EXPORTS.iterdir())[len(_run_ids(tenant, "inventory.sync")) :]:
        params: JsonObject = {"source": "files", "path": str(folder)}
        start_and_wait(tenant, "inventory.sync", params, inline=False, user=user)
    syncs = _run_ids(tenant, "inventory.sync")
    if "drift.generate" in offered and len(syncs) > 1 and not _run_ids(tenant, "drift.generate"):
        # A sync bears the number of its run.
        pair: JsonObject = {"baseline_run_id": syncs[1], "current_run_id": syncs[0]}
        start_and_wait(tenant, "drift.generate", pair, inline=False, user=user)


def _run_ids(tenant: Tenant, run_type: str) -> list[int]:
    runs = list_runs(tenant, RunFilter(run_types=[run_type]))
    found = [row.id for row in runs if row.status_bucket != StatusBucket.FAILED]
    db.session.commit()
    return found
