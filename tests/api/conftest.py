"""What the tests of the API share: a member's token, and a program that sends it."""

import pytest

from app.core.runs.new_run import Initiator
from app.core.tokens import create_token
from app.core.users import Role, set_membership

ROOT = "/api/v1/tenants/fictional"


@pytest.fixture
def issue(make_user):
    """Make a token: `issue(tenant, scope="start", role=Role.OPERATOR)`; `role` is held when it is used."""

    def make(tenant, scope="start", role=Role.OPERATOR, days=90):
        maker = make_user(tenant=tenant, role=Role.MANAGER)
        issued = create_token(tenant, maker, {"name": "Script", "scope": scope, "days": days}, Initiator())
        set_membership(maker, tenant, role)
        return issued

    return make


@pytest.fixture
def program(app):
    """A client of the API that sends a token: `program(issued).get(path)`."""

    def sending(issued):
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {issued.secret}"
        return client

    return sending


@pytest.fixture
def api(program, issue, tenant):
    """A program with an operator's token that may start operations in `tenant`."""
    return program(issue(tenant))
