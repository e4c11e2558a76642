"""One measured step in a process of its own: prints what it took as one JSON line."""

import resource
import sys
from pathlib import Path

import orjson

from app.config import load_settings
from app.core import BulkOperationRun, JsonObject, Tenant, start_and_wait, tenant_by_slug
from app.core.registry.lineages import upgrade_all
from app.core.tenants import create_tenant
from app.factory import create_app

SLUG = "bench"


def main(step: str, data_dir: str, *arguments: str) -> None:
    """Run a step: `prepare`, `import PATH` or `drift BASELINE CURRENT`."""
    app = create_app(load_settings(data_dir=Path(data_dir)))
    with app.app_context():
        if step == "prepare":
            problems = [f"{name}: {problem}" for name, problem in upgrade_all() if problem]
            assert not problems, problems
            create_tenant(SLUG)
            return
        tenant = tenant_by_slug(SLUG)
        run = _import(tenant, *arguments) if step == "import" else _drift(tenant, *arguments)
        print(orjson.dumps(_measured(run)).decode())


def _import(tenant: Tenant, path: str) -> BulkOperationRun:
    return start_and_wait(tenant, "inventory.sync", {"source": "files", "path": path}, inline=True)


def _drift(tenant: Tenant, baseline: str, current: str) -> BulkOperationRun:
    params: JsonObject = {"baseline_run_id": int(baseline), "current_run_id": int(current)}
    return start_and_wait(tenant, "drift.generate", params, inline=True)


def _measured(run: BulkOperationRun) -> JsonObject:
    assert run.status == "completed", (run.status, run.failures)
    assert run.started_at
    assert run.finished_at
    return {
        "run": run.id,
        "seconds": (run.finished_at - run.started_at).total_seconds(),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "summary": run.summary,
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
