"""One POST with bounds: on time, on redirects, on where it may lead."""

import logging
import threading
from collections.abc import Mapping

import httpx

from app.core import DeliveryFailedError, plugin_settings
from app.plugins.channels.addresses import resolved
from app.plugins.channels.settings import ChannelsSettings

TIMEOUT = 10.0  # seconds to connect, and for each wait after that
LONGEST = 30.0  # seconds for all of it: a receiver that drips must hold nobody up
PORTS = {"https": 443, "http": 80}
WORTH_A_RETRY = {408, 429}

# It would log each address, and addresses of Teams and Slack are secrets.
logging.getLogger("httpx").setLevel(logging.WARNING)


def post(url: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
    """Send a JSON document and expect a good answer, of which only the status is read.

    Raises:
        DeliveryFailedError: the address may not be used, nobody answered, or the answer was not 2xx.
    """
    allow_private = plugin_settings(ChannelsSettings).allow_private
    wanted = _parsed(url, ("https", "http") if allow_private else ("https",))
    port = wanted.port or PORTS[wanted.scheme]
    target = wanted.copy_with(host=resolved(wanted.host, port, allow_private=allow_private), fragment=None)
    own = {"Host": wanted.netloc.decode(), "Content-Type": "application/json", "User-Agent": "TenantAtlas"}
    _send(target, body, own | dict(headers or {}), wanted.raw_host.decode())


def _parsed(url: str, schemes: tuple[str, ...]) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        raise DeliveryFailedError("The address is no URL.", is_final=True) from None
    if parsed.scheme not in schemes or not parsed.host:
        raise DeliveryFailedError("The address does not begin with https:// and a host.", is_final=True)
    if parsed.userinfo:
        raise DeliveryFailedError("The address holds a user or a password.", is_final=True)
    return parsed


def _send(target: httpx.URL, body: bytes, headers: Mapping[str, str], host: str) -> None:
    # The connection goes to the address that was judged; the certificate must be the name's.
    named = {"sni_hostname": host}
    with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
        deadline = threading.Timer(LONGEST, client.close)
        deadline.start()
        try:
            request = client.build_request("POST", target, content=body, headers=headers, extensions=named)
            answer = client.send(request, stream=True)
            answer.close()
        except httpx.TimeoutException:
            raise DeliveryFailedError(f"The receiver did not answer within {TIMEOUT:g} seconds.") from None
        except (httpx.HTTPError, OSError, RuntimeError) as error:
            raise DeliveryFailedError(f"The receiver cannot be reached ({type(error).__name__}).") from None
        finally:
            deadline.cancel()
    _judge(answer)


def _judge(answer: httpx.Response) -> None:
    status = answer.status_code
    if answer.is_success:
        return
    if status < 400:
        raise DeliveryFailedError(
            f"The receiver answered {status}; redirects are not followed.", is_final=True
        )
    is_final = status < 500 and status not in WORTH_A_RETRY
    wait = _seconds(answer.headers.get("Retry-After", "")) if status in {429, 503} else None
    raise DeliveryFailedError(f"The receiver answered {status}.", is_final=is_final, retry_after=wait)


def _seconds(text: str) -> float | None:
    """`Retry-After` in seconds; one that names a moment is not heeded: our own pauses are."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
