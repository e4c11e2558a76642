"""A plan of a set, in one word."""

import pytest

from app.core import Role, db
from app.plugins.backup_sets.items import ItemFilter
from app.plugins.backup_sets.restore.choosing import newest_versions, versions_numbered
from app.plugins.backup_sets.restore.planning import Planner


@pytest.fixture
def plan(tenant, backup_set):
    """The restore plan of the set, or of single versions of it: `plan()`, `plan(item.id)`."""

    def made(*item_ids):
        wanted = ItemFilter()
        shown = versions_numbered(backup_set, item_ids) if item_ids else newest_versions(backup_set, wanted)
        found = Planner(tenant, backup_set).plan(shown)
        db.session.commit()
        return found

    return made


@pytest.fixture
def actions(plan):
    """What the plan would do, by name of the policy: {"A": "create"}."""
    return lambda *item_ids: {one.shown.item.display_name: one.action.value for one in plan(*item_ids).items}


@pytest.fixture
def reader(sign_in, make_user, tenant):
    return sign_in(make_user(tenant=tenant, role=Role.READONLY))


@pytest.fixture
def manager(sign_in, make_user, tenant):
    return sign_in(make_user(tenant=tenant, role=Role.MANAGER))
