"""The policy types that inventory itself declares. Of two that fit, the earlier counts."""

from app.plugins.inventory.policy_types.administration import ADMINISTRATION
from app.plugins.inventory.policy_types.apps import APPS
from app.plugins.inventory.policy_types.conditional_access import CONDITIONAL_ACCESS
from app.plugins.inventory.policy_types.configuration import CONFIGURATION
from app.plugins.inventory.policy_types.enrollment import ENROLLMENT
from app.plugins.inventory.policy_types.scripts import SCRIPTS
from app.plugins.inventory.policy_types.updates import UPDATES

# Configuration last: its pattern of device configurations is the widest.
POLICY_TYPES = (
    *CONDITIONAL_ACCESS,
    *SCRIPTS,
    *UPDATES,
    *ENROLLMENT,
    *ADMINISTRATION,
    *APPS,
    *CONFIGURATION,
)

__all__ = ["POLICY_TYPES"]
