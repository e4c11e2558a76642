"""Without TENANTATLAS_ALLOW_WRITES nothing can be written, whoever asks and however."""

import pytest

from app.core import InvalidInputError, current_catalog, start_operation
from app.core.runs.execute import execute_run
from app.core.runs.models import BulkOperationRun
from tests.support.browsing import end_transaction
from tests.support.snapshots import compliance
from tests.support.stored import rows


@pytest.fixture
def params(tenant, backup_set, add, abc, take, plan, items):
    """A restore of a policy that is gone, confirmed."""
    add(abc, "A")
    take({"b.json": compliance("B")})
    digest = plan().digest(tenant)
    return {
        "backup_set_id": backup_set.id,
        "item_ids": [items()["A"].id],
        "plan": digest,
        "confirm": tenant.name,
    }


def test_a_start_is_refused(tenant, params):
    before = rows(BulkOperationRun)

    with pytest.raises(InvalidInputError, match="TENANTATLAS_ALLOW_WRITES"):
        start_operation(current_catalog(), tenant, "backup_set.restore", params)

    assert rows(BulkOperationRun) == before


def test_a_run_that_was_started_before_it_was_switched_off_writes_nothing(app, tenant, params, fresh):
    app.config["ALLOW_WRITES"] = True
    run = start_operation(current_catalog(), tenant, "backup_set.restore", params).run
    app.config["ALLOW_WRITES"] = False

    execute_run(run.id)
    end_transaction()

    assert (fresh(run).status, fresh(run).failures[0]["reason_code"]) == ("failed", "writes_off")


def test_pages_offer_nothing_and_say_why(manager, tenant, backup_set, params):
    path = f"/t/{tenant.slug}/backup-sets/{backup_set.id}/restore"

    assert "Restore selected" not in manager.get(path).text
    page = manager.get(f"{path}/confirm?item={params['item_ids'][0]}").text
    assert "Writing to tenants is off" in page
    assert "Write to the tenant" not in page
