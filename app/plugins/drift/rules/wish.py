"""What a person says when making or changing an ignore rule."""

from datetime import UTC, date, datetime, time, timedelta

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.core import JsonObject, clock
from app.plugins.drift.rules.rows import DriftIgnoreRule

ONE_DAY = timedelta(days=1)


class RuleWish(BaseModel):
    """Fields of the form, and options of the command."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    label: str = Field(min_length=1, max_length=120, title="Name", description="What people call the rule.")
    collection: str = Field(
        default="", max_length=120, pattern=r"^\w*$", title="Policy type", description="Empty: any."
    )
    path: str = Field(
        default="**",
        min_length=1,
        max_length=300,
        title="Path",
        description="Which changes: * is anything in one step, ** anything. ** alone: the whole policy.",
    )
    name: str = Field(
        default="",
        max_length=200,
        title="Policy name",
        description="Only policies so named: * is anything, ? one character. Empty: any.",
    )
    reason: str = Field(
        min_length=1, max_length=400, title="Reason", description="Why nobody needs to see it."
    )
    expires_on: date | None = Field(
        default=None, title="Until", description="The last day on which it counts (UTC). Empty: for good."
    )
    everywhere: bool = Field(
        default=False,
        title="In all tenants I own",
        description="It counts wherever you are owner, as long as you are.",
    )

    @field_validator("expires_on", mode="before")
    @classmethod
    def _may_be_empty(cls, value: object) -> object:
        return value or None

    @field_validator("expires_on")
    @classmethod
    def _is_to_come(cls, value: date | None) -> date | None:
        if value is not None and value < clock.now().date():
            raise ValueError("this day is over")
        return value

    @property
    def expires_at(self) -> datetime | None:
        """The moment at which it is over."""
        if self.expires_on is None:
            return None
        return datetime.combine(self.expires_on, time(), UTC) + ONE_DAY


def wished_before(row: DriftIgnoreRule) -> JsonObject:
    """What was said when a rule was made or changed last, as values of a wish; its day may be over."""
    values = {name: getattr(row, name) for name in ("label", "collection", "path", "name", "reason")}
    last_day = (row.expires_at.astimezone(UTC) - ONE_DAY).date() if row.expires_at else None
    return values | {"expires_on": last_day, "everywhere": row.tenant_id is None}
