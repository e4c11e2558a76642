"""How many things are wrong, for the badge on every page of an owner; counted once a minute."""

from flask import current_app

from app.core import clock
from app.core.diagnosis.complaints import complaints
from app.core.registry.catalog import current_catalog
from app.core.registry.faults import fault_log
from app.core.registry.lineage_states import lineage_states
from app.core.tenants import Tenant

EXTENSION = "tenantatlas.watch"
SECONDS = 60.0
KEPT = 1000  # owners of different tenants


class Watch:
    """What was counted in the database, for whom, and when."""

    def __init__(self) -> None:
        self._counted: dict[tuple[int, ...], tuple[float, int]] = {}

    def count(self, tenants: list[Tenant]) -> int:
        """What an owner of these tenants would be told; facts of the database at most a minute old."""
        key, now = tuple(tenant.id for tenant in tenants), clock.ticks()
        counted_at, count = self._counted.get(key, (None, 0))
        if counted_at is None or now - counted_at > SECONDS:
            catalog = current_catalog()
            count = len(complaints(catalog, [], lineage_states(catalog), tenants))
            if len(self._counted) >= KEPT:
                self._counted.clear()
            self._counted[key] = now, count
        return count + len(fault_log().faults())


def problem_count(tenants: list[Tenant]) -> int:
    """What the running application's watch has counted for an owner; 0 for who owns no tenant."""
    watch = current_app.extensions[EXTENSION]
    if not isinstance(watch, Watch):
        raise TypeError(EXTENSION)
    return watch.count(tenants) if tenants else 0
