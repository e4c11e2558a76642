"""As a program, `python looking.py EMAIL PATH...` prints what a person sees as JSON: path -> [status, text].

It needs nothing but the installed product.
"""

import json
import sys

from app.conformance.browser import Browser
from app.core.users import find_user
from app.factory import create_app


def main(email: str, *paths: str) -> None:
    """Sign somebody in and look."""
    app = create_app()
    app.test_client_class = Browser
    browser = app.test_client()
    with app.app_context():
        user = find_user(email)
    browser.enter(user)
    answers = {path: browser.get(path) for path in paths}
    seen = {path: (answer.status_code, answer.text) for path, answer in answers.items()}
    print(json.dumps(seen))  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
