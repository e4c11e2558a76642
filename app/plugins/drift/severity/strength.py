"""Whether a changed setting protects less than before."""

from app.plugins.drift.compare import Change, LeafKind, SealedValue
from app.plugins.drift.severity.protections import is_definition, leads, plain_id

OFF = frozenset({"0", "false", "off", "disable", "disabled", "notconfigured", "userdefined", "none"})
EXPLICIT = frozenset({"0", "false", "off", "disable", "disabled", "1", "true"})  # chosen, not a default
AUDIT = frozenset({"audit", "auditmode"})
WARN = frozenset({"warn", "warnmode"})
STRONGEST = 3

# Numbers that order the strength; the ones not named here only know zero and not zero.
MORE_IS_STRONGER = (
    "vendor_msft_laps_policies_passwordlength",
    "vendor_msft_laps_policies_passphraselength",
    "vendor_msft_laps_policies_passwordcomplexity",
    "vendor_msft_bitlocker_encryptionmethodbydrivetype",
    "vendor_msft_policy_config_defender_cloudblocklevel",
    "com.apple.managedclient.preferences_enforcementlevel",
)
LESS_IS_STRONGER = (
    "vendor_msft_defender_configuration_tamperprotection_options",  # 0 is on
    "com.apple.mcx.filevault2_enable",  # 0 is on
    "vendor_msft_laps_policies_passwordagedays",
)
AUDITS_AT_2 = (
    "vendor_msft_policy_config_defender_enablenetworkprotection",
    "vendor_msft_policy_config_defender_enablecontrolledfolderaccess",
    "vendor_msft_policy_config_defender_puaprotection",
)
# Switching these says nothing about strength.
NEUTRAL = (
    "vendor_msft_bitlocker_allowwarningforotherdiskencryption",
    "vendor_msft_bitlocker_allowstandarduserencryption",
    "vendor_msft_firewall_mdmstore_firewallrules",  # a rule may allow or block
    "vendor_msft_firewall_mdmstore_hypervfirewallrules",
)
UPRIGHT_DESPITE_NAME = frozenset(
    {"disablelocaladminmerge", "disablestatefulftp", "disableunicastresponsestomulticastbroadcast"}
)
EXCEPTIONS = (
    "excluded",
    "attacksurfacereductiononlyexclusions",
    "controlledfolderaccessallowedapplications",
)


def is_weakened(setting: str, change: Change) -> bool:
    """Whether a changed value of a protecting setting protects less.

    Args:
        setting: the definition id, OMA-URI or property name the change belongs to.
        change: one changed value of it.
    """
    plain = plain_id(setting)
    if any(leads(prefix, plain) for prefix in NEUTRAL):
        return False
    if _is_exception(plain):
        return grew(change)
    before, after = _strength(plain, change.before), _strength(plain, change.after)
    if change.kind is LeafKind.REMOVED:
        return before > 0 and not _is_inverted(plain)
    if change.kind is LeafKind.ADDED:
        return is_definition(plain) and after == 0 and _option(plain, change.after) in EXPLICIT
    return after < before


def grew(change: Change) -> bool:
    """Whether a list of exceptions got longer: a new member, or a new part of a joined text."""
    if change.kind is LeafKind.REMOVED:
        return False
    return bool(_parts(change.after) - _parts(change.before))


def _parts(value: object) -> set[str]:
    text = "" if value is None else str(value)
    return {part.strip() for part in text.replace("|", ",").split(",")} - {""}


def _strength(plain: str, value: object) -> float:
    """0 is off; comparable only between values of one setting."""
    if value is None or isinstance(value, SealedValue):
        return STRONGEST
    option = _option(plain, value)
    if any(leads(prefix, plain) for prefix in MORE_IS_STRONGER):
        return _number(option, otherwise=STRONGEST)
    if any(leads(prefix, plain) for prefix in LESS_IS_STRONGER):
        return 1 / (1 + _number(option, otherwise=0))
    if any(leads(prefix, plain) for prefix in AUDITS_AT_2) and option == "2":
        return 1
    strength = 0 if option in OFF else 1 if option in AUDIT else 2 if option in WARN else STRONGEST
    return STRONGEST - strength if _is_inverted(plain) else strength


def _option(plain: str, value: object) -> str:
    """The chosen option: a choice repeats its definition id before it."""
    text = plain_id(str(value)).strip('"')
    return text.removeprefix(f"{plain}_")


def _number(option: str, *, otherwise: float) -> float:
    return float(option) if option.isdecimal() else otherwise


def _is_inverted(plain: str) -> bool:
    """Whether switching a setting on switches a protection off."""
    last = plain.rsplit("_", 1)[-1]
    if last in UPRIGHT_DESPITE_NAME:
        return False
    return last.startswith("disable") or last.endswith(
        ("localpolicymerge", "localipsecpolicymerge", "userprefmerge")
    )


def _is_exception(plain: str) -> bool:
    last = plain.rsplit("_", 1)[-1]
    return last.startswith(EXCEPTIONS) or last.endswith(("toexclude", "exclusions"))
