"""Every former spelling of the contract, with the version that has it no more; docs/plugins.md lists them."""

from typing import Protocol

from app.core.registry.former import former


class _Named(Protocol):
    @property
    def run_type(self) -> str: ...


class FormerOperation:
    """What an operation type was asked for in API 1.0."""

    @property
    @former("run_type", gone_with=(1, 2))
    def resource(self: _Named) -> str:
        """The part of the run type before the dot."""
        return self.run_type.partition(".")[0]

    @property
    @former("run_type", gone_with=(1, 2))
    def action(self: _Named) -> str:
        """The part of the run type after the dot."""
        return self.run_type.partition(".")[2]
