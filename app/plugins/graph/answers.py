"""Reading Graph's answers: how long to wait, and what an error says."""

import random
import re
from contextlib import suppress
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from app.core import clock
from app.plugins.graph.errors import ApprovalPendingError, GraphError, GraphRefusedError

TRANSIENT = frozenset({429, 503, 504})
LONGEST_PAUSE = 120.0  # seconds
FIRST_PAUSE = 1.0

_CODE = re.compile(r"[A-Za-z0-9_.-]{1,80}")


def pause_before(answer: httpx.Response | None, attempt: int) -> float:
    """Seconds to wait before asking again: as `Retry-After` says, else longer each time, with jitter.

    Args:
        answer: what Graph said; none: it said nothing.
        attempt: how often was asked so far, from 1.
    """
    told = _seconds(answer.headers.get("Retry-After", "")) if answer is not None else None
    if told is not None:
        return min(max(told, 0.0), LONGEST_PAUSE)
    longest = min(FIRST_PAUSE * float(2**attempt), LONGEST_PAUSE)
    return longest / 2 + random.uniform(0, longest / 2)  # noqa: S311 - spreads load, protects nothing


def refusal_of(answer: httpx.Response) -> GraphError:
    """The error that an answer of 400 and more is; of its text nothing is kept."""
    error = _error(answer)
    code, message = str(error.get("code", "")), str(error.get("message", ""))
    # Multi Admin Approval answers so to a change that somebody else has to approve.
    if answer.status_code == 403 and "approval" in f"{code} {message}".lower():
        return ApprovalPendingError("Another administrator has to approve the change in the tenant.")
    inner = error.get("innerError") or error.get("innererror")
    request_id = inner.get("request-id", "") if isinstance(inner, dict) else ""
    request_id = request_id or answer.headers.get("request-id", "")
    return GraphRefusedError(answer.status_code, _safe(code), _safe(str(request_id)))


def object_of(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer; an empty one for an answer without a body.

    Raises:
        GraphRefusedError: it is no JSON object.
    """
    if not answer.content:
        return {}
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise GraphRefusedError(
            answer.status_code, "no_json_object", _safe(answer.headers.get("request-id", ""))
        )
    return found


def _error(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    error = found.get("error") if isinstance(found, dict) else None
    # The sign-in says its code alone.
    return error if isinstance(error, dict) else {"code": error} if isinstance(error, str) else {}


def _safe(text: str) -> str:
    return text if _CODE.fullmatch(text) else ""


def _seconds(text: str) -> float | None:
    with suppress(ValueError):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - clock.now()).total_seconds()
