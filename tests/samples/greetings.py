"""A whole plugin in one file: greet people, one item each. The tests drop it in as a third party would."""

from pathlib import Path
from time import sleep

from pydantic import BaseModel, Field

from app.core import ItemFailedError, OperationType, Plugin, RunContext


class GreetParams(BaseModel):
    """Whom to greet."""

    people: list[str] = Field(min_length=1, description="One name a line.")
    until: Path | None = Field(default=None, description="Wait before the last one until this file exists.")


def greet(run: RunContext[GreetParams]) -> None:
    """Greet everybody who is somebody."""
    for person in run.items:
        while person == run.params.people[-1] and run.params.until and not run.params.until.exists():
            run.checkpoint()
            sleep(0.02)
        with run.item(person):
            if person == "nobody":
                raise ItemFailedError("not_found", f"There is no {person} here.")
    run.summarize(greeted=len(run.items))


def people(_tenant: object, params: GreetParams) -> list[str]:
    """The items of a run."""
    return params.people


operation = OperationType(
    run_type="greetings.greet", label="Greet people", params=GreetParams, execute=greet, items=people
)
plugin = Plugin(name="greetings", version="1.2.0", operations=(operation,))
