import pytest


def script(seal="aa", **rest):
    return {
        "displayName": "Map drives",
        "scriptContent": {"$secret": seal, "kind": "script", "lines": 3},
        **rest,
    }


@pytest.mark.parametrize("collection", ["psScript", "shellScript", "customAttribute", "healthScript"])
def test_another_body_is_high(told, collection):
    assert told(collection, script("aa"), script("bb")) == ("high", "script.changed")


def test_another_remediation_is_high(told):
    before, after = ({"remediationScriptContent": {"$secret": seal}} for seal in ("aa", "bb"))

    assert told("healthScript", before, after) == ("high", "script.changed")


def test_another_account_is_high(told):
    before, after = script(runAsAccount="user"), script(runAsAccount="system")

    assert told("psScript", before, after) == ("high", "script.changed")


def test_any_other_property_is_an_ordinary_change(told):
    assert told("psScript", script(runAs32Bit=True), script(runAs32Bit=False)) == (
        "medium",
        "setting.changed",
    )


def test_a_new_script_for_everybody_is_high_and_not_stepped_up_twice(told, all_devices):
    assert told("psScript", None, script(assignments=all_devices)) == ("high", "script.new_for_everyone")


def test_a_new_script_for_a_group_is_medium(told, group):
    assert told("psScript", None, script(assignments=group)) == ("medium", "policy.added_assigned")
