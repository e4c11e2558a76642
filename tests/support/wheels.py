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
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")


def build_wheel(package: Path, folder: Path) -> Path:
    """The wheel of a package that brings a plugin of the same name, built in a folder.

    Args:
        package: folder with `__init__.py`.
        folder: an empty one.
    """
    shutil.copytree(package, folder / package.name)
    (folder / "pyproject.toml").write_text(PROJECT.format(name=package.name), encoding="utf-8")
    uv("build", "--wheel", str(folder), cache=folder)
    [wheel] = (folder / "dist").glob("*.whl")
    return wheel


def build_project(project: Path, names: tuple[str, ...], folder: Path) -> Path:
    """The wheel of a project that builds with the setuptools of this environment.

    Args:
        project: folder with `pyproject.toml`.
        names: the files and folders of it that a build needs; copied, so that nothing is left beside them.
        folder: one that is not there yet.
    """
    folder.mkdir(parents=True)
    for name in names:
        if (project / name).is_dir():
            shutil.copytree(project / name, folder / name, ignore=LEFT_BEHIND)
        else:
            shutil.copy2(project / name, folder)
    uv("build", "--wheel", "--no-build-isolation", "--python", sys.executable, str(folder), cache=folder)
    [wheel] = (folder / "dist").glob("*.whl")
    return wheel


def install_wheel(wheel: Path, site: Path) -> None:
    """Install a wheel into a folder of its own, and let nobody write there."""
    options = ("--no-deps", "--python", sys.executable, "--target", str(site))
    uv("pip", "install", *options, str(wheel), cache=wheel.parent)
    for path in [*site.rglob("*"), site]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def uv(*arguments: str, cache: Path) -> None:
    """`uv ...`, without a network and without a cache that others share."""
    environment = os.environ | {"UV_CACHE_DIR": str(cache / ".cache"), "UV_NO_CONFIG": "1"}
    subprocess.run(
        [find_uv_bin(), *arguments, "--offline", "--quiet"], env=environment, check=True, timeout=100
    )
