"""A plugin's tables stand beside those of the others, or are taken out again."""

from textwrap import indent

import pytest
from sqlalchemy import select

from app.core.db import db, metadata
from app.core.registry.catalog import EXTENSION
from app.core.runs.models import BulkOperationRun

HEAD = """
from sqlalchemy import Column, ForeignKey, Integer, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from app.core import Plugin, model_registry

class Base(DeclarativeBase):
    registry = model_registry()

class Greeting(Base):
    __tablename__ = "hello__greetings"
    id: Mapped[int] = mapped_column(primary_key=True)
{column}
{more}
plugin = Plugin(name="hello", version="1", models=Base, migrations="hello.migrations")
"""
OTHER = """
class Other(Base):
    __tablename__ = "{name}"
{arguments}
    id: Mapped[int] = mapped_column(primary_key=True)
"""


def source(column="", more=""):
    return HEAD.format(column=indent(column, "    "), more=more)


def points_to(target, **declared):
    words = "".join(f", {name}={value!r}" for name, value in declared.items())
    return f"other_id: Mapped[int] = mapped_column(ForeignKey('{target}'{words}))"


def other(name, arguments=""):
    return OTHER.format(name=name, arguments=indent(arguments, "    "))


@pytest.fixture
def load(install, make_app):
    """Install a plugin and build the application; answers with the catalog."""

    def built(text):
        install("hello", text)
        return make_app().extensions[EXTENSION]

    return built


def standing_on_inventory(text):
    return text.replace('version="1"', 'version="1", requires=("inventory",)')


EXTEND = "__table_args__ = {'extend_existing': True}"
HARMFUL = [
    (source("whom = relationship('Nobody')"), "Nobody"),
    (source(points_to("nowhere.id", ondelete="CASCADE")), "nowhere"),
    (source(points_to("tenants.nothing", ondelete="CASCADE")), "nothing"),
    (source(points_to("tenants.id")), "would keep rows of 'tenants' from being removed"),
    (source(points_to("tenants.id", ondelete="SET NULL")), "would keep rows of 'tenants' from being removed"),
    (
        standing_on_inventory(source(points_to("inventory_sync_runs.id"))),
        "would keep rows of 'inventory_sync_runs' from being removed",
    ),
    (source(points_to("findings.id", ondelete="CASCADE")), "'findings' of a plugin that it does not require"),
    (source(more=other("greetings")), "table 'greetings' is not named hello__..."),
    (source(more=other("tenants")), "already defined"),
    (source(more=other("tenants", EXTEND)), "'tenants' is a table of somebody else"),
    (source(more=other("findings", EXTEND)), "'findings' is a table of somebody else"),
    (source().replace("    registry = model_registry()", "    pass"), "needs `registry = model_registry()`"),
    (source(more="class Broken(Base):\n    __tablename__ = 'hello__broken'\n"), "primary key"),
]


@pytest.mark.parametrize(("text", "words"), HARMFUL, ids=[words for _, words in HARMFUL])
def test_tables_that_would_harm_others_fail_at_models_and_leave_nothing(load, text, words):
    before = set(metadata.tables)
    columns = set(metadata.tables["findings"].columns.keys())

    catalog = load(text)

    [failed] = catalog.failed
    assert (failed.name, failed.stage) == ("hello", "models")
    assert words in failed.reason
    assert set(metadata.tables) == before
    assert columns <= set(metadata.tables["findings"].columns.keys())
    assert {"inventory", "drift"} <= set(catalog.plugins)
    assert len(metadata.sorted_tables) == len(before), "the migrations of others can be worked out"


def test_queries_of_core_go_on_beside_classes_that_cannot_be_configured(load, app):
    load(source("whom = relationship('Nobody')"))

    with app.app_context():
        assert db.session.scalars(select(BulkOperationRun)).all() == []


def test_a_second_application_of_the_process_refuses_them_again(load, make_app):
    load(source("whom = relationship('Nobody')"))

    [failed] = make_app().extensions[EXTENSION].failed

    assert failed.stage == "models"


@pytest.mark.parametrize(
    "column",
    [
        points_to("tenants.id", ondelete="CASCADE"),
        points_to("bulk_operation_runs.id", ondelete="SET NULL").replace("int]", "int | None]"),
        points_to("hello__greetings.id"),
    ],
)
def test_tables_that_let_others_go_their_way_are_taken_in(load, column):
    catalog = load(source(column))

    assert catalog.failed == []
    assert "hello__greetings" in metadata.tables


def test_a_table_without_a_class_is_the_plugins_by_its_name(load, make_app):
    pairs = "Table('hello__pairs', Base.metadata, Column('id', Integer, primary_key=True))\n"

    assert load(source(more=pairs)).failed == []

    with make_app().app_context() as context:
        result = context.app.test_cli_runner().invoke("db", "-x", "plugin=core", "check")
    assert result.exit_code == 0, result.output


def test_half_an_import_leaves_no_table_behind(load):
    before = set(metadata.tables)

    [failed] = load(source(more="raise LookupError('too late')\n")).failed

    assert failed.stage == "import"
    assert set(metadata.tables) == before


@pytest.mark.parametrize(
    ("declared", "stage"),
    [("requires=('ground',)", "requires"), ("requires_api=(9, 0)", "compatibility")],
)
def test_the_tables_of_a_plugin_that_is_not_loaded_disturb_nobody(load, declared, stage):
    before = set(metadata.tables)
    text = source(points_to("ground__layers.id", ondelete="CASCADE"))

    [failed] = load(text.replace('version="1"', f'version="1", {declared}')).failed

    assert failed.stage == stage
    assert set(metadata.tables) == before
