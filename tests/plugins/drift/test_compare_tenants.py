"""Two tenants side by side: matched by name, nothing claimed unread, nothing shown to strangers."""

import json

import pytest

from app.core import Role
from app.core.users import set_membership
from app.plugins.drift.across import page as page_module
from app.plugins.drift.across.comparison import Comparison, Standing
from app.plugins.drift.across.page import page_of
from app.plugins.drift.across.portable import portable
from app.plugins.drift.across.side import side_of
from tests.support.browsing import without_token
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance

HERE, THERE = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"


@pytest.fixture
def other(make_tenant):
    return make_tenant("other", name="Other Ltd")


@pytest.fixture
def against(tenant, other, take):
    """Import one export here and one there, and compare."""

    def compared(here, there, collection=None):
        take(here)
        take(there, of=other)
        return Comparison(side_of(tenant), side_of(other), collection)

    return compared


def standings(comparison):
    return {entry.match.name: entry.standing.value for entry in comparison.entries()}


def assigned(name, group_id, group_name=None, filter_id=None, **fields):
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group_id}
    if group_name:
        target["groupName"] = group_name
    if filter_id:
        target["deviceAndAppManagementAssignmentFilterId"] = filter_id
        target["deviceAndAppManagementAssignmentFilterType"] = "include"
    return compliance(name, assignments=[{"target": target}], **fields)


def named_filter(filter_id, name="Corporate"):
    kind = "#microsoft.graph.deviceAndAppManagementAssignmentFilter"
    return {"@odata.type": kind, "id": filter_id, "displayName": name, "platform": "ios", "rule": "(x)"}


@on_both_databases
def test_policies_are_matched_by_type_and_name(against):
    comparison = against(
        {"a.json": compliance("Same"), "b.json": compliance("Here"), "c.json": compliance("Both", id=HERE)},
        {
            "a.json": compliance("Same"),
            "b.json": compliance("There"),
            "c.json": compliance("Both", id=THERE, passcodeRequired=True),
        },
    )

    found = {entry.match.name: entry for entry in comparison.entries()}

    assert standings(comparison) == {
        "Same": "same",
        "Here": "only_a",
        "There": "only_b",
        "Both": "different",
    }
    assert found["Both"].paths == ["/passcodeRequired"]
    assert comparison.counts == {Standing.SAME: 2, Standing.ONLY_A: 1, Standing.ONLY_B: 1}


def test_groups_filters_and_tags_are_compared_by_their_names(against):
    def files(group_id, filter_id, tag_id):
        tag = {"@odata.type": "#microsoft.graph.roleScopeTag", "id": tag_id, "displayName": "Zürich"}
        policy = assigned("P", group_id, "Sales", filter_id, roleScopeTagIds=[tag_id])
        return {"p.json": policy, "f.json": named_filter(filter_id), "t.json": tag}

    comparison = against(files(HERE, HERE.replace("1", "3"), "5"), files(THERE, THERE.replace("2", "4"), "7"))

    assert standings(comparison) == {"P": "same", "Corporate": "same", "Zürich": "same"}
    assert page_of(comparison, "all", 0).unresolved_a == []


def test_an_id_that_nobody_can_name_differs_and_is_listed(against):
    comparison = against({"p.json": assigned("P", HERE)}, {"p.json": assigned("P", THERE)})

    page = page_of(comparison, "differences", 0)

    assert [entry.standing.value for entry in page.entries] == ["different"]
    assert page.unresolved_a == [("group", HERE)]
    assert page.unresolved_b == [("group", THERE)]


def test_secrets_are_counted_and_never_called_changed(against):
    def wifi(secret):
        kind = "#microsoft.graph.iosWiFiConfiguration"
        return {"@odata.type": kind, "displayName": "Wi-Fi", "ssid": "s", "preSharedKey": secret}

    comparison = against({"w.json": wifi("first")}, {"w.json": wifi("second")})

    (entry,) = comparison.entries()
    assert (entry.standing.value, entry.secrets) == ("same", 1)


def test_a_secret_that_only_one_side_has_is_a_difference():
    one = portable({"a": {"$secret": "f" * 64, "kind": "password"}}, {})

    assert one.content == {"a": {"$secret": "", "kind": "password"}}
    assert one.secrets == 1
    assert portable({"b": [1, None, {"c": True}]}, {}).content == {"b": [1, None, {"c": True}]}


