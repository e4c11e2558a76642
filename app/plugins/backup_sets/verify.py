"""`backup_set.verify`: prove that what a set keeps is there and unaltered, and compare it with the tenant."""

from collections.abc import Mapping
from itertools import islice

from flask import url_for
from sqlalchemy import bindparam, update

from app.core import (
    ItemFailedError,
    ItemSkippedError,
    OperationType,
    ReasonCode,
    RelatedLink,
    RunContext,
    RunFacts,
    clock,
    db,
)
from app.plugins.backup_sets.examples import FILLED, MISSING
from app.plugins.backup_sets.items import count_states
from app.plugins.backup_sets.judging import FAULTS, Judge, Verdict
from app.plugins.backup_sets.models import BackupSetItem, DocumentState, TenantState
from app.plugins.backup_sets.numbered import item_ids, items_numbered
from app.plugins.backup_sets.worked_on import SetParams, note_run, set_worked_on, shown_set

CHUNK = 200  # versions whose bodies are in memory at a time
VERDICT = ("document_state", "tenant_state", "compared_run_id", "verified_at")

_TABLE = BackupSetItem.metadata.tables[BackupSetItem.__tablename__]
_VERDICT = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("of_item"))
    .values({name: bindparam(name) for name in VERDICT})
)


def verify(run: RunContext[SetParams]) -> None:
    """Look at every kept version; see docs/backup-sets.md."""
    backup_set = set_worked_on(run.tenant, run.params.backup_set_id)
    note_run(backup_set, run)
    judge, item_ids = Judge(run.tenant, backup_set), iter(run.items)
    while chunk := list(islice(item_ids, CHUNK)):
        items = items_numbered(backup_set, chunk)
        verdicts = judge.judge(list(items.values()))
        _write(run, verdicts)
        run.settle({item_id: _fault(items.get(item_id), verdicts) for item_id in chunk})
    states = count_states(backup_set)
    db.session.commit()
    run.summarize(
        documents={state.value: states[state] for state in DocumentState},
        policies={state.value: states[state] for state in TenantState},
    )


def _write(run: RunContext[SetParams], verdicts: Mapping[int, Verdict]) -> None:
    now = clock.now()
    rows = [
        {
            "of_item": item_id,
            "document_state": verdict.document.value,
            "tenant_state": verdict.tenant.value if verdict.tenant else None,
            "compared_run_id": verdict.compared_run_id,
            "verified_at": now,
        }
        for item_id, verdict in verdicts.items()
    ]
    if rows:
        db.session.connection().execute(_VERDICT, rows)
    run.fence()
    db.session.commit()


def _fault(item: BackupSetItem | None, verdicts: Mapping[int, Verdict]) -> ItemFailedError | None:
    """Why a version is not proven to be intact."""
    if item is None:
        return ItemSkippedError("no_longer_in_set", "This version was taken out of the set meanwhile.")
    state = verdicts[item.id].document
    name = f"{item.display_name or item.policy_id} from sync {item.sync_run_id}"
    if state in FAULTS:
        reason_code, said = FAULTS[state]
        return ItemFailedError(reason_code, f"{name}: {said}")
    if state is DocumentState.UNVERIFIED:
        return ItemSkippedError("normal_form_changed", f"{name}: it was kept under an earlier normal form.")
    return None


def _links(run: RunFacts) -> list[RelatedLink]:
    if "documents" not in run.summary:
        return []
    address = url_for("backup_sets.show", backup_set_id=run.params["backup_set_id"])
    return [RelatedLink("Backup set", address)]


operation = OperationType(
    run_type="backup_set.verify",
    label="Verify a backup set",
    description="Prove that kept versions are unaltered, and compare them with the latest sync.",
    icon="shield-check",
    params=SetParams,
    execute=verify,
    items=lambda tenant, params: item_ids(tenant, params.backup_set_id),
    idempotency_key=lambda _tenant, params: str(params.backup_set_id),
    shown_inputs=shown_set,
    related_links=_links,
    start_endpoint="backup_sets.index",
    resumable=True,
    idempotent_items=True,
    examples=({"backup_set_id": FILLED}, {"backup_set_id": MISSING}),
    reason_codes={
        "document_missing": ReasonCode(
            "Document missing", "Restore the database from a backup; this version cannot be brought back."
        ),
        "document_altered": ReasonCode(
            "Document altered",
            "Somebody or something wrote past TenantAtlas: find out who before you use it.",
        ),
        "no_longer_in_set": ReasonCode("Taken out of the set", "Nothing to do."),
        "normal_form_changed": ReasonCode(
            "Kept under an earlier normal form", "Add the policy again from a new sync to keep it verifiable."
        ),
        "backup_set_gone": ReasonCode("No such backup set", "Nothing to do: there is nothing to verify."),
    },
)
