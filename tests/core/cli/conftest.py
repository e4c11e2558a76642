"""Commands as an administrator types them."""

import json

import pytest

from app.core.errors import ItemFailedError, RunFailedError


@pytest.fixture
def run_json(flask_cli):
    """Run a command with `--json`: (exit status, the one document on standard output)."""

    def run(*arguments, **kwargs):
        result = flask_cli(*arguments, "--json", **kwargs)
        return result.exit_code, json.loads(result.stdout) if result.stdout else None

    return run


@pytest.fixture
def probes(offer):
    """Three operations: one that succeeds, one that half succeeds, one that fails."""

    def half(run):
        with run.item("fine"):
            pass
        with run.item("gone"):
            raise ItemFailedError("not_found", "The policy is gone.")

    def fail(run):
        raise RunFailedError("no_access", "The tenant refuses.")

    offer(lambda _run: None, run_type="probe.succeed", plugin="probe_succeed")
    offer(half, run_type="probe.half", plugin="probe_half")
    offer(fail, run_type="probe.fail", plugin="probe_fail")
