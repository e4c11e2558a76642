"""Secrets that policies hold are in no table, and still show when they change."""

import base64

import orjson
import pytest
from sqlalchemy import inspect, text

from app.core import db
from app.plugins.inventory.models import InventoryDocument
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance

PASSPHRASE = "lantern-otter-4417"
TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJmaWN0aW9uYWwifQ.c2lnbmF0dXJl"
SCRIPT = "Write-Host 'harbour-light-9921'"


def wifi(secret=PASSPHRASE):
    return {
        "@odata.type": "#microsoft.graph.windowsWifiConfiguration",
        "id": "11111111-2222-3333-4444-555555555555",
        "displayName": "Harbour Wi-Fi",
        "preSharedKey": secret,
        "passwordMinimumLength": 14,
    }


def everything_secret():
    return {
        "wifi.json": wifi(),
        "oma.json": {
            "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
            "displayName": "Custom",
            "omaSettings": [
                {
                    "@odata.type": "#microsoft.graph.omaSettingString",
                    "displayName": "Key",
                    "omaUri": "./Vendor/Example/Key",
                    "value": f"<key>{PASSPHRASE}</key>",
                }
            ],
        },
        "script.json": {
            "@odata.type": "#microsoft.graph.deviceManagementScript",
            "displayName": "Script",
            "scriptContent": base64.b64encode(SCRIPT.encode()).decode(),
        },
        "token.json": compliance("Token", description=f"use Bearer {TOKEN}", note=TOKEN),
    }


def everything_stored():
    """Every value of every row of every table, as one text."""
    connection = db.session.connection()
    found = []
    for table in inspect(connection).get_table_names():
        for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608 - our own table names
            found += [
                bytes(v).decode("utf-8", "replace") if isinstance(v, bytes | memoryview) else str(v)
                for v in row
            ]
    return "\n".join(found)


@on_both_databases
def test_no_table_holds_a_secret_of_a_policy(take, compare, database):
    first = take(everything_secret())
    second = take(everything_secret() | {"wifi.json": wifi("another-secret-7788")})
    compare(first, second)

    stored = everything_stored()

    assert "Harbour Wi-Fi" in stored
    assert "passwordMinimumLength" in stored
    hidden = [PASSPHRASE, "another-secret-7788", TOKEN, SCRIPT, base64.b64encode(SCRIPT.encode()).decode()]
    assert [secret for secret in hidden if secret in stored] == []


def test_no_file_of_the_data_folder_holds_a_secret_of_a_policy(take, settings):
    take(everything_secret())
    db.session.remove()

    files = [path for path in settings.data_dir.rglob("*") if path.is_file()]

    assert any(path.name.startswith("tenantatlas.db") for path in files)
    assert [path.name for path in files if PASSPHRASE.encode() in path.read_bytes()] == []


def test_a_changed_secret_is_found_and_shown_as_secret_value(take, compare, findings):
    compare(take({"wifi.json": wifi()}), take({"wifi.json": wifi("another-secret-7788")}))

    (finding,) = findings()
    (entry,) = finding.evidence["entries"]
    assert entry["path"] == "/preSharedKey"
    assert entry["before"].startswith("secret value")
    assert entry["after"].startswith("secret value")
    assert finding.changed_paths == ["/preSharedKey"]


def test_an_unchanged_secret_is_no_change(take, compare, findings):
    compare(take({"wifi.json": wifi()}), take({"wifi.json": wifi() | {"passwordMinimumLength": 15}}))

    (finding,) = findings()
    assert finding.changed_paths == ["/passwordMinimumLength"]


@pytest.mark.parametrize("secret", [PASSPHRASE, "another-secret-7788"])
def test_the_stored_body_says_how_many_secrets_are_sealed_in_it(take, secret):
    take({"wifi.json": wifi(secret)})

    (document,) = db.session.query(InventoryDocument).all()
    assert document.secret_count == 1
    assert orjson.loads(document.body)["passwordMinimumLength"] == 14


def test_one_secret_is_sealed_differently_for_every_tenant(take, make_tenant):
    take({"wifi.json": wifi()})
    take({"wifi.json": wifi()}, of=make_tenant())

    mine, theirs = (orjson.loads(row.body) for row in db.session.query(InventoryDocument).all())
    assert mine["preSharedKey"]["$secret"] != theirs["preSharedKey"]["$secret"]
    assert mine["displayName"] == theirs["displayName"]
