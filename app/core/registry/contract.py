"""What a plugin declares. The object is the registration: nothing else is edited."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from app.core.registry.api import API_VERSION
from app.core.registry.extensions import (
    ApiResource,
    FindingType,
    IgnoreRule,
    InventorySource,
    NotificationChannel,
    OverviewCard,
    PolicyChoice,
    PolicyType,
)
from app.core.registry.former_names import FormerOperation
from app.core.registry.running import RunContext, RunFacts
from app.core.severity import Severity
from app.core.users import Role

if TYPE_CHECKING:
    import click
    from flask import Blueprint
    from sqlalchemy.orm import DeclarativeBase

    from app.core.db import JsonObject
    from app.core.tenants import Tenant

RUN_TYPE = re.compile(r"[a-z][a-z0-9_]{0,49}\.[a-z][a-z0-9_]{0,49}")
LABEL_LENGTH = 200
PLUGIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

P = TypeVar("P", bound=BaseModel)


class NoParams(BaseModel):
    """Parameters of an operation that takes none."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class RelatedLink:
    """A link from a run to its business artefact; stored on the run when it ends."""

    label: str
    url: str


@dataclass(frozen=True)
class NavItem:
    """An entry in the navigation: `endpoint` takes the tenant's slug as `tenant`."""

    label: str
    endpoint: str
    icon: str = "dot"


@dataclass(frozen=True)
class Choice:
    """One value that a parameter may have in a tenant, and what an operator reads for it."""

    value: str
    label: str


@dataclass(frozen=True)
class ReasonCode:
    """What a reason code means and what to do about it; retryable: repeating the run may already help."""

    label: str
    advice: str = ""
    retryable: bool = False


@dataclass(frozen=True, kw_only=True)
class OperationType(FormerOperation, Generic[P]):
    """A run type and everything core needs to offer, start, execute and show it.

    Attributes:
        run_type: `resource.action`, lower case.
        aliases: its former run types, oldest first; whatever is stored under one works with this operation.
        label: what an operator calls it.
        execute: does the work; see `RunContext`.
        process_item: instead of `execute`: does one item; core walks `items`, each inside `run.item(...)`.
        params: pydantic model of the parameters, each a single value or a list of such.
        choices: parameter -> what it may be in a tenant, asked for each form and start; all else is refused.
        description: one sentence on the start page.
        icon: name in the icon sprite.
        role: the least role that may start it.
        items: item ids known at the start, of any number, in the same order each time; none: see `expect`.
        idempotency_key: equal for equal work; default: the run type with the parameters.
        related_links: links to the artefact, asked inside the tenant's URL space when the run ends.
        new_findings: severity -> how many findings the run made that nobody knew before; asked when it ends,
            and kept on it, for channels that are told of findings alone.
        shown_inputs: what the run page shows of the parameters; default: all, redacted.
        permits: refuses what only an administrator may ask for; asked where a person's parameters come as
            they are, from no page of the product.
        reason_codes: meaning and advice per code.
        start_endpoint: the plugin's own start page instead of the generated form.
        resumable: the executor may be called again for the same run after an earlier call ended anywhere.
        idempotent_items: doing an item twice is as good as once; else each item is announced to the ledger
            before it begins, and one that was in flight in a lost worker becomes `unknown`.
        max_attempts: how many workers may be lost over one run before it fails with `crashed_repeatedly`.
        max_runtime: the longest one attempt may take; none: no limit.
        concurrency: how many runs of this type a tenant may have running; none: no limit.
        breaker: how many first items may all fail with one reason code before the rest is left; none: any.
        retention: how long its ended runs are kept; none: as long as the tenant keeps runs of their status.
        follows: run type -> asked with the facts of each run of it that completed: parameters, or nothing.
        examples: parameters with which it works in an otherwise empty tenant, or fails as it declares.
    """

    run_type: str
    label: str
    execute: Callable[[RunContext[P]], None] | None = None
    process_item: Callable[[RunContext[P], str], None] | None = None
    params: type[P] = NoParams  # type: ignore[assignment]  # the default belongs to P's default
    choices: "Mapping[str, Callable[[Tenant], Iterable[Choice]]]" = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    description: str = ""
    icon: str = "gear"
    role: Role = Role.OPERATOR
    items: "Callable[[Tenant, P], Iterable[str]] | None" = None
    idempotency_key: "Callable[[Tenant, P], str] | None" = None
    related_links: Callable[[RunFacts], Sequence[RelatedLink]] | None = None
    new_findings: Callable[[RunFacts], Mapping[Severity, int]] | None = None
    shown_inputs: "Callable[[Tenant, P], JsonObject] | None" = None
    permits: "Callable[[Tenant, P], None] | None" = None
    reason_codes: Mapping[str, ReasonCode] = field(default_factory=dict)
    start_endpoint: str | None = None
    resumable: bool = False
    idempotent_items: bool = False
    max_attempts: int = 3
    max_runtime: timedelta | None = None
    concurrency: int | None = None
    breaker: int | None = None
    retention: timedelta | None = None
    follows: "Mapping[str, Callable[[RunFacts], JsonObject | None]]" = field(default_factory=dict)
    examples: tuple[Mapping[str, object], ...] = ()

    @property
    def run_types(self) -> tuple[str, ...]:
        """Every run type under which a run of it may be stored, oldest first; the last one is today's."""
        return (*self.aliases, self.run_type)

    def key_for(self, tenant: "Tenant", params: P) -> str:
        """The idempotency key, at most 200 characters; unique per tenant among active runs.

        It bears the oldest run type: equal work that was started before a renaming is still equal.
        """
        if self.idempotency_key is not None:
            detail = self.idempotency_key(tenant, params)
        else:
            detail = json.dumps(params.model_dump(mode="json"), sort_keys=True)
        return f"{self.run_types[0]}:{hashlib.blake2b(detail.encode(), digest_size=16).hexdigest()}"

    def perform(self, run: RunContext[P]) -> None:
        """Do the work of a run: execute it, or process each item that has no outcome yet."""
        if self.execute is not None:
            self.execute(run)
        if self.process_item is not None:
            for item_id in run.items:
                with run.item(item_id):
                    self.process_item(run, item_id)


