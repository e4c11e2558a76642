"""Every error below `/api`, as a problem: what happened, never why in the machine's words."""

import logging

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException

from app.api.problem import ProblemError
from app.core.db import db, is_away
from app.core.errors import (
    InvalidInputError,
    InvalidParametersError,
    PermissionDeniedError,
    TenantAtlasError,
    UnknownRunTypeError,
)

ROOT = "/api"
RETRY_AFTER = 5  # seconds

DENIED = (
    "There is no such thing for this token: it may belong to another tenant, or need another role or scope."
)
_TEXTS = {
    404: "There is nothing at this address; /api/v1/ lists all addresses.",
    405: "This address does not take that method.",
    413: "The body is larger than this API accepts.",
}

logger = logging.getLogger(__name__)


def is_below_api() -> bool:
    """Whether the request is for the API, also for an address that does not exist."""
    return request.path == ROOT or request.path.startswith(f"{ROOT}/")


def init_errors(app: Flask, blueprint: Blueprint) -> None:
    """Answer errors of the views, and of addresses that lead to none."""

    @app.before_request
    def _unrouted() -> Response | None:
        error = request.routing_exception
        return _http(error) if error is not None and is_below_api() and (error.code or 500) >= 400 else None

    blueprint.register_error_handler(ProblemError, lambda problem: problem.answer)
    blueprint.register_error_handler(TenantAtlasError, _refused)
    blueprint.register_error_handler(HTTPException, _http)
    blueprint.register_error_handler(Exception, _unexpected)


def _refused(error: TenantAtlasError) -> Response:
    db.session.rollback()
    match error:
        case InvalidParametersError():
            return ProblemError(422, str(error), errors=error.errors).answer
        case PermissionDeniedError() | UnknownRunTypeError():
            return ProblemError(403, DENIED).answer
        case InvalidInputError():
            return ProblemError(422, str(error)).answer
    return ProblemError(409, str(error)).answer


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    problem = ProblemError(code, _TEXTS.get(code, error.name))
    if code == 405:
        problem.headers |= {name: value for name, value in error.get_headers() if name == "Allow"}
    return problem.answer


def _unexpected(error: Exception) -> Response:
    db.session.rollback()
    if is_away(error):
        said = "The database cannot be used just now; try again."
        return ProblemError(503, said, headers={"Retry-After": str(RETRY_AFTER)}).answer
    logger.error("unexpected error: %s", type(error).__name__, exc_info=error)
    return ProblemError(500, "Something went wrong on our side; it has been logged.").answer
