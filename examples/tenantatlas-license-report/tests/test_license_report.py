"""What the conformance kit cannot know: that each policy is said to need what it needs."""

from sqlalchemy import select, text

from app.core import current_catalog, db, find_run, start_operation, tenant_by_slug
from app.core.runs.execute import execute_run
from license_report.licenses import FACTS, LICENSES
from license_report.models import LicensedPolicy, Report
from license_report.reports import begin_report

LOST = text(
    "DELETE FROM inventory_documents WHERE content_hash ="
    " (SELECT content_hash FROM inventory_versions WHERE display_name = 'Robots')"
)


def test_each_policy_needs_what_its_feature_needs(policies, sync, report, app):
    number = sync(policies)

    run = report()

    with app.app_context():
        needs = dict(db.session.execute(select(LicensedPolicy.name, LicensedPolicy.license)).all())
    assert needs == {
        "Everybody": "entra_p1",
        "Risky": "entra_p2",
        "Robots": "workload_id",
        "Drive": "intune_1",
        "Elevation": "intune_epm",
    }
    assert run["summary"] == {"sync_run_id": number, "licenses": dict.fromkeys(needs.values(), 1)}


def test_a_type_without_a_known_license_is_skipped(policies, sync, report):
    sync(policies)

    run = report()

    assert (run["status"], run["succeeded"], run["skipped"]) == ("completed", 5, 1)


def test_every_license_in_use_names_its_public_source():
    assert {fact.needs.key for fact in FACTS} == set(LICENSES)
    assert all(found.source.startswith("https://learn.microsoft.com/") for found in LICENSES.values())


def test_without_a_sync_the_run_says_what_to_do(report, page):
    run = report()

    assert (run["status"], run["failure_totals"]) == ("failed", {"no_sync": 1})
    assert "Take an inventory sync" in page(f"/monitoring/operations/{run['id']}").text


def test_a_policy_whose_document_is_lost_fails_alone(policies, sync, report, app):
    sync(policies)
    with app.app_context():
        db.session.execute(LOST)
        db.session.commit()

    run = report()

    assert (run["status"], run["succeeded"], run["failed"]) == ("completed_with_errors", 4, 1)
    assert run["failure_totals"] == {"unreadable": 1}


def test_a_resumed_run_stays_with_its_sync_when_a_newer_one_has_come(policies, sync, app):
    older = sync(policies)
    with app.app_context():
        tenant = tenant_by_slug("harbour")
        started = start_operation(current_catalog(), tenant, "license_report.count", {})
        begin_report(tenant, started.run_id, older)
        db.session.commit()
    sync({"ScopeTags/harbour.json": policies["ScopeTags/harbour.json"]})

    with app.app_context():
        execute_run(started.run_id)
        db.session.rollback()
        run = find_run(tenant_by_slug("harbour"), started.run_id)

    assert (run.status, run.summary["sync_run_id"], run.succeeded) == ("completed", older, 5)


def test_a_report_takes_the_place_of_the_one_before_about_its_sync(policies, sync, report, app):
    first = sync(policies)
    report()
    sync({"SettingsCatalog/drive.json": policies["SettingsCatalog/drive.json"]})
    runs = [report()["id"], report(sync_run_id=first)["id"]]

    with app.app_context():
        assert db.session.scalars(select(Report.run_id).order_by(Report.id)).all() == runs


def test_what_a_removed_run_left_unfinished_goes_with_the_next_report(policies, sync, report, app):
    number = sync(policies)
    with app.app_context():
        begin_report(tenant_by_slug("harbour"), None, number)
        db.session.commit()

    run = report()

    with app.app_context():
        assert db.session.scalars(select(Report.run_id)).all() == [run["id"]]


def test_the_page_groups_policies_by_license(policies, sync, report, page):
    number = sync(policies)
    run = report()

    newest = page("/license-report").text
    chosen = page(f"/license-report/syncs/{number}?license=entra_p2").text

    for words in ("Microsoft Entra ID P2", "Risky", "Drive", "Without a known license", "Microsoft Learn"):
        assert words in newest
    assert f'href="/t/harbour/monitoring/operations/{run["id"]}"' in newest
    assert f'href="/t/harbour/inventory/syncs/{number}"' in newest
    assert "Risky" in chosen
    assert "Drive" not in chosen


def test_there_is_a_word_for_no_report_and_another_for_no_match(policies, sync, report, page):
    number = sync(policies)

    before = page("/license-report").text
    report()
    unmatched = page(f"/license-report/syncs/{number}?license=none-such").text

    assert "No license report yet" in before
    assert "No policy needs this license" in unmatched


def test_a_sync_without_a_report_is_closed_like_one_of_somebody_else(policies, sync, page):
    number = sync(policies)

    assert page(f"/license-report/syncs/{number}").status_code == 403
    assert page("/license-report/syncs/4711").status_code == 403


def test_the_start_page_says_how_many_licenses_are_needed(policies, sync, report, page):
    number = sync(policies)
    report()

    assert f"needed by 5 policies of sync {number}" in page("/").text
