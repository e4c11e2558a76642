"""What a poll of the hub costs beside a page that says hello, under the same gunicorn."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask

from app.core import Tenant
from app.core.runs.filter import RunFilter
from app.core.runs.listing import list_runs
from app.core.users import User
from bench.hub.served import Served, served

REQUESTS = 3000
OLD = "-/-"  # a tag of no version


@dataclass(frozen=True)
class PollCosts:
    """Processor time an answer, in milliseconds."""

    hello: float
    unchanged_list: float
    unchanged_run: float
    changed_list: float


def poll_costs(app: Flask, settings: Mapping[str, str], tenant: Tenant, member: User) -> PollCosts:
    """Measure both in one go.

    Args:
        app: the product, in this process.
        settings: of the same product in gunicorn's, as environment.
        tenant: with runs that live.
        member: of it.
    """
    with served("bench.hub.hello:app") as hello:
        least = hello.cost("/", {}, REQUESTS, 200)
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = member.get_id(), True
    cookie = browser.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    seen = {"Cookie": f"{cookie.key}={cookie.value}", "HX-Request": "true"}
    hub = f"/t/{tenant.slug}/monitoring/operations"
    with served("wsgi:app", settings) as product:
        return PollCosts(
            hello=least,
            unchanged_list=_unchanged(product, f"{hub}/list", seen),
            unchanged_run=_unchanged(product, f"{hub}/{_newest(app, tenant)}/panel", seen),
            changed_list=product.cost(f"{hub}/list", seen | {"HX-PTag": OLD}, REQUESTS // 10, 200),
        )


def _unchanged(product: Served, path: str, headers: Mapping[str, str]) -> float:
    product.connection.request("GET", path, headers=dict(headers))
    answer = product.connection.getresponse()
    answer.read()
    tag = answer.headers["HX-PTag"]
    return product.cost(path, {**headers, "HX-PTag": tag}, REQUESTS, 304)


def _newest(app: Flask, tenant: Tenant) -> int:
    with app.app_context():
        return int(list_runs(tenant, RunFilter(), limit=1)[0].id)
