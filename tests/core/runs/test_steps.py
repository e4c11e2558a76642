"""What a step of a run's life asks of the database: round trips are most of what a short run costs."""

from sqlalchemy import select

from app.core import Tenant, find_run
from app.core.db import db
from app.core.runs import balance, lifecycle
from app.core.runs.items import Outcome
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally, failure_entry
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
    assert counts == ([4, 2, 5] if is_sqlite() else [1, 1, 1])


@on_both_databases
def test_a_start_commits_what_its_caller_wrote_before(app, tenant):
    db.session.get_one(Tenant, tenant.id).name = "Renamed"
    db.session.flush()

    begin(tenant, new_run())

    db.session.rollback()
    assert db.session.scalar(select(Tenant.name).where(Tenant.id == tenant.id)) == "Renamed"


@on_both_databases
def test_an_end_counts_what_came_after_the_claim(app, tenant):
    run_id = begin(tenant, new_run()).run_id
    claimed = lifecycle.claim(run_id, "worker", 60.0)
    assert claimed.is_plain is not is_sqlite()
    lifecycle.record_progress(claimed, Tally(reports=[failure_entry("odd", "Something was odd.")]))

    lifecycle.finish(claimed, RunStatus.COMPLETED, Tally())

    run = find_run(tenant, run_id)
    assert (run.status, run.failure_totals) == (RunStatus.COMPLETED_WITH_ERRORS, {"odd": 1})


@on_both_databases
def test_a_worker_takes_what_it_offers_and_nothing_else(app, tenant):
    run_id = begin(tenant, new_run(run_type="hello.greet")).run_id
    db.session.commit()

    assert lifecycle.claim(run_id, "worker", 60.0, offered={"hello.wave": ["hello.wave"]}) is None
    claimed = lifecycle.claim(run_id, "worker", 60.0, offered={"hello.greet": ["hello.greet"]})

    assert (claimed.run_type, claimed.tenant.slug) == ("hello.greet", tenant.slug)
    assert lifecycle.claim(run_id, "other", 60.0, offered={"hello.greet": ["hello.greet"]}) is None


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
