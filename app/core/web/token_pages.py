"""Tokens of the API: managers make, see and revoke those of their tenant."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.core.access import current_tenant, signed_in_user, tenant_required
from app.core.errors import InvalidParametersError
from app.core.runs.new_run import Initiator
from app.core.tokens import NewToken, create_token, find_token, list_tokens, revoke_token
from app.core.users import Role
from app.core.web.forms import fields_of, values_from

token_pages = Blueprint("api_tokens", __name__, url_prefix="/t/<tenant>/api-tokens")


@token_pages.get("")
@tenant_required(Role.MANAGER)
def index() -> str:
    """Every token of the tenant."""
    return render_template("core/tokens/index.html", tokens=list_tokens(current_tenant()))


@token_pages.get("/new")
@tenant_required(Role.MANAGER)
def new() -> str:
    """The form of a new token."""
    return _form({}, {})


@token_pages.post("/new")
@tenant_required(Role.MANAGER)
def create() -> ResponseReturnValue:
    """Make it and show its secret in this very answer: no session and no other page may hold it."""
    values, maker = values_from(NewToken, request.form), signed_in_user()
    try:
        issued = create_token(current_tenant(), maker, values, Initiator.of(maker))
    except InvalidParametersError as error:
        return _form(values, error.errors), 422
    return render_template("core/tokens/made.html", token=issued.token, secret=issued.secret), 201


@token_pages.post("/<int:token_id>/revoke")
@tenant_required(Role.MANAGER)
def revoke(token_id: int) -> Response:
    """Let it be taken no more."""
    if find_token(current_tenant(), token_id) is None:
        abort(403)
    token = revoke_token(current_tenant(), token_id, Initiator.of(signed_in_user()))
    flash(f"{token.name}: revoked.", "success")
    return redirect(url_for("api_tokens.index"))


def _form(values: dict[str, object], errors: dict[str, str]) -> str:
    fields = fields_of(NewToken, values, errors)
    return render_template("core/tokens/new.html", fields=fields, errors=errors)
