"""Texts put where a plugin may carry them on, and everything in which they could come up again."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from pydantic import BaseModel, SecretStr, ValidationError
from sqlalchemy import select

from app.conformance.deployment import Deployment
from app.conformance.subjects import Case
from app.core.audit import AuditLog
from app.core.db import CoreModel, db, table_of
from app.core.errors import InvalidParametersError
from app.core.notifications import Notification
from app.core.registry.contract import AnyOperation, Plugin
from app.core.runs.events import BulkOperationRunEvent
from app.core.runs.items import BulkOperationRunItem
from app.core.runs.models import BulkOperationRun
from app.core.runs.parameters import validated

# Fictional, and of the shape of a JSON Web Token, which core knows for a secret wherever it stands.
SECRET = "eyJhbGciOiJub25lIn0.eyJsYW50ZXJuIjoib3R0ZXIifQ.c2lnbmF0dXJlLW5vYm9keQ"  # noqa: S105 - planted
HOSTILE = '<script>alert("conformance")</script><img src=x onerror=alert(1)>\u202etxt.exe'

# Whole records, but for what is stored to be executed and never shown.
_SHOWN: tuple[type[CoreModel], ...] = (
    BulkOperationRun,
    BulkOperationRunItem,
    BulkOperationRunEvent,
    Notification,
    AuditLog,
)
_EXECUTED = {"bulk_operation_runs.params"}


def planted(deployment: Deployment, case: Case, text: str, *, in_lists: bool) -> dict[str, object]:
    """An example with a text behind each of its own that its model still takes then.

    Args:
        deployment: where it will be started.
        case: the example.
        text: to be planted.
        in_lists: also into lists of texts, which often are the ids of items.
    """
    operation, changed = deployment.operation(case.run_type), dict(case.params)
    with deployment.app.app_context():  # a model may ask what is installed
        for name, value in _with_defaults(operation, changed).items():
            if isinstance(value, list | tuple) and not in_lists:
                continue
            fuller = {**changed, name: _behind(value, text)}
            if fuller != changed and _fits(operation, fuller):
                changed = fuller
    return changed


def plant_in_settings(deployment: Deployment, plugin: Plugin, text: str) -> None:
    """Put a text behind, or into, each setting of a plugin that its model still takes then."""
    if plugin.settings is None:
        return
    settings = deployment.catalog.settings[plugin.settings]
    for name, value in list(settings):
        planted_value = f"{value} {text}" if value and isinstance(value, str) else text
        if value is None or isinstance(value, str | SecretStr):
            with suppress(ValidationError):
                settings = plugin.settings.model_validate({**dict(settings), name: planted_value})
    deployment.catalog.settings[plugin.settings] = settings


def where_stored(deployment: Deployment, text: str) -> list[str]:
    """The columns of runs, items, events, notifications and audit log that hold a text."""
    found = []
    with deployment.app.app_context():
        for model in _SHOWN:
            for name, value in _stored(model):
                if text in value and name not in _EXECUTED:
                    found.append(name)
    return sorted(set(found))


def _stored(model: type[CoreModel]) -> Iterator[tuple[str, str]]:
    table = table_of(model)
    for row in db.session.execute(select(table)).mappings():
        for column in table.columns:
            yield f"{table.name}.{column.name}", str(row[column.name])


def _with_defaults(operation: AnyOperation, params: Mapping[str, object]) -> dict[str, object]:
    checked: BaseModel = validated(operation, params)
    return {name: getattr(checked, name) for name in type(checked).model_fields}


def _behind(value: object, text: str) -> object:
    if isinstance(value, str):
        return f"{value} {text}"
    if isinstance(value, list | tuple):
        return [_behind(inner, text) for inner in value]
    return value


def _fits(operation: AnyOperation, params: Mapping[str, object]) -> bool:
    try:
        validated(operation, params)
    except InvalidParametersError:
        return False
    return True
