"""A Microsoft Graph of our own: real HTTP on 127.0.0.1, policies of several directories, faults on demand."""

import json
import re
import threading
from collections import defaultdict
from contextlib import suppress
from itertools import count
from uuid import UUID

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

SECRET = "fictional-client-secret-of-the-simulation"
LISTS = ("assignments", "settings")
COLLECTIONS = (
    "deviceManagement/deviceConfigurations",
    "deviceManagement/deviceCompliancePolicies",
    "deviceManagement/configurationPolicies",
    "deviceManagement/assignmentFilters",
    "identity/conditionalAccess/policies",
    "identity/conditionalAccess/namedLocations",
    "groups",
)
ACTIONS = {"scheduleActionsForRules": ("scheduledActionsForRule", "deviceComplianceScheduledActionForRules")}
REPLACED = "deviceManagement/configurationPolicies"
PAGE = 2  # objects on a page: every list of a test has several


class _Silent(WSGIRequestHandler):
    def log(self, *_arguments):
        """Say nothing."""


class SimulatedGraph:
    """Directories with policies, behind a sign-in.

    Attributes:
        requests: (method, path) of everything that was asked, the sign-in left out.
        writes: those of them that could change something.
        lag: how many readings of a policy still show what it said before its last change.
        tokens: those that open something.
    """

    def __init__(self):
        self.requests, self.lag, self.tokens = [], 0, set()
        self._objects = defaultdict(dict)  # (directory, collection) -> id -> object
        self._old = {}  # (directory, collection, id) -> [object or none, readings left]
        self._faults, self._lock, self._numbers = [], threading.Lock(), count(1)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Silent)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def writes(self):
        return [(method, path) for method, path in self.requests if method != "GET"]

    def close(self):
        self._server.shutdown()
        self._thread.join(timeout=10)
        self._server.server_close()

    def put(self, directory, collection, **body):
        """Let a directory have an object; answers with its id."""
        graph_id = body.get("id") or self._new_id()
        self._objects[directory, collection][graph_id] = {**body, "id": graph_id}
        return graph_id

    def all_of(self, directory, collection):
        """Name -> object, as it stands behind all lag."""
        objects = self._objects[directory, collection].values()
        return {one.get("displayName") or one.get("name"): one for one in objects}

    def change(self, directory, collection, graph_id, **changes):
        """Let an object say something else, past all lag."""
        self._objects[directory, collection][graph_id] |= changes

    def take_away(self, directory, collection, graph_id):
        """Let an object be gone."""
        del self._objects[directory, collection][graph_id]

    def fault(self, method, path, status, *, code="fault", headers=(), times=1, done=False, body=None):
        """Answer so to the next requests of a method whose path holds a text; `done`: after doing them."""
        said = body if body is not None else _error(code)
        self._faults.append([method, path, status, dict(headers), said, times, done])

    def end_tokens(self):
        """Let every token have ended."""
        self.tokens.clear()

    def _answer(self, environ, start):
        request = Request(environ)
        with self._lock:
            answer = self._token(request) if request.path.endswith("/token") else self._guarded(request)
        return answer(environ, start)

    def _token(self, request):
        if request.form.get("client_secret") != SECRET:
            return _json({"error": "invalid_client", "error_description": f"wrong: {SECRET}"}, 401)
        token = f"{request.path.split('/')[1]}.{next(self._numbers)}"
        self.tokens.add(token)
        return _json({"access_token": token, "expires_in": 3600})

    def _guarded(self, request):
        self.requests.append((request.method, request.path))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            return _json(_error("InvalidAuthenticationToken"), 401)
        fault = self._fault_for(request)
        if fault is not None and not fault[6]:
            return _json(fault[4], fault[2], fault[3])
        answer = self._routed(request, token.rpartition(".")[0])
        return answer if fault is None else _json(fault[4], fault[2], fault[3])

    def _fault_for(self, request):
        for fault in self._faults:
            if fault[0] == request.method and fault[1] in request.path and fault[5] > 0:
                fault[5] -= 1
                return fault
        return None

    def _routed(self, request, directory):
        path = re.sub(r"^/(beta|v1\.0)/", "", request.path)
        collection = next((one for one in COLLECTIONS if path == one or path.startswith(f"{one}/")), None)
        if collection is None:
            return _json(_error("BadRequest"), 400)
        objects, rest = self._objects[directory, collection], path[len(collection) + 1 :]
        graph_id, _, below = rest.partition("/")
        if not graph_id:
            return (
                self._made(request, directory, collection)
                if request.method == "POST"
                else self._listed(request, objects)
            )
        if graph_id not in objects:
            return _json(_error("ResourceNotFound"), 404)
        key = (directory, collection, graph_id)
        if request.method == "GET":
            return self._read(request, key, below)
        return self._changed(request, key, below)

    def _listed(self, request, objects):
        found = list(objects.values())
        if wanted := request.args.get("$filter"):
            name = re.fullmatch(r"displayName eq '(.*)'", wanted)[1].replace("''", "'")
            found = [one for one in found if one.get("displayName") == name]
        return self._paged(request, found)

    def _paged(self, request, found):
        begin = int(request.args.get("$skiptoken", 0))
        page = {"value": [_shown(one) for one in found[begin : begin + PAGE]]}
        if begin + PAGE < len(found):
            page["@odata.nextLink"] = f"{self.url}{request.path}?$skiptoken={begin + PAGE}"
        return _json(page)

    def _read(self, request, key, below):
        found = self._objects[key[:2]].get(key[2])
        old = self._old.get(key)
        if old is not None and old[1] > 0:
            old[1] -= not below
            found = old[0]
        if found is None:
            return _json(_error("ResourceNotFound"), 404)
        return self._paged(request, found.get(below) or []) if below else _json(_shown(found))

    def _made(self, request, directory, collection):
        body, graph_id = request.get_json(), self._new_id()
        if collection.endswith("deviceCompliancePolicies") and not body.get("scheduledActionsForRule"):
            return _json(_error("BadRequest"), 400)
        self._remember((directory, collection, graph_id), None)
        self._objects[directory, collection][graph_id] = {**body, "id": graph_id, "version": 1}
        return _json(_shown(self._objects[directory, collection][graph_id]), 201)

    def _changed(self, request, key, below):
        found, body = self._objects[key[:2]][key[2]], request.get_json()
        self._remember(key, json.loads(json.dumps(found)))
        if below == "assign":
            found["assignments"] = [
                {**one, "id": f"{key[2]}_{n}"} for n, one in enumerate(body["assignments"])
            ]
        elif below in ACTIONS:
            found[ACTIONS[below][0]] = body[ACTIONS[below][1]]
        elif below or (request.method == "PUT") != (key[1] == REPLACED):
            return _json(_error("MethodNotAllowed"), 405)
        elif request.method == "PUT":
            kept = {name: found[name] for name in ("id", "assignments") if name in found}
            self._objects[key[:2]][key[2]] = {**body, **kept}
        else:
            found.update(body)
        return Response(status=204)

    def _remember(self, key, old):
        if self.lag and key not in self._old:
            self._old[key] = [old, self.lag]

    def _new_id(self):
        return str(UUID(int=next(self._numbers)))


