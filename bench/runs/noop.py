"""A plugin that does nothing, tracked: `bench.noop` without items, `bench.items` with as many as asked."""

from pydantic import BaseModel

from app.core import OperationType, Plugin, RunContext


class Count(BaseModel):
    """How many items; `mark` keeps equal runs apart."""

    items: int = 0
    mark: int = 0


def nothing(_run: RunContext[Count]) -> None:
    """Return at once."""


def walk(run: RunContext[Count]) -> None:
    """Enter and leave every item."""
    for item in run.items:
        with run.item(item):
            pass


plugin = Plugin(
    name="bench",
    version="1.0.0",
    operations=(
        OperationType(run_type="bench.noop", label="Nothing", params=Count, execute=nothing, resumable=True),
        OperationType(
            run_type="bench.items",
            label="Items",
            params=Count,
            execute=walk,
            items=lambda _tenant, params: (f"item-{number:06}" for number in range(params.items)),
            resumable=True,
            idempotent_items=True,
        ),
    ),
)
