"""Signing in and out."""

import re
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, current_user, login_user, logout_user
from itsdangerous import URLSafeTimedSerializer
from werkzeug.wrappers import Response

from app.core import audit
from app.core.access import ask_to_sign_in
from app.core.db import db
from app.core.users import User, authenticate, user_of_session

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class _Sessions(SecureCookieSessionInterface):
    """Flask's, with one serializer for all requests instead of one for each."""

    def __init__(self) -> None:
        super().__init__()
        self._serializer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        self._serializer = self._serializer or super().get_signing_serializer(app)
        return self._serializer


def init_login(app: Flask) -> None:
    """Sessions that end when the user's epoch is raised."""
    app.session_interface = _Sessions()
    manager = LoginManager(app, add_context_processor=False)  # it would load the viewer for each fragment
    manager.session_protection = "basic"
    manager.user_loader(user_of_session)
    manager.unauthorized_handler(ask_to_sign_in)


def add_routes(blueprint: Blueprint) -> None:
    """Add `/sign-in` and `/sign-out`."""
    blueprint.add_url_rule("/sign-in", "sign_in", sign_in, methods=["GET", "POST"])
    blueprint.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])


def sign_in() -> "ResponseReturnValue":
    """The sign-in form, and what it does."""
    wanted = local_path(request.values.get("next")) or url_for("core.home")
    if current_user.is_authenticated:
        return redirect(wanted)
    if request.method == "GET":
        return render_template("core/sign_in.html", email="", next=wanted, error=None)
    email = request.form.get("email", "")
    user = authenticate(email, request.form.get("password", ""))
    if user is None:
        error = "This e-mail address and password do not belong together."
        return render_template("core/sign_in.html", email=email, next=wanted, error=error), 401
    return _enter(user, wanted)


def sign_out() -> Response:
    """End this session."""
    if current_user.is_authenticated:
        audit.record(
            None,
            "session.signed_out",
            f"user:{current_user.id}",
            user_id=current_user.id,
            actor=current_user.email,
        )
        db.session.commit()
        logout_user()
    return redirect(url_for("core.sign_in"))


def local_path(target: str | None) -> str | None:
    """`target` if it is a path on this site, without host, backslash or control character; else nothing."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    return None if "\\" in target or _CONTROL.search(target) else target


def _enter(user: User, wanted: str) -> Response:
    audit.record(None, "session.signed_in", f"user:{user.id}", user_id=user.id, actor=user.email)
    db.session.commit()
    login_user(user)
    return redirect(wanted)
