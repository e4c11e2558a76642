"""A run's links to what it made, as far as there are pages at their addresses."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.core import BulkOperationRun


@dataclass(frozen=True)
class ShownLink:
    """A stored link; without an address where the plugin that had the page is gone."""

    label: str
    url: str | None


def shown_links(run: BulkOperationRun) -> list[ShownLink]:
    """The links that were stored with a run when it ended; asks no plugin."""
    return [
        ShownLink(link["label"], link["url"] if _has_page(link["url"]) else None)
        for link in run.related_links
    ]


def _has_page(url: str) -> bool:
    addresses = current_app.url_map.bind("localhost")
    try:
        addresses.match(urlsplit(url).path, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True
