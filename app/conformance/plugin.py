"""What pytest loads: `--plugin-conformance` adds the checks of this kit to a test run.

Installed with the product it is found by the entry-point group `pytest11`; the checkout names it with `-p`.
Every test run imports it, so it imports nothing of the product; `checks/conftest.py` does.
"""

from pathlib import Path

import pytest

BUILT_INS = ""  # the option without a name
CHECKS = Path(__file__).with_name("checks")
NOT_CHECKS = {"__init__.py", "conftest.py"}
MOST_KILLS = 24


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("tenantatlas", "conformance of TenantAtlas plugins")
    group.addoption(
        "--plugin-conformance",
        nargs="?",
        const=BUILT_INS,
        metavar="NAME",
        help="check one plugin against docs/plugins.md; without a name every built-in one",
    )
    group.addoption(
        "--plugin-conformance-database",
        default="",
        metavar="URL",
        help="a PostgreSQL server on which databases may be created; default: SQLite",
    )
    group.addoption(
        "--plugin-conformance-kills",
        type=int,
        default=MOST_KILLS,
        metavar="N",
        help="after how many of a run's commits its worker is killed, spread evenly; default: %(default)s",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Add the checks to what is collected: alone when the command line names no path."""
    if config.option.plugin_conformance is None:
        return
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args.clear()
    known = set(config.args)
    config.args += [path for path in map(str, _checks()) if path not in known]


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what is checked."""
    wanted: str | None = config.option.plugin_conformance
    return None if wanted is None else f"plugin conformance: {wanted or 'every built-in plugin'}"


def _checks() -> list[Path]:
    return sorted(path for path in CHECKS.glob("*.py") if path.name not in NOT_CHECKS)