AnyOperation: TypeAlias = OperationType[Any]


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """One plugin.

    Attributes:
        name: lower case; prefix of its tables and its migration lineage.
        version: of the plugin.
        requires_api: (major, minor) of core's contract it was written for.
        requires: plugins it stands on.
        operations: run types it brings.
        blueprints: its pages; URL rules begin with `/t/<tenant>/`.
        models: its declarative base, when it has tables.
        migrations: dotted name of the package holding `versions/`, when it has tables.
        cli: command groups.
        nav: entries in the navigation.
        settings: pydantic model of what an administrator may choose; see `plugin_settings`.
        inventory_sources: where it lets `inventory.sync` read from.
        policy_types: kinds of policies it lets inventory tell apart.
        finding_types: kinds of findings its runs may write.
        ignore_rules: changes that are nobody's concern.
        overview_cards: cards on the start page of each tenant.
        notification_channels: ways to tell how a run ended.
        api_resources: its own things as programs read them.
        chores: small steps that every worker calls every few seconds, each in a fresh application context and
            outside any transaction; several workers may call one at once.
        policy_choices: policies that its pages show, for other plugins to work on.
        before_examples: makes what examples of its operations name and no run makes; called by the
            conformance kit alone, in an application context, once the plugins it requires have run theirs.
    """

    name: str
    version: str
    requires_api: tuple[int, int] = API_VERSION
    requires: tuple[str, ...] = ()
    operations: tuple[AnyOperation, ...] = ()
    blueprints: "tuple[Blueprint, ...]" = ()
    models: "type[DeclarativeBase] | None" = None
    migrations: str | None = None
    cli: "tuple[click.Command, ...]" = ()
    nav: tuple[NavItem, ...] = ()
    settings: type[BaseModel] | None = None
    inventory_sources: tuple[InventorySource[Any], ...] = ()
    policy_types: tuple[PolicyType, ...] = ()
    finding_types: tuple[FindingType, ...] = ()
    ignore_rules: tuple[IgnoreRule, ...] = ()
    overview_cards: tuple[OverviewCard, ...] = ()
    notification_channels: tuple[NotificationChannel[Any], ...] = ()
    api_resources: tuple[ApiResource[Any], ...] = ()
    chores: tuple[Callable[[], object], ...] = ()
    policy_choices: tuple[PolicyChoice, ...] = ()
    before_examples: "Callable[[Tenant], None] | None" = None
