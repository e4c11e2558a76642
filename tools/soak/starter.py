"""Starts runs, and stops a few, until its standard input ends: `python -m tools.soak.starter FOLDER SEED`.

Every run it was told of is a line of FOLDER/started; what it could not start because a server was away is
counted on its last line of output.
"""

import logging
import random
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from app.core import Tenant, User, current_catalog, db, start_operation, tenant_by_slug
from app.core.runs import lifecycle
from app.core.runs.new_run import Initiator
from app.core.runs.queries import pending_count
from app.core.users import find_user
from app.factory import create_app

KINDS = ("steady", "steady", "careful", "careful", "once", "touch")
BACKLOG = 60  # runs that may wait; more would hide how quickly a lost ring is repeated
PAUSE = 0.03  # seconds between starts
TWINS = 0.1  # share of starts that ask for the run before once more
STOPS = 0.05  # share of runs that somebody stops

SLUG, EMAIL = "fictional", "soak@example.com"


def start_runs(folder: Path, chance: random.Random, is_over: threading.Event) -> tuple[int, int]:
    """Start runs until it is over; (how many twins were told apart, how many starts failed)."""
    twins = failures = 0
    tenant, user = tenant_by_slug(SLUG), find_user(EMAIL)
    db.session.commit()
    for params in _params(folder, chance):
        if is_over.is_set():
            break
        try:
            twins += _start(folder, chance, tenant, user, params)
        except DBAPIError:
            db.session.rollback()
            failures += 1
            time.sleep(0.2)
        time.sleep(PAUSE)
    return twins, failures


def _params(folder: Path, chance: random.Random) -> Iterator[dict[str, object]]:
    last: dict[str, object] = {}
    for number in count(1):
        if not last or chance.random() >= TWINS:
            last = {
                "effects": str(folder / "effects"),
                "name": f"{chance.choice(KINDS)} {number}",
                "items": chance.randrange(25),
            }
        yield last


def _start(
    folder: Path, chance: random.Random, tenant: Tenant, user: User | None, params: dict[str, object]
) -> int:
    """Start one run, unless too many wait; answers 1 if it was active already."""
    waiting = pending_count()
    db.session.commit()
    if waiting > BACKLOG:
        return 0
    run_type = f"soak.{str(params['name']).split()[0]}"
    started = start_operation(current_catalog(), tenant, run_type, params, user)
    if not started.created:
        return 1
    with (folder / "started").open("a", encoding="utf-8") as log:
        log.write(f"{started.run.id}\n")
    if chance.random() < STOPS:
        lifecycle.abort(started.run.id, Initiator.of(user))
    return 0


def _wait_for_the_end(is_over: threading.Event) -> None:
    sys.stdin.read()
    is_over.set()


def main(folder: Path, seed: int) -> None:
    """Start until standard input ends."""
    logging.basicConfig(level=logging.ERROR)
    is_over = threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(is_over,), daemon=True).start()
    app = create_app()
    with app.app_context():
        chance = random.Random(seed)  # noqa: S311 - makes load, not secrets
        twins, failures = start_runs(folder, chance, is_over)
    print(twins, failures)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
