"""A program that uses the API with the token of a person."""

from pydantic_core import to_jsonable_python
from werkzeug.test import TestResponse

from app.conformance.deployment import Deployment
from app.conformance.people import OTHER_SLUG, SLUG, STRANGER
from app.conformance.subjects import Case
from app.core.runs.new_run import Initiator
from app.core.tenants import tenant_by_slug
from app.core.tokens import TokenScope, create_token
from app.core.users import Role, set_membership


def start_by_api(deployment: Deployment, case: Case, name: str | None) -> TestResponse:
    """Start an example with the token of the person of a role, of the stranger, or without one."""
    headers = {} if name is None else {"Authorization": f"Bearer {_token(deployment, name)}"}
    path = f"/api/v1/tenants/{SLUG}/operations/{case.run_type}/runs"
    return deployment.browser().post(path, json={"params": to_jsonable_python(case.params)}, headers=headers)


def read_by_api(deployment: Deployment, place: str, name: str, **query: str) -> TestResponse:
    """Read below `/api/v1/tenants/` with the token of the person of a role, or of the stranger."""
    headers = {"Authorization": f"Bearer {_token(deployment, name)}"}
    return deployment.browser().get(f"/api/v1/tenants/{place}", query_string=query, headers=headers)


def _token(deployment: Deployment, name: str) -> str:
    """A token that may start; who has too low a role to make one had a higher one then."""
    maker, wanted = deployment.member(name), {"name": name, "scope": TokenScope.START}
    with deployment.app.app_context():
        tenant = tenant_by_slug(OTHER_SLUG if name == STRANGER else SLUG)
        set_membership(maker, tenant, Role.OWNER)
        secret = create_token(tenant, maker, wanted, Initiator()).secret
        set_membership(maker, tenant, Role.OWNER if name == STRANGER else Role(name))
    return secret
