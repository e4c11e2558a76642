"""`flask tokens`."""

import json

import pytest

from app.core.tokens import list_tokens, token_of
from app.core.users import Role


@pytest.fixture
def manager(make_user, tenant):
    return make_user(tenant=tenant, role=Role.MANAGER)


def test_a_token_is_made_listed_and_revoked(flask_cli, tenant, manager):
    wanted = ["--tenant", "fictional", "--user", manager.email, "--scope", "start", "--days", "7"]
    made = flask_cli("tokens", "create", "Script", *wanted)
    listed = json.loads(flask_cli("tokens", "list", "--tenant", "fictional", "--json").stdout)

    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    assert token_of(secret).user_id == manager.id
    assert [(row["name"], row["scope"], row["state"]) for row in listed] == [("Script", "start", "active")]
    assert secret not in json.dumps(listed)
    assert "Script" in flask_cli("tokens", "list").stdout

    revoked = flask_cli("tokens", "revoke", listed[0]["id"], "--tenant", "fictional")

    assert revoked.exit_code == 0, revoked.output
    assert token_of(secret) is None


def test_what_cannot_be_is_one_line(flask_cli, tenant, manager, operator):
    create = ["tokens", "create", "Script", "--tenant", "fictional", "--user"]

    for arguments, status, said in [
        ([*create, "nobody@example.com"], 2, "no user"),
        ([*create, operator.email], 1, "manager"),
        ([*create, manager.email, "--days", "900"], 2, "days"),
        (["tokens", "revoke", "4711", "--tenant", "fictional"], 2, "no token 4711"),
        (["tokens", "list", "--tenant", "nowhere"], 2, "no tenant"),
    ]:
        answer = flask_cli(*arguments)
        assert answer.exit_code == status, answer.output
        assert said in answer.stderr
    assert list_tokens(tenant) == []
