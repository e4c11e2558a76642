"""The form of a schedule: its own fields, and those of its operation."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from app.core.registry.contract import AnyOperation
from app.core.schedules.cron import known_zones
from app.core.schedules.models import Schedule
from app.core.schedules.plan import PARAMS, Plan
from app.core.tenants import Tenant
from app.core.web.forms import FormField, start_fields, start_values

OWN = "own"
RHYTHMS = {
    "0 * * * *": "Every hour",
    "0 3 * * *": "Every night at 03:00",
    "0 3 * * 1": "Every Monday at 03:00",
    OWN: "As the cron expression says",
}
# A hyphen, which no parameter's name can have, keeps them apart from the operation's own fields.
NAME, RHYTHM, CRON, ZONE = "schedule-name", "schedule-rhythm", "schedule-cron", "schedule-zone"
_FIELD_OF = {"name": NAME, "cron": CRON, "time_zone": ZONE}
_CRON_HELP = (
    f"For “{RHYTHMS[OWN]}”: minute, hour, day of month, month, day of week. "
    "30 5 * * 1-5 is 05:30 on working days."
)
_ZONE_HELP = "When clocks are changed, the times follow the clock on the wall."
_AREAS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


@dataclass(frozen=True)
class ScheduleForm:
    """What the form holds: texts of its own fields, raw values of the operation's parameters."""

    name: str
    rhythm: str
    cron: str
    zone: str
    params: Mapping[str, object]

    @classmethod
    def new(cls, operation: AnyOperation, given: MultiDict[str, str]) -> "ScheduleForm":
        """A form with our suggestions, and the parameters that an address gives."""
        return cls(operation.label, "0 3 * * *", "", "UTC", start_values(operation, given) if given else {})

    @classmethod
    def of(cls, schedule: Schedule) -> "ScheduleForm":
        """The form of a schedule as it stands."""
        is_listed = schedule.cron in RHYTHMS
        return cls(
            name=schedule.name,
            rhythm=schedule.cron if is_listed else OWN,
            cron="" if is_listed else schedule.cron,
            zone=schedule.time_zone,
            params=schedule.params,
        )

    @classmethod
    def sent(cls, operation: AnyOperation, form: MultiDict[str, str]) -> "ScheduleForm":
        """The form as somebody filled it in."""
        name, rhythm, cron, zone = (form.get(field, "").strip() for field in (NAME, RHYTHM, CRON, ZONE))
        return cls(name, rhythm, cron, zone, start_values(operation, form))

    @property
    def problems(self) -> dict[str, str]:
        """What of the form contradicts itself; field -> sentence."""
        if self.rhythm not in RHYTHMS:
            return {RHYTHM: "Choose one of the list."}
        if self.rhythm != OWN and self.cron not in {"", self.rhythm}:
            return {CRON: f"Leave this empty, or choose “{RHYTHMS[OWN]}” above."}
        return {}

    def plan(self, operation: AnyOperation) -> Plan:
        """What the form asks for."""
        cron = self.cron if self.rhythm == OWN else self.rhythm
        return Plan(self.name, operation.run_type, self.params, cron, self.zone)

    def own_fields(self, errors: Mapping[str, str]) -> list[FormField]:
        """The schedule's fields, marked with `errors`."""
        name = FormField(NAME, "Name", "", "text", self.name, (), None, required=True)
        choices = tuple(RHYTHMS.items())
        rhythm = FormField(RHYTHM, "When", "", "select", self.rhythm, choices, None, required=True)
        cron = FormField(CRON, "Cron expression", _CRON_HELP, "text", self.cron, (), None, required=False)
        zones = _zones(self.zone)
        zone = FormField(ZONE, "Time zone", _ZONE_HELP, "select", self.zone, zones, None, required=True)
        fields = (name, rhythm, cron, zone)
        return [replace(field, error=errors.get(field.name)) for field in fields]

    def operation_fields(
        self, operation: AnyOperation, tenant: Tenant, errors: Mapping[str, str]
    ) -> list[FormField]:
        """The operation's fields, marked with `errors`."""
        return start_fields(operation, tenant, self.params, errors)


def by_field(problems: Mapping[str, str]) -> dict[str, str]:
    """Problems of a plan under the names of the form's fields."""
    return {_FIELD_OF.get(name) or name.removeprefix(PARAMS): said for name, said in problems.items()}


def _zones(chosen: str) -> tuple[tuple[str, str], ...]:
    places = sorted(zone for zone in known_zones() if zone.startswith(_AREAS))
    names = ["UTC", *places]
    return tuple((name, name) for name in (names if chosen in names else [chosen, *names]))
