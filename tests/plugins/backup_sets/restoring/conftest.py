"""A tenant in the simulated Graph that is synced, kept in a set, changed, and brought back."""

import pytest
from sqlalchemy import String, cast, select

from app.core import current_catalog, db, find_run, start_operation
from app.core.runs.execute import execute_run
from app.core.runs.items import BulkOperationRunItem
from app.plugins.backup_sets.items import ItemFilter
from app.plugins.backup_sets.models import BackupSetItem
from app.plugins.backup_sets.restore.choosing import newest_versions, versions_numbered
from app.plugins.backup_sets.restore.planning import Planner
from tests.support.browsing import end_transaction
from tests.support.graph import COLLECTIONS

HOME = "fictional.example.com"
DEVICES, COMPLIANCE = "deviceManagement/deviceConfigurations", "deviceManagement/deviceCompliancePolicies"
CATALOG, FILTERS = "deviceManagement/configurationPolicies", "deviceManagement/assignmentFilters"
ACCESS, LOCATIONS = "identity/conditionalAccess/policies", "identity/conditionalAccess/namedLocations"
GROUP = "#microsoft.graph.groupAssignmentTarget"


@pytest.fixture
def settings(settings, connected):
    """Writing is allowed and the tenant is connected before the application is built."""
    return settings.model_copy(update={"allow_writes": True})


@pytest.fixture
def home(graph):
    """Let the tenant have a policy: `home(DEVICES, displayName="A")`; answers with its id."""
    return lambda collection, **body: graph.put(HOME, collection, **body)


@pytest.fixture
def sync(graph, take):
    """Sync what the tenant has: an export in which every document is whole."""

    def taken():
        files = {}
        for collection in COLLECTIONS[:-1]:
            for body in graph.all_of(HOME, collection).values():
                context = f"https://graph.microsoft.com/beta/$metadata#{collection}/$entity"
                files[f"{collection}/{body['id']}.json"] = {"@odata.context": context, **body}
        return take(files)

    return taken


@pytest.fixture
def keep(sync, add):
    """Sync the tenant and keep what it has, all or by name."""
    return lambda *names: add(sync(), *names)


@pytest.fixture
def confirmed(tenant, backup_set):
    """Parameters of a restore of the newest versions, or of numbered ones, as they are planned now."""

    def params(*item_ids, **changes):
        shown = (
            versions_numbered(backup_set, item_ids) if item_ids else newest_versions(backup_set, ItemFilter())
        )
        made = Planner(tenant, backup_set).plan(shown)
        db.session.commit()
        return {
            "backup_set_id": backup_set.id,
            "item_ids": [one.item.id for one in shown],
            "plan": made.digest(tenant),
            "confirm": tenant.name,
        } | changes

    return params


@pytest.fixture
def start(tenant):
    """Start a restore; answers with the number of its run."""

    def started(params):
        return start_operation(current_catalog(), tenant, "backup_set.restore", params).run_id

    return started


@pytest.fixture
def finish(tenant):
    """Execute a run, and answer with it."""

    def finished(run_id):
        execute_run(run_id)
        end_transaction()
        run = find_run(tenant, run_id)
        end_transaction()
        return run

    return finished


@pytest.fixture
def restore(confirmed, start, finish):
    """Restore the newest versions, or numbered ones; answers with the finished run."""
    return lambda *item_ids: finish(start(confirmed(*item_ids)))


@pytest.fixture
def told(backup_set):
    """What became of the policies of a run: {"A": ("failed", "changed_since", "The tenant's ...")}."""

    def by_name(run):
        row, item = BulkOperationRunItem, BackupSetItem
        found = db.session.execute(
            select(item.display_name, row.outcome, row.reason_code, row.reason)
            .join(row, row.item_id == cast(item.id, String))
            .where(row.run_id == run.id, item.backup_set_id == backup_set.id)
        ).all()
        db.session.commit()
        return {name: tuple(rest) for name, *rest in found}

    return by_name
