"""`make bench-hub`: list, filters, deep page and counts with few and with millions of runs."""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from uuid import uuid4

import psycopg
from flask.testing import FlaskClient

from app.config import load_settings
from app.core import Tenant, clock
from app.core.db import db
from app.core.users import User
from app.factory import create_app
from bench.hub.peers import TASKS, other_hubs
from bench.hub.polls import PollCosts, poll_costs
from bench.hub.seed import seed
from bench.runs.deployment import POSTGRES, SECRET_KEY

FEW, MANY, TENANTS = 10_000, 1_000_000, 5
REQUESTS = 60
PAGES = {
    "list": "",
    "by bucket": "?bucket=failed",
    "by type": "?type=drift.generate",
    "by initiator": "?initiator=quay@example.com",
    "by words": "?q=backup",
    "all time": "?range=all",
    "last 24 hours": "?range=24h",
    "deep page": "?range=all&before={deep},1",
}


def main() -> None:
    """Measure both databases and print tables; the last column of each is a ratio."""
    parser = argparse.ArgumentParser(prog="make bench-hub", description=__doc__)
    parser.add_argument("--few", type=int, default=FEW, help="runs of one tenant")
    parser.add_argument("--many", type=int, default=MANY, help="runs of each of five tenants")
    parser.add_argument("--kinds", nargs="*", default=["sqlite", "postgresql"])
    wanted = parser.parse_args()
    for kind in wanted.kinds:
        few, _ = _measured(kind, wanted.few, 1)
        many, costs = _measured(kind, wanted.many, TENANTS)
        print(f"\n{kind}: server time of a page, median of {REQUESTS}")
        for name in PAGES:
            print(f"  {name:<16}{few[name]:7.1f} ms {many[name]:7.1f} ms   {many[name] / few[name]:4.2f} x")
        print("processor time of an answer under gunicorn, beside hello")
        for name, cost in vars(costs).items():
            print(f"  {name:<16}{cost:7.3f} ms              {cost / costs.hello:4.2f} x", flush=True)
    print(f"\nothers over {TASKS:,} finished tasks: server time of the first page")
    for name, milliseconds in other_hubs():
        print(f"  {name:<16}{milliseconds:7.1f} ms", flush=True)


def _measured(kind: str, runs: int, tenants: int) -> tuple[dict[str, float], PollCosts]:
    with tempfile.TemporaryDirectory() as folder, _database(kind, Path(folder)) as url:
        settings = {
            "data_dir": folder,
            "database_url": url,
            "queue_url": f"sqlite:///{folder}/queue.db",
            "secret_key": SECRET_KEY,
        }
        app = create_app(load_settings(**settings))
        with app.app_context():
            print(f"{kind}: {tenants} x {runs:,} runs are written", flush=True)
            tenant, member = seed(runs, tenants)
            db.session.commit()
        times = _pages(app.test_client(), tenant, member)
        environment = {f"TENANTATLAS_{name.upper()}": value for name, value in settings.items()}
        costs = poll_costs(app, environment, tenant, member)
        with app.app_context():
            db.engine.dispose()
        return times, costs


def _pages(browser: FlaskClient, tenant: Tenant, member: User) -> dict[str, float]:
    with browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = member.get_id(), True
    deep = (clock.now() - timedelta(days=300)).isoformat().replace("+", "%2B")
    hub = f"/t/{tenant.slug}/monitoring/operations"
    return {name: _median(browser, hub + page.format(deep=deep)) for name, page in PAGES.items()}


def _median(browser: FlaskClient, path: str) -> float:
    """Milliseconds the application takes to answer."""
    took = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        answer = browser.get(path)
        took.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
    return median(took[REQUESTS // 6 :])


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.db'}"
        return
    name = f"tenantatlas_bench_{uuid4().hex[:8]}"
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{POSTGRES.rpartition('/')[0]}/{name}".replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


if __name__ == "__main__":
    main()
