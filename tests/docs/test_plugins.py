"""The plugin guide: every public name is explained, and its snippets run as printed."""

import dataclasses
import json
import re
from pathlib import Path

import pytest

import app.core
import app.plugins
from app.core.registry.extensions.base import Extension
from app.core.registry.former_names import FormerOperation
from app.core.tenants import create_tenant

GUIDE = Path(__file__).parents[2] / "docs" / "plugins.md"
TEXT = GUIDE.read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
INHERITED = {"key", "label"}


@pytest.fixture
def with_weighing(drop_in, make_app):
    """One that found the plugin whose choices come from the tenant's data."""
    yield from with_plugin("scales", snippet_of("scales"), drop_in, make_app)


@pytest.fixture
def with_harbour(drop_in, make_app, monkeypatch):
    """One that found the plugin with settings, and what they are."""
    monkeypatch.setenv("TENANTATLAS_HARBOUR_KEY", "hush")
    monkeypatch.setenv("TENANTATLAS_HARBOUR_BERTHS", "5")
    yield from with_plugin("harbour", snippet_of("harbour"), drop_in, make_app)


def snippet_of(plugin):
    [found] = [snippet for snippet in SNIPPETS if f'name="{plugin}"' in snippet]
    return found


def with_plugin(name, source, drop_in, make_app):
    drop_in(name, source)
    application = make_app()
    with application.app_context():
        create_tenant("harbour")
        yield application


@pytest.mark.parametrize("name", app.core.__all__)
def test_every_public_name_has_an_entry(name):
    assert name in explained(), f"{name} is not explained"


@pytest.mark.parametrize(
    "name",
    [name for name in app.core.__all__ if dataclasses.is_dataclass(getattr(app.core, name))],
)
def test_every_field_of_a_declaration_is_explained(name):
    told = set(re.findall(r"\b\w+\b", " ".join(re.findall(r"`[^`]*`", entry_of(name)))))
    fields = {field.name for field in dataclasses.fields(getattr(app.core, name))}

    assert fields - told - INHERITED == set(), f"the entry of {name} does not explain them"


def test_what_all_declarations_share_is_explained_once():
    assert {field.name for field in dataclasses.fields(Extension)} == INHERITED
    assert all(f"`{name}`" in TEXT.partition("## Extending the product")[2][:1200] for name in INHERITED)


def test_every_former_spelling_is_listed_with_its_successor():
    section = TEXT.partition("## Former spellings")[2].partition("\n## ")[0]

    for name, member in vars(FormerOperation).items():
        if isinstance(member, property):
            version = ".".join(map(str, member.fget.gone_with))
            assert re.search(rf"^\| `OperationType\.{name}` \| `\w+` \| {version} \|$", section, re.MULTILINE)


def test_every_snippet_behind_the_walk_names_the_test_that_executes_it():
    behind = TEXT[TEXT.index("## Let it be written") :]
    named = re.findall(r"<!-- executed by (\S+) -->\n```python\n", behind)

    assert len(named) == behind.count("```python\n") > 0
    assert all((GUIDE.parents[1] / path).is_file() for path in named)


def test_no_entry_explains_a_name_that_is_not_public():
    assert explained() == set(app.core.__all__)


def test_the_weighing_plugin_offers_what_the_tenant_has_and_weighs_it(with_weighing, make_user):
    folder = with_weighing.config["DATA_DIR"] / "imports" / "harbour"
    folder.mkdir(parents=True)
    (folder / "monday.zip").write_bytes(b"1234")
    browser = with_weighing.test_client()
    browser.sign_in(make_user(tenant=app.core.tenant_by_slug("harbour")))
    run = with_weighing.test_cli_runner().invoke
    start = ("runs", "start", "exports.weigh", "--tenant", "harbour", "--inline", "--json", "--param")

    assert 'name="exports" value="monday.zip"' in browser.get("/t/harbour/start/exports.weigh").text
    weighed = json.loads(run(*start, "exports=monday.zip").stdout)
    assert (weighed["status"], weighed["summary"]) == ("completed", {"last_in_bytes": 4})
    refused = run(*start, "exports=../secret.key")
    assert refused.exit_code == 2
    assert "exports: not among the choices" in refused.stderr


def test_the_harbour_reads_its_settings(with_harbour):
    start = ("runs", "start", "harbour.moor", "--tenant", "harbour", "--inline", "--json")

    answer = with_harbour.test_cli_runner().invoke(*start)

    assert json.loads(answer.stdout)["summary"] == {"berths": 5}
    assert "hush" not in answer.output


def explained():
    """Names at the head of an entry, such as ``- `find_run(tenant, run_id)`: ...``."""
    heads = re.findall(r"^- (`[^:]*`):", TEXT.partition("## Declaring")[2], re.MULTILINE)
    return {name for head in heads for name in re.findall(r"`(\w+)", head)}


def entry_of(name):
    """The text of a name's entry, with the list inside it."""
    head = re.search(rf"^- `{name}\b", TEXT, re.MULTILINE)
    assert head, f"{name} is not explained"
    return re.split(r"^(?:- `|#)", TEXT[head.start() + 3 :], maxsplit=1, flags=re.MULTILINE)[0].join(
        ["`", ""]
    )
