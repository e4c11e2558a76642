"""What a poll of the hub costs beside a page that says hello, under the same gunicorn."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from flask import Flask
from sqlalchemy import update

from app.core import Tenant
from app.core.db import db
from app.core.runs.filter import RunFilter
from app.core.runs.listing import list_runs
from app.core.runs.models import BulkOperationRun
from app.core.users import User
from bench.hub.served import Served, served

ROUNDS, REQUESTS, CHANGES = 7, 400, 100  # requests of a round
OLD = "-/-"  # a tag of no version


@dataclass(frozen=True)
class PollCosts:
    """Processor time an answer, in milliseconds."""

    hello: float
    unchanged_list: float
    unchanged_run: float
    changed_list: float


def poll_costs(app: Flask, settings: Mapping[str, str], tenant: Tenant, member: User) -> PollCosts:
    """Means of rounds in which one answer is measured after the other, so that each has the same machine.

    Args:
        app: the product, in this process.
        settings: of the same product in gunicorn's, as environment.
        tenant: with runs that live.
        member: of it.
    """
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = member.get_id(), True
    cookie = browser.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    seen = {"Cookie": f"{cookie.key}={cookie.value}", "HX-Request": "true"}
    hub = f"/t/{tenant.slug}/monitoring/operations"
    newest = _newest(app, tenant)
    with served("bench.hub.hello:app") as hello, served("wsgi:app", settings) as product:
        rounds = [
            (
                hello.cost("/", {}, REQUESTS, 200),
                _unchanged(product, f"{hub}/list", seen),
                _unchanged(product, f"{hub}/{newest}/panel", seen),
                product.cost(
                    f"{hub}/list",
                    seen | {"HX-PTag": OLD},
                    CHANGES,
                    200,
                    meanwhile=lambda: _move(app, newest),
                ),
            )
            for _ in range(ROUNDS)
        ]
    return PollCosts(*map(fmean, zip(*rounds, strict=True)))


def _unchanged(product: Served, path: str, headers: Mapping[str, str]) -> float:
    product.connection.request("GET", path, headers=dict(headers))
    answer = product.connection.getresponse()
    answer.read()
    tag = answer.headers["HX-PTag"]
    return product.cost(path, {**headers, "HX-PTag": tag}, REQUESTS, 304)


def _move(app: Flask, run_id: int) -> None:
    """Let a run make progress: one row of the list is another."""
    with app.app_context():
        done = BulkOperationRun.processed_items + 1
        moved = update(BulkOperationRun).where(BulkOperationRun.id == run_id)
        db.session.execute(moved.values(processed_items=done, version=BulkOperationRun.version + 1))
        db.session.commit()


def _newest(app: Flask, tenant: Tenant) -> int:
    with app.app_context():
        return int(list_runs(tenant, RunFilter(), limit=1)[0].id)
