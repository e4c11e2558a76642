"""The channels of the product, allowed to reach 127.0.0.1."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.core import ChannelMessage
from app.core.delivery.sending import deliver_due
from app.core.registry.catalog import current_catalog
from app.plugins.channels.settings import ChannelsSettings
from tests.support.browsing import alone
from tests.support.receivers import mail_server

MESSAGE = ChannelMessage(
    delivery_id=7,
    tenant="fictional",
    tenant_name="Fictional & Sons",
    run_id=12,
    run_type="probe.check",
    label="Probe [now](x) <b>",
    bucket="partially_succeeded",
    counts={"total": 2, "succeeded": 1, "failed": 1},
    sentence="Completed with errors: 1 of 2 succeeded, 1 failed.",
    error_summary="It is not there.",
    at=datetime(2026, 6, 1, 12, tzinfo=UTC),
    url="https://atlas.example.com/t/fictional/monitoring/operations/12",
)


@pytest.fixture
def message():
    return MESSAGE


@pytest.fixture
def digest():
    """Two runs as one message, the worse of them last."""
    good = replace(
        MESSAGE, run_id=11, bucket="succeeded", sentence="Succeeded: all of it.", error_summary=None
    )
    bad = replace(MESSAGE, run_id=12, bucket="failed", new_findings={"critical": 1})
    return replace(
        MESSAGE,
        run_id=None,
        run_type="channel.digest",
        label="2 runs",
        bucket="failed",
        sentence="2 runs ended: 1 failed, 1 succeeded.",
        error_summary=None,
        new_findings={"critical": 1},
        gathered=(good, bad),
    )


@pytest.fixture
def set_up(app):
    """Give the plugin other settings: `set_up(smtp_host="127.0.0.1")`."""

    def replace(**values):
        current_catalog().settings[ChannelsSettings] = ChannelsSettings(**values)

    return replace


@pytest.fixture
def send(app):
    """Do what the thread of a worker does."""

    def pass_():
        with app.app_context():
            return deliver_due()

    return lambda: alone(pass_)


@pytest.fixture
def mails(set_up):
    """A mail server that the plugin is told to use."""
    with mail_server() as server:
        set_up(
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_security="none",
            smtp_from="TenantAtlas <atlas@example.com>",
        )
        yield server
