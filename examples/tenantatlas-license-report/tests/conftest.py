"""A deployment of the product with one tenant, and exports of its policies."""

import json

import pytest

from app.config import load_settings
from app.conformance.browser import Browser
from app.factory import create_app

PASSWORD = "a long and fictional passphrase"
CONDITIONAL = {"state": "enabled", "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}}

POLICIES = {
    "ConditionalAccess/everybody.json": {
        **CONDITIONAL,
        "displayName": "Everybody",
        "conditions": {"users": {}},
    },
    "ConditionalAccess/risky.json": {
        **CONDITIONAL,
        "displayName": "Risky",
        "conditions": {"signInRiskLevels": ["high"]},
    },
    "ConditionalAccess/robots.json": {
        **CONDITIONAL,
        "displayName": "Robots",
        "conditions": {"clientApplications": {"includeServicePrincipals": ["All"]}},
    },
    "SettingsCatalog/drive.json": {"name": "Drive", "platforms": "windows10", "technologies": "mdm"},
    "SettingsCatalog/elevation.json": {
        "name": "Elevation",
        "platforms": "windows10",
        "technologies": "endpointPrivilegeManagement",
        "templateReference": {"templateFamily": "endpointSecurityEndpointPrivilegeManagement"},
    },
    "ScopeTags/harbour.json": {"displayName": "Harbour", "isBuiltIn": False},
}


@pytest.fixture
def policies():
    """An export by file name: one policy for each license that is known, and one for which none is."""
    return POLICIES


@pytest.fixture
def app(tmp_path):
    """The product with this plugin, an empty tenant, and somebody who may start operations."""
    settings = load_settings(
        data_dir=tmp_path / "data", database_url="", queue_url="", secret_key="a fictional key for tests only"
    )
    app = create_app(settings)
    app.test_client_class = Browser
    run = app.test_cli_runner().invoke
    member = ["users", "create", "desk@example.com", "--password-stdin", "--tenant", "harbour", "--role"]
    for command in (["db", "upgrade"], ["tenants", "create", "harbour"], [*member, "operator"]):
        answer = run(args=command, input=PASSWORD)
        assert answer.exit_code == 0, answer.output
    return app


@pytest.fixture
def flask_json(app):
    """`flask ... --json` in that deployment, as what it printed: `flask_json("runs", "list")`."""

    def call(*arguments):
        answer = app.test_cli_runner().invoke(args=[*map(str, arguments), "--json"])
        return json.loads(answer.stdout)

    return call


@pytest.fixture
def sync(flask_json, tmp_path):
    """Take an inventory sync of these policies: `sync(POLICIES)`; answers with its number."""

    def take(policies):
        folder = tmp_path / f"export-{len(list(tmp_path.iterdir()))}"
        for name, body in policies.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(body), encoding="utf-8")
        run = flask_json("inventory", "import", "harbour", folder, "--inline")
        assert run["summary"]["inventory_sync_run_id"] == run["id"]
        return run["id"]

    return take


@pytest.fixture
def report(flask_json):
    """Count licenses here and now: `report(sync_run_id=1)`; answers with the run."""

    def start(**params):
        given = ("--inline", "--params", json.dumps(params))
        return flask_json("runs", "start", "license_report.count", "--tenant", "harbour", *given)

    return start


@pytest.fixture
def page(app):
    """Pages below the tenant as its operator sees them: `page("/license-report")`."""
    browser = app.test_client()
    browser.submit("/sign-in", {"email": "desk@example.com", "password": PASSWORD})
    return lambda path: browser.get(f"/t/harbour{path}")
