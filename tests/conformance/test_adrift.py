"""The kit bites pages, tables and distributions: one package breaks every promise, and each is named."""

import shutil

import pytest

from tests.support.plugging import SAMPLES

EXPECTED = {
    "test_pages_work_in_an_empty_tenant": "/t/conformance/adrift/broken",
    "test_no_view_shows_itself_to_nobody": "/t/conformance/adrift/open",
    "test_no_view_shows_itself_to_strangers": "/t/conformance/adrift/open",
    "test_a_readonly_member_starts_nothing": "/t/conformance/adrift/go",
    "test_an_api_resource_is_read_page_by_page": "1 entries are read one a page, 2 otherwise",
    "test_an_api_resource_shows_nothing_to_strangers": "drifting: another tenant's list shows its entries",
    "test_models_and_migrations_say_the_same": "colour",
    "test_its_tables_go_down_to_nothing_and_come_again": "buoys",
    "test_folders_of_its_pages_are_there": "template_folder",
    "test_its_version_is_that_of_its_distribution": "7.0",
    "test_its_distribution_requires_the_product": "tenantatlas",
    "test_its_annotations_are_for_others_too": "py.typed",
}


@pytest.fixture
def adrift(install):
    """The package, installed as somebody careless would; answers with the folder it is found in."""
    folder = install("adrift", "")
    (folder / "adrift.py").unlink()
    shutil.copytree(SAMPLES / "adrift", folder / "adrift")
    return folder


@pytest.mark.timeout(300)
def test_everything_that_is_adrift_is_named_with_its_place(check_plugin, adrift):
    told = check_plugin("adrift", adrift, arguments=["-k", "not example1"])

    assert told.failed_checks("adrift") == set(EXPECTED), told.output
    for check, place in EXPECTED.items():
        assert place in told.failed[f"{check}[adrift]"]


@pytest.mark.timeout(300)
def test_a_page_that_shows_a_name_as_markup_is_named(check_plugin, adrift):
    told = check_plugin("adrift", adrift, arguments=["-k", "hostile_parameters"])

    (message,) = told.failed.values()
    assert "/t/conformance/adrift shows a text as markup" in message
