"""Security headers of every answer."""

from http import HTTPStatus

from flask import Flask, Response

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


def init_headers(app: Flask) -> None:
    """Add the headers to every answer of the application."""

    @app.after_request
    def _secure(answer: Response) -> Response:
        if answer.status_code == HTTPStatus.NOT_MODIFIED:
            return answer  # nothing to secure: it has no body, and nobody has kept one
        for name, value in HEADERS:
            answer.headers.setdefault(name, value)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer
