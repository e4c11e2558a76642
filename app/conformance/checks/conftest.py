"""What the checks may ask for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from app.conformance.asking import Answers, ask_in_other_processes
from app.conformance.calm import CalmRuns
from app.conformance.databases import Databases
from app.conformance.deployment import Deployment
from app.conformance.ground import Ground
from app.conformance.roll import CHOSEN, Roll, call_roll
from app.core.registry.contract import OperationType

ROLL = pytest.StashKey[Roll]()
NOBODY = "nobody"  # a check that is made for none of the plugins: not collected

Deploy = Callable[[str], Deployment]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make each check for everything it is about."""
    roll = _roll_of(metafunc.config)
    for name in CHOSEN.keys() & set(metafunc.fixturenames):
        chosen = CHOSEN[name](roll)
        metafunc.parametrize(name, chosen or [NOBODY], ids=_name_of)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is made for nobody: an empty list of arguments would be told as a skip."""
    _require_somebody(config)
    items[:] = [item for item in items if not _is_about_nobody(item)]


@pytest.fixture(scope="session")
def roll(pytestconfig: pytest.Config) -> Roll:
    """Who is checked."""
    return _roll_of(pytestconfig)


@pytest.fixture(scope="session")
def ground(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Deployments on databases of this test process."""
    databases = Databases(
        tmp_path_factory.mktemp("conformance_databases"), pytestconfig.option.plugin_conformance_database
    )
    ground = Ground(databases, tmp_path_factory.mktemp("conformance"))
    yield ground
    ground.close()


@pytest.fixture
def deploy(ground: Ground) -> Iterator[Deploy]:
    """A fresh deployment to check a plugin in: `deploy("hello")`; as often as the check likes."""
    with ExitStack() as stack:
        yield lambda plugin: stack.enter_context(ground.deployment(plugin))


@pytest.fixture(scope="session")
def calm_runs(ground: Ground) -> CalmRuns:
    """What the run of each case is like when nothing disturbs it: `calm_runs.of(case)`."""
    return CalmRuns(ground)


@pytest.fixture(scope="session")
def answers_elsewhere(ground: Ground) -> Callable[[str], list[Answers]]:
    """What a plugin answers about its examples in other processes, asked once."""
    known: dict[str, list[Answers]] = {}

    def ask(plugin: str) -> list[Answers]:
        if plugin not in known:
            with ground.deployment(plugin) as deployment:
                known[plugin] = ask_in_other_processes(deployment, plugin)
        return known[plugin]

    return ask


def _roll_of(config: pytest.Config) -> Roll:
    if ROLL not in config.stash:
        config.stash[ROLL] = call_roll(config.option.plugin_conformance or "")
    return config.stash[ROLL]


def _require_somebody(config: pytest.Config) -> None:
    roll = _roll_of(config)
    if not roll.subjects:
        wanted, names = config.option.plugin_conformance, ", ".join(roll.names)
        raise pytest.UsageError(f"--plugin-conformance={wanted}: no plugin has that name; there are {names}")


def _is_about_nobody(item: pytest.Item) -> bool:
    spec = getattr(item, "callspec", None)
    return spec is not None and any(argument is NOBODY for argument in spec.params.values())


def _name_of(chosen: object) -> str:
    return chosen.run_type if isinstance(chosen, OperationType) else str(chosen)
