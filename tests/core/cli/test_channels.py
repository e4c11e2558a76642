"""`flask channels`."""

import json

import pytest

from app.core.errors import DeliveryFailedError
from app.core.outbox import DeliveryState
from tests.support.channels import SECRET, deliveries, listen

ADD = ("channels", "add", "--tenant", "fictional", "--channel", "pigeon")
OPTIONS = json.dumps({"loft": "north", "password": SECRET})


@pytest.fixture(autouse=True)
def _channel(pigeons, tenant):
    """There is a channel and a tenant."""


def rows(flask_cli):
    return json.loads(flask_cli("channels", "list", "--json").stdout)


def test_a_channel_is_added_with_options_from_standard_input(flask_cli, offer):
    offer(lambda _run: None)

    said = flask_cli(
        *ADD,
        "--name",
        "Loft",
        "--on",
        "failed",
        "--run-type",
        "probe.check",
        "--severity",
        "high",
        "--digest",
        "1h",
        "--options-stdin",
        input=OPTIONS,
    )

    assert said.stdout == "Channel 1 added: Loft.\n"
    [row] = rows(flask_cli)
    assert (row["tenant"], row["name"], row["channel"], row["is_enabled"]) == (
        "fictional",
        "Loft",
        "pigeon",
        True,
    )
    assert (row["buckets"], row["run_types"], row["last"]) == (["failed"], ["probe.check"], None)
    assert (row["severity"], row["digest"]) == ("high", "1h")
    listed = flask_cli("channels", "list", "--tenant", "fictional").stdout
    assert "failed, new findings high or worse, digest of 1h; last: nothing yet" in listed


@pytest.mark.parametrize(
    ("options", "words"),
    [("{}", "loft: Field required"), ("north", "--options-stdin is not JSON")],
)
def test_wrong_options_are_named(flask_cli, options, words):
    result = flask_cli(*ADD, "--options-stdin", input=options)

    assert (result.exit_code, rows(flask_cli)) == (2, [])
    assert words in result.stderr


def test_a_test_says_what_became_of_it(flask_cli, tenant, pigeons):
    subscription = listen(tenant)

    assert flask_cli("channels", "test", subscription.id).stdout == "The test was delivered.\n"
    pigeons.failures = [DeliveryFailedError("Fog.")]
    result = flask_cli("channels", "test", subscription.id)

    assert (result.exit_code, deliveries()[0].state) == (1, DeliveryState.FAILED)
    assert "the test was not delivered: Fog." in result.stderr
    listed = flask_cli("channels", "list").stdout
    assert "failed: Fog." in listed
    assert SECRET not in listed


def test_a_channel_is_removed(flask_cli, tenant):
    number = listen(tenant).id

    assert flask_cli("channels", "remove", number).stdout == "Channel 1 is removed.\n"
    assert rows(flask_cli) == []
    assert flask_cli("channels", "remove", number).exit_code == 2
    assert flask_cli("channels", "test", 10**30).exit_code == 2
