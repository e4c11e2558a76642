import pytest


@pytest.mark.parametrize(
    ("strict", "loose"),
    [
        ({"iosRestriction": {"platformBlocked": True}}, {"iosRestriction": {"platformBlocked": False}}),
        ({"a": {"personalDeviceEnrollmentBlocked": True}}, {"a": {"personalDeviceEnrollmentBlocked": False}}),
        ({"a": {"osMinimumVersion": "17.10"}}, {"a": {"osMinimumVersion": "17.9"}}),
        ({"a": {"osMinimumVersion": "17"}}, {}),
        ({"a": {"osMaximumVersion": "17"}}, {"a": {"osMaximumVersion": "18"}}),
        ({"a": {"osMaximumVersion": "17"}}, {}),
        ({"a": {"blockedManufacturers": ["Acme", "Contoso"]}}, {"a": {"blockedManufacturers": ["Acme"]}}),
        ({"limit": 5}, {"limit": 15}),
    ],
)
def test_a_loosened_restriction_is_high_and_a_tightened_one_ordinary(told, strict, loose):
    assert told("enrollmentConfig", strict, loose) == ("high", "enrolment.loosened")
    assert told("enrollmentConfig", loose, strict) == ("medium", "setting.changed")


def test_another_enrolment_setting_is_an_ordinary_change(told):
    assert told("enrollmentConfig", {"pinMinimumLength": 6}, {"pinMinimumLength": 4}) == (
        "medium",
        "setting.changed",
    )


def test_a_restriction_means_nothing_in_another_collection(told):
    before, after = {"platformBlocked": True}, {"platformBlocked": False}

    assert told("deviceConfiguration", before, after) == ("medium", "setting.changed")


@pytest.mark.parametrize("name", ["qualityUpdatesPaused", "featureUpdatesPaused"])
def test_a_paused_update_ring_is_high_and_a_resumed_one_ordinary(told, name):
    assert told("deviceConfiguration", {name: False}, {name: True}) == ("high", "update_ring.paused")
    assert told("deviceConfiguration", {name: True}, {name: False}) == ("medium", "setting.changed")
