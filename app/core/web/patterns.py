"""Every part of core's pages in every state, with made-up data: to look at while building. In debug only."""

from datetime import timedelta
from types import SimpleNamespace

from flask import Blueprint, render_template

from app.core import clock
from app.core.db import JsonObject
from app.core.registry.extensions import TONES, CardFact
from app.core.runs.status import StatusBucket
from app.core.runs.trend import DAYS, RunsOfDay
from app.core.severity import Severity
from app.core.web.forms import FormField
from app.core.web.overview import ShownCard
from app.core.web.trend_chart import TrendChart

pattern_pages = Blueprint("patterns", __name__)

COUNTS = (
    ("Nothing yet", {"total": 0, "succeeded": 0, "failed": 0, "skipped": 0}),
    ("Not begun", {"total": 40, "succeeded": 0, "failed": 0, "skipped": 0}),
    ("Half way", {"total": 5000, "succeeded": 1190, "failed": 3, "skipped": 47}),
    ("All well", {"total": 500, "succeeded": 500, "failed": 0, "skipped": 0}),
    ("3 of 10,000 failed", {"total": 10_000, "succeeded": 9_997, "failed": 3, "skipped": 0}),
    ("Lost with a worker", {"total": 100, "succeeded": 80, "failed": 4, "unknown": 1, "skipped": 5}),
    ("Nothing worked", {"total": 12, "succeeded": 0, "failed": 12, "skipped": 0}),
    ("More than expected", {"total": 500, "succeeded": 520, "failed": 0, "skipped": 0}),
)
SPANS = tuple(timedelta(seconds=seconds) for seconds in (0.057, 1.84, 12.9, 125, 3725))
AGES = tuple(timedelta(seconds=seconds) for seconds in (5, 90, 7_500, 260_000))
CHANGES = ("added", "removed", "modified", "changed", "recreated", "observed", "of no known kind")
CHOICES = (("one", "The first"), ("two", "The second"))


@pattern_pages.get("/_patterns")
def index() -> str:
    """All of it on one page."""
    return render_template("core/patterns/index.html", **made_up())


def made_up() -> JsonObject:
    """What the page shows; nothing of it is anybody's."""
    now = clock.now()
    return {
        "tones": TONES,
        "buckets": [*StatusBucket, "of_no_known_kind"],
        "severities": [*Severity, "of no known kind"],
        "changes": CHANGES,
        "counts": COUNTS,
        "spans": SPANS,
        "moments": [now - age for age in AGES],
        "cards": _cards(),
        "trend": TrendChart(_days()),
        "made_tenant": SimpleNamespace(slug="made-up", name="Made Up Ltd"),
        "made_runs": [_run(number, bucket) for number, bucket in enumerate(StatusBucket, start=1)],
        "made_notes": [_note(number, bucket) for number, bucket in enumerate(StatusBucket, start=1)],
        "fields": _fields(""),
        "wrong_fields": _fields("This is what is wrong with it."),
    }


def _cards() -> list[ShownCard]:
    facts = [CardFact(12 * place, f"of the tone {tone}", tone, "/") for place, tone in enumerate(TONES)]
    dated = CardFact("Complete", "last sync", "good", at=clock.now() - timedelta(days=2))
    return [
        ShownCard("Every tone", "list-task", "core", (*facts, dated)),
        ShownCard("Nothing to say", "box-seam", "inventory", ()),
        ShownCard("Broken", "plug", "careless", None),
    ]


def _days() -> list[RunsOfDay]:
    today = clock.now().date()
    return [
        RunsOfDay(
            today - timedelta(days=DAYS - 1 - place),
            {
                StatusBucket.SUCCEEDED: place * 37 % 90,
                StatusBucket.PARTIALLY_SUCCEEDED: place % 5,
                StatusBucket.FAILED: int(place % 11 == 3),
            },
        )
        for place in range(DAYS)
    ]


def _run(number: int, bucket: StatusBucket) -> SimpleNamespace:
    return SimpleNamespace(
        id=number,
        label="Compare two syncs",
        run_type="made.up",
        initiator="somebody@example.com",
        status_bucket=bucket,
        created_at=clock.now() - timedelta(hours=number),
        total_items=60,
        succeeded=12 * number - 12,
        failed=number % 3,
        skipped=0,
        unknown=0,
    )


def _note(number: int, bucket: StatusBucket) -> SimpleNamespace:
    return SimpleNamespace(
        id=number,
        run_id=number,
        title="Compare two syncs",
        status_bucket=bucket,
        is_read=number % 2 == 0,
        counts={"total": 5, "succeeded": 4, "failed": 1, "skipped": 0, "unknown": 0},
        error_summary="The tenant refused: grant it first." if bucket is StatusBucket.FAILED else None,
        created_at=clock.now() - timedelta(days=number),
    )


def _fields(error: str) -> list[FormField]:
    """A field of every type, as a form draws it."""
    place = "wrong" if error else "right"
    values: dict[str, object] = {
        "text": "words",
        "password": "",
        "email": "somebody@example.com",
        "number": 7,
        "date": "2026-10-31",
        "datetime-local": "2026-10-31T12:00",
        "time": "12:00",
        "search": "",
        "checkbox": True,
        "select": "two",
        "multiselect": ["one"],
        "textarea": ["one", "a line"],
    }
    return [
        FormField(f"{place}-{kind}", kind.capitalize(), "Help.", kind, value, CHOICES, error, required=False)
        for kind, value in values.items()
    ]
