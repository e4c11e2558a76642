"""What plugins may use changes on purpose only."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import pytest

import app.core
from tools import public_api


def test_the_public_api_is_the_one_that_was_agreed_on():
    agreed = public_api.FILE.read_text(encoding="utf-8")

    assert public_api.text() == agreed, (
        "app.core offers plugins something else than tests/architecture/public_api.txt says. If that is "
        "meant, raise API_VERSION and run `python -m tools.public_api`; the file's head says more."
    )


def test_every_public_name_is_in_it_once_and_in_order():
    lines = public_api.text().removeprefix(public_api.HEAD).splitlines()
    heads = [line for line in lines if line and not line.startswith(" ")]
    names = [line.removeprefix("class ").removeprefix("module ") for line in heads]

    assert [name.replace("(", " ").split()[0] for name in names] == sorted(app.core.__all__)


def test_it_begins_with_how_to_change_it():
    assert "python -m tools.public_api" in public_api.text().partition("\n\n")[0]


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, kw_only=True)
class Wall:
    """Something with fields."""

    name: str
    colour: Colour = Colour.RED
    rooms: list[str] = field(default_factory=list)


Wall.__module__ = Colour.__module__ = "app.sample"  # as if it were ours


class Painter(Protocol):
    @property
    def name(self) -> str: ...

    def paint(self, wall: Wall, *, coats: int = 2, **more: object) -> "Wall": ...

    def _rest(self) -> None: ...


Painter.__module__ = "app.sample"
Painter.paint.__module__ = "app.sample"


def paint(wall: Wall, *walls: Wall, colour: str = "red") -> None: ...


@pytest.mark.parametrize(
    ("thing", "lines"),
    [
        (
            Wall,
            [
                "class x",
                "    *",
                "    name: str",
                "    colour: Colour = Colour.RED",
                "    rooms: list[str] = list",
            ],
        ),
        (Colour, ["class x(StrEnum)", "    RED = 'red'"]),
        (
            Painter,
            [
                "class x(Protocol)",
                "    paint(wall: Wall, *, coats: int = 2, **more: object) -> Wall",
                "    property name() -> str",
            ],
        ),
        (paint, ["x(wall: Wall, *walls: Wall, colour: str = 'red') -> None"]),
        ((1, 2), ["x = (1, 2)"]),
        (dict[str, int], ["x = dict[str, int]"]),
    ],
    ids=["dataclass", "enum", "protocol", "function", "value", "type"],
)
def test_names_types_and_defaults_are_told(thing, lines):
    assert list(public_api.described("x", thing)) == lines
