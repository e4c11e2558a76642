"""Wheels built and unpacked as installers do, without a network."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

PROJECT = """
[build-system]
requires = ["uv_build>=0.9"]
build-backend = "uv_build"

[project]
name = "{name}"
version = "1.0"

[project.entry-points."tenantatlas.plugins"]
{name} = "{name}:plugin"

[tool.uv.build-backend]
module-root = ""
"""


def build_wheel(package: Path, folder: Path) -> Path:
    """The wheel of a package that brings a plugin of the same name, built in a folder.

    Args:
        package: folder with `__init__.py`.
        folder: an empty one.
    """
    shutil.copytree(package, folder / package.name)
    (folder / "pyproject.toml").write_text(PROJECT.format(name=package.name), encoding="utf-8")
    _uv("build", "--wheel", str(folder), cache=folder)
    [wheel] = (folder / "dist").glob("*.whl")
    return wheel


def install_wheel(wheel: Path, site: Path) -> None:
    """Install a wheel into a folder of its own, and let nobody write there."""
    options = ("--no-deps", "--python", sys.executable, "--target", str(site))
    _uv("pip", "install", *options, str(wheel), cache=wheel.parent)
    for path in [*site.rglob("*"), site]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def _uv(*arguments: str, cache: Path) -> None:
    environment = os.environ | {"UV_CACHE_DIR": str(cache / ".cache"), "UV_NO_CONFIG": "1"}
    subprocess.run(
        [find_uv_bin(), *arguments, "--offline", "--quiet"], env=environment, check=True, timeout=100
    )
