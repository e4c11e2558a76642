"""Exports as people have them: every form, in one call."""

import json

import pytest

from app.plugins.inventory.reading.errors import SourceError
from app.plugins.inventory.reading.limits import Limits
from tests.support.recognized import read_export

GRAPH = "https://graph.microsoft.com/beta/$metadata#"


def test_a_folder_of_mixed_encodings_is_read_in_path_order(write, read, make_policy):
    export = write(
        {
            "b/IntuneManagement.json": json.dumps(make_policy("IntuneManagement"), indent=4)
            .replace("\n", "\r\n")
            .encode("utf-16"),
            "a/portal [v1]: “curly” .json": json.dumps(make_policy("portal")).encode("utf-8-sig"),
            "b/Plain.JSON": make_policy("plain"),
            "readme.md": b"not JSON and not meant to be",
        }
    )

    documents, problems = read(export)

    assert [document.body["displayName"] for document in documents] == ["portal", "IntuneManagement", "plain"]
    assert documents[0].path == "a/portal [v1]: “curly” .json"
    assert problems == []


def test_pages_and_lists_hold_several_documents(write, read, make_policy):
    page = {
        "@odata.context": GRAPH + "deviceManagement/configurationPolicies",
        "@odata.count": 2,
        "value": [{"id": "1", "name": "one"}, json.dumps({"id": "2", "name": "two"})],
    }
    export = write({"page.json": page, "rows.json": [make_policy("three"), make_policy("four")]})

    documents, problems = read(export)

    assert [(document.path, document.kind.collection) for document in documents] == [
        ("page.json#1", "settingsCatalog"),
        ("page.json#2", "settingsCatalog"),
        ("rows.json#1", "compliancePolicy"),
        ("rows.json#2", "compliancePolicy"),
    ]
    assert problems == []


def test_what_a_document_says_of_itself_outweighs_its_page(write, read):
    own = {"@odata.context": GRAPH + "identity/conditionalAccess/policies/$entity", "displayName": "own"}
    page = {"@odata.context": GRAPH + "deviceManagement/configurationPolicies", "value": [own]}

    [document], _ = read(write({"page.json": page}))

    assert document.kind.collection == "conditionalAccessPolicy"


def test_a_page_that_ends_before_its_list_makes_its_type_incomplete(write, read, make_policy):
    link = "https://graph.microsoft.com/beta/x?$skiptoken=fictional"
    export = write({"page.json": {"value": [make_policy()], "@odata.nextLink": link}})

    documents, [problem] = read(export)

    assert len(documents) == 1
    assert (problem.reason_code, problem.collection, problem.is_failure) == (
        "page_incomplete",
        "compliancePolicy",
        True,
    )
    assert "skiptoken" not in problem.reason


def test_an_object_with_a_list_called_value_is_still_one_policy(write, read, make_policy):
    documents, _ = read(write({"one.json": make_policy(value=[1, 2])}))

    assert [document.path for document in documents] == ["one.json"]


def test_json_that_is_no_policy_is_noted_and_hurts_nothing(write, read, make_policy):
    companions = {
        "MigrationTable.json": {"TenantId": "x", "Objects": []},
        "Assignment Report/report.json": [{"groupName": "Pilot", "assignedTo": {}}],
        "Groups/Pilot.json": {"id": "x", "displayName": "Pilot"},
        "manifest.json": {"version": 1, "conditions": {}, "state": "x"},
        "Settings Catalog/numbers.json": [1, None],
        "group.json": {"@odata.type": "#microsoft.graph.group", "displayName": "Pilot"},
        "other.json": {"rows": []},
    }

    documents, problems = read(write({"a.json": make_policy(), **companions}))

    assert [document.path for document in documents] == ["a.json"]
    assert {problem.reason_code for problem in problems} == {"not_a_policy"}
    assert not any(problem.is_failure for problem in problems)
    assert {problem.path.partition("#")[0] for problem in problems} == companions.keys()


