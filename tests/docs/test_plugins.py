"""The plugin guide: complete, and its first plugin runs as printed."""

import json
import re
import sys
from pathlib import Path

import pytest

import app.core
import app.plugins
from app.core.tenants import create_tenant

GUIDE = Path(__file__).parents[2] / "docs" / "plugins.md"
TEXT = GUIDE.read_text(encoding="utf-8")
SNIPPET = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)[1]
COMMAND = ("runs", "start", "hello.greet", "--tenant", "harbour", "--inline", "--json", "--params")


@pytest.fixture
def with_snippet(tmp_path, monkeypatch, make_app):
    """An application that found the guide's plugin below `app.plugins`."""
    folder = tmp_path / "dropped_in"
    folder.mkdir()
    (folder / "hello.py").write_text(SNIPPET, encoding="utf-8")
    monkeypatch.setattr(app.plugins, "__path__", [*app.plugins.__path__, str(folder)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    application = make_app()
    with application.app_context():
        create_tenant("harbour")
        yield application
    sys.modules.pop("app.plugins.hello", None)
    if hasattr(app.plugins, "hello"):
        del app.plugins.hello


@pytest.mark.parametrize("name", app.core.__all__)
def test_every_public_name_has_an_entry(name):
    assert name in explained(), f"{name} is not explained"


def test_no_entry_explains_a_name_that_is_not_public():
    assert explained() == set(app.core.__all__)


def test_the_first_run_type_stays_under_25_lines_of_code():
    code = [line for line in SNIPPET.splitlines() if line.strip()]

    assert 0 < len(code) < 25


def test_the_first_run_type_runs_as_printed(with_snippet):
    params = json.dumps({"names": ["Ada", "Nobody", "Ada"]})

    answer = with_snippet.test_cli_runner().invoke(*COMMAND, params)

    run = json.loads(answer.stdout)
    assert (run["status"], run["succeeded"], run["skipped"]) == ("completed", 1, 1)
    assert run["summary"] == {"greeting": "Hello"}


def test_the_first_run_type_refuses_what_its_model_refuses(with_snippet):
    answer = with_snippet.test_cli_runner().invoke(*COMMAND, '{"names": []}')

    assert answer.exit_code == 2
    assert "names" in answer.stderr


def test_the_first_run_type_has_a_form_without_another_edit(with_snippet, make_user):
    tenant = app.core.tenant_by_slug("harbour")
    browser = with_snippet.test_client()
    browser.sign_in(make_user(tenant=tenant))

    page = browser.get("/t/harbour/start/hello.greet")

    assert page.status_code == 200
    assert 'name="names"' in page.text
    assert "Greet people" in browser.get("/t/harbour/start").text


def test_the_commands_under_the_first_run_type_work(with_snippet):
    run = with_snippet.test_cli_runner().invoke

    assert run("plugins", "doctor").exit_code == 0
    assert "hello.greet" in run("plugins", "list").stdout


def explained():
    """Names at the head of an entry, such as ``- `find_run(tenant, run_id)`: ...``."""
    heads = re.findall(r"^- (`[^:]*`):", TEXT.partition("## Declaring")[2], re.MULTILINE)
    return {name for head in heads for name in re.findall(r"`(\w+)", head)}
