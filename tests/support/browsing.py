"""A browser without a screen, and a command line: both find nothing ambient and leave nothing behind."""

from contextvars import Context
from urllib.parse import urlsplit

from flask import has_app_context
from flask.cli import FlaskGroup
from flask.testing import FlaskCliRunner

from app.conformance import browser as conformance
from app.core.db import db

PASSWORD = "correct horse battery"


def without_token(text):
    """A page without its CSRF token, wherever it stands: it is signed anew each second."""
    token = conformance.TOKEN.search(text)
    return text.replace(token[1], "") if token else text


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


class Browser(conformance.Browser):
    """The kit's browser in a test that has an application context; it signs in by the form."""

    def open(self, *args, **kwargs):
        return alone(super().open, *args, **kwargs)

    def sign_in(self, user, password=PASSWORD):
        """Sign in as a user (or an address); answers with the response of the form."""
        email = user if isinstance(user, str) else user.email
        return self.submit("/sign-in", {"email": email, "password": password})


class CommandLine(FlaskCliRunner):
    """`flask ...` in this process: `invoke("runs", "list", "--json")`."""

    def invoke(self, *args, **kwargs):
        group = FlaskGroup(create_app=lambda: self.app, load_dotenv=False)
        return alone(super().invoke, group, args=[str(arg) for arg in args], **kwargs)


def location(response):
    """Path and query of a redirect, without the host."""
    parts = urlsplit(response.headers["Location"])
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
