"""Two bodies have one hash exactly when they mean the same."""

import copy

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.plugins.inventory.policies.canonical import canonicalize, content_hash
from app.plugins.inventory.policies.readable import readable
from app.plugins.inventory.policies.sealer import Sealer

SEALER = Sealer(b"a key that is used in tests only")


def hash_of(document, collection="deviceConfiguration"):
    return content_hash(canonicalize(document, collection, SEALER).content)


def content_of(document, collection="deviceConfiguration"):
    return canonicalize(document, collection, SEALER).content


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": 1, "id": "1"}, {"a": 1, "id": "2", "version": 7, "isAssigned": True}),
        ({"a": {"b": 1}}, {"a": {"b": 1, "createdDateTime": "2024-05-24T09:26:17Z"}}),
        ({"a": 1}, {"a": 1, "a@odata.type": "#Int32", "@odata.etag": "W/1", "#microsoft.graph.assign": {}}),
        ({"a": 1}, {"a": 1, "b": None, "c": "", "d": [], "e": {"f": None}}),
        ({"a": 1}, {"a": 1.0}),
        ({"description": "one\ntwo"}, {"description": "one\r\ntwo"}),
        ({"a": "2024-05-24T09:26:17.2878988Z"}, {"a": "2024-05-24T11:26:17.28789880+02:00"}),
        ({"settings": [{"id": "0", "s": 1}]}, {"settings": [{"id": "7", "s": 1}]}),
        ({"roleScopeTagIds": ["0", "1"]}, {"roleScopeTagIds": ["1", "0", "1"]}),
        (
            {"a": 1, "qualityUpdatesPauseStartDate": "2024-01-01"},
            {"a": 1, "featureUpdatesWillBeRolledBack": True},
        ),
        ({"a": 1}, {"a": 1, "advancedThreatProtectionOnboardingBlob": "fictional"}),
        ({"restrictedApps": ["a", "b"]}, {"restrictedApps": ["b", "a"]}),
    ],
)
def test_noise_does_not_change_the_hash(before, after):
    assert orjson.dumps(before) != orjson.dumps(after)
    assert hash_of(before) == hash_of(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": True}, {"a": 1}),
        ({"a": "1"}, {"a": 1}),
        ({"a": 0}, {"a": None}),
        ({"a": False}, {}),
        ({"a": {"id": "1"}}, {"a": {"id": "2"}}),
        ({"a": {"version": "1"}}, {"a": {"version": "2"}}),
        ({"@odata.type": "#microsoft.graph.a"}, {"@odata.type": "#microsoft.graph.b"}),
        ({"qualityUpdatesPaused": True}, {"qualityUpdatesPaused": False}),
        ({"description": "one"}, {"description": "two"}),
        ({"roleScopeTagIds": ["0"]}, {"roleScopeTagIds": ["1"]}),
        ({"restrictedApps": ["a", "a"]}, {"restrictedApps": ["a"]}),
        ({"onDemandRules": [{"a": 1}, {"a": 2}]}, {"onDemandRules": [{"a": 2}, {"a": 1}]}),
        ({"kioskModeApps": ["a", "b"]}, {"kioskModeApps": ["b", "a"]}),
        (
            {"grantControls": {"authenticationStrength": {"id": "00000000-0000-0000-0000-000000000002"}}},
            {"grantControls": {"authenticationStrength": {"id": "00000000-0000-0000-0000-000000000004"}}},
        ),
        (
            {"passwordRequired": True, "passwordMinimumLength": 4},
            {"passwordRequired": True, "passwordMinimumLength": 6},
        ),
    ],
)
def test_configuration_changes_the_hash(before, after):
    assert hash_of(before) != hash_of(after)


def test_payloads_are_noise_on_filters_alone():
    assert hash_of({"payloads": [1]}, "assignmentFilter") == hash_of({}, "assignmentFilter")
    assert hash_of({"payloads": [1]}, "mobileApp") != hash_of({}, "mobileApp")


def test_pausing_dates_are_noise_on_device_configurations_alone():
    body = {"qualityUpdatesPauseStartDate": "2024-01-01"}

    assert content_of(body, "deviceConfiguration") == {}
    assert content_of(body, "contosoPolicy") == body


def test_administrative_templates_keep_which_definition_a_value_belongs_to():
    def with_definition(base, definition):
        bind = f"{base}/deviceManagement/groupPolicyDefinitions('{definition}')"
        return {"definitionValues": [{"id": "row", "enabled": True, "definition@odata.bind": bind}]}

    one = with_definition("https://graph.microsoft.com/beta", "6D0F9C1E")
    same = with_definition("https://graph.microsoft.com/v1.0", "6d0f9c1e")
    other = with_definition("https://graph.microsoft.com/beta", "7e1f")

    assert hash_of(one, "adminTemplate") == hash_of(same, "adminTemplate")
    assert hash_of(one, "adminTemplate") != hash_of(other, "adminTemplate")


def test_keys_in_another_case_give_the_same_policy():
    written = {"displayName": "a", "state": "enabled", "conditions": {"users": {"includeUsers": ["All"]}}}
    shouted = {
        "DisplayName": "a",
        "State": "enabled",
        "Conditions": {"Users": {"IncludeUsers": ["All"]}},
        "ID": "1",
    }

    assert hash_of(written, "conditionalAccessPolicy") == hash_of(shouted, "conditionalAccessPolicy")


