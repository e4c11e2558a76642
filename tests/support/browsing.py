"""A browser without a screen, and a command line: both find nothing ambient and leave nothing behind."""

import re
from contextvars import Context
from html import unescape
from urllib.parse import urlsplit

from flask import has_app_context
from flask.cli import FlaskGroup
from flask.testing import FlaskClient, FlaskCliRunner

from app.core.db import db

PASSWORD = "correct horse battery"

_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


def without_token(text):
    """A page without its CSRF token, which differs from second to second."""
    return _TOKEN.sub("", text)


def alone(call, *args, **kwargs):
    """Call without any current application, tenant or transaction, as a server or a worker would be."""
    if has_app_context():
        db.session.commit()
    try:
        return Context().run(call, *args, **kwargs)
    finally:
        end_transaction()


def end_transaction() -> None:
    """Let go of the test's own transaction and of what it has read: the next look is a fresh one."""
    if has_app_context():
        db.session.rollback()
        db.session.expire_all()


class Browser(FlaskClient):
    """A client that signs in and submits forms as a person does, CSRF token included."""

    def open(self, *args, **kwargs):
        # Buffered: a static file is closed with its answer.
        return alone(super().open, *args, **{"buffered": True, **kwargs})

    def sign_in(self, user, password=PASSWORD):
        """Sign in as a user (or an address); answers with the response of the form."""
        email = user if isinstance(user, str) else user.email
        return self.submit("/sign-in", {"email": email, "password": password})

    def submit(self, path, data=None, *, page="/sign-in", **kwargs):
        """Post a form with the session's CSRF token; `page` is where the token is read."""
        return self.post(path, data={**(data or {}), "csrf_token": self.csrf_token(page)}, **kwargs)

    def csrf_token(self, page="/sign-in"):
        """The session's CSRF token, from any page with the frame."""
        found = _TOKEN.search(self.get(page, follow_redirects=True).text)
        assert found, f"{page} carries no CSRF token"
        return unescape(found[1])


class CommandLine(FlaskCliRunner):
    """`flask ...` in this process: `invoke("runs", "list", "--json")`."""

    def invoke(self, *args, **kwargs):
        group = FlaskGroup(create_app=lambda: self.app, load_dotenv=False)
        return alone(super().invoke, group, args=[str(arg) for arg in args], **kwargs)


def location(response):
    """Path and query of a redirect, without the host."""
    parts = urlsplit(response.headers["Location"])
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
