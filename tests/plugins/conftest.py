"""Snapshots and drift of one tenant, in one word each."""

from itertools import count

import pytest

from app.plugins.drift.findings import FindingFilter, list_findings
from app.plugins.inventory.store.snapshots import find_sync
from tests.support.snapshots import compliance, generate_drift, import_export, write_export


@pytest.fixture
def export(tmp_path):
    """Write an export into a folder of its own: `export({"a.json": compliance("A")})`."""
    numbers = count(1)

    def write(files):
        return write_export(tmp_path / f"export-{next(numbers)}", files)

    return write


@pytest.fixture
def take(tenant, export):
    """Import an export (files by path, or a path) and answer with its finished run."""

    def take_snapshot(files, *, of=None):
        return import_export(of or tenant, export(files) if isinstance(files, dict) else files)

    return take_snapshot


@pytest.fixture
def browser(sign_in, operator):
    """A browser in which an operator of the tenant is signed in."""
    return sign_in(operator)


@pytest.fixture
def two_syncs(take):
    """A policy is in the first snapshot and no longer in the second."""
    first = take({"a.json": compliance("A"), "b.json": compliance("B")})
    return first, take({"a.json": compliance("A")})


@pytest.fixture
def sync_of(tenant):
    """The snapshot that a run of `inventory.sync` took."""

    def find(run, *, of=None):
        sync = find_sync(of or tenant, run.id)
        assert sync is not None
        return sync

    return find


@pytest.fixture
def compare(tenant):
    """Generate drift between two runs of `inventory.sync` and answer with the finished run."""

    def generate(baseline, current, *, of=None):
        return generate_drift(of or tenant, baseline, current)

    return generate


@pytest.fixture
def findings(tenant):
    """The findings of the tenant, most severe first."""

    def listed(*, of=None, **wanted):
        return list_findings(of or tenant, FindingFilter(**wanted), limit=None)

    return listed


@pytest.fixture
def drifted(findings):
    """What the findings say in short: {(change kind, name), ...}."""

    def told(**wanted):
        return {(finding.change_kind, finding.display_name) for finding in findings(**wanted)}

    return told
