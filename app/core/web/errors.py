"""Error pages: what happened and what to do, never why in the machine's words."""

import logging

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.core.db import db
from app.core.errors import InvalidInputError, PermissionDeniedError
from app.core.registry.catalog import current_catalog
from app.core.registry.faults import note_fault
from app.core.registry.stages import Stage

_TEXTS = {
    400: ("This request cannot be understood", "Check the address or the form and try again."),
    403: (
        "Not allowed",
        "This page does not exist for you: it may belong to another tenant, or need another role.",
    ),
    404: ("Not found", "There is no page at this address."),
    405: ("Not possible here", "This address does not take that kind of request."),
    413: ("Too large", "The file is larger than this installation accepts."),
    500: (
        "Something went wrong on our side",
        "It has been logged. Try again; if it stays, tell your administrator.",
    ),
}

logger = logging.getLogger(__name__)


def init_errors(app: Flask) -> None:
    """Answer every error with a page in this product's words."""

    @app.errorhandler(CSRFError)
    def _expired(_error: CSRFError) -> tuple[str, int]:
        return page(400, "This form has expired", "Go back, reload the page and send the form again.")

    @app.errorhandler(InvalidInputError)
    def _invalid(error: InvalidInputError) -> tuple[str, int]:
        return page(400, _TEXTS[400][0], str(error))

    @app.errorhandler(PermissionDeniedError)
    def _denied(_error: PermissionDeniedError) -> tuple[str, int]:
        return page(403, *_TEXTS[403])

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> tuple[str, int] | HTTPException:
        code = error.code or 500
        if code < 400:
            return error
        return page(code, *_TEXTS.get(code, (error.name, "Go back and try another way.")))

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> tuple[str, int]:
        db.session.rollback()
        plugin = current_catalog().plugin_of_pages(request.blueprints)
        if plugin is None:
            logger.error("unexpected error: %s", type(error).__name__, exc_info=error)
        else:
            note_fault(plugin, Stage.ROUTES, error, str(request.endpoint))
        return page(500, *_TEXTS[500])


def page(status: int, title: str, message: str) -> tuple[str, int]:
    """The error page with its status code."""
    return render_template("core/error.html", status=status, title=title, message=message), status
