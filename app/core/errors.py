"""What can go wrong, as a tree: catch the branch you can answer for."""

from typing import Self


class TenantAtlasError(Exception):
    """Every error this product raises on purpose; its text may be shown to the person who caused it."""


class ConfigurationError(TenantAtlasError):
    """A setting cannot be used; the text names the variable."""


class InvalidInputError(TenantAtlasError):
    """Somebody gave something that cannot be worked with; the text names the offender."""


class UnknownTenantError(InvalidInputError):
    """No tenant has that slug."""


class UnknownRunTypeError(InvalidInputError):
    """No loaded plugin offers that run type."""


class InvalidParametersError(InvalidInputError):
    """Parameters do not fit the operation's model.

    Attributes:
        errors: field name -> message.
    """

    def __init__(self, errors: dict[str, str]) -> None:
        """Keep the messages by field and join them for a one-line text."""
        super().__init__("; ".join(f"{field}: {text}" for field, text in errors.items()))
        self.errors = errors


class PermissionDeniedError(TenantAtlasError):
    """The person may not do this in this tenant."""


class PluginError(TenantAtlasError):
    """A plugin cannot be used; the text names the plugin and the stage.

    Attributes:
        name: the plugin, or the module that should have declared one.
        stage: one of `app.core.registry.stages.Stage`.
    """

    def __init__(self, name: str, stage: str, reason: str) -> None:
        """Compose the one-line text."""
        super().__init__(f"plugin {name!r} failed at {stage}: {reason}")
        self.name, self.stage, self.reason = name, stage, reason


class RunFailedError(TenantAtlasError):
    """An operation cannot go on: raised by an executor, ends the run `failed`.

    Attributes:
        reason_code: a stable code of the operation.
        reason: a short sentence for operators.
    """

    def __init__(self, reason_code: str, reason: str) -> None:
        """Keep code and sentence."""
        super().__init__(f"{reason_code}: {reason}")
        self.reason_code, self.reason = reason_code, reason


class ItemFailedError(TenantAtlasError):
    """One item failed, the run goes on; raised inside `with run.item(...)`."""

    def __init__(self, reason_code: str, reason: str) -> None:
        """Keep code and sentence."""
        super().__init__(f"{reason_code}: {reason}")
        self.reason_code, self.reason = reason_code, reason


class DeliveryFailedError(TenantAtlasError):
    """A message could not be delivered: raised by a notification channel.

    Attributes:
        reason: a short sentence for managers, without secrets.
        is_final: whether trying again is useless.
        retry_after: not before so many seconds; none: as usual.
    """

    def __init__(self, reason: str, *, is_final: bool = False, retry_after: float | None = None) -> None:
        """Keep what is known about the next attempt."""
        super().__init__(reason)
        self.reason, self.is_final, self.retry_after = reason, is_final, retry_after


class ItemSkippedError(ItemFailedError):
    """One item needs no work (or must not be touched); the run goes on."""


class CallOverError(TenantAtlasError):
    """This call of the executor is over, the run is not: leave what it has begun to the next call."""


class LeaseLostError(CallOverError):
    """This worker no longer holds the run: nothing was written and nothing more may be done."""

    @classmethod
    def of(cls, run_id: int) -> Self:
        """The error for one run."""
        return cls(f"run {run_id} is no longer held by this worker")


class RunAbortedError(TenantAtlasError):
    """Somebody asked the run to stop; raised at the next checkpoint."""


class RunInterruptedError(CallOverError):
    """The worker is being stopped: the run is given back and resumed by another; raised at a checkpoint."""
