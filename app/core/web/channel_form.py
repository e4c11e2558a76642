"""The form of a channel: its own fields, and the options of its kind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pydantic import BaseModel
from werkzeug.datastructures import MultiDict

from app.core.db import JsonObject
from app.core.delivery.wish import ENDS, OPTIONS, Digest, Wish
from app.core.outbox import ChannelSubscription
from app.core.registry.catalog import Catalog
from app.core.registry.controls import ParameterKind
from app.core.registry.extensions import NotificationChannel
from app.core.runs.status import StatusBucket
from app.core.severity import Severity
from app.core.web.forms import FormField, fields_of, values_from

# A hyphen, which no option's name can have, keeps them apart from the options.
NAME, BUCKETS, TYPES = "channel-name", "channel-buckets", "channel-types"
SEVERITY, DIGEST = "channel-severity", "channel-digest"
_FIELD_OF = {
    "name": NAME,
    "buckets": BUCKETS,
    "run_types": TYPES,
    "least_severity": SEVERITY,
    "digest": DIGEST,
}
DIGESTS = {
    Digest.NONE: "Each message by itself, at once",
    Digest.QUARTER: "Every 15 minutes",
    Digest.HOUR: "Every hour",
    Digest.DAY: "Every day",
}
USUAL = (StatusBucket.PARTIALLY_SUCCEEDED, StatusBucket.FAILED)
_KEPT = "Stored; leave this empty to keep it."


def new_form(channel: NotificationChannel[BaseModel]) -> Wish:
    """A form with our suggestions."""
    return Wish(channel.label, USUAL, (), {})


def form_of(catalog: Catalog, subscription: ChannelSubscription, options: JsonObject) -> Wish:
    """The form of a channel as it stands."""
    return Wish(
        subscription.name,
        subscription.buckets,
        todays(catalog, subscription.run_types),
        options,
        subscription.least_severity or "",
        Digest.of(subscription.digest_seconds),
    )


def sent_form(channel: NotificationChannel[BaseModel], form: MultiDict[str, str]) -> Wish:
    """The form as somebody filled it in."""
    options = values_from(channel.options, form)
    return Wish(
        form.get(NAME, ""),
        form.getlist(BUCKETS),
        form.getlist(TYPES),
        options,
        form.get(SEVERITY, ""),
        form.get(DIGEST, Digest.NONE),
    )


def todays(catalog: Catalog, run_types: Iterable[str]) -> list[str]:
    """Run types by their names of today, each once."""
    return list(dict.fromkeys(catalog.todays(name) for name in run_types))


def by_field(problems: Mapping[str, str]) -> dict[str, str]:
    """Problems of a wish under the names of the form's fields."""
    return {_FIELD_OF.get(name) or name.removeprefix(OPTIONS): said for name, said in problems.items()}


@dataclass(frozen=True)
class ChannelForm:
    """The fields of a channel as they are drawn.

    Attributes:
        stored: options that are kept already; none: it is new.
    """

    catalog: Catalog
    channel: NotificationChannel[BaseModel]
    wish: Wish
    errors: Mapping[str, str]
    stored: Mapping[str, object]

    @property
    def fields(self) -> list[FormField]:
        """All fields, marked with what is wrong; a stored secret is asked for only to be replaced."""
        options = fields_of(self.channel.options, self.wish.options, self.errors)
        return [*self._own_fields(), *map(self._unrevealed, options)]

    def _own_fields(self) -> list[FormField]:
        ends = [(end.value, end.label.capitalize()) for end in ENDS]
        known = self.catalog.operations
        types = [*known, *(name for name in self.wish.run_types if name not in known)]
        choices = [(name, known[name].label if name in known else name) for name in types]
        name = FormField(NAME, "Name", "", "text", self.wish.name, (), None, required=True)
        buckets = FormField(
            BUCKETS, "Tell about runs that", "", "multiselect", self.wish.buckets, ends, None, required=True
        )
        said = "None chosen: of all operations."
        chosen = FormField(
            TYPES,
            "Only of these operations",
            said,
            "multiselect",
            self.wish.run_types,
            choices,
            None,
            required=False,
        )
        own = (name, buckets, chosen, self._severity_field(), self._digest_field())
        return [replace(field, error=self.errors.get(field.name)) for field in own]

    def _severity_field(self) -> FormField:
        said = "None chosen: whatever they found. Runs that find something mostly succeed: choose these too."
        choices = [(severity.value, f"{severity.value.capitalize()} or worse") for severity in Severity]
        return FormField(
            SEVERITY,
            "Only with new findings that are",
            said,
            "select",
            self.wish.least_severity,
            choices,
            None,
            required=False,
        )

    def _digest_field(self) -> FormField:
        said = "What ends meanwhile goes in one message, counted from the first."
        choices = [(digest.value, words) for digest, words in DIGESTS.items()]
        return FormField(DIGEST, "Send", said, "select", self.wish.digest, choices, None, required=True)

    def _unrevealed(self, field: FormField) -> FormField:
        if field.type != ParameterKind.SECRET or not self.stored.get(field.name):
            return field
        return replace(field, required=False, help=f"{field.help} {_KEPT}".strip())
