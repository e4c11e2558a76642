"""A statement as a transaction of its own, past SQLAlchemy: same values, same errors, nothing left behind."""

from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import Float, bindparam, func, insert, literal, select, union_all
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from app.core.alone import KEPT_ROWS, execute_alone, one_connection, read_alone
from app.core.db import UtcDateTime, db, is_away, reading, table_of
from app.core.tenants import Tenant
from tests.support.browsing import end_transaction
from tests.support.databases import on_both_databases, on_postgresql

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
CUT_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
TENANTS = table_of(Tenant)
ADDED = (
    insert(TENANTS)
    .values(slug=bindparam("slug"), name="Fictional", created_at=bindparam("at", type_=UtcDateTime()))
    .returning(TENANTS.c.id, TENANTS.c.created_at)
    .cte("added")
)
ADD = select(ADDED.c.id, ADDED.c.created_at, literal(1.5, Float()).label("half"))


@pytest.fixture(autouse=True)
def _nothing_open(app):
    end_transaction()


def slugs():
    found = db.session.scalars(select(Tenant.slug).order_by(Tenant.slug)).all()
    end_transaction()
    return found


@on_postgresql
def test_it_is_committed_and_its_row_has_the_types_of_its_columns():
    row = execute_alone(ADD, {"slug": "harbour", "at": NOW, "more": "than it asks for"})

    assert (row["created_at"], row["created_at"].tzinfo, row["half"]) == (NOW, UTC, 1.5)
    assert slugs() == ["harbour"]


@on_postgresql
def test_a_value_is_checked_as_its_type_says():
    with pytest.raises(ValueError, match="naive"):
        execute_alone(ADD, {"slug": "harbour", "at": NOW.replace(tzinfo=None)})

    assert slugs() == []


@on_both_databases
def test_it_reads_what_is_there_and_nothing_is_nothing(tenant):
    query = select(TENANTS.c.id, TENANTS.c.created_at).where(TENANTS.c.slug == bindparam("slug"))

    assert execute_alone(query, {"slug": tenant.slug}) == {"id": tenant.id, "created_at": tenant.created_at}
    assert execute_alone(query, {"slug": "nobody"}) is None


@on_postgresql
def test_it_writes_though_its_connection_was_last_used_for_reading():
    with reading():
        slugs()

    execute_alone(ADD, {"slug": "harbour", "at": NOW})

    assert slugs() == ["harbour"]


@on_postgresql
def test_a_refused_row_is_sqlalchemys_error_and_the_next_statement_works():
    execute_alone(ADD, {"slug": "harbour", "at": NOW})

    with pytest.raises(IntegrityError) as refused:
        execute_alone(ADD, {"slug": "harbour", "at": NOW})

    assert not is_away(refused.value)
    assert "harbour" not in str(refused.value).partition("DETAIL")[0]
    execute_alone(ADD, {"slug": "quay", "at": NOW})
    assert slugs() == ["harbour", "quay"]


@on_postgresql
def test_a_statement_the_server_does_not_understand_is_no_outage():
    with pytest.raises(ProgrammingError) as misunderstood:
        execute_alone(select(func.no_such_function()), {})

    assert not is_away(misunderstood.value)


@on_postgresql
def test_a_connection_that_was_cut_is_told_as_away_and_the_next_statement_works(database):
    slugs()  # a connection waits in the pool
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute(CUT_OTHERS)

    with pytest.raises(OperationalError) as lost:
        execute_alone(select(literal(1)), {})

    assert is_away(lost.value)
    assert lost.value.connection_invalidated
    assert execute_alone(select(literal(1).label("one")), {}) == {"one": 1}


@on_postgresql
def test_a_server_that_is_not_there_is_told_as_away(make_app):
    nowhere = make_app(database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing")

    with nowhere.app_context(), pytest.raises(OperationalError) as missing:
        execute_alone(select(literal(1)), {})

    assert is_away(missing.value)


@on_both_databases
def test_rows_are_read_as_named_tuples_with_the_types_of_their_columns(make_tenant):
    made = [make_tenant("harbour"), make_tenant("quay"), make_tenant("pier")]
    query = select(TENANTS.c.slug, TENANTS.c.created_at).where(TENANTS.c.slug.in_(["harbour", "pier"]))

    rows = read_alone(query.order_by(TENANTS.c.id))

    assert [(row.slug, row.created_at) for row in rows] == [(one.slug, one.created_at) for one in made[::2]]
    assert len(set(rows)) == 2, "a row can be a key"


@on_both_databases
def test_values_in_a_list_are_given_as_their_type_says(tenant):
    moments = [tenant.created_at, NOW]

    query = select(TENANTS.c.slug).where(TENANTS.c.created_at.in_(moments))

    assert read_alone(query) == [(tenant.slug,)]


@on_both_databases
def test_columns_without_a_name_are_read_by_their_place(tenant):
    query = union_all(
        select(TENANTS.c.slug, func.count()).group_by(TENANTS.c.slug), select(literal("all"), literal(7))
    )

    assert sorted(read_alone(query)) == [("all", 7), (tenant.slug, 1)]


@on_both_databases
def test_a_row_that_comes_again_is_kept_and_one_that_comes_twice_stands_twice(tenant):
    query = union_all(*[select(TENANTS.c.slug, TENANTS.c.created_at)] * 2)

    first, again = read_alone(query), read_alone(query)

    assert first == [(tenant.slug, tenant.created_at)] * 2
    assert again == first
    assert all(row is first[0] for row in again)


@on_both_databases
def test_many_questions_go_over_one_connection_and_none_is_kept(tenant):
    query = select(TENANTS.c.slug)
    before = db.engine.pool.checkedout()

    with one_connection():
        within = [read_alone(query) and db.engine.pool.checkedout() for _ in range(3)]

    assert within == [before + 1] * 3
    assert db.engine.pool.checkedout() == before


@on_both_databases
def test_a_block_without_a_question_takes_no_connection(app):
    before = db.engine.pool.checkedout()

    with one_connection():
        assert db.engine.pool.checkedout() == before


@on_both_databases
def test_of_a_long_answer_nothing_is_kept(make_tenant):
    for number in range(KEPT_ROWS + 1):
        make_tenant(f"tenant-{number}")
    query = select(TENANTS.c.slug, TENANTS.c.created_at)

    first, again = read_alone(query), read_alone(query)

    assert (len(first), again) == (KEPT_ROWS + 1, first)
    assert not any(one is other for one, other in zip(first, again, strict=True))


def _fail_between_questions():
    read_alone(select(TENANTS.c.slug))
    raise LookupError


@on_both_databases
def test_what_fails_between_two_questions_costs_no_connection(tenant):
    with pytest.raises(LookupError), one_connection():
        _fail_between_questions()

    db.session.add(Tenant(slug="later", name="Later"))
    db.session.flush()
    db.session.rollback()
    assert slugs() == [tenant.slug], "the connection waits for a commit again"


@on_postgresql
def test_a_connection_that_was_cut_in_a_block_is_told_as_away(database):
    with one_connection():
        execute_alone(select(literal(1)), {})
        with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as other:
            other.execute(CUT_OTHERS)
        with pytest.raises(OperationalError) as lost:
            execute_alone(select(literal(2)), {})

    assert is_away(lost.value)
    assert execute_alone(select(literal(1).label("one")), {}) == {"one": 1}
