"""Filling a set: every policy of the latest sync, and no more versions of it than the set keeps."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from sqlalchemy import select, update

from app.core import ItemFailedError, ItemSkippedError, RunContext, RunFailedError, db, find_run
from app.plugins.backup_sets.candidates import Candidates
from app.plugins.backup_sets.items import added_by
from app.plugins.backup_sets.keeping import IMPORTED, Keeper
from app.plugins.backup_sets.models import BackupSet, BackupSetRun
from app.plugins.backup_sets.retention import trim
from app.plugins.backup_sets.sets import runs_of
from app.plugins.backup_sets.versions import Addition
from app.plugins.backup_sets.worked_on import note_run, set_worked_on
from app.plugins.inventory import (
    CoverageState,
    InventorySyncRun,
    PolicyFilter,
    chosen_ids,
    collection_label,
    coverage_of,
    find_sync,
    latest_sync,
    scope_key,
    unread_in,
)

CHUNK = 500  # policies a transaction: on SQLite nobody else writes meanwhile
RUN_TYPE = "backup_set.fill"
# Unless its types were chosen, a set need not hold what the source simply does not have.
REFUSED = frozenset(state for state in CoverageState if not state.read_something) - {CoverageState.SKIPPED}

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]\w{0,119}$")]


class FillParams(BaseModel):
    """Which set is filled, and with what."""

    model_config = ConfigDict(extra="forbid")

    backup_set_id: int = Field(gt=0, title="Backup set")
    policy_types: list[Key] = Field(
        default_factory=list, max_length=200, title="Policy types", description="None chosen: all."
    )
    source: Key | None = Field(default=None, title="Source", description="Empty: whatever was synced last.")

    @field_validator("policy_types")
    @classmethod
    def _each_once(cls, policy_types: list[str]) -> list[str]:
        return sorted(set(policy_types))


def fill(run: RunContext[FillParams]) -> None:
    """Keep what the set does not hold yet, then keep to its number of versions; see docs/backup-sets.md."""
    backup_set = set_worked_on(run.tenant, run.params.backup_set_id)
    if backup_set.imported_from is not None:
        raise RunFailedError(*IMPORTED)
    note_run(backup_set, run)
    sync = _sync(run)
    earlier = _taken_before(run, backup_set, sync)
    if earlier is None:
        _keep_all(run, backup_set, sync)
        _tell_unread(run, sync)
    else:
        _tell_nothing_new(run, sync, earlier)
    trimmed, added = trim(run, backup_set), added_by(backup_set, run.id)
    db.session.commit()
    run.summarize(
        backup_set_id=backup_set.id,
        sync=sync.id,
        added={addition.value: added.counts[addition] for addition in Addition},
        taken_out=trimmed,
    )


def _sync(run: RunContext[FillParams]) -> InventorySyncRun:
    """The latest sync; a resumed run stays with the one that it began with."""
    source = run.params.source
    noted = db.session.scalar(select(BackupSetRun.sync_run_id).where(BackupSetRun.run_id == run.id))
    if noted is not None:
        sync = find_sync(run.tenant, noted)
    else:
        sync = latest_sync(run.tenant, scope_key(source) if source else None)
    if sync is None:
        raise RunFailedError(
            "snapshot_unavailable", "There is no finished inventory sync to keep policies of."
        )
    db.session.execute(update(BackupSetRun).where(BackupSetRun.run_id == run.id).values(sync_run_id=sync.id))
    run.fence()
    db.session.commit()
    return sync


def _taken_before(run: RunContext[FillParams], backup_set: BackupSet, sync: InventorySyncRun) -> int | None:
    """The run that took the same from the same sync, whole."""
    params = run.params.model_dump(mode="json")
    equal = [
        one.id
        for one in runs_of(run.tenant, backup_set)
        if one.run_type == RUN_TYPE
        and one.params == params
        and one.status == "completed"
        and one.id != run.id
    ]
    taken = select(BackupSetRun.run_id).where(
        BackupSetRun.run_id.in_(equal), BackupSetRun.sync_run_id == sync.id
    )
    found = db.session.scalar(taken.order_by(BackupSetRun.run_id).limit(1))
    db.session.commit()
    return found


def _keep_all(run: RunContext[FillParams], backup_set: BackupSet, sync: InventorySyncRun) -> None:
    record = find_run(run.tenant, run.id)
    candidates = Candidates(run.tenant, sync, {sync.id})
    keeper = Keeper(run, backup_set, candidates, record.initiator if record else "system")
    wanted = list(_wanted(sync, run.params.policy_types))
    db.session.commit()
    run.expect(wanted)
    policy_ids = iter(run.items)
    while chunk := list(islice(policy_ids, CHUNK)):
        outcomes = keeper.keep(chunk)
        for policy_id in chunk:
            with run.item(policy_id):
                failure = outcomes[policy_id]
                if failure is not None:
                    raise failure
        run.checkpoint()


def _wanted(sync: InventorySyncRun, policy_types: Iterable[str]) -> Iterator[str]:
    """Policies that the sync read, and those that it should have and could not."""
    types = list(policy_types)
    filters = [PolicyFilter(collection=policy_type) for policy_type in types] or [PolicyFilter()]
    for wanted in filters:
        yield from chosen_ids(sync, wanted)
    yield from (policy_id for policy_id, of in unread_in(sync).items() if not types or of in types)


def _tell_unread(run: RunContext[FillParams], sync: InventorySyncRun) -> None:
    """Name types of which nothing could be kept because the sync read nothing of them."""
    states = {name: CoverageState(row.state) for name, row in coverage_of(sync).items()}
    db.session.commit()
    for name in run.params.policy_types or [key for key, state in states.items() if state in REFUSED]:
        if states.get(name, CoverageState.SKIPPED).read_something:
            continue
        item_id = f"type:{name}"
        run.expect([item_id])
        with run.item(item_id):
            said = f"{collection_label(name)}: sync {sync.id} read nothing of this type."
            raise ItemFailedError("type_not_read", said)


def _tell_nothing_new(run: RunContext[FillParams], sync: InventorySyncRun, earlier: int) -> None:
    moment = (sync.finished_at or sync.started_at).strftime("%Y-%m-%d %H:%M UTC")
    said = f"There is no newer sync than {sync.id}, of {moment}, and run {earlier} has looked at that one."
    run.summarize(notes=[said])
    item_id = f"sync:{sync.id}"
    run.expect([item_id])
    with run.item(item_id):
        raise ItemSkippedError("no_new_sync", said)