def _shown(one):
    return {name: value for name, value in one.items() if name not in LISTS}


def _error(code):
    inner = {"request-id": "12345678-aaaa-bbbb-cccc-1234567890ab", "date": "2026-11-30T00:00:00"}
    said = f"Activity ID: 1 - Url: https://fef.example.com/x?token={SECRET}"
    return {"error": {"code": code, "message": json.dumps({"Message": said}), "innerError": inner}}


def _json(body, status=200, headers=None):
    return Response(json.dumps(body), status, {"Content-Type": "application/json", **(headers or {})})


@pytest.fixture
def graph():
    """A Graph without policies, on a port of its own."""
    found = SimulatedGraph()
    yield found
    with suppress(OSError):
        found.close()


@pytest.fixture
def connected(graph, tmp_path, monkeypatch):
    """Let the application of this test, which is built later, reach the Graph: `connected("fictional")`."""
    path = tmp_path / "graph.json"
    monkeypatch.setenv("TENANTATLAS_GRAPH_BASE_URL", graph.url)
    monkeypatch.setenv("TENANTATLAS_GRAPH_LOGIN_URL", graph.url)
    monkeypatch.setenv("TENANTATLAS_GRAPH_CREDENTIALS", str(path))
    known = {}

    def connect(slug, **changes):
        known[slug] = {
            "directory_id": f"{slug}.example.com",
            "client_id": "ours",
            "client_secret": SECRET,
        } | changes
        path.write_text(json.dumps(known))
        return f"{slug}.example.com"

    connect("fictional")
    return connect


@pytest.fixture
def pauses(monkeypatch):
    """Seconds that were waited for, and were not."""
    waited = []
    monkeypatch.setattr("app.core.clock.pause", waited.append)
    return waited
