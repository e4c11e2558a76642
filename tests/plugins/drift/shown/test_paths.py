"""Changed paths, read back from their text and said in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.plugins.drift.compare import Change, LeafKind
from app.plugins.drift.shown.labels import label_of, words_of
from app.plugins.drift.shown.path_text import property_path, steps_of

names = st.text(st.characters(exclude_characters="[", exclude_categories=("Cs",)), min_size=1)
keys = st.from_regex(r"[a-z./|-]{1,12}", fullmatch=True)
trails = st.lists(st.one_of(names.map(lambda n: f"/{n}"), keys.map(lambda k: f"[{k}]")), min_size=1)


@given(trails)
def test_the_steps_of_a_path_are_those_it_was_made_of(trail):
    change = Change(tuple(trail), LeafKind.CHANGED, 1, 2)

    steps = steps_of(change.path)

    assert [step.text for step in steps if not step.is_key] == list(change.names)
    assert [step.text for step in steps if step.is_key] == list(change.keys)


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ('/conditions/users/excludeGroups["g1"]', ["conditions", "users", "excludeGroups", "g1"]),
        ('/a["b]/c"]', ["a", "b]/c"]),
        ('/a["b"~2]', ["a", "b~2"]),
        ("/omaSettings[./Device/Vendor]/value", ["omaSettings", "./Device/Vendor", "value"]),
        ("/a[a key that was cut of", ["a", "a key that was cut of"]),
        ("no path at all", ["no path at all"]),
        ('/a["cut', ["a", '"cut']),
        ("", []),
    ],
)
def test_a_path_is_read_as_it_is_written(path, texts):
    assert [step.text for step in steps_of(path)] == texts


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/passcodeRequired", "Passcode required"),
        ("/enableMAMForMdm", "Enable MAM for mdm"),
        ('/conditions/users/excludeGroups["g1"]', "Conditions > Users > Exclude groups > g1"),
        (
            "/settings[device_vendor_msft_bitlocker_requiredeviceencryption]/settingInstance/choiceSettingValue/value",
            "Settings > bitlocker requiredeviceencryption",
        ),
        ("/scheduledActionConfigurations[block|24|]", "Scheduled action configurations > block, 24"),
        ("/a[~2]/@odata.type", "A > ~2 > Type"),
        ("/value", "Value"),
    ],
)
def test_a_path_has_a_label_in_words(path, label):
    assert label_of(steps_of(path)) == label


def test_words_survive_names_without_any():
    assert words_of("") == ""


def test_a_property_path_leaves_keys_out():
    assert property_path('/assignments[group|1]/target/groupId["x"]') == "/assignments/target/groupId"
