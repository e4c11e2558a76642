"""A package whose pages, tables and distribution break every promise there is: the kit must name each."""

from flask import Blueprint, request
from markupsafe import Markup
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core import (
    NoParams,
    OperationType,
    Plugin,
    Role,
    RunContext,
    current_catalog,
    current_tenant,
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


def float_off(run: RunContext[NoParams]) -> None:
    """Do nothing."""
    run.checkpoint()


plugin = Plugin(
    name="adrift",
    version="7.0",
    blueprints=(pages,),
    models=Base,
    migrations="adrift.migrations",
    operations=(
        OperationType(
            run_type="adrift.go", label="Go", description="Goes.", execute=float_off, examples=({},)
        ),
    ),
)
