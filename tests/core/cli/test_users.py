import pytest
from sqlalchemy import select

from app.core.audit import AuditLog
from app.core.db import db
from app.core.users import authenticate, find_user, memberships_of

PASSWORD = "a fictional password"


@pytest.fixture
def create(flask_cli):
    def run(*options, email="desk@example.com", password=PASSWORD):
        return flask_cli("users", "create", email, *options, input=f"{password}\n")

    return run


def roles_of(email):
    return {found.tenant.slug: found.role for found in memberships_of(find_user(email).id)}


def test_a_user_is_created_with_memberships(create, make_tenant):
    make_tenant("here")
    make_tenant("there")

    result = create(
        *(
            "--password-stdin",
            "--tenant",
            "here",
            "--role",
            "owner",
            "--tenant",
            "there",
            "--role",
            "readonly",
        )
    )

    assert result.exit_code == 0, result.output
    assert roles_of("desk@example.com") == {"here": "owner", "there": "readonly"}
    assert authenticate("desk@example.com", PASSWORD) is not None
    assert PASSWORD not in result.output
    assert [entry.action for entry in db.session.scalars(select(AuditLog))] == ["membership.set"] * 2


def test_running_again_adds_memberships_and_keeps_the_password(create, make_tenant):
    make_tenant("here")
    make_tenant("there")
    create("--password-stdin", "--tenant", "here", "--role", "operator")

    again = create("--tenant", "there", "--role", "manager")
    changed = create(
        "--tenant", "here", "--role", "readonly", "--password-stdin", password="another password"
    )

    assert (again.exit_code, changed.exit_code) == (0, 0)
    assert roles_of("desk@example.com") == {"here": "readonly", "there": "manager"}
    assert authenticate("desk@example.com", PASSWORD) is not None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--password-stdin", "--tenant", "nowhere", "--role", "owner"], "no tenant 'nowhere'"),
        (["--password-stdin", "--tenant", "fictional", "--role", "king"], "'king' is not one of"),
        (["--password-stdin", "--tenant", "fictional"], "go in pairs"),
        (["--password-stdin", "--role", "owner"], "go in pairs"),
        (["--tenant", "fictional", "--role", "owner"], "give --password-stdin"),
    ],
)
def test_a_wrong_call_names_the_offender_and_creates_nobody(create, tenant, options, words):
    result = create(*options)

    assert result.exit_code == 2
    assert words in result.stderr
    assert find_user("desk@example.com") is None


def test_a_short_password_is_refused_and_not_repeated(create):
    result = create("--password-stdin", password="too short")

    assert result.exit_code == 2
    assert "12 to 1024 characters" in result.stderr
    assert "too short" not in result.output
    assert find_user("desk@example.com") is None


def test_a_malformed_address_is_named(create):
    result = create("--password-stdin", email="nobody")

    assert result.exit_code == 2
    assert "'nobody' is no e-mail address" in result.stderr


def test_what_a_user_is_told_can_be_chosen_for_them(create, flask_cli):
    create("--password-stdin")

    result = flask_cli("users", "notices", "desk@example.com", "problems")

    assert result.stdout == "desk@example.com is told: problems.\n"
    assert find_user("desk@example.com").notices == "problems"
    assert flask_cli("users", "notices", "desk@example.com", "sometimes").exit_code == 2
    unknown = flask_cli("users", "notices", "nobody@example.com", "never")
    assert (unknown.exit_code, "no user 'nobody@example.com'" in unknown.stderr) == (2, True)
