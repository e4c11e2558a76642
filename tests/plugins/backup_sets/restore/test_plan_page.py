"""The page of a restore plan, and `flask backup-sets plan`."""

import json

import pytest

from app.plugins.backup_sets.restore import views
from app.plugins.backup_sets.sets import create_set
from tests.support.snapshots import compliance, conditional_access

HUGE = 10**30


@pytest.fixture
def path(tenant, backup_set):
    """The address of the plan."""
    return f"/t/{tenant.slug}/backup-sets/{backup_set.id}/restore"


def test_everybody_sees_what_a_restore_would_do(reader, path, add, abc, take):
    add(abc)
    take({"a.json": compliance("A", passcodeMinimumLength=4), "b.json": compliance("B")})

    page = reader.get(path).text

    for words in ("Overwrite</dt><dd>1", "Create</dt><dd>1", "Nothing to do</dt><dd>1", "1 change<"):
        assert words in page, words
    assert "/passcodeMinimumLength" in page
    assert "Restore plan" in reader.get(path.removesuffix("/restore")).text


def test_the_reason_why_something_cannot_be_brought_back_is_on_the_page(reader, path, add, take):
    script = {
        "@odata.type": "#microsoft.graph.deviceManagementScript",
        "displayName": "S",
        "scriptContent": "eA==",
    }
    add(take({"s.json": script, "a.json": compliance("A")}))
    take({"s.json": script | {"scriptContent": "eQ=="}, "a.json": compliance("A")})

    page = reader.get(path).text

    assert "This policy type cannot be written yet." in page
    assert "eA==" not in page


def test_other_versions_are_chosen_by_a_form_and_its_address_can_be_shared(reader, path, add, take, items):
    add(take({"a.json": compliance("A", passcodeMinimumLength=4)}))
    first = items()["A"].id
    add(take({"a.json": compliance("A", passcodeMinimumLength=8)}))

    assert "Nothing to do</dt><dd>1" in reader.get(path).text
    page = reader.get(f"{path}?version={first}&version=").text

    assert "Overwrite</dt><dd>1" in page
    assert f'<option value="{first}" selected>' in page


def test_a_plan_is_narrowed_by_type_and_words(reader, path, add, take):
    add(take({"a.json": compliance("Fictional A"), "x.json": conditional_access("Fictional X")}))

    assert "Fictional X" not in reader.get(f"{path}?type=compliancePolicy").text.partition("plan-facts")[2]
    assert "No policies match these filters" in reader.get(f"{path}?q=nothing").text
    assert "Fictional A" in reader.get(f"{path}?q=fictional+a").text


def test_of_many_policies_the_first_are_planned_and_the_rest_is_counted(reader, path, add, abc, monkeypatch):
    monkeypatch.setattr(views, "SHOWN", 2)
    add(abc)

    assert "The first 2 of 3 policies are planned" in reader.get(path).text


def test_an_empty_set_has_nothing_to_bring_back(reader, path):
    assert "Nothing in this set yet" in reader.get(path).text


@pytest.mark.parametrize(
    ("asked", "status"), [("version=abc", 400), (f"version={HUGE}", 400), ("version=4711", 403)]
)
def test_a_version_that_is_not_in_the_set_is_refused(reader, path, add, abc, asked, status):
    add(abc)

    assert reader.get(f"{path}?{asked}").status_code == status


def test_a_set_of_another_tenant_is_as_closed_as_none(reader, tenant, make_tenant):
    theirs = create_set(make_tenant(), "Theirs")

    for number in (theirs.id, 4711):
        assert reader.get(f"/t/{tenant.slug}/backup-sets/{number}/restore").status_code == 403


def test_the_command_line_prints_the_plan_with_its_digest(
    flask_cli, tenant, backup_set, add, abc, take, plan
):
    add(abc)
    take({"a.json": compliance("A", passcodeMinimumLength=4), "b.json": compliance("B")})

    printed = flask_cli("backup-sets", "plan", tenant.slug, backup_set.id, "--json")

    told = json.loads(printed.stdout)
    assert told["plan"] == plan().digest(tenant)
    assert told["counts"] == {"create": 1, "overwrite": 1, "nothing": 1, "impossible": 0}
    changed = next(one for one in told["items"] if one["action"] == "overwrite")
    assert changed["changes"]["entries"][0]["path"] == "/passcodeMinimumLength"
    words = flask_cli("backup-sets", "plan", tenant.slug, backup_set.id, "--search", "name:C").stdout
    assert words.startswith("create")
    assert flask_cli("backup-sets", "plan", tenant.slug, backup_set.id, "4711").exit_code == 1
    assert flask_cli("backup-sets", "plan", tenant.slug, backup_set.id, "--search", "xyz").exit_code == 2
