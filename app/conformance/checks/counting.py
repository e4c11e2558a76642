"""Do pages ask the database as much for many items as for few?"""

from collections.abc import Callable

from sqlalchemy import Engine, event

from app.conformance.browser import Browser
from app.conformance.deployment import Deployment
from app.conformance.pages import pages_of_run
from app.conformance.staging import bring_to, tally_of
from app.conformance.subjects import Case
from app.conformance.verdict import require
from app.core.db import db
from app.core.runs.status import RunStatus
from app.core.users import Role

Deploy = Callable[[str], Deployment]
FEW, MANY = 2, 100


def test_pages_of_a_run_ask_as_much_for_many_items_as_for_few(first_case: Case, deploy: Deploy) -> None:
    """An operator's run may have a million."""
    few, many = (_queries(deploy(first_case.plugin), first_case, items) for items in (FEW, MANY))
    for path, count in few.items():
        require(
            many[path] == count,
            f"{first_case}: GET {path} asks the database {count} times with {FEW} items and {many[path]} "
            f"times with {MANY}.",
        )


def _queries(deployment: Deployment, case: Case, items: int) -> dict[str, int]:
    """Path -> how many queries the page of a run with so many items needs."""
    run_id = deployment.start(case.run_type, case.params)
    with deployment.app.app_context():
        names = [f"conformance item {number}" for number in range(items)]
        bring_to(run_id, RunStatus.COMPLETED, tally_of(failed=names))
        engine = db.engine
    browser = deployment.browser(Role.MANAGER)  # an owner is told what is wrong, counted once a minute
    return {path: _queries_of(engine, browser, path) for path in pages_of_run(run_id)}


def _queries_of(engine: Engine, browser: Browser, path: str) -> int:
    asked: list[object] = []

    def note(*of_query: object) -> None:
        asked.append(of_query)

    event.listen(engine, "before_cursor_execute", note)
    browser.get(path)
    event.remove(engine, "before_cursor_execute", note)
    return len(asked)
