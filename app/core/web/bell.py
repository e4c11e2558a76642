"""The bell: how much its viewer has not read, and whether that may change by itself."""

from typing import NamedTuple

from sqlalchemy import Integer, bindparam, cast, select

from app.core.db import execute
from app.core.notifications import unread
from app.core.runs.queries import active_of
from app.core.tenants import Tenant
from app.core.web.polling import Version

_tenant, _viewer = Version.tenant.c.id, bindparam("viewer", type_=Integer())
_unread, _is_live = unread(_tenant, _viewer).scalar_subquery(), active_of(_tenant, _viewer)
_BELL = select(_unread, _is_live).where(_tenant == bindparam("of_tenant"))

BELL_VERSION = Version(_unread, cast(_is_live, Integer))


class Bell(NamedTuple):
    """What the bell shows.

    Attributes:
        unread: notifications of this tenant that the viewer has not read.
        is_live: whether a run that the viewer has started is active: nothing else adds to them.
    """

    unread: int = 0
    is_live: bool = False

    @property
    def ptag(self) -> str:
        """The same as `BELL_VERSION` says it."""
        return f"{self.unread}.{int(self.is_live)}"


def bell_of(tenant: Tenant, viewer_id: int) -> Bell:
    """The bell of a person in a tenant."""
    row = execute(_BELL, {"of_tenant": tenant.id, "viewer": viewer_id}).one()
    return Bell(row[0], bool(row[1]))
