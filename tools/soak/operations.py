"""What the soak starts: operations that write down what they really do, as a plugin of their own."""

import os
import time
from pathlib import Path

from pydantic import BaseModel

from app.core import ItemFailedError, ItemSkippedError, OperationType, Plugin, RunContext

PACE = 0.02  # seconds an item takes


class SoakParams(BaseModel):
    """What the starter asks for; two runs with the same parameters are not active at once."""

    effects: Path  # a line is added for each item that is really done
    name: str
    items: int = 0


def work(run: RunContext[SoakParams]) -> None:
    """Do every item that is left: a seventh fails, another seventh needs no work."""
    for item in run.items:
        with run.item(item):
            _note(run, item)
            time.sleep(PACE)
            number = int(item)
            if number % 7 == 3:
                raise ItemFailedError("odd", "It is odd.")
            if number % 7 == 5:
                raise ItemSkippedError("same", "It needs no work.")


def touch(run: RunContext[SoakParams]) -> None:
    """Do nothing but say so."""
    _note(run, "-")


def item_ids(_tenant: object, params: SoakParams) -> list[str]:
    """Numbers from 1."""
    return [str(number) for number in range(1, params.items + 1)]


def _note(run: RunContext[SoakParams], item: str) -> None:
    """Add a line at once: several processes share the file."""
    handle = os.open(run.params.effects, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, f"{run.id} {item} {run.attempt}\n".encode())
    finally:
        os.close(handle)


def _operation(
    name: str, *, resumable: bool = False, idempotent_items: bool = False
) -> OperationType[SoakParams]:
    return OperationType(
        run_type=f"soak.{name}",
        label=f"Soak: {name}",
        params=SoakParams,
        execute=work,
        items=item_ids,
        resumable=resumable,
        idempotent_items=idempotent_items,
        max_attempts=20,
    )


plugin = Plugin(
    name="soak",
    version="1.0.0",
    operations=(
        _operation("steady", resumable=True, idempotent_items=True),
        _operation("careful", resumable=True),
        _operation("once"),
        OperationType(run_type="soak.touch", label="Soak: touch", params=SoakParams, execute=touch),
    ),
)
