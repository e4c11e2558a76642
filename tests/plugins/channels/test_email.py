"""E-mail by the administrator's mail server."""

import email
import email.policy

import pytest
from pydantic import ValidationError

from app.core.errors import DeliveryFailedError
from app.core.outbox import DeliveryState
from app.core.runs.status import RunStatus
from app.plugins.channels.email import EmailOptions, deliver
from tests.support.channels import deliveries, listen

TO = ["desk@example.com", "grace@example.com"]


def refusal(message):
    with pytest.raises(DeliveryFailedError) as caught:
        deliver(message, EmailOptions(to=TO))
    return caught.value


def test_a_run_that_ends_is_told_by_mail(mails, tenant, make_run, send):
    listen(tenant, channel="email", to=TO)
    make_run(RunStatus.FAILED, reports=[("refused", "The door was shut.")])
    send()

    [text] = mails.mails
    mail = email.message_from_string(text, policy=email.policy.default)
    assert mail["Subject"] == "[TenantAtlas] Probe: failed (Fictional Ltd)"
    assert (mail["To"], mail["From"]) == (", ".join(TO), "TenantAtlas <atlas@example.com>")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Failed: nothing was done." in mail.get_content()
    assert "The door was shut." in mail.get_content()
    assert deliveries()[0].state == DeliveryState.DELIVERED


@pytest.mark.parametrize(("answer", "is_final"), [("550 nobody here", True), ("450 later", False)])
def test_a_server_that_takes_no_address_decides_about_trying_again(mails, message, answer, is_final):
    mails.recipient_answers[:] = [answer, answer]

    failed = refusal(message)

    assert (failed.is_final, mails.mails) == (is_final, [])


def test_who_was_not_reached_is_said_and_the_others_get_it_once(mails, message):
    mails.recipient_answers[:] = ["250 ok", "550 nobody here"]

    failed = refusal(message)

    assert (failed.reason, failed.is_final) == ("The mail server took 1 of 2 addresses.", True)
    assert len(mails.mails) == 1


def test_a_server_that_is_away_may_come_back(set_up, message):
    set_up(smtp_host="127.0.0.1", smtp_port=1, smtp_security="none", smtp_from="atlas@example.com")

    failed = refusal(message)

    assert (failed.reason, failed.is_final) == (
        "The mail server cannot be used (ConnectionRefusedError).",
        False,
    )


def test_a_server_without_encryption_gets_nothing_unless_told_so(mails, set_up, message):
    set_up(smtp_host="127.0.0.1", smtp_port=mails.port, smtp_from="atlas@example.com")

    assert "cannot be used (SMTPNotSupportedError)" in refusal(message).reason
    assert mails.mails == []


def test_without_a_mail_server_the_administrator_is_named(app, message):
    assert "TENANTATLAS_CHANNELS_SMTP_HOST" in refusal(message).reason


@pytest.mark.parametrize("to", [[], ["ada"], ["desk@example.com, eve@example.com"], ["a@b\r\nBcc: eve@c"]])
def test_what_is_no_address_is_refused(to):
    with pytest.raises(ValidationError):
        EmailOptions(to=to)
