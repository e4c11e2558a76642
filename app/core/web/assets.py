"""Addresses of static files; a page names some a hundred times."""

from functools import cache

from flask import request, url_for


def static_url(path: str) -> str:
    """Where a file below `static` is, for the page of this request."""
    return _url_below(request.script_root, path)


@cache
def _url_below(script_root: str, path: str) -> str:
    del script_root  # `url_for` begins with it
    return url_for("static", filename=path)
