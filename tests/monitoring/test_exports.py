"""A run's items as files: what the page shows, whole or visibly not."""

import csv
import io
import json

import pytest

from app.core.db import db
from app.core.runs.document import run_details
from app.core.runs.queries import find_run
from app.core.runs.status import RunStatus
from app.core.sheets import BROKEN_OFF
from app.monitoring import exports
from tests.support.asking import asking
from tests.support.browsing import without_token
from tests.support.databases import on_both_databases

HUB = "/t/fictional/monitoring/operations"


@pytest.fixture
def browser(sign_in, operator):
    return sign_in(operator)


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(exports, "BATCH", 4)


def rows(answer):
    return list(csv.reader(io.StringIO(answer.text, newline="")))


def of_items(asked):
    return [one for one in asked if "FROM bulk_operation_run_items" in one.statement]


@on_both_databases
def test_csv_has_a_row_for_each_item_under_names(browser, make_run):
    run = make_run(RunStatus.COMPLETED, succeeded=1, failed=1)

    answer = browser.get(f"{HUB}/{run.id}/items.csv")

    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="run-{run.id}-items.csv"'
    assert rows(answer) == [
        ["item_id", "outcome", "reason_code", "reason"],
        ["item-1", "succeeded", "", ""],
        ["item-2", "failed", "not_found", "It is not there."],
    ]


@on_both_databases
def test_json_has_the_facts_of_the_run_the_items_and_how_many_they_are(
    browser, make_run, tenant, small_batches
):
    run = make_run(RunStatus.COMPLETED, succeeded=8, failed=1)

    answer = browser.get(f"{HUB}/{run.id}/items.json?outcome=succeeded")

    found = answer.json
    assert answer.mimetype == "application/json"
    assert found["run"] == json.loads(json.dumps(run_details(find_run(tenant, run.id))))
    assert found["filter"] == {"outcome": "succeeded"}
    assert [item["item_id"] for item in found["items"]] == [f"item-{number}" for number in range(1, 9)]
    assert found["count"] == 8


def test_a_file_without_items_is_whole_too(browser, make_run):
    run = make_run(RunStatus.COMPLETED, succeeded=1)

    found = browser.get(f"{HUB}/{run.id}/items.json?text=z").json
    assert (found["items"], found["count"]) == ([], 0)
    assert len(rows(browser.get(f"{HUB}/{run.id}/items.csv?text=z"))) == 1


def test_a_file_has_what_the_page_shows_on_all_of_its_pages(browser, make_run, monkeypatch):
    monkeypatch.setattr("app.monitoring.run_pages.ITEMS", 2)
    run = make_run(RunStatus.COMPLETED, succeeded=5, failed=3)
    query = "outcome=failed&reason=not_found&text=ITEM"
    page = browser.get(f"{HUB}/{run.id}?{query}").text

    for ending in ("csv", "json"):
        assert f'href="{HUB}/{run.id}/items.{ending}?{query.replace("&", "&amp;")}"' in page
    answer = browser.get(f"{HUB}/{run.id}/items.csv?{query}&after=7")
    assert [row[0] for row in rows(answer)[1:]] == ["item-6", "item-7", "item-8"]
    assert f"run-{run.id}-failed-not_found-filtered.csv" in answer.headers["Content-Disposition"]


@on_both_databases
def test_a_long_file_is_read_in_batches_and_never_ahead_of_who_takes_it(browser, make_run, small_batches):
    run = make_run(RunStatus.COMPLETED, succeeded=10)

    with asking() as asked:
        answer = browser.get(f"{HUB}/{run.id}/items.csv", buffered=False)
        chunks = answer.iter_encoded()
        seen = [(len(next(chunks).splitlines()), len(of_items(asked))) for _ in range(3)]

    assert seen == [(5, 1), (4, 2), (2, 3)]
    assert list(chunks) == []