def test_a_name_that_is_used_twice_is_matched_with_nothing(against):
    twice = {"a.json": compliance("Twin", id=HERE), "b.json": compliance("Twin", id=THERE)}

    assert standings(against(twice, {"a.json": compliance("Twin")})) == {"Twin": "ambiguous"}


def test_what_a_side_did_not_read_whole_is_not_claimed_to_be_missing_there(against):
    comparison = against(
        {"a.json": compliance("A"), "f.json": named_filter(HERE)},
        {"b.json": compliance("B"), "x/CompliancePolicies/c.json": b"{broken"},
    )

    assert "Corporate" not in standings(comparison)
    assert standings(comparison)["B"] == "only_b"
    said = dict(comparison.not_compared)
    assert "read nothing of it" in said["assignmentFilter"]


def test_pages_look_at_every_policy_once(against, monkeypatch):
    monkeypatch.setattr(page_module, "SHOWN", 2)
    monkeypatch.setattr(page_module, "LOOKED_AT", 3)
    comparison = against(
        {
            f"{n}.json": compliance(f"Policy {n}", **({} if n % 4 else {"osMinimumVersion": "1"}))
            for n in range(9)
        },
        {f"{n}.json": compliance(f"Policy {n}") for n in range(9)},
    )

    seen, start = [], 0
    while True:
        page = page_of(comparison, "different", start)
        seen += [entry.match.name for entry in page.entries]
        if not page.has_more:
            break
        start = page.end

    assert seen == ["Policy 0", "Policy 4", "Policy 8"]
    assert page.total == 9


@pytest.fixture
def compared(against, make_user, tenant, other, sign_in):
    """Two tenants with a difference, and a browser of somebody who may only look, in both."""
    against({"a.json": compliance("Here")}, {"a.json": compliance("There secret name")})
    viewer = make_user(tenant=tenant, role=Role.READONLY)
    set_membership(viewer, other, Role.READONLY)
    return sign_in(viewer)


def test_a_reader_of_both_tenants_sees_the_difference(compared, tenant, other):
    choice = compared.get(f"/t/{tenant.slug}/drift/tenants").text
    page = compared.get(f"/t/{tenant.slug}/drift/tenants?with={other.slug}").text

    assert "Other Ltd" in choice
    assert "There secret name" in page
    assert "1 only here, 1 only there" in page


def test_whoever_is_no_member_of_both_is_refused_alike(compared, sign_in, make_user, tenant, other):
    stranger = sign_in(make_user(tenant=tenant))

    answers = [
        stranger.get(f"/t/{tenant.slug}/drift/tenants?with={slug}") for slug in (other.slug, "nowhere")
    ]
    choice = stranger.get(f"/t/{tenant.slug}/drift/tenants").text

    assert [answer.status_code for answer in answers] == [403, 403]
    assert without_token(answers[0].text) == without_token(answers[1].text)
    assert "Other Ltd" not in choice
    assert "No other tenant" in choice


@pytest.mark.parametrize("query", ["show=purple", "here=abc", "there=99999", "with={here}", "from=-1"])
def test_what_has_no_meaning_is_refused(compared, tenant, other, query):
    asked = query.format(here=tenant.slug)
    asked = asked if asked.startswith("with=") else f"with={other.slug}&{asked}"

    assert compared.get(f"/t/{tenant.slug}/drift/tenants?{asked}").status_code == 400


def test_a_sync_of_the_other_tenant_is_none_of_this_one(compared, tenant, other):
    theirs = side_of(other).sync.id

    answer = compared.get(f"/t/{tenant.slug}/drift/tenants?with={other.slug}&here={theirs}")

    assert answer.status_code == 400


def test_the_command_line_says_everything_as_json(against, flask_cli, tenant, other):
    against(
        {"a.json": assigned("P", HERE), "s.json": compliance("Same")},
        {"a.json": assigned("P", THERE), "s.json": compliance("Same"), "t.json": compliance("T")},
    )

    answer = flask_cli("drift", "compare-tenants", tenant.slug, other.slug, "--json")
    assert answer.exit_code == 0, answer.stderr
    told = json.loads(answer.stdout)
    plain = flask_cli("drift", "compare-tenants", tenant.slug, other.slug).stdout

    assert told["counts"] == {"only_a": 0, "only_b": 1, "different": 1, "same": 1, "ambiguous": 0}
    assert [policy["name"] for policy in told["policies"]] == ["P", "T"]
    assert told["unresolved_a"] == [{"kind": "group", "id": HERE}]
    assert "only_b" in plain
    assert "Same" not in plain
