"""What a plugin declares. The object is the registration: nothing else is edited."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from app.core.registry.extensions import FindingType, InventorySource, OverviewCard, PolicyType
from app.core.users import Role

if TYPE_CHECKING:
    import click
    from flask import Blueprint
    from sqlalchemy.orm import DeclarativeBase

    from app.core.db import JsonObject
    from app.core.tenants import Tenant

API_VERSION = (1, 0)
RUN_TYPE = re.compile(r"[a-z][a-z0-9_]{0,49}\.[a-z][a-z0-9_]{0,49}")
LABEL_LENGTH = 200
PLUGIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class NoParams(BaseModel):
    """Parameters of an operation that takes none."""

    model_config = ConfigDict(extra="forbid")


P = TypeVar("P", bound=BaseModel)
P_co = TypeVar("P_co", bound=BaseModel, covariant=True)


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
class ReasonCode:
    """What a reason code means and what to do about it."""

    label: str
    advice: str = ""


class RunFacts(Protocol):
    """A run as its related links are asked for: finished, or about to be."""

    @property
    def id(self) -> int:
        """Number of the run."""

    @property
    def tenant(self) -> "Tenant":
        """Whose run it is."""

    @property
    def params(self) -> "JsonObject":
        """Validated parameters, as JSON values."""

    @property
    def summary(self) -> "JsonObject":
        """What the executor left with `run.summarize`."""


class RunItems(Protocol):
    """The items of a run, streamed from the ledger a page at a time."""

    def __iter__(self) -> Iterator[str]:
        """Ids without an outcome, in their order: after a resume, what is left to do."""

    def __len__(self) -> int:
        """How many items the run has, whatever became of them."""

    def every(self) -> Iterator[str]:
        """All ids in their order, whatever became of them."""


class RunContext(Protocol[P_co]):
    """A running run, as its executor sees it.

    Every method may raise an error that ends this call (`LeaseLostError`, `RunAbortedError`,
    `RunInterruptedError`): let it pass.
    """

    @property
    def id(self) -> int:
        """Number of the run."""

    @property
    def tenant(self) -> "Tenant":
        """Whose run it is: the first argument of every query."""

    @property
    def params(self) -> P_co:
        """Validated parameters."""

    @property
    def attempt(self) -> int:
        """1 for the first call of the executor; more when the run is resumed."""

    @property
    def items(self) -> RunItems:
        """The items that have no outcome yet; given at the start or by `expect`."""

    def expect(self, item_ids: Iterable[str]) -> None:
        """Add items found while running; ids already known are ignored."""

    def item(self, item_id: str) -> AbstractContextManager[None]:
        """Work on one item: it succeeds unless `ItemFailedError` or `ItemSkippedError` is raised inside.

        Any other exception fails the item with `unexpected_error`; its text is logged, not stored.
        """

    def report(self, reason_code: str, reason: str, *, item_id: str | None = None) -> None:
        """Add a failure entry that is not an item's outcome (a second broken file of one item)."""

    def summarize(self, **facts: object) -> None:
        """Leave JSON-ready facts on the run: counts and notes for pages, links and the CLI."""

    def checkpoint(self) -> None:
        """Show progress and stop here if the run was aborted, interrupted, lost or took too long.

        It commits the current transaction of `db.session` when it writes: at most every 250 ms.
        """

    def fence(self) -> None:
        """Prove, in the current transaction of `db.session`, that the run is still this worker's.

        Call it before the commit of the operation's own writes: a late worker then writes nothing.
        """


