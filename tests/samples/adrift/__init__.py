"""A package whose pages, tables and distribution break every promise there is: the kit must name each."""

from flask import Blueprint, request
from markupsafe import Markup
from pydantic import BaseModel
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core import (
    ApiPage,
    ApiResource,
    BulkOperationRun,
    NoParams,
    OperationType,
    Plugin,
    Role,
    RunContext,
    current_catalog,
    current_tenant,
    db,
    model_registry,
    start_operation,
    tenant_required,
)

pages = Blueprint("adrift", __name__, url_prefix="/t/<tenant>/adrift", template_folder="templates")


class Base(DeclarativeBase):
    """Of the tables of this plugin."""

    registry = model_registry()


class Buoy(Base):
    """Its table is never dropped, and has a column that no migration makes."""

    __tablename__ = "adrift__buoys"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("bulk_operation_runs.id", ondelete="CASCADE"))
    colour: Mapped[str]  # no migration knows it


@pages.get("/open")
def unguarded(tenant):
    """Show anything to anybody."""
    return tenant


@pages.get("")
@tenant_required(Role.READONLY)
def index():
    """Show a name as markup."""
    return Markup("<h1>{}</h1>").format(Markup(current_tenant().name))  # noqa: S704 - what the kit must notice


@pages.get("/broken")
@tenant_required(Role.READONLY)
def broken():
    """Need what an empty tenant has not."""
    return request.args["buoy"]


@pages.post("/go")
@tenant_required(Role.READONLY)
def go():
    """Start as the administrator for whoever asks."""
    start_operation(current_catalog(), current_tenant(), "adrift.go", {})
    return "gone"


class Drifting(BaseModel):
    """What a run of anybody leaves behind, twice."""

    id: int


def everybodys(_tenant, _filters, cursor, limit):
    """List what is everybody's, and lose one between two pages."""
    runs = db.session.scalars(select(BulkOperationRun.id).order_by(BulkOperationRun.id)).all()
    left = [number for run in runs for number in (2 * run, 2 * run + 1) if number > int(cursor or 0)]
    more = len(left) > limit
    return ApiPage([Drifting(id=number) for number in left[:limit]], str(left[limit]) if more else None)


def float_off(run: RunContext[NoParams]) -> None:
    """Do nothing."""
    run.checkpoint()


plugin = Plugin(
    name="adrift",
    version="7.0",
    blueprints=(pages,),
    models=Base,
    migrations="adrift.migrations",
    api_resources=(
        ApiResource(
            key="drifting",
            label="Drifting",
            description="Runs.",
            entry=Drifting,
            filters=NoParams,
            page=everybodys,
        ),
    ),
    operations=(
        OperationType(
            run_type="adrift.go", label="Go", description="Goes.", execute=float_off, examples=({},)
        ),
    ),
)
