"""Who may see and do what: every tenant page goes through `tenant_required`."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit, urlunsplit

from flask import Response, abort, g, make_response, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import Select, select
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import PermissionDeniedError
from app.core.tenants import Tenant
from app.core.users import Membership, Role, User, membership_of, memberships_of

ViewArgs = ParamSpec("ViewArgs")
ViewResult = TypeVar("ViewResult")


def tenant_required(
    role: Role,
) -> Callable[[Callable[ViewArgs, ViewResult]], Callable[..., ViewResult | BaseResponse]]:
    """Let a view of `/t/<tenant>/...` run only for members with at least `role`.

    The view does not receive the slug: it asks `current_tenant()`. Not signed in: to sign-in. Not a member,
    no such tenant, or too low a role: 403, all alike.
    """

    def decorate(view: Callable[ViewArgs, ViewResult]) -> Callable[..., ViewResult | BaseResponse]:
        @wraps(view)
        def guarded(*args: ViewArgs.args, **kwargs: ViewArgs.kwargs) -> ViewResult | BaseResponse:
            slug = str(kwargs.pop("tenant"))
            if not _is_admitted(slug):
                if not current_user.is_authenticated:
                    return ask_to_sign_in()
                _enter(slug)
            if not may(role):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return decorate


def current_tenant() -> Tenant:
    """The tenant of this request; only behind `tenant_required`."""
    tenant = g.tenant
    if not isinstance(tenant, Tenant):
        raise TypeError(tenant)
    return tenant


def signed_in_user() -> User:
    """The person behind this request; only behind `tenant_required` or a sign-in check."""
    user = current_user._get_current_object()  # noqa: SLF001 - the documented way to the object behind the proxy
    if not isinstance(user, User):
        raise PermissionDeniedError("nobody is signed in")
    return user


def current_role() -> Role | None:
    """The viewer's role in the tenant of this request, if any."""
    role = g.get("role")
    return role if isinstance(role, Role) else None


def may(role: Role) -> bool:
    """Whether the viewer has at least `role` in the tenant of this request."""
    held = current_role()
    return held is not None and held.includes(role)


def tenants_seen_by(user: User) -> Select[int]:
    """Ids of the tenants that a user is a member of, to stand in a query that reads of several tenants."""
    return select(Membership.tenant_id).where(Membership.user_id == user.id)


def fellow_tenant(slug: str) -> Tenant:
    """Another tenant that the viewer of this request is a member of; for anybody else: 403, all alike."""
    found = signed_in_user().membership_at(slug)
    if found is None:
        abort(403)
    return found.tenant


def owned_tenants(user: User) -> list[Tenant]:
    """The tenants that a user owns, by name."""
    return [found.tenant for found in memberships_of(user.id) if Role(found.role) is Role.OWNER]


def role_in(user: User, tenant: Tenant) -> Role | None:
    """A user's role in a tenant, or nothing."""
    membership = membership_of(user.id, tenant.id)
    return Role(membership.role) if membership else None


def require_role(user: User, tenant: Tenant, role: Role) -> None:
    """Pass, or refuse.

    Raises:
        PermissionDeniedError: the user is no member or the role is too low.
    """
    held = role_in(user, tenant)
    if held is None or not held.includes(role):
        message = f"this needs the role {role} in {tenant.slug}"
        raise PermissionDeniedError(message)


def ask_to_sign_in() -> BaseResponse:
    """To the sign-in page; a fragment is told to take its whole page there."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    if request.headers.get("HX-Request") == "true":
        answer: Response = make_response("", 401)
        answer.headers["HX-Redirect"] = url_for("core.sign_in", next=_page_of_fragment())
        return answer
    return redirect(url_for("core.sign_in", next=wanted))


def _page_of_fragment() -> str | None:
    """Path and query of the page that asked for a fragment, as htmx tells it."""
    try:
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return None
    return urlunsplit(("", "", page.path, page.query, "")) or None


def admit(role: Role, tenant: Tenant) -> None:
    """Let the viewer of this request into a tenant, of which they were just found to be a member."""
    g.role, g.tenant = role, tenant


def _is_admitted(slug: str) -> bool:
    tenant = g.get("tenant")
    return tenant is not None and tenant.slug == slug


def _enter(slug: str) -> None:
    found = signed_in_user().membership_at(slug)
    if found is None:
        abort(403)
    # Before the role is judged: the error page still knows where its reader is a member.
    admit(Role(found.role), found.tenant)
