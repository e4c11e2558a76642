"""Findings and baselines of an earlier version, brought up to date: nothing is lost."""

import pytest

from app.core import InvalidInputError
from app.plugins.drift.baselines import baseline_versions, baselines_of, set_baseline
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance

A = {"a.json": compliance("A", x=1), "b.json": compliance("B")}
B = {"a.json": compliance("A", x=2), "c.json": compliance("C")}


@pytest.fixture
def migrate(flask_cli):
    def to(command, revision):
        result = flask_cli("db", command, "-x", "plugin=drift", revision)
        assert result.exit_code == 0, result.output

    return to


def facts(findings):
    return {
        (row.display_name, row.line, row.fingerprint, row.before_hash, row.after_hash, row.state)
        for row in findings()
    }


@on_both_databases
def test_findings_of_the_baseline_are_known_again_and_have_their_contents(
    take, tenant, compare, findings, migrate, only
):
    first, second = take(A), take(B)
    set_baseline(tenant, first.id)
    compare(first, second)
    before = facts(findings)
    assert len(before) == 3

    migrate("downgrade", "0005")
    migrate("upgrade", "head")

    assert facts(findings) == before
    compare(first, second)
    assert facts(findings) == before
    assert only("A").evidence_hash, "the next look gives it its digests"
    assert [(row.version, row.sync_run_id, row.ended_at) for row in baseline_versions(tenant)] == [
        (1, first.id, None)
    ]


@on_both_databases
def test_of_two_lines_and_many_versions_the_former_tables_keep_what_they_can_hold(
    take, tenant, compare, findings, migrate
):
    first, second, third = take(A), take(B), take(A)
    set_baseline(tenant, third.id)
    set_baseline(tenant, first.id)
    compare(first, second)
    compare(third, second)
    assert {row.line for row in findings()} == {"baseline", "pair"}

    migrate("downgrade", "0005")
    migrate("upgrade", "head")

    assert {row.line for row in findings()} == {"baseline"}
    assert [(row.version, row.sync_run_id) for row in baselines_of(tenant)] == [(1, first.id)]


def test_a_finding_without_digests_is_compared_before_it_is_acknowledged(
    take, compare, migrate, accept, only, tenant
):
    first, second = take({"a.json": compliance("A", x=1)}), take({"a.json": compliance("A", x=2)})
    compare(first, second)
    migrate("downgrade", "0005")
    migrate("upgrade", "head")

    with pytest.raises(InvalidInputError, match="compare again, then acknowledge it"):
        accept(only())

    compare(first, second)
    accept(only())
    assert only().status == "acknowledged"
