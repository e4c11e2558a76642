"""What a step of a run's life asks of the database: round trips are most of what a short run costs."""

from app.core.db import db
from app.core.runs import balance, lifecycle
from app.core.runs.items import Outcome
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from app.core.statements import is_sqlite
from tests.support.asking import asking, plan_of
from tests.support.databases import on_both_databases
from tests.support.records import begin, new_run, tally

VERBS = ("WITH", "INSERT", "UPDATE", "SELECT")  # SQLite's BEGIN is a statement like any other


@on_both_databases
def test_a_step_is_one_statement_where_the_database_can(app, tenant):
    with asking() as start:
        run_id = begin(tenant, new_run()).run_id
    with asking() as claim:
        claimed = lifecycle.claim(run_id, "worker", 60.0)
    with asking() as finish:
        lifecycle.finish(claimed, RunStatus.COMPLETED, Tally())

    counts = [sum(one.statement.startswith(VERBS) for one in step) for step in (start, claim, finish)]
    assert counts == ([4, 2, 4] if is_sqlite() else [1, 1, 2])


@on_both_databases
def test_a_flush_reads_no_list_of_items(app, tenant, make_run):
    run_id = begin(tenant, new_run(item_ids=["a", "b"])).run_id
    claimed = lifecycle.claim(run_id, "worker", 60.0)

    with asking() as asked:
        lifecycle.record_progress(claimed, tally(succeeded=["a"]))

    [read] = [one.statement for one in asked if one.statement.startswith("SELECT bulk_operation_runs")]
    assert "item_ids" not in read
    assert "succeeded" in read


@on_both_databases
def test_items_that_came_to_the_same_are_found_by_their_own_index(app, tenant):
    ids = [f"item-{number:04}" for number in range(1000)]
    run_id = begin(tenant, new_run(item_ids=ids)).run_id
    claimed = lifecycle.claim(run_id, "worker", 60.0)

    with asking() as asked:
        lifecycle.record_progress(claimed, tally(succeeded=ids[:500], failed=["item-0700"]))

    changes = [one for one in asked if one.statement.startswith("UPDATE bulk_operation_run_items")]
    assert len(changes) == (2 if is_sqlite() else 1)
    if is_sqlite():
        assert "item_id=?" in " ".join(plan_of(changes[0])), plan_of(changes[0])
    db.session.commit()
    counts = balance.counts_of(run_id)
    assert (counts.outcomes[Outcome.SUCCEEDED], counts.outcomes[Outcome.FAILED]) == (500, 1)
    assert counts.outcomes[Outcome.PENDING] == 499
