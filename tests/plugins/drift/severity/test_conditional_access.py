import pytest

from app.plugins.drift.compare import ChangeKind

CA = "conditionalAccessPolicy"


def make_policy(*, state="enabled", controls=("mfa",), strength=None, **conditions):
    grant = {"operator": "OR", "builtInControls": list(controls)}
    if strength:
        grant["authenticationStrength"] = {"id": strength}
    return {
        "displayName": "Require MFA",
        "state": state,
        "conditions": {"users": {"includeGroups": ["staff"]}, **conditions},
        "grantControls": grant,
    }


def test_a_removed_policy_is_critical(told):
    assert told(CA, make_policy(), None) == ("critical", "conditional_access.removed")


@pytest.mark.parametrize("state", ["disabled", "enabledForReportingButNotEnforced"])
def test_an_enabled_policy_that_is_no_longer_enforced_is_critical(told, state):
    assert told(CA, make_policy(), make_policy(state=state)) == (
        "critical",
        "conditional_access.switched_off",
    )


@pytest.mark.parametrize("state", ["disabled", "enabledForReportingButNotEnforced"])
def test_a_policy_that_is_switched_on_is_an_ordinary_change(told, state):
    assert told(CA, make_policy(state=state), make_policy()) == ("medium", "setting.changed")


@pytest.mark.parametrize("control", ["mfa", "compliantDevice", "block"])
def test_a_removed_control_is_critical(told, control):
    before = make_policy(controls=(control, "approvedApplication"))

    assert told(CA, before, make_policy(controls=("approvedApplication",))) == (
        "critical",
        "conditional_access.control_removed",
    )


def test_a_removed_authentication_strength_is_critical(told):
    assert told(CA, make_policy(strength="0002"), make_policy())[1] == "conditional_access.control_removed"


def test_grant_controls_removed_as_a_whole_are_critical(told):
    after = {key: value for key, value in make_policy().items() if key != "grantControls"}

    assert told(CA, make_policy(), after)[1] == "conditional_access.control_removed"


def test_another_authentication_strength_or_a_lesser_control_is_an_ordinary_change(told):
    assert told(CA, make_policy(strength="0002"), make_policy(strength="0003"))[1] == "setting.changed"
    before = make_policy(controls=("mfa", "approvedApplication"))
    assert told(CA, before, make_policy())[1] == "setting.changed"


@pytest.mark.parametrize(
    "exclusion",
    [
        {"users": {"includeGroups": ["staff"], "excludeUsers": ["u1"]}},
        {
            "users": {
                "includeGroups": ["staff"],
                "excludeGuestsOrExternalUsers": {"guestOrExternalUserTypes": "internalGuest"},
            }
        },
        {"applications": {"excludeApplications": ["Office365"]}},
        {"locations": {"excludeLocations": ["AllTrusted"]}},
        {"platforms": {"excludePlatforms": ["linux"]}},
        {"devices": {"deviceFilter": {"mode": "exclude", "rule": 'device.model -eq "x"'}}},
    ],
)
def test_a_new_exclusion_is_critical(told, exclusion):
    assert told(CA, make_policy(), make_policy(**exclusion)) == (
        "critical",
        "conditional_access.exclusions_grew",
    )


def test_another_kind_of_excluded_guest_is_critical(told):
    def guests(kinds):
        return make_policy(users={"excludeGuestsOrExternalUsers": {"guestOrExternalUserTypes": kinds}})

    assert told(CA, guests("internalGuest"), guests("internalGuest,serviceProvider"))[0] == "critical"
    assert told(CA, guests("internalGuest,serviceProvider"), guests("internalGuest"))[0] == "medium"


def test_fewer_exclusions_are_an_ordinary_change(told):
    before = make_policy(users={"includeGroups": ["staff"], "excludeUsers": ["u1", "u2"]})
    after = make_policy(users={"includeGroups": ["staff"], "excludeUsers": ["u2"]})

    assert told(CA, before, after) == ("medium", "setting.changed")


def test_the_words_count_only_at_their_place(told):
    before = {**make_policy(), "description": "block excludeUsers"}
    after = {**make_policy(), "description": "disabled"}

    assert told(CA, before, after) == ("info", "description.changed")


def test_a_policy_for_all_users_is_one_step_up(judge):
    def policy(hours):
        return make_policy(users={"includeUsers": ["All"]}, signInFrequency=hours)

    verdict = judge(CA, policy(1), policy(2))

    assert (verdict.severity, verdict.rule_id) == ("high", "setting.changed")
    assert verdict.reason == "A setting was changed. It reaches all users or all devices."


def test_a_policy_that_includes_nobody_counts_as_unassigned(told):
    assert told(CA, None, make_policy(users={"includeUsers": ["None"]})) == ("low", "policy.added_unassigned")
    assert told(CA, None, make_policy()) == ("medium", "policy.added_assigned")


def test_a_recreated_policy_that_excludes_more_is_judged_by_the_difference(told):
    after = make_policy(users={"includeGroups": ["staff"], "excludeUsers": ["u1"]})

    assert (
        told(CA, make_policy(), after, kind=ChangeKind.RECREATED)[1] == "conditional_access.exclusions_grew"
    )


class TestNamedLocations:
    @pytest.mark.parametrize("trusted", [True, False])
    def test_a_changed_trust_is_high(self, told, trusted):
        before, after = {"isTrusted": trusted}, {"isTrusted": not trusted}

        assert told("namedLocation", before, after) == ("high", "named_location.trust_changed")

    def test_other_addresses_of_a_trusted_location_are_high(self, told):
        def location(address):
            return {"isTrusted": True, "ipRanges": [{"cidrAddress": address}]}

        assert told("namedLocation", location("192.0.2.0/24"), location("0.0.0.0/1"))[0] == "high"

    def test_a_trusted_location_that_comes_or_goes_is_high(self, told):
        assert told("namedLocation", None, {"isTrusted": True})[0] == "high"
        assert told("namedLocation", {"isTrusted": True}, None)[0] == "high"

    def test_other_addresses_of_an_untrusted_location_are_an_ordinary_change(self, told):
        before = {"isTrusted": False, "ipRanges": [{"cidrAddress": "192.0.2.0/24"}]}

        assert told("namedLocation", before, {"isTrusted": False}) == ("medium", "setting.changed")

    def test_trust_means_nothing_in_another_collection(self, told):
        assert told("deviceConfiguration", {"isTrusted": True}, {"isTrusted": False})[1] == "setting.changed"
