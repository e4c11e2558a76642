"""The public API for plugins: everything a plugin may use, and nothing else."""

from app.core import clock
from app.core.access import (
    current_tenant,
    fellow_tenant,
    may,
    signed_in_user,
    tenant_required,
    tenants_seen_by,
)
from app.core.audit import record as record_audit
from app.core.cli.output import cli_errors, echo_json
from app.core.cli.parameters import parameters_from
from app.core.cli.waiting import report_run, start_and_wait
from app.core.db import JsonObject, UtcDateTime, db, model_registry, reading
from app.core.errors import (
    CallOverError,
    DeliveryFailedError,
    InvalidInputError,
    InvalidParametersError,
    ItemFailedError,
    ItemSkippedError,
    PermissionDeniedError,
    RunFailedError,
    TenantAtlasError,
    UnknownRunTypeError,
    UnknownTenantError,
)
from app.core.keys import tenant_key
from app.core.redaction import redact, safe_reason
from app.core.registry.api import API_VERSION
from app.core.registry.catalog import current_catalog, plugin_settings
from app.core.registry.contract import (
    Choice,
    NavItem,
    NoParams,
    OperationType,
    Plugin,
    ReasonCode,
    RelatedLink,
)
from app.core.registry.declared import Declared
from app.core.registry.extensions import (
    ApiPage,
    ApiResource,
    CardFact,
    ChannelMessage,
    ChosenPolicy,
    FindingType,
    IgnoreRule,
    InventorySource,
    NotificationChannel,
    OverviewCard,
    PolicyChoice,
    PolicyShape,
    PolicyType,
    SourceDocument,
    SourceProblem,
)
from app.core.registry.running import RunContext, RunFacts, RunItems
from app.core.retention.kept import kept_runs
from app.core.runs.document import Moment, run_document
from app.core.runs.models import BulkOperationRun
from app.core.runs.queries import find_run
from app.core.runs.start import start_operation
from app.core.schedules.planned import PlannedRun, planned_runs
from app.core.severity import Severity
from app.core.sheets import csv_chunks
from app.core.snapshot import snapshot as reading_snapshot
from app.core.statements import insert_new, one_of, upsert
from app.core.tenants import Tenant, all_tenants, tenant_by_slug
from app.core.users import Role, User, owners_of
from app.core.web.day_bars import DayBars, DayCount
from app.core.web.files import send_chunks
from app.core.web.forms import fields_of, values_from
from app.core.web.fragments import render_fragment
from app.core.web.retry_pages import RetryOffer, retry_offer

__all__ = [
    "API_VERSION",
    "ApiPage",
    "ApiResource",
    "BulkOperationRun",
    "CallOverError",
    "CardFact",
    "ChannelMessage",
    "Choice",
    "ChosenPolicy",
    "DayBars",
    "DayCount",
    "Declared",
    "DeliveryFailedError",
    "FindingType",
    "IgnoreRule",
    "InvalidInputError",
    "InvalidParametersError",
    "InventorySource",
    "ItemFailedError",
    "ItemSkippedError",
    "JsonObject",
    "Moment",
    "NavItem",
    "NoParams",
    "NotificationChannel",
    "OperationType",
    "OverviewCard",
    "PermissionDeniedError",
    "PlannedRun",
    "Plugin",
    "PolicyChoice",
    "PolicyShape",
    "PolicyType",
    "ReasonCode",
    "RelatedLink",
    "RetryOffer",
    "Role",
    "RunContext",
    "RunFacts",
    "RunFailedError",
    "RunItems",
    "Severity",
    "SourceDocument",
    "SourceProblem",
    "Tenant",
    "TenantAtlasError",
    "UnknownRunTypeError",
    "UnknownTenantError",
    "User",
    "UtcDateTime",
    "all_tenants",
    "cli_errors",
    "clock",
    "csv_chunks",
    "current_catalog",
    "current_tenant",
    "db",
    "echo_json",
    "fellow_tenant",
    "fields_of",
    "find_run",
    "insert_new",
    "kept_runs",
    "may",
    "model_registry",
    "one_of",
    "owners_of",
    "parameters_from",
    "planned_runs",
    "plugin_settings",
    "reading",
    "reading_snapshot",
    "record_audit",
    "redact",
    "render_fragment",
    "report_run",
    "retry_offer",
    "run_document",
    "safe_reason",
    "send_chunks",
    "signed_in_user",
    "start_and_wait",
    "start_operation",
    "tenant_by_slug",
    "tenant_key",
    "tenant_required",
    "tenants_seen_by",
    "upsert",
    "values_from",
]
