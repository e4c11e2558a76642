"""A plugin's pages stay at its own addresses."""

import pytest

from app.core.registry.catalog import EXTENSION

HEAD = """
from flask import Blueprint
from app.core import Plugin
pages = Blueprint("hello", __name__)
{line}
plugin = Plugin(name="hello", version="1", blueprints=(pages,))
"""


@pytest.fixture
def load(drop_in, make_app):
    """The catalog with a plugin whose blueprint has one more line."""

    def built(line):
        drop_in("hello", HEAD.format(line=line))
        return make_app().extensions[EXTENSION]

    return built


def at(address, methods=("GET",)):
    return f"pages.add_url_rule({address!r}, 'show', lambda tenant='': '', methods={list(methods)})"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("pages.before_app_request(lambda: None)", "a hook of the whole application: before_request_funcs"),
        ("pages.after_app_request(lambda answer: answer)", "after_request_funcs"),
        ("pages.teardown_app_request(lambda error: None)", "teardown_request_funcs"),
        ("pages.app_context_processor(lambda: {'tenant': None})", "template_context_processors"),
        ("pages.app_url_defaults(lambda endpoint, values: None)", "url_default_functions"),
        ("pages.app_url_value_preprocessor(lambda endpoint, values: None)", "url_value_preprocessors"),
        ("pages.app_errorhandler(403)(lambda error: '')", "error_handler_spec"),
        ("pages.add_app_template_global(print, 'url_for')", "the template's 'url_for' is taken"),
        ("pages.add_app_template_global(print, 'now')", "the template's 'now' is taken"),
        ("pages.add_app_template_filter(print, 'upper')", "the template's 'upper' is taken"),
        (at("/"), "the address '/' does not begin with /t/<tenant>/"),
        (at("/hello"), "the address '/hello' does not begin with /t/<tenant>/"),
        (at("/t/fictional/hello"), "does not begin with /t/<tenant>/"),
        (at("/t/<tenant>/"), "the address '/t/<tenant>/' is taken"),
        (at("/t/<tenant>/start/<kind>"), "the address '/t/<tenant>/start/<kind>' is taken"),
        (at("/t/<tenant>/drift"), "the address '/t/<tenant>/drift' is taken"),
    ],
)
def test_pages_that_reach_into_those_of_others_fail_at_routes(load, line, words):
    [failed] = load(line).failed

    assert (failed.name, failed.stage) == ("hello", "routes")
    assert words in failed.reason


@pytest.mark.parametrize(
    "line",
    [
        at("/t/<tenant>/hello"),
        at("/t/<tenant>/notifications", methods=["POST"]),
        "pages.before_request(lambda: None)",
        "pages.context_processor(lambda: {})",
        "pages.errorhandler(403)(lambda error: '')",
        "pages.add_app_template_filter(print, 'greeted')",
        "pages = Blueprint('hello', __name__, static_folder='static', static_url_path='/static/hello')",
    ],
)
def test_pages_at_their_own_addresses_are_taken_in(load, line):
    catalog = load(line)

    assert catalog.failed == []
    assert "hello" in catalog.plugins


def test_a_blueprint_that_fails_only_when_it_is_registered_in_earnest_is_named_too(load):
    line = """
def once_only(state, seen=[]):
    seen.append(state)
    if len(seen) == 2:
        raise LookupError("password=hunter2")
pages.record(once_only)
"""

    catalog = load(line)

    [failed] = catalog.failed
    assert (failed.name, failed.stage) == ("hello", "routes")
    assert "LookupError" in failed.reason
    assert "hunter2" not in failed.reason
    assert "drift" in catalog.plugins
