"""Start forms: each parameter has the control that suits it, and says its limits to the browser."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, Field, model_validator

START = "/t/fictional/start/probe.check"


class Colour(Enum):
    RED = "red"
    DEEP_BLUE = "deep_blue"


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


class Everything(BaseModel):
    """One parameter of every kind."""

    wall: str = Field("north", min_length=2, max_length=9, pattern="^[a-z]+$")
    code: str = Field("a1", pattern=r"^\w+$")
    coats: int = Field(2, gt=0, le=9)
    litres: float | None = Field(None, ge=0.5, lt=20)
    price: Decimal = Decimal("1.50")
    primer: bool = True
    colour: Colour = Colour.DEEP_BLUE
    size: Size = Size.LARGE
    finish: Literal["matt", "gloss"] | None = None
    number: Literal[3, 7] = 7
    rooms: list[str] = Field(default_factory=lambda: ["hall"], title="Which rooms", description="One a line.")
    doors: list[int] = []
    tones: set[Colour] = {Colour.RED}
    day: date = date(2026, 3, 1)
    moment: AwareDatetime = datetime(2026, 3, 1, 5, 30, tzinfo=UTC)
    hour: time | None = None
    tag: Annotated[str, Field(max_length=5)] | None = None


@pytest.fixture
def offered(offer):
    """Offer an operation with a model; answers with the parameters it was executed with."""

    def add(params=Everything):
        seen = []
        offer(lambda run: seen.append(run.params), params=params)
        return seen

    return add


@pytest.fixture
def browser(sign_in, operator):
    return sign_in(operator)


def control(page, name):
    """The control of a field, whatever it is, up to its end."""
    found = re.search(rf'<(input|select|textarea|fieldset)[^>]*id="field-{name}"[^>]*>', page)
    assert found, f"no control for {name}"
    rest = page[found.start() :]
    return found[0] if found[1] == "input" else rest[: rest.index(f"</{found[1]}>") + len(found[1]) + 3]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("wall", ['type="text"', 'value="north"', 'minlength="2"', 'maxlength="9"', 'pattern="^[a-z]+$"']),
        ("coats", ['type="number"', 'value="2"', 'min="1"', 'max="9"', 'step="1"']),
        ("litres", ['type="number"', 'min="0.5"', 'max="20', 'step="any"']),
        ("price", ['type="text"', 'value="1.50"']),
        ("primer", ['type="checkbox"', " checked"]),
        ("colour", ['<option value="deep_blue" selected>deep blue</option>']),
        ("size", ['<option value="2" selected>2</option>', '<option value="1">1</option>']),
        ("finish", ['<option value=""></option>', '<option value="gloss">']),
        ("number", ['<option value="7" selected>']),
        ("rooms", ["<textarea", "\nhall</textarea>"]),
        ("tones", ["<fieldset", 'value="red" checked', 'value="deep_blue">']),
        ("day", ['type="date"', 'value="2026-03-01"']),
        ("moment", ['type="datetime-local"', 'value="2026-03-01T05:30"', 'step="any"']),
        ("hour", ['type="time"']),
        ("tag", ['maxlength="5"']),
    ],
)
def test_a_parameter_has_its_control_its_default_and_its_limits(browser, offered, name, parts):
    offered()

    found = control(browser.get(START).text, name)

    for part in parts:
        assert part in found, found


def test_a_pattern_that_browsers_read_otherwise_is_left_to_the_server(browser, offered):
    offered()
    browser_page = browser.get(START).text

    assert "pattern=" not in control(browser_page, "code")
    answer = browser.submit(START, {"code": "a b"})
    assert answer.status_code == 422
    assert 'id="field-code-error"' in answer.text


def test_labels_and_help_stand_at_their_field(browser, offered):
    offered()

    page = browser.get(START).text

    assert "Which rooms" in page
    assert '<p class="field__help" id="field-rooms-help">One a line.</p>' in page
    assert 'aria-describedby="field-rooms-help ' in control(page, "rooms")


def test_an_untouched_form_starts_with_the_defaults(browser, offered, worker):
    seen = offered()

    answer = browser.submit(START, {"primer": "true", "tones": "red", "rooms": "hall"})

    assert answer.status_code == 302
    worker()
    assert seen == [Everything()]


def test_what_is_filled_in_arrives_as_the_model_means_it(browser, offered, worker):
    seen = offered()
    filled = {
        "wall": "south",
        "litres": "2.5",
        "price": "9.99",
        "colour": "red",
        "size": "1",
        "finish": "gloss",
        "number": "3",
        "rooms": " attic \n\nbath",
        "doors": "1\n2",
        "tones": ["red", "deep_blue"],
        "day": "2026-12-24",
        "moment": "2026-12-24T18:00",
        "hour": "07:15",
        "tag": "new",
    }

    assert browser.submit(START, filled).status_code == 302

    worker()
    assert seen == [
        Everything(
            wall="south",
            litres=2.5,
            price=Decimal("9.99"),
            primer=False,
            colour=Colour.RED,
            size=Size.SMALL,
            finish="gloss",
            number=3,
            rooms=["attic", "bath"],
            doors=[1, 2],
            tones={Colour.RED, Colour.DEEP_BLUE},
            day=date(2026, 12, 24),
            moment=datetime(2026, 12, 24, 18, tzinfo=UTC),
            hour=time(7, 15),
            tag="new",
        )
    ]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("wall", "NORTH", "should match pattern"),
        ("coats", "many", "valid integer"),
        ("litres", "20", "less than 20"),
        ("number", "5", "should be 3 or 7"),
        ("doors", "1\nfront\nback", "value 2: Input should be a valid integer"),
        ("tones", ["red", "mauve"], "value 2: Input should be"),
        ("day", "yesterday", "valid date"),
        ("moment", "yesterday", "valid datetime"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_kept(browser, offered, name, value, words):
    offered()

    answer = browser.submit(START, {name: value, "rooms": "<attic>"})

    assert answer.status_code == 422
    assert answer.text.count("field__error") == 1
    said = re.search(rf'id="field-{name}-error">(.*?)</p>', answer.text)[1]
    assert words in said
    assert "&lt;attic&gt;" in control(answer.text, "rooms")


def test_every_wrong_value_of_a_list_is_named(browser, offered):
    offered()

    answer = browser.submit(START, {"doors": "front\n2\nback"})

    said = re.search(r'id="field-doors-error">(.*?)</p>', answer.text)[1]
    assert "value 1: " in said
    assert "value 3: " in said
    assert "value 2" not in said


class Span(BaseModel):
    """Two numbers in their order."""

    first: int
    last: int

    @model_validator(mode="after")
    def _ordered(self):
        if self.first > self.last:
            raise ValueError("the first comes before the last")
        return self


def test_what_is_wrong_with_the_whole_is_said_above(browser, offered):
    offered(Span)

    answer = browser.submit(START, {"first": "9", "last": "1"})

    assert answer.status_code == 422
    assert "<li>the first comes before the last</li>" in answer.text
    assert "field__error" not in answer.text


class Required(BaseModel):
    """Something must be chosen."""

    colour: Colour


def test_nothing_is_chosen_for_whoever_must_choose(browser, offered):
    offered(Required)

    found = control(browser.get(START).text, "colour")

    assert " required" in found
    assert '<option value=""></option>' in found
    assert "selected" not in found
