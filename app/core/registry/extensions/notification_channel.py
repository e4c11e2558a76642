"""Ways to tell people, or their other systems, how a run ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel

from app.core.registry.extensions.base import Extension
from app.core.registry.wrong_fields import wrong_shapes

Options = TypeVar("Options", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class ChannelMessage:
    """How a run ended, as a channel tells it; free of secrets. A test looks the same.

    Attributes:
        delivery_id: the same when it is sent again: a receiver can tell that it has it.
        tenant: slug of the tenant.
        tenant_name: what people call it.
        run_id: number of the run; none: a test.
        run_type: `resource.action`.
        label: what operators call the operation.
        bucket: succeeded, partially_succeeded or failed.
        counts: items by outcome: total, processed, succeeded, failed, skipped, unknown, remaining.
        sentence: what happened, in words and numbers, as the hub says it.
        error_summary: what went wrong first, in one line; none: nothing.
        at: when the run ended.
        url: of the run's page; none: the installation does not know its own address.
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

    @property
    def is_test(self) -> bool:
        """Whether somebody only wants to see that it arrives."""
        return self.run_id is None

    @property
    def title(self) -> str:
        """One line: which operation, how it ended, for whom."""
        return f"{self.label}: {self.bucket.replace('_', ' ')} ({self.tenant_name})"


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
