"""What operations answer about their examples: `python -m app.conformance.asking PLUGIN` prints it as JSON.

Asked in processes of their own, each with another hash seed: what depends on a set's order comes to light.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from itertools import islice

from flask import Flask

from app.conformance.deployment import SECRET_KEY, Deployment
from app.conformance.people import SLUG
from app.conformance.subjects import Case, Subject, cases_of
from app.core.db import db, reading
from app.core.errors import InvalidInputError
from app.core.registry.catalog import current_catalog
from app.core.runs.parameters import validated
from app.core.tenants import tenant_by_slug
from app.factory import create_app

ASKED = 2000  # items of one operation that are compared
HASH_SEEDS = (1, 2)
SECONDS = 60

Answer = dict[str, object]
Answers = Mapping[str, Answer]  # by case


def ask(app: Flask, case: Case) -> Answer:
    """The key and the items of an example, or the sentence in which it is refused."""
    with app.app_context(), reading():
        operation, tenant = current_catalog().operation(case.run_type), tenant_by_slug(SLUG)
        params = validated(operation, case.params)
        try:
            items = [] if operation.items is None else list(islice(operation.items(tenant, params), ASKED))
            return {"key": operation.key_for(tenant, params), "items": items}
        except InvalidInputError as error:
            return {"refused": str(error)}
        finally:
            db.session.rollback()


def ask_in_other_processes(deployment: Deployment, plugin: str) -> list[Answers]:
    """The same for every example of a plugin, from each process; without an answer where it broke down."""
    return [_ask_elsewhere(deployment, plugin, seed) for seed in HASH_SEEDS]


def _ask_elsewhere(deployment: Deployment, plugin: str, hash_seed: int) -> Answers:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "TENANTATLAS_DATABASE_URL": deployment.url,
        "TENANTATLAS_DATA_DIR": str(deployment.app.config["DATA_DIR"]),
        "TENANTATLAS_QUEUE_URL": "",
        "TENANTATLAS_SECRET_KEY": SECRET_KEY,
    }
    asked = subprocess.run(  # noqa: S603 - this very interpreter and module
        [sys.executable, "-m", __name__, plugin],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if asked.returncode:
        sys.stderr.write(asked.stderr)
        return {}
    answers: Answers = json.loads(asked.stdout)
    return answers


def main(plugin: str) -> None:
    """What another process does."""
    app = create_app()
    with app.app_context():
        cases = cases_of(current_catalog(), [Subject(plugin)])
    sys.stdout.write(json.dumps({str(case): ask(app, case) for case in cases}))


if __name__ == "__main__":
    main(*sys.argv[1:])
