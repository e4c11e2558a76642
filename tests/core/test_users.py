import pytest

from app.core.access import require_role
from app.core.db import db
from app.core.errors import InvalidInputError, PermissionDeniedError
from app.core.users import (
    Role,
    authenticate,
    create_user,
    find_user,
    memberships_of,
    set_membership,
    user_of_session,
)
from tests.support.browsing import PASSWORD
from tests.support.databases import on_both_databases


@pytest.mark.parametrize("email", ["", "nobody", "@example.com", "a b@example.com", "a@b@example.com", "a@"])
def test_what_is_no_address_is_refused(app, email):
    with pytest.raises(InvalidInputError, match="no e-mail address"):
        create_user(email, PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "x" * 11, "x" * 1025])
def test_a_password_has_twelve_characters_at_least(app, password):
    with pytest.raises(InvalidInputError, match="12 to 1024 characters") as caught:
        create_user("desk@example.com", password)

    assert not password or password not in str(caught.value)
    assert find_user("desk@example.com") is None


@on_both_databases
def test_an_address_is_one_user_however_it_is_written(app):
    user = create_user(" Desk@Example.com ", PASSWORD)

    assert user.email == "desk@example.com"
    assert find_user("DESK@example.COM").id == user.id
    with pytest.raises(InvalidInputError, match="exists already"):
        create_user("desk@example.com", PASSWORD)


def test_only_the_right_password_of_the_right_address_is_let_in(app, make_user):
    user = make_user(email="desk@example.com")

    assert authenticate("desk@example.com", PASSWORD).id == user.id
    assert authenticate("desk@example.com", PASSWORD + " ") is None
    assert authenticate("wharf@example.com", PASSWORD) is None
    assert authenticate("", "") is None


def test_a_password_is_stored_as_argon2id_only(app, make_user):
    assert make_user().password_hash.startswith("$argon2id$")


def test_a_broken_hash_lets_nobody_in(app, make_user):
    user = make_user()
    user.password_hash = "broken"
    db.session.commit()

    assert authenticate(user.email, PASSWORD) is None


def test_a_session_ends_when_the_epoch_is_raised(app, make_user):
    user = make_user()
    session_id = user.get_id()
    assert user_of_session(session_id).id == user.id

    user.session_epoch += 1
    db.session.commit()

    assert user_of_session(session_id) is None


@pytest.mark.parametrize("session_id", ["", ".", "1", "1.", ".0", "x.y", "1.0.0", "-1.0", "4711.0", "²·0"])
def test_a_session_id_nobody_was_given_is_nobody(app, make_user, session_id):
    make_user()

    assert user_of_session(session_id) is None


def test_roles_include_the_ones_below():
    for role in Role:
        assert [held for held in Role if held.includes(role)] == list(Role)[role.rank :]


def test_a_membership_is_one_and_its_role_changes(app, make_user, make_tenant):
    user, tenant = make_user(), make_tenant()

    set_membership(user, tenant, Role.READONLY)
    set_membership(user, tenant, Role.MANAGER)

    assert [(found.tenant.slug, found.role) for found in memberships_of(user.id)] == [
        (tenant.slug, "manager")
    ]


def test_a_role_counts_in_its_own_tenant_only(app, make_user, make_tenant):
    here, there = make_tenant(), make_tenant()
    user = make_user(tenant=here, role=Role.OWNER)

    require_role(user, here, Role.OWNER)
    with pytest.raises(PermissionDeniedError, match=there.slug):
        require_role(user, there, Role.READONLY)
