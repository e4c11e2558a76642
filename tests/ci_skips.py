"""With CI=true a skipped test fails the run: what CI cannot run, it must not promise."""

import os

import pytest
from _pytest.terminal import TerminalReporter


def skips_are_failures() -> bool:
    """Whether this run is one of continuous integration."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def skipped_count(config: pytest.Config) -> int:
    """How many tests or modules were skipped so far; 0 where nobody reports, as in an xdist worker."""
    reporter: TerminalReporter | None = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", [])) if reporter else 0


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a green run with skips red."""
    green = session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
    if green and skips_are_failures() and skipped_count(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """Say why a run without a failure is red."""
    count = skipped_count(config)
    if count and skips_are_failures():
        terminalreporter.section("skips under CI")
        terminalreporter.line(f"CI=true: {count} skipped, and a skip counts as a failure here")
