"""The items of a run as files: exactly those that its page shows under the same query, all pages of them."""

import re
from dataclasses import replace

from flask import Response, request

from app.core import BulkOperationRun, Role, db, tenant_required
from app.core.runs.document import run_details
from app.core.web.files import send_chunks
from app.monitoring.blueprints import pages
from app.monitoring.exports import csv_of, json_of
from app.monitoring.item_filters import ShownItems, read_shown_items
from app.monitoring.run_pages import visible_run


@pages.get("/<int:run_id>/items.csv")
@tenant_required(Role.READONLY)
def items_csv(run_id: int) -> Response:
    """What `show` lists as CSV."""
    run, chosen = visible_run(run_id), _on_all_pages()
    chunks = csv_of(db.engine, run.id, chosen.as_filter())
    return send_chunks(chunks, "text/csv", name=_name(run, chosen, "csv"))


@pages.get("/<int:run_id>/items.json")
@tenant_required(Role.READONLY)
def items_json(run_id: int) -> Response:
    """The same as JSON, with the facts of the run."""
    run, chosen = visible_run(run_id), _on_all_pages()
    facts = {"run": run_details(run), "filter": chosen.query}
    chunks = json_of(db.engine, run.id, chosen.as_filter(), facts)
    return send_chunks(chunks, "application/json", name=_name(run, chosen, "json"))


def _on_all_pages() -> ShownItems:
    return replace(read_shown_items(request.args), after="")


def _name(run: BulkOperationRun, chosen: ShownItems, ending: str) -> str:
    """`run-12-failed-not_found.csv`; a text is no name, but the name says that it left something out."""
    parts = [chosen.outcome or "items", chosen.reason, "filtered" if chosen.text else ""]
    said = "-".join(re.sub(r"[^A-Za-z0-9_.]+", "_", part) for part in parts if part)
    return f"run-{run.id}-{said}.{ending}"
