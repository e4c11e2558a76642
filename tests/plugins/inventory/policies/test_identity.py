"""Who a policy is, and what happens when two claim to be the same."""

from app.plugins.inventory.policies.identity import Identifier, policy_id, policy_name
from tests.support.recognized import KNOWN_TYPES

GUID = "6D0F9C1E-0000-4000-8000-000000000001"


def identify(*documents, policy_type="iosCompliancePolicy", collection="compliancePolicy"):
    identifier = Identifier(KNOWN_TYPES)
    return [
        identifier.identify(document, policy_type, f"folder/{number}.json", collection)
        for number, document in enumerate(documents, start=1)
    ]


def test_the_graph_id_is_the_identity_where_there_is_one():
    [who] = identify({"id": GUID, "displayName": "Fictional"})

    assert (who.external_id, who.twin, who.display_name) == (GUID.lower(), "", "Fictional")
    assert who.has_graph_id
    assert who.problem is None


def test_without_an_id_the_name_is_the_identity_and_without_a_name_the_path():
    named, nameless = identify({"displayName": "Fictional"}, {"limit": 5})

    assert (named.external_id, named.has_graph_id) == ("name:Fictional", False)
    assert (nameless.external_id, nameless.display_name) == ("path:folder/2.json", "2")


def test_documents_of_one_name_are_told_apart_and_named():
    first, second, third = identify(*[{"displayName": "Fictional"}] * 3)

    assert [who.external_id for who in (first, second, third)] == [
        "name:Fictional",
        "name:Fictional~2",
        "name:Fictional~3",
    ]
    assert first.problem is None
    assert second.problem.path == "folder/2.json"
    assert second.problem.reason_code == "duplicate_identity"
    assert second.problem.collection == "compliancePolicy"
    assert not second.problem.is_failure


def test_documents_of_one_id_are_both_kept_and_told_apart_by_name():
    first, second, third = identify(
        {"id": "a", "displayName": "One"},
        {"id": "A", "displayName": "Two"},
        {"id": "a", "displayName": "Two"},
    )

    assert {who.external_id for who in (first, second, third)} == {"a"}
    assert [who.twin for who in (first, second, third)] == ["", "Two", "Two~2"]
    assert [bool(who.problem) for who in (first, second, third)] == [False, True, True]


def test_a_name_that_looks_like_a_second_one_never_takes_its_place():
    ids = [who.external_id for who in identify(*({"name": name} for name in ("a~2", "a", "a", "a~2")))]

    assert len(set(ids)) == 4


def test_one_name_in_two_types_is_two_identities():
    identifier = Identifier(KNOWN_TYPES)
    everyone = {"displayName": "All users and all devices"}

    one = identifier.identify(everyone, "deviceEnrollmentLimitConfiguration", "1.json", "enrollmentConfig")
    two = identifier.identify(
        everyone, "windowsRestoreDeviceEnrollmentConfiguration", "2.json", "enrollmentConfig"
    )

    assert one.external_id == two.external_id
    assert one.problem is two.problem is None


def test_names_and_ids_are_found_in_any_case():
    assert policy_name({"DISPLAYNAME": "a"}) == "a"
    assert policy_name({"DisplayName": "wrong", "displayName": "right"}) == "right"
    assert policy_id({"ID": " AB "}) == "ab"
    assert policy_id({"Id": 5}) is None
    assert policy_id({"id": "  "}) is None


def test_the_settings_catalog_is_named_by_name_everything_else_by_display_name():
    both = {"name": "n", "displayName": "d"}

    [catalog] = identify(both, collection="settingsCatalog")
    [other] = identify(both, collection="deviceConfiguration")

    assert (catalog.display_name, other.display_name) == ("n", "d")
    assert policy_name({"displayName": "", "name": None}) is None


def test_a_name_keeps_its_blanks_but_no_character_a_database_refuses():
    assert policy_name({"displayName": "Trailing "}) == "Trailing "
    assert "\x00" not in policy_name({"displayName": "a\x00b"})
