"""`finding.acknowledge`: acknowledge many findings as somebody saw them."""

from datetime import datetime
from itertools import islice
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from flask import url_for
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from app.core import (
    InvalidInputError,
    ItemFailedError,
    ItemSkippedError,
    JsonObject,
    OperationType,
    ReasonCode,
    RelatedLink,
    RunContext,
    RunFacts,
    RunFailedError,
    Tenant,
    db,
    find_run,
)
from app.plugins.drift.acknowledging import acknowledge_findings
from app.plugins.drift.deciding import REASON_LENGTH, Decision, end_of, reason_of
from app.plugins.drift.history import EventKind, count_events
from app.plugins.drift.pinning import SENTENCES, Outcome

CHUNK = 200  # findings a transaction: on SQLite nobody else writes meanwhile
MOST = 100_000
SKIPPED = {Outcome.ALREADY, Outcome.CLOSED}

SeenFinding = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,9}:[1-9]\d{0,9}$")]


class AcknowledgeParams(BaseModel):
    """Which findings are accepted as they were seen, why, and for how long."""

    model_config = ConfigDict(extra="forbid")

    findings: list[SeenFinding] = Field(
        min_length=1,
        max_length=MOST,
        title="Findings",
        description="Number and revision of each as it was seen, such as 17:3.",
    )
    reason: str = Field(
        min_length=1, max_length=REASON_LENGTH, title="Reason", description="Why this is accepted."
    )
    until: datetime | None = Field(
        default=None, title="Until", description="From then on it is new again; empty: for good."
    )
    matching: str = Field(
        default="", max_length=1000, title="Matching", description="The filters by which they were chosen."
    )

    @field_validator("findings")
    @classmethod
    def _each_once(cls, findings: list[str]) -> list[str]:
        numbers = {int(seen.partition(":")[0]): seen for seen in findings}
        return [numbers[number] for number in sorted(numbers)]

    @field_validator("reason")
    @classmethod
    def _says_why(cls, reason: str) -> str:
        try:
            return reason_of(reason)
        except InvalidInputError as error:
            raise ValueError(str(error)) from None

    @field_validator("until")
    @classmethod
    def _is_ahead(cls, until: datetime | None) -> datetime | None:
        try:
            return end_of(until)
        except InvalidInputError as error:
            raise ValueError(str(error)) from None

    @property
    def seen(self) -> dict[int, int]:
        """Number of a finding -> its revision."""
        pairs = (seen.partition(":") for seen in self.findings)
        return {int(number): int(revision) for number, _, revision in pairs}


def acknowledge(run: RunContext[AcknowledgeParams]) -> None:
    """Acknowledge what is still as it was seen, chunk by chunk; a resumed run acknowledges nothing twice."""
    seen, decision = run.params.seen, _decision(run)
    numbers = iter(run.items)
    while chunk := list(islice(numbers, CHUNK)):
        wanted = {int(number): seen[int(number)] for number in chunk}
        outcomes = acknowledge_findings(run.tenant, wanted, decision, run.fence)
        for number in chunk:
            with run.item(number):
                _tell(outcomes[int(number)])
        run.checkpoint()
    acknowledged = count_events(run.tenant, run.id).get(EventKind.ACKNOWLEDGED, 0)
    db.session.commit()
    run.summarize(acknowledged=acknowledged)


def _decision(run: RunContext[AcknowledgeParams]) -> Decision:
    record = find_run(run.tenant, run.id)
    db.session.commit()
    if record is None:
        raise RunFailedError(Outcome.GONE, "The run is gone.")
    return Decision(run.params.reason, run.params.until, record.initiator, record.user_id, run.id)


def _tell(outcome: Outcome) -> None:
    if outcome is not Outcome.ACKNOWLEDGED:
        error = ItemSkippedError if outcome in SKIPPED else ItemFailedError
        raise error(outcome.value, SENTENCES[outcome])


def _shown(_tenant: Tenant, params: AcknowledgeParams) -> JsonObject:
    shown: JsonObject = {"findings": len(params.findings), "reason": params.reason}
    if params.until:
        shown["until"] = params.until.isoformat()
    return shown


def _links(run: RunFacts) -> list[RelatedLink]:
    matching = urlencode(parse_qsl(str(run.params.get("matching", ""))))
    return [RelatedLink("Findings", url_for("findings.index") + (f"?{matching}" if matching else ""))]


operation = OperationType(
    run_type="finding.acknowledge",
    label="Acknowledge findings",
    description="Accept findings as they were seen; what changed since stays new.",
    icon="check2-square",
    params=AcknowledgeParams,
    execute=acknowledge,
    items=lambda _tenant, params: [str(number) for number in params.seen],
    shown_inputs=_shown,
    related_links=_links,
    start_endpoint="findings.index",
    resumable=True,
    idempotent_items=True,
    # The first findings of the tenant, if `drift.generate` has made some.
    examples=({"findings": ["1:1"], "reason": "Planned"},),
    reason_codes={
        Outcome.ALREADY.value: ReasonCode("Acknowledged already", "Nothing to do."),
        Outcome.CLOSED.value: ReasonCode("Resolved meanwhile", "Nothing to do: it is not open any more."),
        Outcome.CHANGED.value: ReasonCode("Changed meanwhile", "Look at what it says now, then decide."),
        Outcome.GONE.value: ReasonCode("No such finding", "Choose findings of this tenant."),
        Outcome.UNCOMPARED.value: ReasonCode("Compare again", "Generate drift, then acknowledge it."),
    },
)
