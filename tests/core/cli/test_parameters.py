"""Parameters as an administrator types them."""

import json
from datetime import date

import pytest
from pydantic import BaseModel
from sqlalchemy import select

from app.core.db import db
from app.core.registry.contract import Choice
from app.core.runs.models import BulkOperationRun
from app.core.schedules.models import Schedule


class Paint(BaseModel):
    """A wall."""

    wall: str
    coats: int = 2
    primer: bool = True
    rooms: list[str] = []
    day: date | None = None


@pytest.fixture
def start(flask_cli, tenant, offer):
    """Start the painting with some options: (exit status, parameters or none, standard error)."""
    offer(
        lambda _run: None,
        params=Paint,
        choices={"rooms": lambda _t: [Choice("hall", "Hall"), Choice("a=b", "")]},
    )

    def run(*options):
        result = flask_cli(
            "runs", "start", "probe.check", "--tenant", "fictional", "--inline", "--json", *options
        )
        inputs = json.loads(result.stdout)["inputs"] if result.stdout else None
        return result.exit_code, inputs, result.stderr

    return run


DEFAULTS = {"wall": "north", "coats": 2, "primer": True, "rooms": [], "day": None}


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        (["--param", "wall=north"], {}),
        (["--param", "wall=a=b"], {"wall": "a=b"}),
        (["--param", "wall=north", "--param", "coats=3"], {"coats": 3}),
        (["--param", "wall=north", "--param", "primer=false"], {"primer": False}),
        (["--param", "wall=north", "--param", "rooms=hall"], {"rooms": ["hall"]}),
        (
            ["--param", "wall=north", "--param", "rooms=a=b", "--param", "rooms=hall"],
            {"rooms": ["a=b", "hall"]},
        ),
        (["--param", "wall=north", "--param", "day=2026-12-24"], {"day": "2026-12-24"}),
        (["--params", '{"wall": "south", "coats": 4}', "--param", "wall=north"], {"coats": 4}),
        (["--params", '{"wall": "north"}'], {}),
    ],
)
def test_parameters_are_read_one_by_one_or_as_json(start, options, changes):
    assert start(*options)[:2] == (0, DEFAULTS | changes)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--param", "wall"], "--param 'wall' is not NAME=VALUE"),
        (
            ["--param", "wal=north"],
            "probe.check has no parameter 'wal'; it has wall, coats, primer, rooms, day",
        ),
        (["--param", "wall=a", "--param", "wall=b"], "--param wall is given 2 times and is no list"),
        (["--param", "wall=north", "--param", "coats=many"], "coats: Input should be a valid integer"),
        (["--param", "wall=north", "--param", "rooms=attic"], "rooms: not among the choices: 'attic'"),
        (["--param", "coats=1"], "wall: Field required"),
        (["--params", "{"], "--params is not JSON"),
        (["--params", "[]"], "--params is not a JSON object"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_starts(start, options, words):
    status, inputs, said = start(*options)

    assert (status, inputs) == (2, None)
    assert words in said
    assert db.session.scalar(select(BulkOperationRun)) is None


def test_a_schedule_takes_them_too(flask_cli, start):
    result = flask_cli(
        "schedules",
        "add",
        "--tenant",
        "fictional",
        "--run-type",
        "probe.check",
        "--cron",
        "0 3 * * *",
        "--param",
        "wall=north",
        "--param",
        "rooms=hall",
    )

    assert result.exit_code == 0, result.stderr
    assert db.session.scalars(select(Schedule)).one().params == DEFAULTS | {"rooms": ["hall"]}
