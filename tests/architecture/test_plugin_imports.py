"""The arrows import-linter cannot say: which names a plugin takes from core, and on whom it may stand."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "app" / "plugins"


def imported_names(source):
    """(module, names) of every import, wherever it is; names is empty for `import module`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or ""), tuple(alias.name for alias in node.names)


def forbidden_imports(source, plugin, public, requires=()):
    """The imports of one file of a plugin that reach past a front door."""
    return [
        f"{module} ({', '.join(names)})"
        for module, names in imported_names(source)
        if not is_allowed(module, names, plugin, public, requires)
    ]


def is_allowed(module, names, plugin, public, requires):
    own = f"app.plugins.{plugin}"
    if module.startswith("."):
        return False
    if module.split(".")[0] != "app" or module == own or module.startswith(f"{own}."):
        return True
    if module == "app.core":
        return bool(names) and set(names) <= public
    return any(module == f"app.plugins.{other}" and names for other in requires)


def public_names():
    """What `app.core` lists in `__all__`, read without importing it."""
    for node in ast.parse((ROOT / "app/core/__init__.py").read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


@cache
def declared_requirements(plugin):
    """The plugins that one says it stands on: `requires=` of its `Plugin(...)`, read without importing it."""
    files = [path for name, path in plugin_files() if name == plugin]
    return {
        required
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Plugin"
        for keyword in node.keywords
        if keyword.arg == "requires"
        for required in ast.literal_eval(keyword.value)
    }


def plugin_files():
    return [
        (path.relative_to(PLUGINS).parts[0].removesuffix(".py"), path)
        for path in sorted(PLUGINS.rglob("*.py"))
        if path.parent != PLUGINS or path.name != "__init__.py"
    ]


def test_plugins_enter_core_and_each_other_by_the_front_door_only():
    public = public_names()
    assert public, "app.core names its public API in __all__"
    assert plugin_files()

    broken = {
        str(path.relative_to(ROOT)): found
        for plugin, path in plugin_files()
        if (found := forbidden_imports(path.read_text(), plugin, public, declared_requirements(plugin)))
    }

    assert broken == {}


@pytest.mark.parametrize(
    "line",
    [
        "from app.core.runs import lifecycle",
        "from app.core.db import db",
        "from app.core import runs",
        "from app.core import *",
        "import app.core",
        "import app.core.runs.models",
        "from app import core",
        "from app.monitoring import views",
        "from app.plugins.backup_sets import sets",
        "from app.plugins.inventory.store import snapshots",
        "from app.plugins import inventory",
        "from ..inventory import store",
        "def late():\n    from app.core.queue import ring",
    ],
)
def test_a_side_door_is_noticed(line):
    assert forbidden_imports(line, "drift", {"Plugin"}, {"inventory"})


@pytest.mark.parametrize(
    "line",
    [
        "from app.core import Plugin",
        "from app.plugins.inventory import latest",
        "from app.plugins.drift.compare import Change",
        "import app.plugins.drift.pair",
        "from flask import Blueprint",
    ],
)
def test_a_front_door_is_open(line):
    assert not forbidden_imports(line, "drift", {"Plugin"}, {"inventory"})


def test_a_plugin_that_declares_no_other_stands_on_core_alone():
    assert declared_requirements("drift") == {"inventory"}
    assert declared_requirements("backup_sets") == {"inventory", "graph"}
    assert declared_requirements("graph") == set()
    assert declared_requirements("inventory") == set()
    assert forbidden_imports("from app.plugins.drift import compare", "inventory", {"Plugin"})


def test_outside_its_package_only_the_sample_names_drift():
    """So that the package can be taken away: the sample asks first whether the run type is offered."""
    texts = [path for path in (ROOT / "app").rglob("*") if path.suffix in {".py", ".html", ".js", ".css"}]
    others = [path for path in texts if PLUGINS / "drift" not in path.parents and "vendor" not in path.parts]
    assert len(others) > 100

    naming = [str(path.relative_to(ROOT)) for path in others if "drift" in path.read_text().lower()]

    assert naming == ["app/sample/load.py"]


def test_only_the_servers_and_the_factory_meet_at_the_top():
    at_the_top = [module for module, _ in imported_names((ROOT / "wsgi.py").read_text())]

    assert at_the_top == ["app.factory"]


def test_nothing_below_the_top_imports_it():
    imports_wsgi = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "app").rglob("*.py")
        if any(module == "wsgi" for module, _ in imported_names(path.read_text()))
    ]

    assert imports_wsgi == []


def test_importing_app_costs_nothing():
    assert list(imported_names((ROOT / "app/__init__.py").read_text())) == []
