"""Saved views: one member's names for filters, in one tenant."""

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import OperationalError

from app.core import saved_views
from app.core.db import db
from app.core.errors import InvalidParametersError
from app.core.saved_views import (
    NAME_LENGTH,
    SavedView,
    find_view,
    list_views,
    remove_view,
    rename_view,
    save_view,
)
from app.core.tenants import Tenant
from app.core.users import User
from tests.support.databases import on_both_databases, on_postgresql


def names(tenant, user):
    return [view.name for view in list_views(tenant, user)]


@on_both_databases
def test_views_are_kept_by_name_renamed_and_removed(tenant, operator):
    failed = save_view(tenant, operator, "  Failed   lately ", "bucket=failed")
    save_view(tenant, operator, "all of them", "")
    assert names(tenant, operator) == ["all of them", "Failed lately"]

    rename_view(failed, "Trouble")
    assert find_view(tenant, operator, failed.id).name == "Trouble"
    remove_view(failed)

    assert names(tenant, operator) == ["all of them"]
    assert find_view(tenant, operator, 2**40) is None


@on_both_databases
def test_nobody_else_sees_a_view_and_names_are_each_members_own(tenant, operator, make_user, make_tenant):
    other, elsewhere = make_user(tenant=tenant), make_tenant()
    view = save_view(tenant, operator, "Mine", "bucket=failed")

    assert save_view(tenant, other, "Mine", "").id != view.id
    assert save_view(elsewhere, operator, "Mine", "").id != view.id
    assert find_view(tenant, other, view.id) is None
    assert find_view(elsewhere, operator, view.id) is None
    assert names(elsewhere, other) == []


@on_both_databases
def test_a_name_is_taken_once_and_the_transaction_goes_on(tenant, operator):
    save_view(tenant, operator, "Mine", "")
    other = save_view(tenant, operator, "Other", "")

    with pytest.raises(InvalidParametersError, match="“Mine”"):
        save_view(tenant, operator, "Mine", "bucket=failed")
    with pytest.raises(InvalidParametersError, match="“Mine”"):
        rename_view(other, "Mine")

    assert names(tenant, operator) == ["Mine", "Other"]


def test_a_name_that_cannot_be_read_is_refused(tenant, operator):
    for name in ("", "  ", "a\0b", "a\x1bb", "a\u202eb", "x" * (NAME_LENGTH + 1)):
        with pytest.raises(InvalidParametersError) as caught:
            save_view(tenant, operator, name, "")
        assert list(caught.value.errors) == ["name"]

    assert names(tenant, operator) == []


@on_both_databases
def test_there_are_only_so_many(tenant, operator, make_tenant, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 2)
    for name in ("one", "two"):
        save_view(tenant, operator, name, "")

    with pytest.raises(InvalidParametersError, match="remove one"):
        save_view(tenant, operator, "three", "")

    assert names(tenant, operator) == ["one", "two"]
    assert save_view(make_tenant(), operator, "three", "")


@on_postgresql
def test_two_saves_at_once_wait_for_each_other(tenant, operator):
    with db.engine.connect() as other:
        other.execute(select(User.id).where(User.id == operator.id).with_for_update(key_share=True))
        db.session.execute(text("SET LOCAL lock_timeout = '50ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            save_view(tenant, operator, "Mine", "")
    db.session.rollback()

    assert save_view(tenant, operator, "Mine", "")


@on_both_databases
@pytest.mark.parametrize("gone", [Tenant, User])
def test_a_view_goes_with_its_tenant_and_with_its_user(tenant, operator, gone):
    save_view(tenant, operator, "Mine", "")
    row = tenant if gone is Tenant else operator

    db.session.execute(delete(gone).where(gone.id == row.id))
    db.session.commit()

    assert db.session.scalar(select(func.count()).select_from(SavedView)) == 0