def test_one_document_that_cannot_be_read_is_named_and_the_others_are_read(write, read, make_policy):
    export = write(
        {
            "Settings Catalog/Broken.json": b'{"name": "Fictional", "settings": [',
            "Settings Catalog/Latin.json": b'{"name": "Z\xfcrich"}',
            "good.json": make_policy(),
        }
    )

    documents, problems = read(export)

    assert [document.path for document in documents] == ["good.json"]
    assert [(p.path, p.reason_code, p.collection, p.is_failure) for p in problems] == [
        ("Settings Catalog/Broken.json", "document_unreadable", "settingsCatalog", True),
        ("Settings Catalog/Latin.json", "document_unreadable", "settingsCatalog", True),
    ]
    assert "Broken.json" in problems[0].reason
    assert "Fictional" not in problems[0].reason


@pytest.mark.parametrize(
    "content", [{"error": {"code": "Forbidden", "message": "token eyJfictional"}}, ["a text"], '"{"']
)
def test_what_stands_where_a_policy_should_be_is_a_failure(write, read, make_policy, content):
    documents, [problem] = read(write({"a.json": make_policy(), "Settings Catalog/x.json": content}))

    assert len(documents) == 1
    assert problem.is_failure
    assert problem.collection == "settingsCatalog"
    assert "eyJ" not in problem.reason


def test_repeated_keys_are_noted_and_the_document_is_read(write, read):
    raw = b'{"displayName": "a", "displayName": "b", "conditions": {}, "grantControls": {}}'

    [document], [problem] = read(write({"x.json": raw}))

    assert document.body["displayName"] == "b"
    assert (problem.reason_code, problem.is_failure) == ("duplicate_keys", False)
    assert '"displayName"' in problem.reason


def test_an_unknown_type_is_collected_and_reported_once(write, read):
    unknown = {"@odata.type": "#microsoft.graph.quantumPolicy", "displayName": "Fictional"}

    documents, problems = read(write({"a.json": unknown, "b.json": unknown}))

    assert {document.kind.collection for document in documents} == {"quantumPolicy"}
    assert [(p.path, p.reason_code, p.collection, p.is_failure) for p in problems] == [
        ("a.json", "unknown_type", "quantumPolicy", False)
    ]


def test_a_single_file_is_an_export_of_its_own(write, read, make_policy):
    export = write({"Fictional.json": make_policy()})

    [document], problems = read(export / "Fictional.json")

    assert document.path == "Fictional.json"
    assert problems == []


def test_a_document_of_three_megabytes_is_read(write, read, make_policy):
    large = make_policy(
        restrictedApps=[{"name": f"App {number}", "appId": "x" * 40} for number in range(45_000)]
    )

    [document], problems = read(write({"large.json": large}))

    assert document.body == large
    assert problems == []


def test_a_single_file_over_the_limit_is_named_and_not_read(write, read):
    export = write({"Huge.json": b"[" * 3_000_000})

    documents, [problem] = read(export / "Huge.json", Limits(document_bytes=1_000_000))

    assert documents == []
    assert problem.reason_code == "document_too_large"
    assert problem.reason == "Huge.json is 2.9 MB large; the limit is 1 MB"


@pytest.mark.parametrize(
    ("path", "reason_code", "reason"),
    [
        ("export", "no_policies", "export contains no policies"),
        ("export/missing", "source_not_found", "missing does not exist"),
        ("export/empty", "source_empty", "empty is an empty folder"),
        ("export/notes.json", "no_policies", "notes.json contains no policies"),
        ("export/broken.zip", "archive_unreadable", "broken.zip is not a readable zip archive"),
        ("export/nul\x00byte", "source_not_found", "nul\ufffdbyte does not exist"),
        ("export/" + "x" * 300, "source_unreadable", "x" * 300 + " cannot be opened"),
    ],
)
def test_an_export_that_cannot_be_read_at_all_says_why(write, path, reason_code, reason):
    export = write({"notes.json": {"rows": []}, "broken.zip": b"PK\x03\x04 cut off"})
    (export / "empty").mkdir()

    with pytest.raises(SourceError) as refused:
        list(read_export(export.parent / path))

    assert (refused.value.reason_code, refused.value.reason) == (reason_code, reason)


def test_an_export_of_broken_files_alone_is_reported_by_its_failures(write, read):
    documents, problems = read(write({"Settings Catalog/Broken.json": b"{"}))

    assert documents == []
    assert [problem.is_failure for problem in problems] == [True]
