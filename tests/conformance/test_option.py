"""`--plugin-conformance`: what is collected, and what is said when nothing can be."""

import pytest


@pytest.mark.timeout(300)
def test_a_name_that_no_plugin_has_is_answered_with_those_there_are(check_plugin):
    told = check_plugin("nobody")

    assert told.status == pytest.ExitCode.USAGE_ERROR
    assert "--plugin-conformance=nobody: no plugin has that name" in told.output
    assert "there are retention, channels, graph, inventory, backup_sets, drift" in told.output


@pytest.mark.timeout(300)
def test_a_plugin_that_cannot_be_loaded_fails_with_its_stage(check_plugin, install):
    folder = install("wreck", "raise LookupError('no such ship')")

    told = check_plugin("wreck", folder)

    assert set(told.failed) == {"test_the_plugin_is_loaded[wreck]"}
    assert "failed at import: LookupError: no such ship" in told.failed["test_the_plugin_is_loaded[wreck]"]
    assert not told.passed


@pytest.mark.timeout(300)
def test_the_checks_stand_beside_tests_that_are_named(check_plugin, install, tmp_path):
    own = tmp_path / "their_project" / "test_own.py"
    own.parent.mkdir()
    own.write_text("def test_own():\n    pass\n", encoding="utf-8")

    alone = check_plugin("retention", arguments=["-k", "test_own or is_loaded"])
    beside = check_plugin("retention", arguments=["-k", "test_own or is_loaded", str(own)])

    assert alone.passed == {"test_the_plugin_is_loaded[retention]"}
    assert beside.passed == {"test_the_plugin_is_loaded[retention]", "test_own"}


@pytest.mark.timeout(300)
def test_an_installed_copy_and_the_option_p_do_not_register_it_twice(check_plugin, tmp_path):
    info = tmp_path / "site" / "tenantatlas-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tenantatlas\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pytest11]\napp.conformance.plugin = app.conformance.plugin\n")

    told = check_plugin("retention", info.parent, arguments=["-k", "is_loaded"])

    assert told.status == 0, told.output
