import pytest

from app.plugins.drift.severity.protections import PROTECTIONS, protection_of

DEFENDER = "device_vendor_msft_policy_config_defender"
BITLOCKER = "device_vendor_msft_bitlocker_requiredeviceencryption"
TAMPER = "vendor_msft_defender_configuration_tamperprotection_options"
LAPS = "device_vendor_msft_laps_policies"
FIREWALL = "vendor_msft_firewall_mdmstore_publicprofile"
CATALOG = "settingsCatalog"

# setting id, strong option, weak option, rule
WEAKENINGS = [
    (BITLOCKER, "1", "0", "encryption"),
    ("com.apple.mcx.filevault2_enable", "0", "1", "encryption"),
    (f"{DEFENDER}_allowrealtimemonitoring", "1", "0", "defender"),
    (f"{DEFENDER}_puaprotection", "1", "2", "defender"),
    (f"{DEFENDER}_cloudblocklevel", "4", "2", "defender"),
    ("device_vendor_msft_defender_configuration_disablednsparsing", "0", "1", "defender"),
    (f"{FIREWALL}_enablefirewall", "true", "false", "firewall"),
    (f"{FIREWALL}_disablestealthmode", "false", "true", "firewall"),
    (f"{FIREWALL}_allowlocalpolicymerge", "false", "true", "firewall"),
    ("com.apple.security.firewall_enablefirewall", "true", "false", "firewall"),
    (
        f"{DEFENDER}_attacksurfacereductionrules_blockwin32apicalls",
        "block",
        "audit",
        "attack_surface_reduction",
    ),
    (f"{DEFENDER}_attacksurfacereductionrules_blockwin32apicalls", "warn", "off", "attack_surface_reduction"),
    ("device_vendor_msft_windowsadvancedthreatprotection_configuration_samplesharing", "1", "0", "edr"),
    (f"{LAPS}_backupdirectory", "1", "0", "laps"),
    (TAMPER, "0", "1", "tamper_protection"),
    ("com.apple.managedclient.preferences_enforcementlevel_tamperprotection", "2", "1", "tamper_protection"),
]


@pytest.mark.parametrize(("setting", "strong", "weak", "rule"), WEAKENINGS)
def test_a_weaker_option_is_critical_and_a_stronger_one_is_high(told, catalog, setting, strong, weak, rule):
    before, after = catalog({setting: strong}), catalog({setting: weak})

    assert told(CATALOG, before, after) == ("critical", f"{rule}.weakened")
    assert told(CATALOG, after, before) == ("high", "endpoint_security.changed")


@pytest.mark.parametrize(
    ("setting", "strong", "weak"),
    [("passwordlength", 21, 8), ("passwordagedays_aad", 7, 365), ("passwordcomplexity", "4", "1")],
)
def test_numbers_are_weighed_by_what_they_mean(told, catalog, setting, strong, weak):
    before, after = catalog({f"{LAPS}_{setting}": strong}), catalog({f"{LAPS}_{setting}": weak})

    assert told(CATALOG, before, after) == ("critical", "laps.weakened")
    assert told(CATALOG, after, before) == ("high", "endpoint_security.changed")


def test_a_setting_taken_out_of_a_policy_is_critical(told, catalog):
    before = catalog({BITLOCKER: "1", "other": "1"})

    assert told(CATALOG, before, catalog({"other": "1"})) == ("critical", "encryption.weakened")


def test_a_setting_that_is_switched_off_from_the_start_is_critical(told, catalog):
    after = catalog({"other": "1", f"{DEFENDER}_allowrealtimemonitoring": "0"})

    assert told(CATALOG, catalog({"other": "1"}), after) == ("critical", "defender.weakened")


def test_a_newly_protecting_setting_is_high(told, catalog):
    assert told(CATALOG, catalog({"other": "1"}), catalog({"other": "1", BITLOCKER: "1"})) == (
        "high",
        "endpoint_security.changed",
    )


