"""The wheel holds everything that the checkout needs to run, and tells pytest about the conformance kit."""

import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[1]
BUILDS_FROM = 77  # the first setuptools that reads our pyproject.toml
SOURCES = ("app", "migrations", "wsgi.py", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of a copy of this checkout, built without asking anybody for anything."""
    if int(version("setuptools").partition(".")[0]) < BUILDS_FROM:
        pytest.skip(f"setuptools is older than {BUILDS_FROM}: `make setup` brings a newer one")
    copy, built = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("built")
    for name in SOURCES:
        copying = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copying(ROOT / name, copy / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    made = subprocess.run(
        [*command, "--no-index", "--wheel-dir", built, copy], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    (path,) = built.glob("*.whl")
    with ZipFile(path) as opened:
        yield opened


def test_no_file_of_the_product_is_left_out(wheel):
    packed = set(wheel.namelist())
    ours = {
        str(path.relative_to(ROOT))
        for folder in ("app", "migrations")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert len(ours) > 300
    assert sorted(ours - packed) == []


def test_pytest_finds_the_kit_by_the_wheel(wheel):
    (entries,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]

    said = wheel.read(entries).decode()

    assert "[pytest11]\napp.conformance.plugin = app.conformance.plugin" in said
