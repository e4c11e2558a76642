import pytest

COLLECTION = "appProtection"


@pytest.mark.parametrize(
    ("name", "strict", "loose"),
    [
        ("pinRequired", True, False),
        ("saveAsBlocked", True, False),
        ("encryptAppData", True, False),
        ("allowedOutboundDataTransferDestinations", "managedApps", "allApps"),
        ("allowedOutboundClipboardSharingLevel", "managedAppsWithPasteIn", "allApps"),
        ("appActionIfMaximumPinRetriesExceeded", "wipe", "block"),
        ("minimumPinLength", 6, 4),
        ("minimumRequiredOsVersion", "17.10", "17.9"),
        ("minimumRequiredOsVersion", "17.0", None),
        ("maximumPinRetries", 5, 10),
        ("periodOfflineBeforeWipeIsEnforced", "P30D", "P90D"),
        ("periodOnlineBeforeAccessCheck", "PT30M", "PT12H"),
        ("periodOfflineBeforeAccessCheck", "PT12H", None),
    ],
)
def test_a_looser_value_is_high_and_a_stricter_one_ordinary(told, name, strict, loose):
    before = {name: strict}
    after = {} if loose is None else {name: loose}

    assert told(COLLECTION, before, after) == ("high", "app_protection.weakened")
    assert told(COLLECTION, after, before) == ("medium", "setting.changed")


def test_a_removed_policy_is_high(told):
    assert told(COLLECTION, {"pinRequired": True}, None) == ("high", "app_protection.weakened")


def test_an_app_that_is_no_longer_covered_is_high(told):
    apps = [{"mobileAppIdentifier": {"bundleId": "com.example.mail"}}]

    assert told(COLLECTION, {"apps": apps}, {}) == ("high", "app_protection.weakened")
    assert told(COLLECTION, {}, {"apps": apps}) == ("medium", "setting.changed")


def test_a_value_nobody_knows_is_an_ordinary_change(told):
    name = "allowedOutboundDataTransferDestinations"

    assert told(COLLECTION, {name: "none"}, {name: "someFutureValue"}) == ("medium", "setting.changed")


def test_the_same_names_mean_nothing_elsewhere(told):
    assert told("deviceConfiguration", {"pinRequired": True}, {"pinRequired": False})[1] == "setting.changed"


def test_a_policy_for_everybody_is_one_step_up(told, all_devices):
    before = {"pinRequired": True, "assignments": all_devices}

    assert told(COLLECTION, before, before | {"pinRequired": False}) == (
        "critical",
        "app_protection.weakened",
    )
