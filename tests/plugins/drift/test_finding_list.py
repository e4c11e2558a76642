"""The list of findings: groups, pages, searching by path and by words."""

import re

import pytest

from app.core import InvalidInputError
from app.plugins.drift.findings import FindingFilter, count_findings, list_findings
from app.plugins.drift.paging import GROUPS, turn_to
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access

ANCHORS = ("North", "South", "East", "West")


@pytest.fixture
def drift(take, compare):
    """Seven policies that drift: two types, added, removed and modified."""

    def files(changed):
        found = {"ca.json": conditional_access("Beacon", state="disabled" if changed else "enabled")}
        for name in ANCHORS:
            found[f"{name}.json"] = compliance(f"Anchor {name}", passcodeRequired=changed)
        found["x.json"] = compliance("New" if changed else "Old", passcodeMinimumLength=6)
        return found

    return compare(take(files(changed=False)), take(files(changed=True)))


def names(page):
    return [finding.display_name for group in page.groups for finding in group.findings]


@on_both_databases
@pytest.mark.parametrize("group", GROUPS)
def test_pages_hold_every_finding_once_in_order_and_lead_back(tenant, drift, group):
    whole = turn_to(tenant, FindingFilter(), group)
    assert whole.count == 7

    pages = [turn_to(tenant, FindingFilter(), group, size=3)]
    while pages[-1].after:
        pages.append(turn_to(tenant, FindingFilter(), group, after=pages[-1].after, size=3))
    back = [pages[-1]]
    while back[-1].before:
        back.append(turn_to(tenant, FindingFilter(), group, before=back[-1].before, size=3))

    assert [name for page in pages for name in names(page)] == names(whole)
    assert [names(page) for page in reversed(back)] == [names(page) for page in pages]
    assert pages[0].before is None
    assert back[-1].before is None


def test_a_group_says_how_many_it_has_on_all_pages(tenant, drift):
    page = turn_to(tenant, FindingFilter(), "change", size=3)

    assert [(group.key, group.total, len(group.findings)) for group in page.groups] == [
        ("added", 1, 1),
        ("modified", 5, 2),
    ]


def test_a_place_that_is_not_there_any_more_is_refused(tenant, make_tenant, drift):
    (theirs, *_) = list_findings(tenant, FindingFilter())

    with pytest.raises(InvalidInputError, match=f"no finding {theirs.id} here"):
        turn_to(make_tenant(), FindingFilter(), "severity", after=theirs.id)


@on_both_databases
@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/state", {"Beacon"}),
        ("STATE", {"Beacon"}),
        ("*code*", {f"Anchor {name}" for name in ANCHORS}),
        ("/passcode", {f"Anchor {name}" for name in ANCHORS}),
        ("*/stat", set()),
        ("/st%te", set()),
        ("/st_te", set()),
        ("/st\\ate*", set()),
    ],
)
def test_a_part_of_a_path_or_the_whole_with_stars_finds_findings(tenant, drift, path, found):
    assert {finding.display_name for finding in list_findings(tenant, FindingFilter(path=path))} == found


@on_both_databases
@pytest.mark.parametrize(
    ("text", "found"),
    [("anchor north", {"Anchor North"}), ("bEACon", {"Beacon"}), ("anchor beacon", set()), ("%", set())],
)
def test_words_find_names(tenant, drift, text, found):
    assert {finding.display_name for finding in list_findings(tenant, FindingFilter(text=text))} == found


def test_counts_follow_path_and_words(tenant, drift):
    assert sum(count_findings(tenant, FindingFilter(path="/passcodeRequired")).values()) == 4
    assert sum(count_findings(tenant, FindingFilter(text="Anchor North")).values()) == 1


def test_another_page_is_reached_and_left_by_links_that_keep_the_filters(browser, tenant, drift, monkeypatch):
    monkeypatch.setattr(turn_to, "__kwdefaults__", {"after": 0, "before": 0, "size": 3})
    address, seen = f"/t/{tenant.slug}/findings?group=type&path=*", []
    for _ in range(4):
        page = browser.get(address).text
        seen += re.findall(r"data-row>([^<]+)<", page)
        following = re.search(r'href="([^"]+after=[^"]+)"[^>]*>[^N]*Next', page)
        if not following:
            break
        address = following[1].replace("&amp;", "&")
        assert "group=type" in address

    assert sorted(seen) == ["Anchor East", "Anchor North", "Anchor South", "Anchor West", "Beacon"]
    assert "Previous" in page


@pytest.mark.parametrize(
    ("query", "offender"),
    [
        ("group=colour", "colour"),
        ("after=abc", "abc"),
        ("after=999999", "999999"),
        ("after=1&before=2", "before, after"),
        ("status=maybe", "maybe"),
        ("q=nul%00", "q"),
        ("path=" + "x" * 301, "path"),
    ],
)
def test_what_has_no_meaning_is_refused_and_named(browser, tenant, query, offender):
    answer = browser.get(f"/t/{tenant.slug}/findings?{query}")

    assert answer.status_code == 400
    assert offender in answer.text


@pytest.mark.parametrize(
    ("group", "heads"),
    [
        ("type", {"Compliance policies", "Conditional Access policies"}),
        ("change", {"Added", "Removed", "Modified"}),
        ("path", {"Whole policies", "State", "Passcode required"}),
    ],
)
def test_groups_have_headings(browser, tenant, drift, group, heads):
    page = browser.get(f"/t/{tenant.slug}/findings?group={group}").text

    found = re.findall(r'scope="rowgroup" colspan="\d+">([^<]+)<', page)
    assert {head.strip() for head in found} == heads