def test_of_two_spellings_of_one_key_the_correct_one_counts():
    assert content_of({"DisplayName": "wrong", "displayName": "right"}) == {"displayName": "right"}
    assert content_of({"displayName": "right", "DisplayName": "wrong"}) == {"displayName": "right"}
    assert content_of({"displayName": "right", "displayname": "wrong"}) == {"displayName": "right"}


def test_numbers_beyond_every_integer_are_compared_too():
    assert hash_of({"a": 1e300}) != hash_of({"a": 2e300})
    assert hash_of({"a": -0.0}) == hash_of({"a": 0})


def test_settings_are_sorted_by_their_definition():
    def setting(name, value):
        return {"settingInstance": {"settingDefinitionId": name, "simpleSettingValue": {"value": value}}}

    content = content_of({"settings": [setting("z", 1), setting("a", 2)]}, "settingsCatalog")

    assert [s["settingInstance"]["settingDefinitionId"] for s in content["settings"]] == ["a", "z"]


def test_the_document_itself_is_not_touched():
    document = {"id": "1", "assignments": [{"source": "direct", "target": {"groupId": "A"}}], "b": [2, 1]}
    before = copy.deepcopy(document)

    canonicalize(document, "deviceConfiguration", SEALER)
    readable(document, "deviceConfiguration", SEALER)

    assert document == before


def test_a_deep_document_is_compared_like_any_other():
    def nested(value):
        node = value
        for level in range(45):
            node = {"children": [node, level]}
        return node

    assert hash_of(nested({"a": 1})) == hash_of(nested({"a": 1.0}))
    assert hash_of(nested({"a": 1})) != hash_of(nested({"a": 2}))


def test_the_deepest_document_json_allows_exhausts_no_stack():
    lists, objects = "[" * 250 + "]" * 250, '{"a":[' * 120 + "]}" * 120
    document = orjson.loads(f'{{"Name": "a", "lists": {lists}, "objects": {objects}}}')

    assert hash_of(document) == hash_of(readable(document, "deviceConfiguration", SEALER))


def test_many_invented_keys_are_read_like_any_other():
    wide = {f"key{number}": number for number in range(2000)}

    assert content_of(wide, "contosoPolicy") == wide


KEYS = st.sampled_from(
    [
        "id",
        "version",
        "displayName",
        "DisplayName",
        "name",
        "settings",
        "settingInstance",
        "settingDefinitionId",
        "value",
        "omaSettings",
        "omaUri",
        "assignments",
        "target",
        "groupId",
        "source",
        "intent",
        "@odata.type",
        "conditions",
        "includeUsers",
        "users",
        "children",
        "onDemandRules",
        "preSharedKey",
        "adminPassword",
        "scriptContent",
        "payload",
        "kind",
        "$secret",
        "description",
        "a",
        "b",
        "c",
        "x@odata.bind",
        "trustedRootCertificate",
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(
        [0.5, 1.0, -0.0, "", "a", "b", "aGVsbG8gd29ybGQ=", "2024-05-24T09:26:17.50Z", "policySets"]
    )
    | st.sampled_from(
        ["#microsoft.graph.groupAssignmentTarget", "#x.SecretSettingValue", "eyJhbGciOi.eyJzdWIiOi.x"]
    )
    | st.sampled_from(["adadadad-808e-44e2-905a-0b7873a8a531", "z('A')", "f" * 64])
    | st.text(max_size=4)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=7)
COLLECTIONS = st.sampled_from(
    ["deviceConfiguration", "settingsCatalog", "conditionalAccessPolicy", "contosoPolicy"]
)


@given(DOCUMENTS, COLLECTIONS)
@example({"adminPassword": "2024-05-24T09:26:17.50Z"}, "contosoPolicy")
def test_the_readable_form_means_the_same_as_the_document(document, collection):
    shown = readable(document, collection, SEALER)

    assert canonicalize(shown, collection, SEALER) == canonicalize(document, collection, SEALER)
    assert readable(shown, collection, SEALER) == shown


SEALED = {"preSharedKey", "scriptContent", "payload", "trustedRootCertificate", "value"}


def shuffled(value, random, path=()):
    """The same value with keys in another order, and elements of lists too where order has no meaning."""
    if SEALED & set(path[-1:]):
        return value
    if isinstance(value, dict):
        keys = random.sample(list(value), len(value))
        return {key: shuffled(value[key], random, (*path, key)) for key in keys}
    if isinstance(value, list):
        items = [shuffled(item, random, path) for item in value]
        return items if "onDemandRules" in path[-1:] else random.sample(items, len(items))
    return value


@given(DOCUMENTS, COLLECTIONS, st.randoms(use_true_random=False))
def test_the_hash_depends_neither_on_key_order_nor_on_the_order_of_unordered_lists(
    document, collection, random
):
    assert hash_of(shuffled(document, random), collection) == hash_of(document, collection)


@given(DOCUMENTS, COLLECTIONS, st.sampled_from([None, "", []]))
def test_the_hash_does_not_see_absent_values(document, collection, nothing):
    grown = {**document, "notYetConfigured": nothing, "nested": {"alsoNot": nothing}}

    assert hash_of(grown, collection) == hash_of(document, collection)
