"""The kit bites: each careless operation fails the checks it should, and no other."""

import pytest

from tests.support.plugging import SAMPLES

EXPECTED = {
    "sound": set(),
    "unexplained": {"test_an_operation_explains_itself"},
    "unnamed_reason": {"test_reason_codes_can_be_acted_upon"},
    "without_example": {"test_an_operation_has_examples"},
    "random_key": {
        "test_key_and_items_are_the_same_when_asked_twice",
        "test_key_and_items_are_the_same_in_another_process",
        "test_an_equal_start_finds_the_run",
        "test_the_api_starts_it_for_the_right_token_alone",
        "test_a_form_of_the_right_role_starts_one_run",
    },
    "unordered_items": {"test_key_and_items_are_the_same_in_another_process"},
    "empty_item": {"test_items_fit_the_ledger"},
    "unstored_field": {"test_an_example_fits_its_model_and_survives_being_stored"},
    "undeclared_failure": {"test_an_example_ends_well_or_as_declared"},
    "open_transaction": {"test_an_example_leaves_no_transaction_open"},
    "borne_crash": {"test_a_crash_ends_it_honestly"},
    "borne_exit": {"test_an_exit_ends_it_honestly"},
    "borne_stop": {
        "test_a_failure_of_the_whole_run_ends_it",
        "test_it_stops_when_it_is_asked_to",
        "test_a_stopped_worker_gives_it_back",
    },
    "forgetful": {"test_a_killed_worker_costs_nothing"},
    "telling": {"test_a_secret_in_the_parameters_comes_up_nowhere"},
    "telling_settings": {"test_a_secret_in_the_settings_comes_up_nowhere"},
    "logging": {"test_a_secret_in_the_parameters_comes_up_nowhere"},
    "link_elsewhere": {"test_related_links_lead_to_pages_of_this_site"},
    "link_nowhere": {"test_related_links_lead_to_pages_of_this_site"},
    "link_broken": {"test_related_links_lead_to_pages_of_this_site"},
}


@pytest.mark.timeout(600)
def test_each_careless_operation_fails_what_it_should_and_no_more(check_plugin, install):
    folder = install("careless", (SAMPLES / "careless.py").read_text(encoding="utf-8"))

    told = check_plugin("careless", folder, arguments=["--plugin-conformance-kills=4"])

    found = {
        action: told.failed_checks(f"careless.{action}") | told.failed_checks(f"careless.{action}-example1")
        for action in EXPECTED
    }
    assert told.status == 1, told.output
    assert found == EXPECTED
