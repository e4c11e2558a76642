"""Exports on disk, and the runs that read and compare them, executed in this process."""

import json
import os
from pathlib import Path

from app.core import current_catalog, find_run, start_operation
from app.core.runs.execute import execute_run
from tests.support.browsing import end_transaction

SHARED = Path(
    os.environ.get("TENANTATLAS_SHARED_DATA") or Path(__file__).resolve().parents[2] / "../shared/data"
)


def compliance(name="Fictional", **fields):
    """A body of the collection `compliancePolicy`; no id unless one is given."""
    return {"@odata.type": "#microsoft.graph.iosCompliancePolicy", "displayName": name, **fields}


def conditional_access(name="Fictional", **fields):
    """A body of the collection `conditionalAccessPolicy`."""
    return {
        "displayName": name,
        "state": "enabled",
        "conditions": {"users": {"includeUsers": ["All"]}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
        **fields,
    }


def write_export(folder, files):
    """Write files below a folder: bytes as they are, anything else as JSON; answers with the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return folder


def run_now(tenant, run_type, params):
    """Start an operation, execute it here, and answer with the final run."""
    started = start_operation(current_catalog(), tenant, run_type, params)
    assert started.created, f"{run_type} was active already"
    execute_run(started.run.id)
    end_transaction()
    run = find_run(tenant, started.run.id)
    assert run is not None
    assert run.is_final, run.status
    end_transaction()
    return run


def import_export(tenant, path):
    """Run `inventory.sync` on a path."""
    return run_now(tenant, "inventory.sync", {"source": "files", "path": str(path)})


def generate_drift(tenant, baseline, current):
    """Run `drift.generate` on two runs of `inventory.sync`, or their numbers."""
    numbers = [run if isinstance(run, int) else run.id for run in (baseline, current)]
    return run_now(
        tenant, "drift.generate", dict(zip(("baseline_run_id", "current_run_id"), numbers, strict=True))
    )