@on_both_databases
def test_a_file_that_is_being_sent_holds_no_writer_up_and_is_of_one_moment(browser, make_run, small_batches):
    run = make_run(RunStatus.COMPLETED, succeeded=9)
    answer = browser.get(f"{HUB}/{run.id}/items.csv", buffered=False)
    chunks = answer.iter_encoded()
    first = next(chunks)

    db.session.delete(db.session.get_one(type(run), run.id))
    db.session.commit()

    assert len((first + b"".join(chunks)).splitlines()) == 10
    answer.close()
    assert browser.get(f"{HUB}/{run.id}/items.csv").status_code == 403


def test_who_stops_taking_a_file_leaves_no_connection_behind(browser, make_run, small_batches):
    run = make_run(RunStatus.COMPLETED, succeeded=9)
    db.session.rollback()
    before = db.engine.pool.checkedout()
    answer = browser.get(f"{HUB}/{run.id}/items.csv", buffered=False)
    next(answer.iter_encoded())
    assert db.engine.pool.checkedout() == before + 1

    answer.close()
    assert browser.head(f"{HUB}/{run.id}/items.json").status_code == 200

    assert db.engine.pool.checkedout() == before


def test_what_a_spreadsheet_would_compute_is_a_text(browser, make_run):
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=cmd|"/c calc"!A1', '-2 "x", y']
    run = make_run(RunStatus.COMPLETED, items=[*names, "a=1"], succeeded=len(names) + 1)

    cells = [row[0] for row in rows(browser.get(f"{HUB}/{run.id}/items.csv"))]
    assert cells == ["item_id", *(f"'{name}" for name in names), "a=1"]
    found = browser.get(f"{HUB}/{run.id}/items.json").json["items"]
    assert [item["item_id"] for item in found] == [*names, "a=1"]


@pytest.fixture
def breaking(monkeypatch, small_batches):
    """Let the database fail at the batch of this number."""

    def at(number):
        asked = []
        query = exports.item_query

        def failing(*args, **options):
            asked.append(1)
            if len(asked) == number:
                raise ZeroDivisionError
            return query(*args, **options)

        monkeypatch.setattr(exports, "item_query", failing)

    return at


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_a_file_that_breaks_off_does_not_look_whole(browser, make_run, breaking, ending):
    run = make_run(RunStatus.COMPLETED, succeeded=10)
    breaking(2)

    answer = browser.get(f"{HUB}/{run.id}/items.{ending}", buffered=False)
    sent = []
    with pytest.raises(ZeroDivisionError):
        sent.extend(answer.iter_encoded())

    text = b"".join(sent).decode()
    assert "item-1" in text
    if ending == "csv":
        assert text.splitlines()[-1] == BROKEN_OFF
    else:
        with pytest.raises(json.JSONDecodeError):
            json.loads(text)


def test_what_breaks_before_the_first_item_is_an_error_page(browser, make_run, breaking):
    breaking(1)

    assert browser.get(f"{HUB}/{make_run(succeeded=1).id}/items.csv").status_code == 500


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_runs_of_others_and_runs_that_are_none_are_closed_alike(
    browser, client, make_run, make_tenant, ending
):
    foreign = make_run(tenant=make_tenant())

    answers = [browser.get(f"{HUB}/{number}/items.{ending}") for number in (foreign.id, 4711)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert without_token(answers[0].text) == without_token(answers[1].text)
    assert client.get(f"{HUB}/{foreign.id}/items.{ending}").status_code in {302, 403}


def test_a_secret_is_hidden_in_a_file_as_on_the_page(browser, make_run):
    secret = "password=hunter2-and-more"
    run = make_run(
        RunStatus.FAILED, reports=[("odd", f"It said {secret}.")], params={"token": secret}, succeeded=1
    )

    for path in ("", "/items.json", "/items.csv"):
        assert "hunter2" not in browser.get(f"{HUB}/{run.id}{path}").text, path
