"""Findings as programs read them: `/api/v1/tenants/<tenant>/findings`."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, tuple_

from app.core import ApiPage, ApiResource, InvalidInputError, JsonObject, Moment, Tenant, db
from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.findings import FindingFilter, find_finding, matching_findings
from app.plugins.drift.line import Line
from app.plugins.drift.models import Finding
from app.plugins.drift.severity import Severity
from app.plugins.drift.standing import FindingState, StateFilter

LARGEST_ID = 2**31 - 1


class FindingStatus(StrEnum):
    """Whether somebody has seen to a finding."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"


class FindingQuery(BaseModel):
    """Which findings are asked for."""

    severity: Severity | None = Field(default=None, description="Only findings of this severity.")
    status: StateFilter = Field(
        default=StateFilter.OPEN, description="Only findings that stand so; open is new or acknowledged."
    )
    line: Line | None = Field(
        default=None, description="Only findings of comparisons with the baseline, or of pairs of syncs."
    )
    finding_type: str | None = Field(
        default=None, pattern=r"^[A-Za-z]\w{0,39}$", description="Only findings of this type, such as drift."
    )
    run: int | None = Field(
        default=None, ge=1, le=LARGEST_ID, description="Only findings that this run saw last."
    )


class FindingRow(BaseModel):
    """One finding in a list."""

    model_config = ConfigDict(from_attributes=True, validate_by_name=True)

    id: int
    finding_type: str
    change_kind: ChangeKind
    severity: Severity
    status: FindingStatus = Field(description="An acknowledgement that is over counts no more.")
    state: FindingState = Field(description="The status while it is open, else how it was closed.")
    revision: int = Field(description="Counts the evidences it has had; name it when you acknowledge.")
    line: Line | None = Field(description="What it was compared with; none: another plugin found it.")
    acknowledged_until: Moment | None = Field(description="When the acknowledgement is over.")
    resolved_at: Moment | None = Field(description="When it was closed; none: it is open.")
    absorbed_version: int | None = Field(description="The version of the baseline that closed it.")
    policy_type: str = Field(validation_alias="collection", description="Empty: it is about no policy.")
    subject_type: str
    subject_external_id: str
    display_name: str
    baseline_run_id: int | None = Field(description="The sync it was compared with.")
    current_run_id: int | None = Field(description="The sync it was found in.")
    run: int | None = Field(validation_alias="operation_run_id", description="The run that saw it last.")
    held_by: str | None = Field(description="The gate that holds it with others; none: it counts.")
    created_at: Moment
    updated_at: Moment = Field(description="When it was seen last.")


class FindingDetails(FindingRow):
    """One finding with its evidence."""

    fingerprint: str
    scope_key: str
    severity_rule: str
    severity_reason: str
    changed_paths: list[str]
    evidence: JsonObject = Field(description="What is shown of before and after; secrets are left out.")


def _page(tenant: Tenant, query: FindingQuery, cursor: str, limit: int) -> ApiPage:
    """Most severe first, in each severity the oldest first: along an index, from the last row on."""
    wanted = FindingFilter(
        severity=query.severity,
        state=query.status,
        line=query.line,
        finding_type=query.finding_type,
        run_id=query.run,
    )
    place = tuple_(Finding.severity_rank, Finding.id)
    found = matching_findings(tenant, wanted, select(Finding)).order_by(Finding.severity_rank, Finding.id)
    if cursor:
        found = found.where(place > _place(cursor))
    rows = db.session.scalars(found.limit(limit + 1)).all()
    shown = rows[:limit]
    more = len(rows) > limit
    return ApiPage(
        [FindingRow.model_validate(row) for row in shown],
        f"{shown[-1].severity_rank},{shown[-1].id}" if more else None,
    )


def _place(cursor: str) -> tuple[int, int]:
    numbers = cursor.split(",")
    if len(numbers) != 2 or not all(n.isascii() and n.isdecimal() and len(n) <= 10 for n in numbers):
        raise InvalidInputError(f"cursor: {cursor[:60]!r} is no place in this list")
    rank, finding_id = (min(int(number), LARGEST_ID) for number in numbers)
    return rank, finding_id


def _one(tenant: Tenant, finding_id: int) -> FindingDetails | None:
    finding = find_finding(tenant, finding_id)
    return None if finding is None else FindingDetails.model_validate(finding)


findings_resource = ApiResource(
    key="findings",
    label="Findings",
    description="Findings, most severe first.",
    entry=FindingRow,
    filters=FindingQuery,
    page=_page,
    details=FindingDetails,
    one=_one,
)
