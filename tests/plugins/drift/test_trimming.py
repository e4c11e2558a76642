"""Settings that are equal in both bodies are left out, and the comparison does not notice."""

from hypothesis import given
from hypothesis import strategies as st

from app.plugins.drift.compare import changes_between
from app.plugins.drift.trimming import without_equal_settings
from app.plugins.inventory import Sealer, canonicalize, list_rules

SEALER = Sealer(b"a key that is long enough")


def setting(name, value):
    return {"settingInstance": {"settingDefinitionId": name, "choiceSettingValue": {"value": value}}}


settings = st.lists(
    st.builds(setting, st.sampled_from("abc"), st.sampled_from(["on", "off", "audit"])), max_size=7
)


def changes(before, after):
    sides = (canonicalize(body, "settingsCatalog", SEALER).content for body in (before, after))
    return changes_between(*sides, list_rules)


@given(settings, settings)
def test_what_is_left_differs_exactly_where_the_whole_differs(old, new):
    before, after = {"name": "A", "settings": old}, {"name": "B", "settings": new}

    assert changes(*without_equal_settings(before, after)) == changes(before, after)


def test_an_equal_setting_is_left_out_as_often_as_it_stands_in_both():
    one, other = setting("a", "on"), setting("b", "off")

    before, after = without_equal_settings({"settings": [one, one, other]}, {"settings": [one]})

    assert (before["settings"], after["settings"]) == ([one, other], [])


def test_bodies_without_a_list_of_settings_stay_as_they_are():
    before, after = {"settings": "none"}, {"settings": [setting("a", "on")]}

    assert without_equal_settings(before, after) == (before, after)
