"""A browser without a screen: it submits forms as a person does, CSRF token included."""

import re
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.core.users import User

TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


class Browser(FlaskClient):
    """A client of one person, or of nobody yet."""

    def open(self, *args: Any, **options: Any) -> TestResponse:  # noqa: ANN401 - whatever Flask's own takes
        """Send a request; a file is closed with its answer."""
        return super().open(*args, **{"buffered": True, **options})

    def enter(self, user: User) -> None:
        """Be signed in as a user from now on, without the form."""
        with self.session_transaction() as session:
            session["_user_id"], session["_fresh"] = user.get_id(), True

    def submit(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        *,
        page: str = "/sign-in",
        **options: Any,  # noqa: ANN401 - whatever Flask's own takes
    ) -> TestResponse:
        """Post a form with the session's CSRF token; `page` is where the token is read."""
        return self.post(path, data={**(data or {}), "csrf_token": self.csrf_token(page)}, **options)

    def csrf_token(self, page: str = "/sign-in") -> str:
        """The session's CSRF token, from any page with the frame."""
        found = TOKEN.search(self.get(page, follow_redirects=True).text)
        if found is None:
            raise LookupError(f"{page} carries no CSRF token")
        return unescape(found[1])
