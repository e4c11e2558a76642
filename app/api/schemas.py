"""What is asked and answered, as models: they validate requests and become the OpenAPI document."""

from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.core.registry.contract import LABEL_LENGTH, RUN_TYPE, AnyOperation
from app.core.runs.document import Moment, RunRow
from app.core.runs.item_lists import AnyRow
from app.core.runs.items import CODE_LENGTH, ITEM_LENGTH, Outcome
from app.core.runs.position import EARLIEST, LATEST
from app.core.runs.status import StatusBucket
from app.core.users import Role

PAGE, LONGEST_PAGE = 50, 200
CURSOR_LENGTH = 100
NO_NUL = r"^[^\x00]*$"  # which no database keeps in a text


class PageQuery(BaseModel):
    """Which part of a list is asked for."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=PAGE, ge=1, le=LONGEST_PAGE, description="How many, at most.")
    cursor: str = Field(
        default="",
        max_length=CURSOR_LENGTH,
        description="From next_cursor of the page before.",
    )


class RunQuery(PageQuery):
    """Which runs are asked for."""

    bucket: StatusBucket | None = Field(default=None, description="Only runs that stand so.")
    run_type: str | None = Field(
        default=None, pattern=f"^{RUN_TYPE.pattern}$", description="Only runs of this type."
    )
    since: AwareDatetime | None = Field(
        default=None, ge=EARLIEST, lt=LATEST, description="Only runs created at this moment or later."
    )
    until: AwareDatetime | None = Field(
        default=None, ge=EARLIEST, lt=LATEST, description="Only runs created before this moment."
    )
    initiator: str | None = Field(
        default=None, max_length=255, pattern=NO_NUL, description="Only runs that this one started."
    )
    text: str = Field(
        default="",
        max_length=LABEL_LENGTH,
        pattern=NO_NUL,
        description="Only runs with this in their label, or of this number (12 or #12).",
    )


class ItemQuery(PageQuery):
    """Which items are asked for."""

    outcome: Outcome | None = Field(default=None, description="Only items that stand so.")
    reason_code: str = Field(
        default="", max_length=CODE_LENGTH, pattern=NO_NUL, description="Only items with this reason code."
    )
    text: str = Field(
        default="",
        max_length=ITEM_LENGTH,
        pattern=NO_NUL,
        description="Only items with this in their id or reason, whatever its case.",
    )


class NoQuery(BaseModel):
    """An address that takes no query."""

    model_config = ConfigDict(extra="forbid")


class StartRequest(BaseModel):
    """What to start with."""

    model_config = ConfigDict(extra="forbid")

    params: dict[str, Any] = Field(
        default_factory=dict, description="As params_schema of the operation describes them."
    )


class OperationOffer(BaseModel):
    """An operation that this token may start."""

    run_type: str
    label: str
    description: str
    role: Role = Field(description="The least role that may start it.")
    params_schema: dict[str, Any] = Field(description="JSON schema of the params of a start.")

    @classmethod
    def of(cls, operation: AnyOperation) -> "OperationOffer":
        """What a declared operation offers."""
        return cls(
            run_type=operation.run_type,
            label=operation.label,
            description=operation.description,
            role=operation.role,
            params_schema=operation.params.model_json_schema(by_alias=False),
        )


class OperationList(BaseModel):
    """Every operation that this token may start."""

    operations: list[OperationOffer]


class RunPage(BaseModel):
    """Some runs, newest first."""

    runs: list[RunRow]
    next_cursor: str | None = Field(description="Of the next page; null: this is the last one.")


class Item(BaseModel):
    """What became of one item of a run."""

    item_id: str
    outcome: Outcome
    attempt: int = Field(description="Of the run, in which it was last worked on.")
    reason_code: str | None
    reason: str | None
    listed_at: Moment

    @classmethod
    def of(cls, row: AnyRow) -> "Item":
        """One row of the ledger."""
        return cls(
            item_id=row.item_id,
            outcome=Outcome(row.outcome),
            attempt=row.attempt,
            reason_code=row.reason_code,
            reason=row.reason,
            listed_at=row.created_at,
        )


class ItemPage(BaseModel):
    """Some items of a run, in its order."""

    items: list[Item]
    next_cursor: str | None = Field(description="Of the next page; null: this is the last one.")
