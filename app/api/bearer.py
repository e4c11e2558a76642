"""Who asks: a token in the `Authorization` header, and nothing else."""

from dataclasses import dataclass

from flask import request

from app.api.errors import DENIED
from app.api.problem import ProblemError
from app.core.access import role_in
from app.core.tenants import Tenant, tenant_by_id
from app.core.tokens import TokenScope, token_of
from app.core.users import Role, User

SCHEME = "bearer"
REALM = 'Bearer realm="TenantAtlas"'


@dataclass(frozen=True)
class Caller:
    """The member as whom a token acts, in the token's tenant, with the role held at this moment."""

    tenant: Tenant
    user: User
    role: Role
    scope: TokenScope


def caller_in(slug: str, scope: TokenScope) -> Caller:
    """Who asks about a tenant.

    Args:
        slug: of the tenant, from the address.
        scope: what the address asks of a token.

    Raises:
        ProblemError: 401 without a token that is taken; 403 for another tenant, a maker who is no member any
            more, and too small a scope, all alike.
    """
    token = token_of(_secret())
    if token is None:
        raise _unknown("This token is not known, or taken no more.", f'{REALM}, error="invalid_token"')
    tenant, scope_held = tenant_by_id(token.tenant_id), TokenScope(token.scope)
    role = role_in(token.maker, tenant) if tenant.slug == slug else None
    if role is None or not scope_held.includes(scope):
        raise ProblemError(403, DENIED)
    return Caller(tenant, token.maker, role, scope_held)


def _secret() -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != SCHEME or not secret.strip():
        raise _unknown("Send a token: Authorization: Bearer ta_...", REALM)
    return secret.strip()


def _unknown(said: str, challenge: str) -> ProblemError:
    return ProblemError(401, said, headers={"WWW-Authenticate": challenge})
