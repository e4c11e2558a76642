"""Steps that a test steers from outside: it can hold one, see what was really done, and kill the worker.

Everything goes through files of one folder: `reached` and `effects` grow by a line each time, `go-1` lets
the first attempt pass. The tests install this as a third-party plugin.
"""

import os
import signal
from pathlib import Path
from time import monotonic, sleep

from pydantic import BaseModel

from app.core import OperationType, Plugin, RunContext

LONGEST_HOLD = 100.0  # seconds; a test that forgets to say `go` fails before


class StepParams(BaseModel):
    """What a test asks for; `name` tells its runs apart."""

    folder: Path
    name: str = "steps"
    items: int = 3
    hold: str = ""  # `before:item-2`, `after:item-2` (both inside the item) or `end`: wait there
    hold_again: str = ""  # the same for the second attempt
    is_deadly: bool = False  # kill the own process there instead, whichever attempt it is


def walk(run: RunContext[StepParams]) -> None:
    """Do every item that is left, then look whether the end is held."""
    for item in run.items:
        with run.item(item):
            _arrive(run, f"before:{item}")
            _note(run, "effects", item)
            _arrive(run, f"after:{item}")
    _arrive(run, "end")


def touch(run: RunContext[StepParams]) -> None:
    """Do nothing but say so."""
    _note(run, "effects", run.params.name)


def item_names(_tenant: object, params: StepParams) -> list[str]:
    """`item-1`, `item-2`, ..."""
    return [f"item-{number}" for number in range(1, params.items + 1)]


def _arrive(run: RunContext[StepParams], place: str) -> None:
    params = run.params
    if params.is_deadly and place == params.hold:
        os.kill(os.getpid(), signal.SIGKILL)
    if place != {1: params.hold, 2: params.hold_again}.get(run.attempt):
        return
    _note(run, "reached", place)
    end = monotonic() + LONGEST_HOLD
    while not (params.folder / f"go-{run.attempt}").exists() and monotonic() < end:
        sleep(0.01)


def _note(run: RunContext[StepParams], log: str, what: str) -> None:
    """One line, written at once: several processes may share the file."""
    line = f"{what} {run.attempt} {os.getpid()}\n"
    handle = os.open(run.params.folder / log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)


plugin = Plugin(
    name="faults",
    version="1.0.0",
    operations=(
        OperationType(
            run_type="faults.steady",
            label="Steady steps",
            params=StepParams,
            execute=walk,
            items=item_names,
            resumable=True,
            idempotent_items=True,
        ),
        OperationType(
            run_type="faults.careful",
            label="Careful steps",
            params=StepParams,
            execute=walk,
            items=item_names,
            resumable=True,
        ),
        OperationType(
            run_type="faults.once", label="Steps once", params=StepParams, execute=walk, items=item_names
        ),
        OperationType(run_type="faults.noop", label="No step", params=StepParams, execute=touch),
    ),
)
