"""What the soak runs: a few short steps, each leaving a line of what was really done."""

import os
import time
from pathlib import Path

from pydantic import BaseModel

from app.core import OperationType, Plugin, RunContext

STEP_SECONDS = 0.02


class Steps(BaseModel):
    """How many steps, and where their lines go; `mark` keeps runs apart."""

    log: Path
    mark: int
    count: int = 8


def walk(run: RunContext[Steps]) -> None:
    """Do what is left, one line a step."""
    for item in run.items:
        with run.item(item):
            _note(run.params.log, f"{run.id} {item}\n")
            time.sleep(STEP_SECONDS)


def steps(_tenant: object, params: Steps) -> list[str]:
    """`step-1`, `step-2`, ..."""
    return [f"step-{number}" for number in range(1, params.count + 1)]


def _note(log: Path, line: str) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)


STEADY, CAREFUL, ONCE = "soak.steady", "soak.careful", "soak.once"
plugin = Plugin(
    name="soak",
    version="1.0.0",
    operations=(
        OperationType(
            run_type=STEADY,
            label="Steps that may be repeated",
            params=Steps,
            execute=walk,
            items=steps,
            resumable=True,
            idempotent_items=True,
            max_attempts=50,
        ),
        OperationType(
            run_type=CAREFUL,
            label="Steps that may not",
            params=Steps,
            execute=walk,
            items=steps,
            resumable=True,
            max_attempts=50,
        ),
        OperationType(run_type=ONCE, label="Steps of one worker", params=Steps, execute=walk, items=steps),
    ),
)
