"""Where a plugin says it is, and what is said when it is not there."""

import pytest

from app import plugins
from app.core.registry.candidates import candidates
from app.core.registry.catalog import EXTENSION
from app.core.registry.discovery import plugins_on_disk

HELLO = "from app.core import Plugin\nplugin = Plugin(name='hello', version='1')"


@pytest.fixture
def failure(make_app):
    """The one plugin that failed: (name, stage, reason)."""

    def find():
        catalog = make_app().extensions[EXTENSION]
        assert {"inventory", "drift"} <= set(catalog.plugins)
        [failed] = catalog.failed
        return failed.name, failed.stage, failed.reason

    return find


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("hello = no_such_module:plugin", "there is no module 'no_such_module'"),
        ("hello = hello.missing:plugin", "there is no module 'hello.missing'"),
        ("hello = hello:no_such_name", "module 'hello' has no `no_such_name`"),
        ("hello = hello:plugin.deeper.still", "has no `plugin.deeper.still`"),
        ("hello =", "its entry point names no module"),
        ("hello = not a module at all", "there is no module 'not a module at all'"),
    ],
)
def test_an_entry_point_that_leads_nowhere_fails_at_locate(install, failure, entry, words):
    install("hello", HELLO, entry=entry)

    name, stage, reason = failure()

    assert (name, stage) == ("hello", "locate")
    assert words in reason


def test_entry_points_that_cannot_be_read_are_their_packages_fault_alone(install, failure):
    install("hello", HELLO, entry="no equals sign")

    assert failure() == ("hello", "locate", "its entry points cannot be read")


def test_a_broken_package_that_brings_no_plugin_is_no_business_of_ours(install, make_app):
    folder = install("hello", HELLO)
    (folder / "hello-1.0.dist-info" / "entry_points.txt").write_text("[other.group]\nno equals sign\n")

    assert make_app().extensions[EXTENSION].failed == []


@pytest.mark.parametrize("library", ["no_such_library", "hello_no_more"])
def test_a_library_that_is_missing_is_a_failed_import(install, failure, library):
    install("hello", f"import {library}")

    name, stage, reason = failure()

    assert (name, stage) == ("hello", "import")
    assert library in reason


def test_a_package_that_is_there_twice_is_one_plugin(install, make_app, tmp_path, monkeypatch):
    folder = install("hello", HELLO)
    monkeypatch.syspath_prepend(str(folder))

    catalog = make_app().extensions[EXTENSION]

    assert catalog.failed == []
    assert catalog.distributions == {"hello": "hello"}


def test_built_in_plugins_come_from_no_distribution(app):
    found = {candidate.name: candidate for candidate in candidates(plugins)}

    assert found["drift"].distribution is None
    assert app.extensions[EXTENSION].distributions == {}


@pytest.fixture
def folder(plugins_folder):
    """The folder that a setting names."""
    plugins_folder.mkdir()
    return plugins_folder


def test_a_module_in_the_folder_of_the_setting_is_a_plugin(folder, make_app):
    (folder / "hello.py").write_text(HELLO)

    catalog = make_app(plugins_dir=folder).extensions[EXTENSION]

    assert {"hello", "drift"} <= set(catalog.plugins)
    assert catalog.failed == []


def test_a_module_there_whose_name_is_taken_is_named_and_harms_nothing(folder, make_app):
    (folder / "drift.py").write_text(HELLO)

    catalog = make_app(plugins_dir=folder).extensions[EXTENSION]

    [failed] = catalog.failed
    assert (failed.name, failed.stage) == ("drift", "locate")
    assert str(folder) in failed.reason
    assert "drift" in catalog.plugins
    assert "hello" not in catalog.plugins


def test_what_is_on_the_disk_is_found_by_its_own_name_whatever_the_settings_say(install):
    install("greeter", HELLO)
    install("broken", "raise LookupError('gone')")

    found, failures = plugins_on_disk(plugins)

    assert {"hello", "inventory", "drift"} <= set(found)
    assert [(failure.name, failure.stage) for failure in failures] == [("broken", "import")]
