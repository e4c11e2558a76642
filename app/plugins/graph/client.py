"""Talking to Microsoft Graph as one tenant's application."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from app.core import Tenant, clock, plugin_settings
from app.plugins.graph.answers import object_of, refusal_of
from app.plugins.graph.connection import Credentials, credentials_of
from app.plugins.graph.errors import ApprovalPendingError, GraphRefusedError
from app.plugins.graph.sending import Harm, open_client, send
from app.plugins.graph.settings import GraphSettings

EARLY = 120.0  # seconds before its end at which a token is not used any more
MOST_PAGES = 10_000


@contextmanager
def graph_of(tenant: Tenant) -> Iterator["GraphClient"]:
    """A client for a tenant, closed at the end.

    Raises:
        NotConnectedError: there are no credentials for it.
    """
    with open_client() as client:
        yield GraphClient(client, credentials_of(tenant), plugin_settings(GraphSettings))


class GraphClient:
    """One application in one directory. Holds its token, and nothing else."""

    def __init__(self, client: httpx.Client, credentials: Credentials, settings: GraphSettings) -> None:
        """Sign in with the first request."""
        self._client, self._credentials, self._settings = client, credentials, settings
        self._token, self._ends_at = "", 0.0

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """One object.

        Args:
            path: below Graph's address, with the version.
            params: of the query.

        Raises:
            GraphError: as the answer says; see there.
        """
        return object_of(self._sent("GET", self._address(path), params=params))

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """Every object of a list, page by page to its end.

        Raises:
            GraphError: as the answer says; also where a list goes in circles or leads to another host.
        """
        address, seen = self._address(path).copy_merge_params(dict(params or {})), set[str]()
        while str(address) not in seen and len(seen) < MOST_PAGES:
            seen.add(str(address))
            page = object_of(self._sent("GET", address))
            values = page.get("value")
            yield from (one for one in (values if isinstance(values, list) else ()) if isinstance(one, dict))
            following = page.get("@odata.nextLink")
            if not isinstance(following, str):
                return
            address = self._own(following)
        raise GraphRefusedError(200, "endless_list", "")

    def write(
        self, method: str, path: str, body: Mapping[str, object], *, harm: Harm = Harm.LITTLE
    ) -> dict[str, Any]:
        """Change something; answers with what Graph made of it, empty where it says nothing.

        Raises:
            ApprovalPendingError: somebody else has to approve it first.
            OutcomeUnclearError: it was not answered, and may have been done.
            GraphError: as the answer says.
        """
        answer = self._sent(method, self._address(path), json=body, harm=harm)
        if answer.status_code == 202:
            raise ApprovalPendingError(
                "Graph took the change and waits for another administrator's approval."
            )
        return object_of(answer)

    def _sent(
        self,
        method: str,
        address: httpx.URL,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
        harm: Harm = Harm.NONE,
    ) -> httpx.Response:
        def once() -> httpx.Response:
            headers = {"Authorization": f"Bearer {self._bearer()}", "User-Agent": "TenantAtlas"}
            request = self._client.build_request(method, address, params=params, json=json, headers=headers)
            return send(self._client, request, harm)

        answer = once()
        if answer.status_code == 401:
            self._token = ""  # it ended early: sign in again, once
            answer = once()
        if not answer.is_success:
            raise refusal_of(answer)
        return answer

    def _bearer(self) -> str:
        if not self._token or clock.ticks() > self._ends_at:
            form = {
                "grant_type": "client_credentials",
                "client_id": self._credentials.client_id,
                "client_secret": self._credentials.client_secret.get_secret_value(),
                "scope": f"{self._settings.base_url}/.default",
            }
            address = f"{self._settings.login_url}/{self._credentials.directory_id}/oauth2/v2.0/token"
            answer = send(self._client, self._client.build_request("POST", address, data=form))
            if not answer.is_success:
                raise refusal_of(answer)
            told = object_of(answer)
            self._token = str(told.get("access_token", ""))
            self._ends_at = clock.ticks() + float(told.get("expires_in", 0)) - EARLY
        return self._token

    def _address(self, path: str) -> httpx.URL:
        return httpx.URL(f"{self._settings.base_url}/{path}")

    def _own(self, link: str) -> httpx.URL:
        """A link that leads on where we are, whole; a token is sent nowhere else."""
        here, there = httpx.URL(self._settings.base_url), httpx.URL(link)
        if (there.scheme, there.host, there.port) != (here.scheme, here.host, here.port):
            raise GraphRefusedError(200, "foreign_link", "")
        return there
