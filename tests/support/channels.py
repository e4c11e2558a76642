"""A channel of the tests' own: it keeps what it is given, and fails as it is told."""

from contextlib import contextmanager

import pytest
from pydantic import BaseModel, Field, SecretStr
from sqlalchemy import select, update

from app.core.db import database_now, db
from app.core.delivery.subscribing import subscribe
from app.core.delivery.wish import Digest, Wish
from app.core.outbox import Delivery
from app.core.registry.catalog import EXTENSION, current_catalog
from app.core.registry.contract import Plugin
from app.core.registry.extensions import NotificationChannel

SECRET = "open-sesame-4711"


class PigeonOptions(BaseModel):
    """Where to fly."""

    loft: str = Field(title="Loft")
    password: SecretStr = Field(title="Password", min_length=8)


class Pigeons:
    """What was told, what to raise next, and what happens while one flies."""

    def __init__(self):
        self.told, self.failures = [], []
        self.meanwhile = lambda: None

    def deliver(self, message, options):
        assert options.password.get_secret_value() == SECRET
        if self.failures:
            raise self.failures.pop(0)
        self.told.append(message)
        self.meanwhile()


@pytest.fixture
def pigeons(app):
    """Let the application offer the channel `pigeon`."""
    kept = Pigeons()
    channel = NotificationChannel(
        key="pigeon", label="Pigeon", description="Flies.", options=PigeonOptions, deliver=kept.deliver
    )
    plugin = Plugin(name="pigeons", version="1.0.0", notification_channels=(channel,))
    app.extensions[EXTENSION].add(plugin)
    return kept


def listen(
    tenant,
    *,
    name="Loft",
    buckets=("succeeded", "failed"),
    run_types=(),
    least_severity="",
    digest=Digest.NONE,
    channel="pigeon",
    **options,
):
    """Subscribe a tenant to the pigeons."""
    given = options or {"loft": "north", "password": SECRET}
    wish = Wish(name, buckets, run_types, given, least_severity, digest)
    return subscribe(current_catalog(), tenant, channel, wish)


def deliveries():
    """Everything in the outbox, fresh, oldest first."""
    db.session.rollback()
    query = select(Delivery).order_by(Delivery.id).execution_options(populate_existing=True)
    found = db.session.scalars(query).all()
    db.session.commit()
    return found


def make_due():
    """Let the time of the next attempt have come for everything in the outbox."""
    db.session.execute(update(Delivery).values(next_at=database_now(-1)))
    db.session.commit()


@contextmanager
def refusing(model, database):
    """Let the database refuse every new row of a table inside the block."""
    table, raised = model.__tablename__, "RAISE 'not today'"
    if database.name == "sqlite":
        create = [
            f"CREATE TRIGGER refuse BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'not today'); END"
        ]
        drop = ["DROP TRIGGER refuse"]
    else:
        create = [
            f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {raised}; END $$",
            f"CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()",
        ]
        drop = [f"DROP TRIGGER refuse ON {table}", "DROP FUNCTION refuse()"]
    _execute(create)
    try:
        yield
    finally:
        _execute(drop)


def _execute(statements):
    db.session.rollback()
    for statement in statements:
        db.session.connection().exec_driver_sql(statement)
    db.session.commit()
