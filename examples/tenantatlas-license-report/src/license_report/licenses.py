"""Which license a policy's feature needs: the smallest one that Microsoft names, with the page that names it.

A policy type that is not listed has no license that is known here; its policies are skipped, never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LEARN = "https://learn.microsoft.com"


@dataclass(frozen=True)
class License:
    """A license, under the key that is stored with a policy, and the public page that says what needs it."""

    key: str
    label: str
    source: str


ENTRA_P1 = License("entra_p1", "Microsoft Entra ID P1", f"{LEARN}/entra/identity/conditional-access/overview")
ENTRA_P2 = License(
    "entra_p2", "Microsoft Entra ID P2", f"{LEARN}/entra/id-protection/overview-identity-protection"
)
WORKLOAD_ID = License(
    "workload_id",
    "Microsoft Entra Workload ID Premium",
    f"{LEARN}/entra/identity/conditional-access/workload-identity",
)
INTUNE_1 = License(
    "intune_1", "Microsoft Intune Plan 1", f"{LEARN}/intune/intune-service/fundamentals/licenses"
)
INTUNE_EPM = License(
    "intune_epm",
    "Microsoft Intune Suite or Endpoint Privilege Management",
    f"{LEARN}/intune/intune-service/fundamentals/intune-add-ons",
)

LICENSES = {license_.key: license_ for license_ in (ENTRA_P1, ENTRA_P2, WORKLOAD_ID, INTUNE_1, INTUNE_EPM)}


@dataclass(frozen=True)
class Fact:
    """A license that policies of one type need: all, or those that set something.

    Attributes:
        policy_type: key of the type, as inventory calls its collections.
        needs: the license.
        path: names that lead to a setting; the fact is about policies that hold something there.
        value: what must stand there; empty: anything.
    """

    policy_type: str
    needs: License
    path: tuple[str, ...] = ()
    value: str = ""

    def fits(self, content: Mapping[str, Any]) -> bool:
        """Whether a policy of the type, of this content, is one of those that the fact is about."""
        found: Any = content
        for name in self.path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found == self.value if self.value else bool(found)


# Of several facts about one policy, the first that fits counts.
FACTS = (
    Fact(
        "conditionalAccessPolicy",
        WORKLOAD_ID,
        ("conditions", "clientApplications", "includeServicePrincipals"),
    ),
    Fact("conditionalAccessPolicy", ENTRA_P2, ("conditions", "userRiskLevels")),
    Fact("conditionalAccessPolicy", ENTRA_P2, ("conditions", "signInRiskLevels")),
    Fact("conditionalAccessPolicy", ENTRA_P1),
    Fact("authStrength", ENTRA_P1),
    Fact(
        "settingsCatalog",
        INTUNE_EPM,
        ("templateReference", "templateFamily"),
        "endpointSecurityEndpointPrivilegeManagement",
    ),
    Fact("settingsCatalog", INTUNE_1),
    Fact("endpointSecurityIntent", INTUNE_1),
    Fact("deviceConfiguration", INTUNE_1),
    Fact("adminTemplate", INTUNE_1),
    Fact("compliancePolicy", INTUNE_1),
    Fact("compliancePolicyV2", INTUNE_1),
    Fact("appProtection", INTUNE_1),
    Fact("appConfig", INTUNE_1),
    Fact("psScript", INTUNE_1),
    Fact("shellScript", INTUNE_1),
)


def facts_about(policy_type: str) -> list[Fact]:
    """What is known of a policy type, in the order in which it counts; empty: nothing."""
    return [fact for fact in FACTS if fact.policy_type == policy_type]


def license_label(key: str) -> str:
    """What people call a license; one that an earlier version of this plugin knew is called by its key."""
    found = LICENSES.get(key)
    return found.label if found else key
