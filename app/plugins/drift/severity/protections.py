"""Which settings protect a device, and in what: a table of names, matched by whole leading segments."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Protection:
    """One kind of protection and where Microsoft Graph keeps its settings.

    Attributes:
        name: the middle of the rule's id.
        label: how an operator calls it.
        definitions: leading segments of settings catalog ids (and OMA-URIs read alike), without ``device_``.
        properties: beginnings of property names in device configurations and intents.
        families: template families whose policies are all about this.
        types: concrete types whose policies are all about this.
    """

    name: str
    label: str
    definitions: tuple[str, ...]
    properties: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


DEFENDER = "vendor_msft_policy_config_defender"

PROTECTIONS = (
    Protection(
        "encryption",
        "Disk encryption",
        (
            "vendor_msft_bitlocker",
            "vendor_msft_pde",
            "com.apple.mcx.filevault2",
            "com.apple.mcx_com.apple.mcx-fdefilevaultoptions",
        ),
        (
            "bitLocker",
            "fileVault",
            "storageRequireEncryption",
            "storageRequireDeviceEncryption",
            "storageRequireRemovableStorageEncryption",
        ),
        ("endpointSecurityDiskEncryption",),
    ),
    Protection(
        "tamper_protection",
        "Tamper protection",
        (
            "vendor_msft_defender_configuration_tamperprotection",
            "com.apple.managedclient.preferences_enforcementlevel_tamperprotection",
        ),
        ("windowsDefenderTamperProtection",),
    ),
    Protection(
        "attack_surface_reduction",
        "Attack surface reduction",
        (
            f"{DEFENDER}_attacksurfacereductionrules",
            f"{DEFENDER}_attacksurfacereductiononlyexclusions",
            f"{DEFENDER}_enablecontrolledfolderaccess",
            f"{DEFENDER}_controlledfolderaccessallowedapplications",
            f"{DEFENDER}_controlledfolderaccessprotectedfolders",
        ),
        (
            "defenderAttackSurfaceReduction",
            "defenderGuardMyFolders",
            "defenderOffice",
            "defenderScript",
            "defenderAdobe",
        ),
        ("endpointSecurityAttackSurfaceReduction",),
    ),
    Protection(
        "defender",
        "Defender antivirus",
        (
            DEFENDER,
            "vendor_msft_policy_config_admx_microsoftdefenderantivirus",
            "vendor_msft_defender",
            "com.apple.managedclient.preferences_enforcementlevel",
            "linux_mdatp",
        ),
        ("defender",),
        ("endpointSecurityAntivirus",),
    ),
    Protection(
        "firewall",
        "Firewall",
        ("vendor_msft_firewall", "com.apple.security.firewall"),
        ("firewall",),
        ("endpointSecurityFirewall",),
    ),
    Protection(
        "edr",
        "Endpoint detection and response",
        ("vendor_msft_windowsadvancedthreatprotection",),
        families=("endpointSecurityEndpointDetectionAndResponse",),
        types=("windowsDefenderAdvancedThreatProtectionConfiguration",),
    ),
    Protection(
        "laps",
        "Local administrator passwords (LAPS)",
        ("vendor_msft_laps", "vendor_msft_policy_config_admpwd"),
    ),
)


@lru_cache(maxsize=4096)
def protection_of(setting: str) -> Protection | None:
    """The protection that a setting belongs to, by its definition id, OMA-URI or property name."""
    plain = plain_id(setting)
    for protection in PROTECTIONS:
        if any(leads(prefix, plain) for prefix in protection.definitions):
            return protection
        if setting.startswith(protection.properties):
            return protection
    return None


def protection_of_policy(policy_type: str, content: Mapping[str, object]) -> Protection | None:
    """The protection that a whole policy is about, by its concrete type or its template's family."""
    family = template_family(content)
    return next(
        (one for one in PROTECTIONS if policy_type in one.types or (family and family in one.families)), None
    )


def template_family(content: Mapping[str, object]) -> str:
    """The family of the template a settings catalog policy was made from, "" without one."""
    reference = content.get("templateReference")
    return str(reference.get("templateFamily", "")) if isinstance(reference, dict) else ""


def plain_id(setting: str) -> str:
    """A definition id or OMA-URI in one spelling: lower case, ``_`` between segments, no device or user."""
    plain = setting.lower().removeprefix("./")
    if "vendor/" in plain:
        plain = plain.replace("/", "_")
    return plain.removeprefix("device_").removeprefix("user_")


def leads(prefix: str, plain: str) -> bool:
    """Whether an id starts with a prefix of whole segments."""
    return plain == prefix or plain.startswith(f"{prefix}_")


def is_definition(plain: str) -> bool:
    """Whether an id is a catalog's or a CSP's rather than a property name, whose default also shows up."""
    return plain.startswith(("vendor_", "com.apple.", "linux_"))
