"""What the examples of this plugin's operations name: sets, and policies of inventory's own examples."""

from app.core import JsonObject, Tenant, start_and_wait
from app.plugins.backup_sets.sets import create_set
from app.plugins.inventory import PolicyKey, scope_key

# Numbers of the sets, as they come in a tenant that has none, and of one that nobody makes.
EMPTY, FILLED, MISSING = 1, 2, 3

_KEYS = (
    PolicyKey(
        "compliancePolicy", "androidWorkProfileCompliancePolicy", "33b87f2e-d418-42d2-9c10-1ac91956b7cd"
    ),
    PolicyKey("compliancePolicy", "windows10CompliancePolicy", "97ab20d9-cdf8-4620-b50e-06742f9794da"),
)
POLICY_IDS = [key.digest(1, scope_key("files")) for key in _KEYS]  # in the first tenant


def additions_to(backup_set_id: int) -> JsonObject:
    """Parameters of `backup_set.add_policies`."""
    return {"backup_set_id": backup_set_id, "policy_ids": POLICY_IDS, "sync_run_id": 1}


def make_sets(tenant: Tenant) -> None:
    """A set without policies, and one that holds some."""
    create_set(tenant, "Empty")
    filled = create_set(tenant, "Filled")
    start_and_wait(tenant, "backup_set.add_policies", additions_to(filled.id), inline=True)
