"""The list of findings in a browser, and what is refused."""

import pytest

from tests.support.browsing import without_token
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access

HUGE = 10**30


@on_both_databases
@pytest.mark.parametrize(
    ("query", "offender"),
    [
        ("severity=purple", "purple"),
        ("change=exploded", "exploded"),
        ("run=abc", "abc"),
        ("run=-1", "-1"),
        ("type=no type!", "no type!"),
        ("type=nul%00", "type"),
    ],
)
def test_a_malformed_filter_is_refused_and_named(browser, tenant, query, offender):
    answer = browser.get(f"/t/{tenant.slug}/findings?{query}")

    assert answer.status_code == 400
    assert offender in answer.text


def test_filters_narrow_the_list(browser, tenant, take, compare):
    first = take(
        {"a.json": compliance("Anchor"), "ca.json": conditional_access("Beacon"), "c.json": compliance("C")}
    )
    second = take(
        {
            "a.json": compliance("Anchor", passcodeRequired=True),
            "ca.json": conditional_access("Beacon", state="disabled"),
            "c.json": compliance("C"),
        }
    )
    compare(first, second)

    def shown(query):
        text = browser.get(f"/t/{tenant.slug}/findings?{query}").text
        return {name for name in ("Anchor", "Beacon") if f">{name}</a>" in text}

    assert shown("") == {"Anchor", "Beacon"}
    assert shown("type=conditionalAccessPolicy") == shown("severity=critical") == {"Beacon"}
    assert shown("change=modified") == {"Anchor", "Beacon"}
    assert shown("change=added") == shown(f"run={first.id}") == set()


@pytest.mark.parametrize("path", ["findings/{id}", "findings/0", "findings/999999", f"findings/{HUGE}"])
def test_a_finding_of_another_tenant_and_a_missing_one_are_refused_alike(
    sign_in, make_user, make_tenant, two_syncs, compare, findings, path
):
    compare(*two_syncs)
    other = make_tenant()
    stranger = sign_in(make_user(tenant=other))

    answer = stranger.get(f"/t/{other.slug}/" + path.format(id=findings()[0].id))

    assert answer.status_code == 403
    missing = stranger.get(f"/t/{other.slug}/findings/123456")
    assert without_token(answer.text) == without_token(missing.text)
