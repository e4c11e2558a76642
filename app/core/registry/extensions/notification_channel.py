"""Ways to tell people, or their other systems, how a run ended."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel

from app.core.registry.extensions.base import Extension
from app.core.registry.wrong_fields import wrong_shapes
from app.core.severity import in_words

Options = TypeVar("Options", bound=BaseModel)
LINES = 20  # runs of a digest that are told by a line each
ENDS = ("failed", "partially_succeeded", "succeeded")  # buckets, worst first


@dataclass(frozen=True, kw_only=True)
class ChannelMessage:
    """How a run ended, as a channel tells it; free of secrets. A test looks the same, and so does a digest.

    Attributes:
        delivery_id: the same when it is sent again: a receiver can tell that it has it.
        tenant: slug of the tenant.
        tenant_name: what people call it.
        run_id: number of the run; none: a test, or a digest.
        run_type: `resource.action`; `channel.test`, `channel.digest`.
        label: what operators call the operation.
        bucket: succeeded, partially_succeeded or failed; of a digest, the worst.
        counts: items by outcome: total, processed, succeeded, failed, skipped, unknown, remaining.
        sentence: what happened, in words and numbers, as the hub says it.
        error_summary: what went wrong first, in one line; none: nothing.
        at: when the run ended.
        url: of the run's page, or the list of runs; none: the installation does not know its own address.
        new_findings: severity -> how many findings nobody knew before, most severe first.
        gathered: of a digest, the messages that it is made of, oldest first; else empty.
    """

    delivery_id: int
    tenant: str
    tenant_name: str
    run_id: int | None
    run_type: str
    label: str
    bucket: str
    counts: Mapping[str, int]
    sentence: str
    error_summary: str | None
    at: datetime
    url: str | None
    new_findings: Mapping[str, int] = field(default_factory=dict)
    gathered: "tuple[ChannelMessage, ...]" = ()

    @property
    def is_test(self) -> bool:
        """Whether somebody only wants to see that it arrives."""
        return self.run_id is None and not self.gathered

    @property
    def title(self) -> str:
        """One line: which operation, how it ended, for whom."""
        if self.gathered:
            return f"{self.sentence.removesuffix('.')} ({self.tenant_name})"
        return f"{self.label}: {self.bucket.replace('_', ' ')} ({self.tenant_name})"

    @property
    def link_label(self) -> str:
        """What `url` leads to, in words."""
        return "View runs" if self.gathered else "View run"

    @property
    def lines(self) -> tuple[str, ...]:
        """What is said under the title: what happened, what was found, what went wrong, or each run."""
        found = in_words(self.new_findings)
        told = (self.sentence, f"New findings: {found}." if found else None, self.error_summary)
        return (*filter(None, told), *_worst_first(self.gathered))


def _worst_first(gathered: tuple[ChannelMessage, ...]) -> Iterator[str]:
    """A line for each run of a digest, bounded: receivers bound what they take."""
    for message in sorted(gathered, key=lambda one: ENDS.index(one.bucket))[:LINES]:
        yield f"#{message.run_id} {message.label}: {' '.join(message.lines)}"
    if len(gathered) > LINES:
        yield f"And {len(gathered) - LINES} more."


@dataclass(frozen=True, kw_only=True)
class NotificationChannel(Extension, Generic[Options]):
    """A way to tell somebody how a run ended.

    Attributes:
        description: one sentence on the page that adds a channel.
        options: pydantic model of where and how to send; stored sealed, so it may hold secrets.
        deliver: sends one message, within a minute; returns when it has arrived. Raises
            `DeliveryFailedError` when it has not; anything else it raises is a failed attempt too.
    """

    kind = "notification channel"
    field = "notification_channels"

    description: str
    options: type[Options]
    deliver: Callable[[ChannelMessage, Options], None]

    def problems(self) -> list[str]:
        found = super().problems() + self._uncallable("deliver")
        said: object = self.options
        if not (isinstance(said, type) and issubclass(said, BaseModel)):
            return [*found, "`options` is no pydantic model"]
        return found + [f"options: {problem}" for problem in wrong_shapes(said)]
