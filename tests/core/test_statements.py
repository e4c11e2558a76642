"""Several changes in one round trip, many texts in one parameter, on both databases."""

from sqlalchemy import bindparam, insert, select, update

from app.core import clock
from app.core.db import db, execute, table_of
from app.core.statements import execute_together, given_texts, insert_new, is_sqlite, one_of, texts
from app.core.tenants import Tenant, create_tenant
from tests.support.databases import on_both_databases

_tenants = table_of(Tenant)


@on_both_databases
def test_changes_executed_together_all_happen(app):
    first = create_tenant("first", "Before")
    rename = update(_tenants).where(_tenants.c.id == bindparam("of_tenant")).values(name=bindparam("to_name"))
    added = insert(_tenants).values(slug=bindparam("new_slug"), name="New", created_at=bindparam("new_at"))

    execute_together(
        (rename, {"of_tenant": first.id, "to_name": "After"}),
        (added, {"new_slug": "second", "new_at": clock.now()}),
    )

    names = execute(select(_tenants.c.slug, _tenants.c.name).order_by(_tenants.c.id)).all()
    assert [tuple(row) for row in names] == [("first", "After"), ("second", "New")]


@on_both_databases
def test_texts_come_back_whole_and_in_their_order(app):
    given = ["z", 'a "quoted" one', "it's", "ümläut 雪 🙂", "\\ back", "%s", "[1]", "z"]
    rows = texts("given", on_sqlite=is_sqlite())

    found = execute(select(rows.c.value).order_by(rows.c.place), {"given": given_texts(given)})

    assert list(found.scalars()) == given
    db.session.commit()


@on_both_databases
def test_no_texts_are_no_rows(app):
    rows = texts("given", on_sqlite=is_sqlite())

    assert execute(select(rows.c.value), {"given": given_texts([])}).all() == []


TEXTS = ["z", 'a "quoted" one', "it's", "ümläut 雪 🙂", "\\ back", "%s", "[1]", "{a,b}", ":x", ""]


@on_both_databases
def test_rows_inserted_together_all_arrive_whole(app):
    now = clock.now()
    rows = [{"slug": f"t-{number}", "name": name} for number, name in enumerate(TEXTS)]

    insert_new(Tenant, rows, {"created_at": now})

    found = execute(select(_tenants.c.name, _tenants.c.created_at).order_by(_tenants.c.id)).all()
    assert [tuple(row) for row in found] == [(name, now) for name in TEXTS]


@on_both_databases
def test_rows_that_are_there_already_are_left_alone(app):
    create_tenant("first", "Before")

    insert_new(
        Tenant, [{"slug": slug, "name": "After"} for slug in ("first", "second")], {"created_at": clock.now()}
    )

    names = execute(select(_tenants.c.slug, _tenants.c.name).order_by(_tenants.c.slug)).all()
    assert [tuple(row) for row in names] == [("first", "Before"), ("second", "After")]


def test_no_rows_are_no_statement(app):
    insert_new(Tenant, [])

    assert not db.session().in_transaction()


@on_both_databases
def test_one_of_many_texts_is_found_and_no_other(app):
    insert_new(
        Tenant,
        [{"slug": f"t-{n}", "name": name} for n, name in enumerate(TEXTS)],
        {"created_at": clock.now()},
    )

    for wanted in (TEXTS[1:4], TEXTS, [], ["nobody"] * 5000, ["it's", "it's"]):
        found = execute(select(_tenants.c.name).where(one_of(Tenant.name, wanted))).scalars()
        assert sorted(found) == sorted(set(wanted) & set(TEXTS))
