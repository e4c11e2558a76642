"""IntuneCD's own comparison of backups that it wrote with exports of sets that hold all their policies."""

import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from app.core import start_and_wait
from app.core.db import db
from app.plugins.backup_sets.exports import export_of_run, path_of
from app.plugins.backup_sets.sets import create_set
from app.plugins.inventory import PolicyFilter, chosen_ids, find_sync
from bench.runs.deployment import Deployment, deployed

ROOT = Path(__file__).parents[2]
BACKUPS = ROOT / "../shared/data/ces2026-intunecd"
PROGRAM = ROOT / ".venv-peers/bin/IntuneCD-startcompare"


def differences() -> Iterator[tuple[str, str]]:
    """(backup, what IntuneCD says differs) of every backup there is."""
    backups = sorted(BACKUPS.glob("v*"))
    if not backups:
        yield "none", f"no backups at {BACKUPS}"
    for backup in backups:
        with tempfile.TemporaryDirectory() as folder, deployed("sqlite", Path(folder), without=()) as made:
            yield backup.name, _said(_compared(backup, _exported(made, backup), Path(folder)))


def _exported(deployment: Deployment, backup: Path) -> Path:
    tenant = deployment.tenant
    sync_run_id = start_and_wait(tenant, "inventory.sync", {"path": str(backup)}, inline=True).id
    sync, backup_set = find_sync(tenant, sync_run_id), create_set(tenant, "All of it")
    assert sync
    policy_ids = chosen_ids(sync, PolicyFilter())
    db.session.commit()
    wanted = {"backup_set_id": backup_set.id}
    chosen = {**wanted, "policy_ids": policy_ids, "sync_run_id": sync_run_id}
    start_and_wait(tenant, "backup_set.add_policies", chosen, inline=True)
    run = start_and_wait(tenant, "backup_set.export", wanted, inline=True)
    export = export_of_run(tenant, run.id)
    assert export
    assert export.policies == len(policy_ids)
    return path_of(tenant, export)


def _compared(backup: Path, exported: Path, folder: Path) -> dict[str, Any]:
    target, said = folder / "exported", folder / "said.json"
    with zipfile.ZipFile(exported) as archive:
        archive.extractall(target)
    command = [str(PROGRAM), "--source", str(backup), "--target", str(target), "--output", str(said)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    summary: dict[str, Any] = orjson.loads(said.read_bytes())
    return summary


def _said(summary: dict[str, Any]) -> str:
    apart = {"only in the backup": "missing_in_target", "only in the export": "missing_in_source"}
    files = [f"{words}: {', '.join(summary[key])}" for words, key in apart.items() if summary[key]]
    return "; ".join([f"{len(summary['changes'])} policies differ", *files])
