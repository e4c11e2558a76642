"""The kit as a third party runs it: another process, another folder, nothing of these tests."""

import subprocess
import sys
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pytest

from tests.support.processes import environment


@dataclass(frozen=True)
class Outcome:
    """What pytest said; the failed checks with their messages by `test[argument]`."""

    status: int
    output: str
    passed: frozenset[str]
    failed: dict[str, str]

    def failed_checks(self, argument: str) -> set[str]:
        """The checks that failed for an argument, without it."""
        ending = f"[{argument}]"
        return {name.removesuffix(ending) for name in self.failed if name.endswith(ending)}


@pytest.fixture
def check_plugin(tmp_path, settings):
    """Run the kit on a plugin that is found in a folder: `check_plugin("hello", folder, "-k", "key")`."""

    def check(name, *python_path, arguments=()):
        folder = tmp_path / "their_project"
        folder.mkdir(exist_ok=True)
        (folder / "pytest.ini").write_text("[pytest]\n")
        report = folder / "report.xml"
        command = ["-m", "pytest", "-q", "-p", "app.conformance.plugin", f"--plugin-conformance={name}"]
        ran = subprocess.run(
            [sys.executable, *command, f"--junitxml={report}", *arguments],
            cwd=folder,
            env=environment(settings, python_path=python_path),
            capture_output=True,
            text=True,
            check=False,
        )
        return _read(ran, report)

    return check


def _read(ran, report) -> Outcome:
    if not report.exists():
        return Outcome(ran.returncode, ran.stdout + ran.stderr, frozenset(), {})
    cases = ET.parse(report).iter("testcase")  # noqa: S314 - pytest wrote it just now
    told = {case.get("name"): case.find("failure") for case in cases}
    return Outcome(
        ran.returncode,
        ran.stdout + ran.stderr,
        frozenset(name for name, failure in told.items() if failure is None),
        {name: failure.get("message") for name, failure in told.items() if failure is not None},
    )
