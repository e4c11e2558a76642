"""The walk at the head of the plugin guide, followed to the letter from an empty folder."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from app.config import load_settings
from app.core import tenant_by_slug
from tests.support.processes import ROOT

GUIDE = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
WALK = GUIDE[: GUIDE.index("## Let it be written")]
SNIPPET = re.compile(
    r"(?:Save this as\s`(?P<path>[^`]+)`:\n\n)?```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL
)
STEPS = list(SNIPPET.finditer(WALK))
SAVE = "cat > {path} <<'END OF FILE'\n{text}END OF FILE\n"
PAUSE = "printf '\\f'\n"


@pytest.fixture
def home(tmp_path):
    """A home folder with the product in `tenantatlas`, set up."""
    product = tmp_path / "home" / "tenantatlas"
    product.mkdir(parents=True)
    for name in ("app", "migrations", "wsgi.py"):
        (product / name).symlink_to(ROOT / name)
    (product / ".venv").symlink_to(sys.prefix)
    return product.parent


@pytest.fixture
def said(home, plugins_folder):
    """What each step of the walk has printed, nothing left out."""
    ran = subprocess.run(
        ["bash", "-euc", "".join(map(commands_of, STEPS))],
        cwd=plugins_folder.parent,
        env={"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout.split("\f")


@pytest.fixture
def browser(plugins_folder, make_app, make_user):
    """An operator of the tenant that the walk has made."""
    data = plugins_folder.parent / "data"
    changes = load_settings(data_dir=data, plugins_dir=plugins_folder).model_dump()
    application = make_app(**changes)
    with application.app_context():
        browser = application.test_client()
        browser.sign_in(make_user(tenant=tenant_by_slug("harbour")))
        yield browser


def commands_of(step):
    """A step as a shell's: a file is saved, commands are typed."""
    is_file = step["kind"] != "sh"
    assert bool(step["path"]) == is_file, step[0]
    return (SAVE.format(**step.groupdict()) if is_file else step["text"]) + PAUSE


def test_the_first_run_type_is_at_most_25_lines():
    first = next(step for step in STEPS if step["kind"] == "python")

    assert 10 < len(first["text"].splitlines()) <= 25


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_the_walk_leads_from_an_empty_folder_to_a_page(said, browser):
    first, second, third = (text for text in said if "hello.greet" in text)

    assert "1 succeeded, 0 failed, 1 skipped of 2" in first
    assert "completed with errors\n  1 succeeded, 1 failed" in second
    assert "Run 4 hello.greet: completed\n" in third
    book = browser.get("/t/harbour/hello")
    assert book.status_code == 200
    assert "Ada, " in book.text
    assert "Guest book" in browser.get("/t/harbour/monitoring/operations/4").text
    assert 'name="names"' in browser.get("/t/harbour/start/hello.greet").text
