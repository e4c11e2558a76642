"""Former spellings still work, say what to write instead, and name the plugin that has not heard of it."""

import inspect
import warnings

import pytest

from app.core.registry import former as spelling
from app.core.registry.api import API_VERSION
from app.core.registry.catalog import EXTENSION
from app.core.registry.contract import OperationType
from app.core.registry.former_names import FormerOperation

SAID = "FormerOperation.{name} is gone with API 1.2: use run_type"
DECLARING = """
from app.core import OperationType, Plugin
operation = OperationType(run_type="hello.greet", label="Greet", execute=lambda run: None)
resource = operation.resource
plugin = Plugin(name="salute", version="1", operations=(operation,))

def late():
    return operation.action
"""


@pytest.fixture(autouse=True)
def _new_process():
    spelling._log.cache_clear()
    spelling._plugins.clear()
    yield
    spelling._log.cache_clear()


@pytest.fixture
def operation():
    return OperationType(run_type="probe.check", label="Probe", execute=print)


@pytest.mark.parametrize(("name", "value"), [("resource", "probe"), ("action", "check")])
def test_a_former_spelling_works_and_warns_whoever_uses_it(operation, name, value, caplog):
    with pytest.warns(DeprecationWarning, match=name) as caught:
        found = getattr(operation, name)

    assert found == value
    assert [(str(told.message), told.filename) for told in caught] == [(SAID.format(name=name), __file__)]
    assert f"plugin {__name__} uses a former spelling: {SAID.format(name=name)}" in caplog.text


@pytest.mark.parametrize("way", ["drop_in", "install"])
def test_the_plugin_is_named_while_it_is_imported_and_later(request, make_app, caplog, way):
    request.getfixturevalue(way)("hello", DECLARING)

    with pytest.warns(DeprecationWarning, match="resource"):
        app = make_app()
    assert "plugin hello uses a former spelling: FormerOperation.resource" in caplog.text, (
        "as it is called so far"
    )

    plugin = app.extensions[EXTENSION].plugins["salute"]
    late = inspect.getmodule(plugin.operations[0].execute).late
    with pytest.warns(DeprecationWarning, match="action"):
        assert late() == "greet"
    assert "plugin salute uses a former spelling: FormerOperation.action" in caplog.text


def test_the_log_names_a_plugin_once_and_the_warning_comes_each_time(operation, caplog):
    for _ in range(3):
        with pytest.warns(DeprecationWarning, match="resource"):
            operation.resource  # noqa: B018 - asking is the point

    assert caplog.text.count("former spelling") == 1


def test_core_itself_uses_none(app, operation):
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        repr(operation)
        assert operation == OperationType(run_type="probe.check", label="Probe", execute=print)


def marked():
    """Every former spelling: (name, the version that has it no more)."""
    for name, member in vars(FormerOperation).items():
        if isinstance(member, property):
            yield name, member.fget.gone_with


def test_a_former_spelling_is_kept_for_one_minor_version_and_no_longer():
    found = dict(marked())

    assert set(found) == {"resource", "action"}
    assert all(gone_with > API_VERSION for gone_with in found.values()), "take out what is gone"
