"""The product and a plugin, installed as wheels into an environment of their own, away from the checkout."""

import os
import sqlite3
import subprocess
import sys
import sysconfig
from contextlib import closing
from pathlib import Path

from tests.support.wheels import build_project, uv

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("app", "migrations", "wsgi.py", "pyproject.toml", "README.md", "LICENSE")


class Installation:
    """A fresh virtual environment with both, and an empty data folder."""

    def __init__(self, folder: Path, plugin: Path) -> None:
        self.folder = folder
        self._python = folder / "venv" / "bin" / "python"
        wheels = [
            build_project(ROOT, PRODUCT, folder / "product"),
            build_project(plugin, ("src", "pyproject.toml", "README.md"), folder / "plugin"),
        ]
        uv("venv", "--python", sys.executable, str(folder / "venv"), cache=folder)
        self._borrow_dependencies()
        self._pip("install", "--no-deps", *map(str, wheels))

    def flask(self, *arguments: object) -> str:
        """`flask ...`; answers with what it printed."""
        return self.python("-m", "flask", *arguments)

    def python(self, *arguments: object) -> str:
        """`python ...` of the environment; answers with what it printed."""
        ran = subprocess.run(
            [self._python, *map(str, arguments)],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def tables(self) -> list[str]:
        """Names of all tables of its database."""
        with closing(sqlite3.connect(self.folder / "data" / "tenantatlas.db")) as connection:
            return [
                name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]

    def uninstall(self, distribution: str) -> None:
        """Take a distribution out again."""
        self._pip("uninstall", distribution)

    def _pip(self, verb: str, *arguments: str) -> None:
        uv("pip", verb, "--python", str(self._python), *arguments, cache=self.folder)

    def _borrow_dependencies(self) -> None:
        """Let the environment import what the tests' own has: fetching Flask and the rest needs a network.

        A `.pth` file puts that folder last, behind both wheels. `--system-site-packages` would not do: it
        means the packages of the interpreter below, not those of the environment that runs the tests.
        """
        site = next((self.folder / "venv").glob("lib/python*/site-packages"))
        (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TENANTATLAS_")}
        kept.pop("PYTHONPATH", None)
        return kept | {
            "TENANTATLAS_DATA_DIR": str(self.folder / "data"),
            "FLASK_APP": "wsgi",
            "FLASK_SKIP_DOTENV": "1",
        }
