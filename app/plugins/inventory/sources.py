"""Every place policies can be read from, and reading from one that may be anybody's code."""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError

from app.core import (
    Declared,
    InvalidInputError,
    InventorySource,
    JsonObject,
    RunFailedError,
    SourceDocument,
    SourceProblem,
    Tenant,
    current_catalog,
    safe_reason,
)
from app.plugins.inventory.reading.errors import SourceError
from app.plugins.inventory.reading.folder import too_large
from app.plugins.inventory.reading.limits import DEFAULT_LIMITS
from app.plugins.inventory.reading.refusing import unreadable

CODE = re.compile(r"[a-z][a-z0-9_]{0,79}")
COLLECTION = re.compile(r"[A-Za-z]\w{0,119}")
REASON_LENGTH, ORIGIN_LENGTH = 400, 200  # characters

AnySource = InventorySource[Any]

logger = logging.getLogger(__name__)


def all_sources() -> Mapping[str, Declared[AnySource]]:
    """Every source of the loaded plugins, by key."""
    return current_catalog().declared(InventorySource)


def source_named(key: str) -> Declared[AnySource]:
    """One source.

    Raises:
        InvalidInputError: no loaded plugin brings it.
    """
    found = all_sources().get(key)
    if found is None:
        message = f"no loaded plugin brings the inventory source {key[:40]!r}"
        raise InvalidInputError(message)
    return found


def origin_of(found: Declared[AnySource], options: BaseModel) -> str:
    """What people call what is read: the source's word for it, or its label."""
    source = found.what
    try:
        said = source.origin(options) if source.origin is not None else source.label
        return safe_reason(said, ORIGIN_LENGTH) or source.label
    except Exception:
        logger.exception("inventory source %s of plugin %s cannot name its origin", source.key, found.plugin)
        return source.label


def files_from(
    found: Declared[AnySource], tenant: Tenant, options: JsonObject
) -> Iterator[tuple[str, bytes] | SourceProblem]:
    """Everything a source holds as JSON texts with their paths, or why one was not read.

    Args:
        found: the source.
        tenant: whose policies.
        options: validated ones, as JSON values.

    Raises:
        RunFailedError: nothing of it can be believed; what other error a source dies of becomes one, too.
    """
    source = found.what
    try:
        for one in source.read(tenant, source.options.model_validate(options)):
            yield _file(one)
    except (RunFailedError, DBAPIError):
        raise  # only the worker can tell whether the database is away for everybody
    except (Exception, SystemExit) as error:
        logger.exception("inventory source %s of plugin %s failed", source.key, found.plugin)
        reason = f"The source {source.label} of plugin {found.plugin} failed ({type(error).__name__})."
        raise SourceError("source_failed", reason) from error


def _file(one: object) -> tuple[str, bytes] | SourceProblem:
    if isinstance(one, SourceProblem):
        return _told(one)
    if not isinstance(one, SourceDocument):
        raise TypeError(type(one))
    path, body = _storable(one.path), one.body
    try:
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
    except TypeError:
        return unreadable(path, "is not JSON")
    limit = DEFAULT_LIMITS.document_bytes
    return (path, raw) if len(raw) <= limit else too_large(path, len(raw), DEFAULT_LIMITS)


def _told(problem: SourceProblem) -> SourceProblem:
    """A problem as it may be stored."""
    is_code = CODE.fullmatch(problem.reason_code)
    is_collection = problem.collection is not None and COLLECTION.fullmatch(problem.collection)
    return replace(
        problem,
        path=_storable(problem.path),
        reason_code=problem.reason_code if is_code else "document_unreadable",
        reason=safe_reason(problem.reason, REASON_LENGTH),
        collection=problem.collection if is_collection else None,
    )


def _storable(path: str) -> str:
    """A path without characters that databases refuse.

    Raises:
        ValueError: there is none.
    """
    if not path:
        raise ValueError("a document without a path")
    return path.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