def test_a_longer_list_of_exceptions_is_critical_and_a_shorter_one_is_not(told, catalog):
    def excluding(*paths):
        policy = catalog({})
        values = [{"value": path} for path in paths]
        instance = {
            "settingDefinitionId": f"{DEFENDER}_excludedpaths",
            "simpleSettingCollectionValue": values,
        }
        return policy | {"settings": [{"settingInstance": instance}]}

    assert told(CATALOG, excluding("C:\\a"), excluding("C:\\a", "C:\\b")) == ("critical", "defender.weakened")
    assert told(CATALOG, excluding("C:\\a", "C:\\b"), excluding("C:\\a")) == (
        "high",
        "endpoint_security.changed",
    )


@pytest.mark.parametrize(
    ("setting", "one", "other"),
    [
        ("device_vendor_msft_defender_configuration_disablelocaladminmerge", "0", "1"),
        ("device_vendor_msft_bitlocker_allowwarningforotherdiskencryption", "1", "0"),
        (f"{FIREWALL}_disablestatefulftp", "false", "true"),
    ],
)
def test_a_name_that_misleads_is_read_by_what_it_does(told, catalog, setting, one, other):
    assert told(CATALOG, catalog({setting: one}), catalog({setting: other})) == (
        "high",
        "endpoint_security.changed",
    )


def test_firewall_rules_may_allow_or_block_and_are_high(told, catalog):
    rule = "vendor_msft_firewall_mdmstore_firewallrules_{firewallrulename}_enabled"

    assert told(CATALOG, catalog({rule: "1"}), catalog({rule: "0"})) == ("high", "endpoint_security.changed")


@pytest.mark.parametrize("protection", PROTECTIONS, ids=lambda protection: protection.name)
def test_a_removed_policy_of_a_protection_is_critical(told, catalog, protection):
    before = catalog({f"{protection.definitions[0]}_x": "1"})

    assert told(CATALOG, before, None) == ("critical", f"{protection.name}.removed")


@pytest.mark.parametrize(
    ("family", "rule"),
    [
        ("endpointSecurityDiskEncryption", "encryption"),
        ("endpointSecurityAntivirus", "defender"),
        ("endpointSecurityFirewall", "firewall"),
        ("endpointSecurityAttackSurfaceReduction", "attack_surface_reduction"),
        ("endpointSecurityEndpointDetectionAndResponse", "edr"),
    ],
)
def test_a_template_says_what_its_settings_protect(told, catalog, family, rule):
    before, after = catalog({"unknown": "1"}, family=family), catalog({"unknown": "0"}, family=family)

    assert told(CATALOG, before, None) == ("critical", f"{rule}.removed")
    assert told(CATALOG, before, after) == ("critical", f"{rule}.weakened")


@pytest.mark.parametrize("family", ["baseline", "endpointSecurityAccountProtection"])
def test_any_other_endpoint_security_template_is_high(told, catalog, family):
    before, after = catalog({"unknown": "1"}, family=family), catalog({"unknown": "0"}, family=family)

    assert told(CATALOG, before, after) == ("high", "endpoint_security.changed")
    assert told(CATALOG, before, None) == ("high", "endpoint_security.changed")


def test_ids_match_by_whole_segments_and_never_in_the_middle(told, catalog):
    assert protection_of("device_vendor_msft_bitlocker_x") is not None
    assert protection_of("x_vendor_msft_bitlocker_x") is None
    before, after = (catalog({"device_vendor_msft_bitlockerlike_x": option}) for option in ("1", "0"))
    assert told(CATALOG, before, after) == ("medium", "setting.changed")


def test_a_description_that_names_a_protection_is_only_a_description(told, catalog):
    before = catalog({"other": "1"}, description="BitLocker")

    assert told(CATALOG, before, before | {"description": "firewall off"}) == ("info", "description.changed")
