"""Fifty starts of one operation at one moment: one active run, and every answer names it."""

import json

import pytest
from sqlalchemy import func, select

from app.core.audit import AuditLog
from app.core.db import db
from app.core.registry.catalog import EXTENSION
from app.core.runs.models import BulkOperationRun
from tests.support.databases import on_both_databases
from tests.support.starting import PROBE, start_at_once

STARTS = 50
PROCESSES = 2


def assert_one_run_answered_all(answers):
    runs = db.session.scalars(select(BulkOperationRun.id)).all()
    assert len(answers) == STARTS
    assert len(runs) == 1
    assert {run_id for run_id, _ in answers} == set(runs)
    assert sum(created for _, created in answers) == 1
    assert db.session.scalar(select(func.count()).select_from(AuditLog)) == 1


@on_both_databases
def test_fifty_threads_start_one_run(app, tenant, worker):
    app.extensions[EXTENSION].add(PROBE)

    answers = start_at_once(app, tenant.slug, STARTS)

    assert_one_run_answered_all(answers)
    assert worker() == 1


@pytest.mark.slow
@on_both_databases
def test_fifty_starts_from_several_processes_start_one_run(app, tenant, spawn):
    threads = STARTS // PROCESSES
    processes = [
        spawn(
            "-m",
            "tests.support.starting",
            tenant.slug,
            threads,
            plugins_disabled="inventory,drift,backup_sets,channels",
        )
        for _ in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.communicate()[0]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=60)[0] for process in processes]

    answers = [tuple(answer) for output in outputs for answer in json.loads(output)]

    assert_one_run_answered_all(answers)
