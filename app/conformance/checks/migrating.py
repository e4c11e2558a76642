"""Do its tables go and come again without harm to others?"""

from collections.abc import Callable

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from flask import Flask
from sqlalchemy import inspect

from app.conformance.deployment import Deployment
from app.conformance.subjects import Subject, cases_of, standing_on, tables_of
from app.conformance.verdict import require
from app.core.db import db
from app.core.registry.catalog import current_catalog
from app.core.registry.lineage_states import lineage_states
from app.core.registry.lineages import upgrade_all

Deploy = Callable[[str], Deployment]


def test_its_tables_are_up_to_date(subject_with_tables: Subject, deploy: Deploy) -> None:
    """`flask db upgrade` brings them where the code is."""
    with deploy(subject_with_tables.name).app.app_context():
        states = {state.name: state.problem for state in lineage_states(current_catalog())}
    problem = states.get(subject_with_tables.name, "it has no lineage")
    require(problem is None, f"{subject_with_tables}: after `flask db upgrade` {problem}.")


def test_models_and_migrations_say_the_same(subject_with_tables: Subject, deploy: Deploy) -> None:
    """`flask db check` finds nothing to add."""
    app = deploy(subject_with_tables.name).app
    with app.app_context():
        try:
            command.check(_config(app, subject_with_tables.name))
        except CommandError as error:
            said = str(error)
        else:
            said = ""
    require(
        not said,
        f"{subject_with_tables}: models and migrations differ: {said} Add a migration: "
        f"`flask db -x plugin={subject_with_tables} migrate -m ...`.",
    )


def test_its_tables_go_down_to_nothing_and_come_again(subject_with_tables: Subject, deploy: Deploy) -> None:
    """With rows in them and foreign keys on; what stands on the plugin goes first."""
    deployment, name = deploy(subject_with_tables.name), subject_with_tables.name
    cases = cases_of(deployment.catalog, [subject_with_tables])
    first = [deployment.finished(case.run_type, case.params).status for case in cases]
    before = _schema(deployment.app)
    _go_down(deployment, name)
    own = {table.name for table in tables_of(deployment.catalog.plugins[name])}
    left = own & _schema(deployment.app).keys()
    require(
        not left,
        f"{name}: `downgrade base` leaves {', '.join(sorted(left))}. Drop in it what `upgrade` creates.",
    )
    _come_again(deployment, name)
    require(
        _schema(deployment.app) == before,
        f"{name}: after down and up again the tables are others than before: undo in `downgrade` all that "
        "`upgrade` does.",
    )
    deployment.prepare(name)
    again = [deployment.finished(case.run_type, case.params).status for case in cases]
    require(again == first, f"{name}: after down and up again its examples end {again}, not {first}.")


def _go_down(deployment: Deployment, name: str) -> None:
    with deployment.app.app_context():
        for plugin in reversed(standing_on(deployment.catalog, name)):
            if deployment.catalog.plugins[plugin].models is not None:
                command.downgrade(_config(deployment.app, plugin), "base")
        require(_is_intact(), f"{name}: after `downgrade base` rows of others refer to rows that are gone.")


def _come_again(deployment: Deployment, name: str) -> None:
    with deployment.app.app_context():
        problems = {lineage: problem for lineage, problem in upgrade_all() if problem}
        require(not problems, f"{name}: after `downgrade base`, `upgrade` fails: {problems}.")
        require(_is_intact(), f"{name}: after `upgrade`, rows refer to rows that are not there.")


def _is_intact() -> bool:
    """Whether every reference of every table leads to a row; PostgreSQL sees to that by itself."""
    if db.engine.dialect.name != "sqlite":
        return True
    with db.engine.connect() as connection:
        return not connection.exec_driver_sql("PRAGMA foreign_key_check").all()


def _schema(app: Flask) -> dict[str, set[str]]:
    """Table -> its columns, indexes and foreign keys in words."""
    with app.app_context():
        told = inspect(db.engine)
        return {
            table: {
                *(
                    f"{column['name']} {column['type']} {column['nullable']}"
                    for column in told.get_columns(table)
                ),
                *(f"{key['constrained_columns']} {key['options']}" for key in told.get_foreign_keys(table)),
                *(f"{index['name']} {index['column_names']}" for index in told.get_indexes(table)),
            }
            for table in told.get_table_names()
            if not table.startswith("alembic_version")
        }


def _config(app: Flask, name: str) -> Config:
    config = app.extensions["migrate"].migrate.get_config(x_arg=f"plugin={name}")
    if not isinstance(config, Config):
        raise TypeError(name)
    return config
