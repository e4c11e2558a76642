"""What each address of the API answers."""

from flask import Response, abort, request, url_for

from app.api.bearer import Caller
from app.api.endpoint import answered
from app.api.problem import ProblemError
from app.api.schemas import (
    Item,
    ItemPage,
    ItemQuery,
    NoQuery,
    OperationList,
    OperationOffer,
    RunPage,
    RunQuery,
    StartRequest,
)
from app.core.access import require_role
from app.core.errors import InvalidInputError
from app.core.keyed_starts import start_once
from app.core.registry.catalog import current_catalog
from app.core.runs.document import RunDetails, RunRow, details_of
from app.core.runs.filter import RunFilter
from app.core.runs.item_lists import ItemFilter, list_items
from app.core.runs.items import Outcome
from app.core.runs.listing import list_runs
from app.core.runs.models import BulkOperationRun
from app.core.runs.parameters import permit
from app.core.runs.position import position_of, read_position
from app.core.runs.queries import LARGEST_ID, find_run
from app.core.runs.start import start_operation
from app.core.tokens import TokenScope

KEY_HEADER = "Idempotency-Key"
KEY_LENGTH = 255


def operations(caller: Caller, _query: NoQuery) -> OperationList:
    """Operations that this token may start, with the JSON schema of their parameters."""
    may_start = caller.scope.includes(TokenScope.START)
    offered = current_catalog().operations.values() if may_start else ()
    found = [OperationOffer.of(operation) for operation in offered if caller.role.includes(operation.role)]
    return OperationList(operations=found)


def start(caller: Caller, asked: StartRequest, run_type: str) -> Response:
    """Start an operation, or find the equal run that is active already."""
    catalog, key = current_catalog(), _key()
    operation = catalog.operation(run_type)
    require_role(caller.user, caller.tenant, operation.role)
    permit(operation, caller.tenant, asked.params)
    if key is None:
        run_id = start_operation(catalog, caller.tenant, run_type, asked.params, caller.user).run_id
    else:
        run_id = start_once(catalog, caller.tenant, run_type, asked.params, caller.user, key)
    answer = answered(details_of(_visible(caller, run_id)), 202)
    answer.location = url_for("api.run", tenant=caller.tenant.slug, run_id=run_id)
    return answer


def runs(caller: Caller, query: RunQuery) -> RunPage:
    """Runs, newest first."""
    wanted = RunFilter(
        run_types=_stored_as(query.run_type),
        bucket=query.bucket,
        since=query.since,
        until=query.until,
        initiator=query.initiator,
        text=query.text.strip(),
        before=read_position("cursor", query.cursor),
    )
    rows = list_runs(caller.tenant, wanted, limit=query.limit + 1)
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return RunPage(
        runs=[RunRow.model_validate(row) for row in shown],
        next_cursor=position_of(shown[-1].created_at, shown[-1].id) if more else None,
    )


def run(caller: Caller, _query: NoQuery, run_id: int) -> RunDetails:
    """One run with its timeline."""
    return details_of(_visible(caller, run_id))


def items(caller: Caller, query: ItemQuery, run_id: int) -> ItemPage:
    """The items of a run, each with its outcome."""
    found = _visible(caller, run_id)
    wanted = ItemFilter(
        outcomes=tuple(Outcome) if query.outcome is None else (query.outcome,),
        reason_code=query.reason_code,
        text=query.text,
        after=_row_number(query.cursor),
    )
    rows = list_items(found, wanted, limit=query.limit + 1)
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return ItemPage(items=[Item.of(row) for row in shown], next_cursor=str(shown[-1].id) if more else None)


def _stored_as(run_type: str | None) -> tuple[str, ...]:
    """Under which run types, of today and former, the runs of one are stored; none: of any."""
    return () if run_type is None else current_catalog().run_types.get(run_type, (run_type,))


def _visible(caller: Caller, run_id: int) -> BulkOperationRun:
    found = find_run(caller.tenant, run_id)
    if found is None:
        abort(403)
    return found


def _key() -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is not None and not 0 < len(key.strip()) <= KEY_LENGTH:
        said = f"1 to {KEY_LENGTH} characters"
        raise ProblemError(422, f"{KEY_HEADER}: {said}", errors={KEY_HEADER: said})
    return key


def _row_number(cursor: str) -> int:
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and int(cursor) <= LARGEST_ID):
        raise InvalidInputError(f"cursor: {cursor[:60]!r} is no place in this list")
    return int(cursor)
