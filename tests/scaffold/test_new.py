"""`flask plugins new`: what it writes runs, passes the kit, and is written whole or not at all."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.scaffold import command, writing
from app.scaffold.draft import Draft
from tests.support.processes import environment

ROOT = Path(__file__).resolve().parents[2]
LONGEST = "a_harbour_watch_with_a_name_of_forty_xyz"


@pytest.fixture
def new(flask_cli, tmp_path):
    """Run the command into an empty folder: `new("hello", "--package")`; answers with result and folder."""
    folder = tmp_path / "written"
    folder.mkdir()

    def run(*arguments):
        return flask_cli("plugins", "new", *arguments, "--into", folder), folder

    return run


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.timeout(300)
def test_one_file_is_written_and_passes_doctor_and_kit(new):
    result, folder = new("harbour_watch")

    assert result.exit_code == 0, result.output
    assert files_below(folder) == ["harbour_watch.py"]
    assert "doctor: 7 plugins loaded, tables up to date." in result.stdout
    assert "passed" in result.stdout.partition("conformance: ")[2]
    assert "failed" not in result.stdout


@pytest.mark.timeout(300)
def test_a_package_is_written_and_passes_doctor_kit_and_its_own_tests(new):
    result, folder = new("harbour_watch", "--package")

    assert result.exit_code == 0, result.output
    package = folder / "tenantatlas-harbour-watch"
    assert files_below(package) == [
        "README.md",
        "pyproject.toml",
        "src/harbour_watch/__init__.py",
        "src/harbour_watch/entries.py",
        "src/harbour_watch/migrations/__init__.py",
        "src/harbour_watch/migrations/versions/0001_entries.py",
        "src/harbour_watch/models.py",
        "src/harbour_watch/operation.py",
        "src/harbour_watch/pages.py",
        "src/harbour_watch/py.typed",
        "src/harbour_watch/templates/harbour_watch/index.html",
        "tests/test_harbour_watch.py",
    ]
    assert "passed" in result.stdout.partition("conformance: ")[2]
    assert "failed" not in result.stdout


@pytest.mark.timeout(300)
def test_without_a_folder_the_file_is_a_built_in_of_the_checkout(tmp_path, settings):
    for name in ("app", "migrations"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "wsgi.py", tmp_path)
    command = [sys.executable, "-m", "flask", "plugins", "new", "harbour_watch"]

    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment(settings) | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (tmp_path / "app" / "plugins" / "harbour_watch.py").is_file()
    assert "passed" in ran.stdout.partition("conformance: ")[2]
    assert "Restart `flask serve`" in ran.stdout


@pytest.mark.timeout(300)
def test_what_is_wrong_with_it_is_said_and_the_exit_status_tells(new, monkeypatch):
    really = writing._texts_of
    broken = {"src/harbour_watch/entries.py": "raise LookupError('gone')\n"}
    monkeypatch.setattr(writing, "_texts_of", lambda kind, draft: really(kind, draft) | broken)

    result, _ = new("harbour_watch", "--package")

    assert result.exit_code == 1
    assert "failed at import: LookupError: gone" in result.stdout
    assert "Install it with" not in result.stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Harbour", "no name for a plugin"),
        ("harbour-watch", "no name for a plugin"),
        ("../harbour", "no name for a plugin"),
        ("x" * 41, "no name for a plugin"),
        ("class", "no name for a plugin"),
        ("drift", "there is a plugin 'drift' already"),
        ("retention", "there is a plugin 'retention' already"),
        ("json", "there is a Python module 'json' already"),
        ("app", "there is a Python module 'app' already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_is_written(new, name, said):
    result, folder = new(name, "--package")

    assert result.exit_code == 2
    assert said in result.stderr
    assert files_below(folder) == []


@pytest.mark.parametrize("taken", ["tenantatlas-harbour-watch", "harbour_watch"])
def test_what_is_there_is_never_written_over(new, tmp_path, taken):
    there = tmp_path / "written" / taken / "kept.txt"
    there.parent.mkdir()
    there.write_text("mine", encoding="utf-8")

    result, folder = new("harbour_watch", "--package")

    assert result.exit_code == 2
    assert f"{taken} exists already" in result.stderr
    assert files_below(folder) == [f"{taken}/kept.txt"]


def test_a_folder_that_is_not_there_is_refused(flask_cli, tmp_path):
    result = flask_cli("plugins", "new", "harbour_watch", "--into", tmp_path / "nowhere")

    assert result.exit_code == 2
    assert "there is no folder" in result.stderr


def test_what_cannot_be_written_whole_is_not_left_in_part(new, monkeypatch):
    really = Path.write_text

    def full(path, *arguments, **options):
        if path.name == "operation.py":
            raise OSError(28, "No space left on device", str(path))
        return really(path, *arguments, **options)

    monkeypatch.setattr(Path, "write_text", full)

    result, folder = new("harbour_watch", "--package")

    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert files_below(folder) == []


@pytest.mark.parametrize("name", ["a", LONGEST], ids=["shortest", "longest"])
def test_what_is_written_is_formatted_and_linted_as_this_checkout_is(tmp_path, name):
    (tmp_path / "__init__.py").touch()
    draft = Draft(name)
    target = writing.target_of(draft, tmp_path, as_package=False)
    writing.write(draft, target, as_package=False)

    for verb in (["check"], ["format", "--check"]):
        ruff = [Path(sys.executable).with_name("ruff"), *verb, "--config", ROOT / "pyproject.toml"]
        checked = subprocess.run([*ruff, target], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_file_goes_to_the_folder_of_further_plugins_where_there_is_one(plugins_folder, make_app):
    plugins_folder.mkdir()

    make_app(plugins_dir=plugins_folder)

    assert command._usual_folder(as_package=False) == plugins_folder