@dataclass(frozen=True, kw_only=True)
class OperationType(Generic[P]):
    """A run type and everything core needs to offer, start, execute and show it.

    Attributes:
        run_type: `resource.action`, lower case.
        label: what an operator calls it.
        execute: does the work; see `RunContext`.
        params: pydantic model of the parameters.
        description: one sentence on the start page.
        icon: name in the icon sprite.
        role: the least role that may start it.
        items: item ids known at the start, 1 to 255 characters each, in the same order each time it is asked;
            an iterator may be of any length. None: the executor calls `expect`.
        idempotency_key: equal for equal work; default: the run type with the parameters.
        related_links: links to the artefact, asked inside the tenant's URL space when the run ends.
        shown_inputs: what the run page shows of the parameters; default: all, redacted.
        reason_codes: meaning and advice per code.
        start_endpoint: the plugin's own start page instead of the generated form.
        resumable: the executor may be called again for the same run after an earlier call ended anywhere.
        idempotent_items: doing an item twice is as good as once; else each item is announced to the ledger
            before it begins, and one that was in flight in a lost worker becomes `unknown`.
        max_attempts: how many workers may be lost over one run before it fails with `crashed_repeatedly`.
        max_runtime: the longest one attempt may take; none: no limit.
        concurrency: how many runs of this type a tenant may have running; none: no limit.
        breaker: if that many items come first and all fail with one reason code, the rest is left
            unprocessed (`stopped_early`); none: never.
        follows: run type -> what to start after each run of it that completed: asked with its facts, answers
            with parameters for this operation, or nothing.
        examples: parameters with which the operation works in an otherwise empty tenant, or ends with a
            failure it declares; the conformance kit runs each.
    """

    run_type: str
    label: str
    execute: Callable[[RunContext[P]], None]
    params: type[P] = NoParams  # type: ignore[assignment]  # the default belongs to P's default
    description: str = ""
    icon: str = "gear"
    role: Role = Role.OPERATOR
    items: "Callable[[Tenant, P], Iterable[str]] | None" = None
    idempotency_key: "Callable[[Tenant, P], str] | None" = None
    related_links: Callable[[RunFacts], Sequence[RelatedLink]] | None = None
    shown_inputs: "Callable[[Tenant, P], JsonObject] | None" = None
    reason_codes: Mapping[str, ReasonCode] = field(default_factory=dict)
    start_endpoint: str | None = None
    resumable: bool = False
    idempotent_items: bool = False
    max_attempts: int = 3
    max_runtime: timedelta | None = None
    concurrency: int | None = None
    breaker: int | None = None
    follows: "Mapping[str, Callable[[RunFacts], JsonObject | None]]" = field(default_factory=dict)
    examples: tuple[Mapping[str, object], ...] = ()

    @property
    def resource(self) -> str:
        """The part before the dot."""
        return self.run_type.partition(".")[0]

    @property
    def action(self) -> str:
        """The part after the dot."""
        return self.run_type.partition(".")[2]

    def key_for(self, tenant: "Tenant", params: P) -> str:
        """The idempotency key, at most 200 characters; unique per tenant among active runs."""
        if self.idempotency_key is not None:
            detail = self.idempotency_key(tenant, params)
        else:
            detail = json.dumps(params.model_dump(mode="json"), sort_keys=True)
        return f"{self.run_type}:{hashlib.blake2b(detail.encode(), digest_size=16).hexdigest()}"


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
        inventory_sources: where it lets `inventory.sync` read from.
        policy_types: kinds of policies it lets inventory tell apart.
        finding_types: kinds of findings its runs may write.
        overview_cards: cards on the start page of each tenant.
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
    inventory_sources: tuple[InventorySource[Any], ...] = ()
    policy_types: tuple[PolicyType, ...] = ()
    finding_types: tuple[FindingType, ...] = ()
    overview_cards: tuple[OverviewCard, ...] = ()


def incompatibility_of(plugin: Plugin) -> str | None:
    """Why a plugin cannot work with this version of the contract, in a sentence, or nothing."""
    if plugin.requires_api[0] != API_VERSION[0] or plugin.requires_api[1] > API_VERSION[1]:
        return f"needs API {plugin.requires_api}, this is {API_VERSION}"
    return None


def problems_of(plugin: Plugin) -> list[str]:
    """What is wrong with a declaration, in sentences; empty when it can be used."""
    problems = []
    if not PLUGIN_NAME.fullmatch(plugin.name):
        problems.append(f"name {plugin.name[:60]!r}: use lower-case letters, digits and underscores")
    if (plugin.models is None) != (plugin.migrations is None):
        problems.append("models and migrations go together")
    for operation in plugin.operations:
        if not RUN_TYPE.fullmatch(operation.run_type):
            problems.append(f"run type {operation.run_type[:120]!r} is not `resource.action` in lower case")
        if not operation.label.strip():
            problems.append(f"run type {operation.run_type[:120]!r} has no label")
        if len(operation.label) > LABEL_LENGTH:
            problems.append(f"run type {operation.run_type[:120]!r}: label over {LABEL_LENGTH} characters")
        problems += _wrong_limits(operation)
    declared = [operation.run_type for operation in plugin.operations]
    twice = sorted({run_type for run_type in declared if declared.count(run_type) > 1})
    problems += [f"run type {run_type[:120]!r} is declared twice" for run_type in twice]
    return problems


def _wrong_limits(operation: AnyOperation) -> list[str]:
    limits = {name: getattr(operation, name) for name in ("max_attempts", "concurrency", "breaker")}
    wrong = [name for name, value in limits.items() if value is not None and value < 1]
    if operation.max_runtime is not None and operation.max_runtime <= timedelta():
        wrong.append("max_runtime")
    return [f"run type {operation.run_type[:120]!r}: {name} must be greater than 0" for name in wrong]
