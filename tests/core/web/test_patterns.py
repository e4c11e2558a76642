"""The page that shows every part in every state: for who builds them, and never in production."""

from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import app.core
from app.core.web.patterns import made_up

CORE = Path(app.core.__file__).parent / "web/templates/core"
# What a macro is made of needs no place of its own on the page.
SHOWN = {"field": {"multiselect", "checkbox", "textarea", "select"}}


@pytest.fixture
def debugging(make_app):
    return make_app(debug=True)


def macros():
    """Every name that pages can use of `core/_macros.html`."""
    tree = Environment(autoescape=True).parse((CORE / "_macros.html").read_text())
    aliases = {
        node.target.name
        for node in tree.body
        if isinstance(node, nodes.Assign) and node.target.name.islower()
    }
    return aliases | {node.name for node in tree.find_all(nodes.Macro)}


def used():
    """Every macro that a template of the page, or a part it includes, calls by name."""
    found = set()
    waiting = [CORE / "patterns/index.html"]
    while waiting:
        tree = Environment(autoescape=True).parse(waiting.pop().read_text())
        waiting += [CORE.parent / part.template.value for part in tree.find_all(nodes.Include)]
        found |= {
            node.node.attr
            for node in tree.find_all(nodes.Call)
            if isinstance(node.node, nodes.Getattr)
            and isinstance(node.node.node, nodes.Name)
            and node.node.node.name == "ui"
        }
    return found


def test_in_production_there_is_no_such_page(client, app):
    assert client.get("/_patterns").status_code == 404
    assert not [rule for rule in app.url_map.iter_rules() if "patterns" in rule.endpoint]


def test_every_macro_is_on_it():
    assert len(macros()) > 20
    assert macros() - used() == set()


def test_in_debug_it_shows_every_state(debugging):
    with debugging.app_context():
        page = debugging.test_client().get("/_patterns")

    assert page.status_code == 200
    for words in (
        "Partially succeeded",
        "Not available",
        "Nothing to say yet.",
        "is-invalid",
        "1,240 of 5,000",
    ):
        assert words in page.text, words
    assert {kind.type for kind in made_up()["fields"]} >= SHOWN["field"]
    assert "question-circle" in page.text, "and what nobody knows"
