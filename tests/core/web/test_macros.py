import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask

import app.core
from app.core.runs.status import StatusBucket
from app.core.web.assets import static_url
from app.core.web.outcome_bar import outcome_bar_of

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TEMPLATES = Path(app.core.__file__).parent / "web/templates"


@pytest.fixture
def ui():
    flask = Flask("macros", template_folder=str(TEMPLATES))
    flask.jinja_env.globals |= {
        "now": lambda: NOW,
        "static_url": static_url,
        "outcome_bar_of": outcome_bar_of,
    }
    with flask.test_request_context():
        yield flask.jinja_env.get_template("core/_macros.html").module


@pytest.mark.parametrize("bucket", list(StatusBucket))
def test_every_bucket_has_an_icon_and_its_own_word(ui, bucket):
    badge = ui.bucket_badge(bucket)

    assert bucket.label.capitalize() in badge.striptags()
    assert "<use href=" in badge
    assert "question-circle" not in badge


def test_three_failures_in_ten_thousand_are_wide_enough_to_see(ui):
    bar = ui.outcome_bar({"total": 10_000, "succeeded": 9_997, "failed": 3, "skipped": 0})

    assert 'class="tone-bad" x="97.0" width="3" height="1"' in bar
    assert "3 failed" in bar.striptags()


def test_a_lost_item_is_counted_and_wide_enough_to_see(ui):
    bar = ui.outcome_bar({"total": 10_000, "succeeded": 9_996, "failed": 3, "unknown": 1, "skipped": 0})

    assert 'class="tone-bad" x="94.0" width="3" height="1"' in bar
    assert 'class="tone-warn" x="97.0" width="3" height="1"' in bar
    assert "1 unknown" in bar.striptags()
    assert "10,000 of 10,000" in bar.striptags()


@pytest.mark.parametrize(("failed", "unknown"), [(99, 1), (1, 99), (100, 0), (0, 100), (50, 50)])
def test_a_bar_without_any_success_ends_at_its_edge(ui, failed, unknown):
    bar = ui.outcome_bar({"total": 100, "succeeded": 0, "failed": failed, "unknown": unknown, "skipped": 0})

    widths = [float(width) for width in re.findall(r'width="([\d.]+)" height', bar)]
    assert sum(widths) == 100
    assert [width >= 3 for width in widths[1:3]] == [failed > 0, unknown > 0]


def test_counts_of_an_older_release_know_nothing_of_lost_items(ui):
    assert "unknown" not in ui.outcome_words({"succeeded": 2, "failed": 0, "skipped": 0})


def test_the_bar_of_a_running_run_leaves_what_remains_empty(ui):
    run = SimpleNamespace(total_items=200, succeeded=50, failed=0, skipped=50)

    bar = ui.outcome_bar(run)

    assert 'class="tone-good" width="25.0"' in bar
    assert 'class="tone-neutral" x="25.0" width="25.0"' in bar
    assert "100 of 200" in bar.striptags()


def test_more_items_than_expected_is_said_and_not_drawn_over_the_edge(ui):
    bar = ui.outcome_bar({"total": 500, "succeeded": 520, "failed": 0, "skipped": 0})

    assert "520 of an expected 500" in bar.striptags()
    assert 'width="100.0"' in bar


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_a_time_is_relative_in_words_and_absolute_in_its_attributes(ui, age, words):
    html = ui.time_ago(NOW - age)

    assert f">{words}</time>" in html
    assert f'datetime="{(NOW - age).isoformat()}"' in html
    assert "UTC" in html


@pytest.mark.parametrize(
    ("span", "words"),
    [(0.057, "57 ms"), (1.84, "1.8 s"), (12.9, "12 s"), (125, "2 min 5 s"), (3725, "1 h 2 min")],
)
def test_a_duration_names_its_two_largest_units(ui, span, words):
    assert ui.duration(timedelta(seconds=span)).striptags() == words


def test_an_error_stands_at_its_field_and_is_tied_to_it(ui):
    html = ui.field("path", "Folder", "", "There is no such folder", "Where the export lies", required=True)

    assert 'aria-describedby="field-path-help field-path-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="field-path-error">There is no such folder' in html


def test_what_a_person_typed_is_escaped(ui):
    html = ui.field("path", "Folder", '"><script>', error="<b>")

    assert "<script>" not in html
    assert "<b>" not in html


def test_a_select_keeps_the_submitted_choice_whatever_its_type(ui):
    html = ui.field("n", "Number", 2, type="select", choices=((1, "one"), (2, "two")), required=True)

    assert '<option value="2" selected>two</option>' in html
    assert html.count("selected") == 1


def test_the_summary_links_to_wrong_fields_and_keeps_what_belongs_to_none(ui):
    fields = [SimpleNamespace(name="path", label="Folder"), SimpleNamespace(name="mode", label="Mode")]

    html = ui.form_errors({"path": "is missing", "": "Both snapshots are the same."}, fields)

    assert '<a href="#field-path">Folder</a>: is missing' in html
    assert "Both snapshots are the same." in html
    assert "field-mode" not in html
