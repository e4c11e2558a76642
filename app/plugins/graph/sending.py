"""Sending one request until it is answered, as far as that is safe."""

import logging
from enum import StrEnum

import httpx

from app.core import clock
from app.plugins.graph.answers import TRANSIENT, pause_before
from app.plugins.graph.errors import GraphAwayError, OutcomeUnclearError

TIMEOUT = 60.0  # seconds for each wait on the network
ATTEMPTS = 6
LONGEST_WAIT = 300.0  # seconds of pauses for one request

# It would log every address, and these hold ids of the tenant.
logging.getLogger("httpx").setLevel(logging.WARNING)


def open_client() -> httpx.Client:
    """A client that follows nothing and takes nothing from the environment; close it."""
    return httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False)


class Harm(StrEnum):
    """What it means to send a request twice."""

    NONE = "none"  # it only asks
    LITTLE = "little"  # it changes something, and again to the same
    MUCH = "much"  # it makes something, and again another one


def send(client: httpx.Client, request: httpx.Request, harm: Harm = Harm.NONE) -> httpx.Response:
    """The answer to a request, whatever its status; asked to wait, it waits and asks again.

    Args:
        client: an open one.
        request: what to send.
        harm: what would be done twice. What makes something is sent again only where Graph said that it did
            nothing: 429 and 503.

    Raises:
        GraphAwayError: no answer, or still asked to wait; nothing was done.
        OutcomeUnclearError: what changes something was not answered; it may have been done.
    """
    waited, is_unclear = 0.0, False
    for attempt in range(1, ATTEMPTS + 1):
        answer = _answer(client, request)
        if answer is not None and answer.status_code not in TRANSIENT:
            return answer
        is_unclear |= harm is not Harm.NONE and (answer is None or answer.status_code == 504)
        pause = pause_before(answer, attempt)
        waited += pause
        if attempt == ATTEMPTS or waited > LONGEST_WAIT or (is_unclear and harm is Harm.MUCH):
            break
        clock.pause(pause)
    if is_unclear:
        raise OutcomeUnclearError("Graph did not answer: nobody knows whether the change was made.")
    raise GraphAwayError("Graph could not be reached, or asked to wait for too long.")


def _answer(client: httpx.Client, request: httpx.Request) -> httpx.Response | None:
    try:
        return client.send(request)
    except (httpx.HTTPError, OSError):
        return None
