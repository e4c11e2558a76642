"""`flask schedules`: list, add, pause, resume, remove."""

import click
from flask.cli import AppGroup

from app.core.cli.output import cli_errors, echo_json, json_option
from app.core.cli.parameters import given_parameters, parameter_options
from app.core.db import JsonObject, db, reading
from app.core.errors import InvalidInputError
from app.core.redaction import safe_inputs
from app.core.registry.catalog import current_catalog
from app.core.schedules import planning
from app.core.schedules.models import Schedule, ScheduleSlot
from app.core.schedules.outlook import outlook
from app.core.schedules.plan import Plan
from app.core.schedules.queries import find_schedule, latest_slots, list_schedules
from app.core.tenants import Tenant, all_tenants, tenant_by_slug, tenants_named

schedules = AppGroup("schedules", help="Schedules: operations that the clock starts.")


@schedules.command("list")
@click.option("--tenant", "slug", help="Only this tenant.")
@json_option
@reading()
@cli_errors
def list_(slug: str | None, *, as_json: bool) -> None:
    """List schedules with what they do next."""
    rows = [row for tenant in tenants_named(slug) for row in _rows(tenant)]
    if as_json:
        echo_json(rows)
        return
    for row in rows:
        when = row["obstacle"] or f"next {row['next'][0]}"
        click.echo(
            f"{row['id']:>6}  {row['tenant']:<20} {row['name']:<28} {row['run_type']:<24} "
            f"{row['cron']:<14} {row['time_zone']:<16} {row['state']}, {when}"
        )


@schedules.command("add")
@click.option("--tenant", "slug", required=True)
@click.option("--run-type", required=True)
@click.option("--cron", required=True, help='Five fields, such as "0 3 * * *".')
@click.option("--time-zone", default="UTC", show_default=True, help="IANA name, such as Europe/Berlin.")
@parameter_options
@click.option("--name", help="What people read; default: the operation's label.")
@cli_errors
def add(
    slug: str,
    run_type: str,
    cron: str,
    time_zone: str,
    params: str,
    named: tuple[str, ...],
    name: str | None,
) -> None:
    """Add a schedule."""
    catalog, tenant = current_catalog(), tenant_by_slug(slug)
    operation = catalog.operation(run_type)
    given = given_parameters(operation, params, named)
    plan = Plan(name or operation.label, run_type, given, cron, time_zone)
    schedule = planning.create_schedule(catalog, tenant, plan)
    first = outlook(catalog, schedule).upcoming[0]
    click.echo(f"Schedule {schedule.id} added: {schedule.name}, first at {first.isoformat()}.")


@schedules.command("pause")
@click.argument("schedule_id", type=int)
@cli_errors
def pause(schedule_id: int) -> None:
    """Let a schedule start nothing until it is resumed."""
    schedule = planning.pause_schedule(current_catalog(), _tenant_of(schedule_id), schedule_id)
    click.echo(f"Schedule {schedule.id} is paused.")


@schedules.command("resume")
@click.argument("schedule_id", type=int)
@cli_errors
def resume(schedule_id: int) -> None:
    """Let a schedule go on with its next time; what was missed stays missed."""
    schedule = planning.resume_schedule(current_catalog(), _tenant_of(schedule_id), schedule_id)
    click.echo(f"Schedule {schedule.id} is active.")


@schedules.command("remove")
@click.argument("schedule_id", type=int)
@cli_errors
def remove(schedule_id: int) -> None:
    """Remove a schedule; its runs stay."""
    planning.remove_schedule(current_catalog(), _tenant_of(schedule_id), schedule_id)
    click.echo(f"Schedule {schedule_id} is removed; its runs stay.")


def _tenant_of(schedule_id: int) -> Tenant:
    with reading():
        tenants = [tenant for tenant in all_tenants() if find_schedule(tenant, schedule_id)]
        db.session.commit()
    if not tenants:
        raise InvalidInputError(f"no schedule {schedule_id}")
    return tenants[0]


def _rows(tenant: Tenant) -> list[JsonObject]:
    last = latest_slots(tenant)
    return [_row(tenant, schedule, last.get(schedule.id)) for schedule in list_schedules(tenant)]


def _row(tenant: Tenant, schedule: Schedule, last: ScheduleSlot | None) -> JsonObject:
    expected = outlook(current_catalog(), schedule)
    return {
        "id": schedule.id,
        "tenant": tenant.slug,
        "name": schedule.name,
        "run_type": schedule.run_type,
        "label": expected.label,
        "params": safe_inputs(schedule.params),
        "cron": schedule.cron,
        "time_zone": schedule.time_zone,
        "state": expected.state,
        "obstacle": expected.obstacle,
        "next": [slot.isoformat() for slot in expected.upcoming],
        "created_by": schedule.created_by,
        "last": last and _slot(last),
    }


def _slot(slot: ScheduleSlot) -> JsonObject:
    return {"slot": slot.slot.isoformat(), "outcome": slot.outcome, "run_id": slot.run_id, "said": slot.said}
