"""Plugins dropped in: as a module of the built-in package, or installed with an entry point."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from app import plugins

GREETINGS = Path(__file__).resolve().parents[1] / "samples" / "greetings.py"


@pytest.fixture
def drop_in(tmp_path, monkeypatch) -> Iterator[object]:
    """Put a module beside the built-in plugins: `drop_in("hello", source)`; then build the application."""
    folder = tmp_path / "dropped_in"
    folder.mkdir()
    monkeypatch.setattr(plugins, "__path__", [*plugins.__path__, str(folder)])

    def drop(name: str, source: str) -> Path:
        path = folder / f"{name}.py"
        path.write_text(dedent(source), encoding="utf-8")
        return path

    yield drop
    _forget(folder, plugins.__name__ + ".")


@pytest.fixture
def install(tmp_path, monkeypatch) -> Iterator[object]:
    """Install a module with an entry point: `install("hello", source)`; answers with its folder."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))

    def put(name: str, source: str) -> Path:
        (folder / f"{name}.py").write_text(dedent(source), encoding="utf-8")
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[tenantatlas.plugins]\n{name} = {name}:plugin\n")
        return folder

    yield put
    _forget(folder, "")


@pytest.fixture
def installed_greetings(install) -> Path:
    """The sample plugin, installed; answers with the folder it is imported from."""
    return install(GREETINGS.stem, GREETINGS.read_text(encoding="utf-8"))


def _forget(folder: Path, prefix: str) -> None:
    """Let the next test import a module of the same name anew."""
    for path in folder.glob("*.py"):
        sys.modules.pop(prefix + path.stem, None)
    shutil.rmtree(folder)
