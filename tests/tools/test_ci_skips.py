import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKIPPING = "import pytest\n\ndef test_fine(): pass\n\ndef test_left_out(): pytest.skip('no such service')\n"
PASSING = "def test_fine(): pass\n"


@pytest.fixture
def run(tmp_path):
    def run_pytest(source, *options, **settings):
        (tmp_path / "test_sample.py").write_text(source)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "CI"))}
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "tests.ci_skips", "-p", "no:cacheprovider", *options],
            cwd=tmp_path,
            env={**kept, "PYTHONPATH": str(ROOT), **settings},
            capture_output=True,
            text=True,
            check=False,
        )

    return run_pytest


@pytest.mark.parametrize("options", [[], ["-n", "1"]], ids=["alone", "with workers"])
def test_a_skip_fails_the_run_under_ci_and_says_why(run, options):
    outcome = run(SKIPPING, *options, CI="true")

    assert outcome.returncode == 1
    assert "1 skipped, and a skip counts as a failure here" in outcome.stdout
    assert "1 passed, 1 skipped" in outcome.stdout.splitlines()[-1]


def test_a_module_skipped_as_a_whole_fails_the_run_under_ci(run):
    outcome = run("import pytest\npytest.skip('not here', allow_module_level=True)\n", CI="true")

    assert outcome.returncode == 1


def test_a_skip_is_only_a_skip_on_a_desk(run):
    assert run(SKIPPING).returncode == 0


def test_a_run_without_skips_stays_green_under_ci(run):
    outcome = run(PASSING, CI="true")

    assert outcome.returncode == 0
    assert "skips under CI" not in outcome.stdout
