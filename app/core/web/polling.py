"""Polls without news: one query says who asks, that they may, and that nothing has changed."""

from collections.abc import Callable
from functools import reduce, wraps
from typing import Any, ParamSpec, TypeAlias

from flask import Response, g, request, session
from sqlalchemy import ColumnElement, String, bindparam, cast, select, type_coerce
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import admit, current_tenant
from app.core.alone import execute_alone, one_connection
from app.core.db import JsonObject, execute, table_of
from app.core.runs.queries import LARGEST_ID
from app.core.statements import constant
from app.core.tenants import Tenant
from app.core.users import Membership, Role, User
from app.core.web.fragments import PTAG, not_modified

DOT = type_coerce(constant("."), String)

ViewArgs = ParamSpec("ViewArgs")
View: TypeAlias = Callable[ViewArgs, Response | BaseResponse]

_users, _memberships = table_of(User), table_of(Membership)


class Version:
    """What changes whenever a polled part of a tenant's pages may show something else.

    Args:
        parts: SQL values about one tenant, of `Version.tenant`; parameters are named as in the view's
            address. If one is NULL there is no version: what is shown must be looked at each time.
    """

    tenant = table_of(Tenant).alias("tenant")

    def __init__(self, *parts: ColumnElement[Any]) -> None:
        """Take the values that make it up."""
        found = select(joined(*parts).label("version")).where(self.tenant.c.slug == bindparam("tenant"))
        self._found = found
        self._for_member = (
            found.add_columns(_memberships.c.role, *self.tenant.c)
            .join_from(self.tenant, _memberships, _memberships.c.tenant_id == self.tenant.c.id)
            .join(_users, _users.c.id == _memberships.c.user_id)
            .where(_users.c.id == bindparam("viewer"), _users.c.session_epoch == bindparam("epoch"))
        )

    def read(self, **values: object) -> str:
        """The version before what is read next, in the tenant of this request.

        Args:
            values: the other parameters.
        """
        seen, version = g.get("version", (None, ""))
        if seen is self:
            return str(version or "")  # this very request began with it
        asked = {"tenant": current_tenant().slug, **values}
        return execute(self._found, asked).scalar_one() or ""

    def read_by_viewer(self, values: JsonObject) -> JsonObject | None:
        """The version, and the tenant with the viewer's role in it; nothing: look more closely who asks.

        Args:
            values: all parameters, as they stand in the address.
        """
        viewer, _, epoch = session.get("_user_id", "").partition(".")
        if not (viewer.isdecimal() and epoch.isdecimal() and all(map(_is_storable, values.values()))):
            return None
        return execute_alone(self._for_member, values | {"viewer": int(viewer), "epoch": int(epoch)})


def polled(version: Version) -> Callable[[View[ViewArgs]], View[ViewArgs]]:
    """Answer a poll of a page that shows the current version with 304, before the view is asked.

    Goes around `tenant_required(Role.READONLY)`: whoever is a member may know that nothing has changed, and
    is not looked at twice. The view gives its fragment a tag that is `version.read(...)`, or begins with it
    and a slash.
    """

    def decorate(view: View[ViewArgs]) -> View[ViewArgs]:
        @wraps(view)
        def answered(*args: ViewArgs.args, **kwargs: ViewArgs.kwargs) -> Response | BaseResponse:
            shown = request.headers.get(PTAG)
            with one_connection():
                if shown and (seen := version.read_by_viewer(kwargs)):
                    current = seen.pop("version")
                    if shown.partition("/")[0] == current:
                        return not_modified(shown)
                    g.version = (version, current)
                    admit(Role(seen.pop("role")), Tenant(**seen))
                return view(*args, **kwargs)

        return answered

    return decorate


def joined(*parts: ColumnElement[Any]) -> ColumnElement[str]:
    """SQL values as one text; NULL if one of them is."""
    return reduce(lambda text, part: text + DOT + part, (cast(part, String) for part in parts))


def _is_storable(value: object) -> bool:
    return value <= LARGEST_ID if isinstance(value, int) else "\0" not in str(value)
