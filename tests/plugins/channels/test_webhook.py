"""Webhooks: signed JSON to receivers that answer, refuse, or are not there."""

import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from app.core.errors import DeliveryFailedError
from app.core.outbox import DeliveryState
from app.core.runs.status import RunStatus
from app.plugins.channels import email, posting, slack, teams, webhook
from app.plugins.channels.posting import post
from tests.support.channels import deliveries, listen, make_due

SECRET = "a secret of sixteen"


@pytest.fixture(autouse=True)
def _laboratory(set_up):
    set_up(allow_private=True)


@pytest.fixture
def hook(tenant, receiver):
    return listen(tenant, channel="webhook", url=receiver.url, secret=SECRET)


def refusal(url):
    with pytest.raises(DeliveryFailedError) as caught:
        post(url, b"{}")
    return caught.value


def test_a_run_that_ends_is_posted_and_signed(receiver, hook, make_run, send):
    run = make_run(RunStatus.FAILED, succeeded=1, failed=1)

    assert send() == 1

    [(path, headers, body)] = receiver.requests
    assert path == "/hook?sig=very-secret-signature"
    signed = headers["X-TenantAtlas-Timestamp"].encode() + b"." + body
    expected = "sha256=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-TenantAtlas-Signature"] == expected
    assert headers["Host"] == receiver.url.split("/")[2]
    told = json.loads(body)
    assert (told["event"], told["tenant"]["slug"]) == ("run.finished", "fictional")
    assert (told["run"]["id"], told["run"]["outcome"]) == (run.id, "failed")
    assert told["run"]["counts"]["failed"] == 1


def test_a_receiver_that_comes_back_gets_it_once(receiver, hook, make_run, send):
    receiver.answer(503, 204)
    make_run(RunStatus.COMPLETED)
    send()
    assert deliveries()[0].said == "The receiver answered 503."
    make_due()
    send()

    [sent] = deliveries()
    assert (sent.state, sent.attempts, len(receiver.requests)) == (DeliveryState.DELIVERED, 2, 2)
    bodies = [json.loads(body)["delivery"] for _, _, body in receiver.requests]
    assert bodies == [sent.id, sent.id]


def test_a_dead_webhook_never_touches_a_run(receiver, hook, make_run, send, caplog):
    receiver.close()
    run = make_run(RunStatus.COMPLETED, succeeded=3)
    send()

    [waiting] = deliveries()
    assert (run.status, run.succeeded, run.failures) == (RunStatus.COMPLETED, 3, None)
    assert waiting.state == DeliveryState.PENDING
    assert waiting.said == "The receiver cannot be reached (ConnectError)."
    assert "very-secret-signature" not in caplog.text


@pytest.mark.parametrize(
    ("status", "is_final"),
    [
        (302, True),
        (400, True),
        (404, True),
        (410, True),
        (408, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
def test_an_answer_says_whether_trying_again_is_worth_it(app, receiver, status, is_final):
    receiver.answer((status, {"Location": receiver.url}))

    failed = refusal(receiver.url)

    assert failed.is_final is is_final
    assert str(status) in failed.reason
    assert len(receiver.requests) == 1, "redirects are not followed"


@pytest.mark.parametrize(
    ("status", "asked", "seconds"),
    [
        (429, "120", 120.0),
        (503, "120", 120.0),
        (429, "Wed, 21 Oct 2026 07:28:00 GMT", None),
        (500, "120", None),
    ],
)
def test_the_time_that_a_receiver_asks_for_is_heeded(app, receiver, status, asked, seconds):
    receiver.answer((status, {"Retry-After": asked}))

    assert refusal(receiver.url).retry_after == seconds


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "https://", "nonsense", "https://user:pass@example.com/", "http://[::1"]
)
def test_an_address_that_is_none_is_refused_for_good(app, url):
    assert refusal(url).is_final


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.1.2.3/",
        "https://169.254.169.254/",
        "https://[::1]/",
    ],
)
def test_an_address_in_our_own_network_is_refused_for_good(set_up, url):
    set_up()

    failed = refusal(url)

    assert (failed.reason, failed.is_final) == ("The receiver's address is not public.", True)


def test_outside_a_laboratory_only_https_will_do(set_up, receiver):
    set_up()

    assert refusal(receiver.url).reason == "The address does not begin with https:// and a host."
    assert receiver.requests == []


def test_a_name_that_is_unknown_may_be_known_later(app):
    assert not refusal("https://no-such-host.invalid/").is_final


def test_the_certificate_is_asked_for_by_name_and_judged(app, tls_receiver):
    assert refusal(f"https://localhost:{tls_receiver.port}/").reason == (
        "The receiver cannot be reached (ConnectError)."
    )
    assert tls_receiver.names == ["localhost"], "although the connection goes to an address"


def test_a_receiver_that_never_comes_to_an_end_is_left(app, dripping_receiver, monkeypatch):
    monkeypatch.setattr(posting, "LONGEST", 0.3)

    failed = refusal(f"http://127.0.0.1:{dripping_receiver}/")

    assert (failed.reason, failed.is_final) == ("The receiver cannot be reached (ReadError).", False)


def test_teams_gets_a_card_in_which_nothing_is_a_link_but_ours(app, receiver, message):
    teams.deliver(message, teams.TeamsOptions(url=receiver.url))

    [(_, _, body)] = receiver.requests
    [attachment] = json.loads(body)["attachments"]
    card = attachment["content"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert (card["type"], card["body"][0]["color"]) == ("AdaptiveCard", "warning")
    assert "\\[now\\]\\(x\\)" in card["body"][0]["text"]
    assert card["body"][2]["text"] == "It is not there."
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "View run", "url": message.url}]


def test_slack_gets_a_text_in_which_nothing_is_a_link_but_ours(app, receiver, message):
    slack.deliver(message, slack.SlackOptions(url=receiver.url))

    [(_, _, body)] = receiver.requests
    told = json.loads(body)
    text = told["blocks"][0]["text"]["text"]
    assert "Probe [now](x) &lt;b&gt;: partially succeeded (Fictional &amp; Sons)" in told["text"]
    assert f"<{message.url}|View run>" in text
    assert "<b>" not in text


def test_every_kind_of_channel_tells_a_digest(app, receiver, digest, mails, set_up):
    assert document(webhook.document_of(digest)) == ("runs.finished", 7, [11, 12])
    assert [run["new_findings"] for run in webhook.document_of(digest)["runs"]] == [{}, {"critical": 1}]
    set_up(allow_private=True)
    slack.deliver(digest, slack.SlackOptions(url=receiver.url))
    teams.deliver(digest, teams.TeamsOptions(url=receiver.url))
    mail = email.mail_of(digest, email.EmailOptions(to=["desk@example.com"]), "atlas@example.com")

    in_slack, in_teams = (body.decode() for _, _, body in receiver.requests)
    for text in (in_slack, in_teams, mail.get_content()):
        assert "2 runs ended" in text
        assert "New findings: 1 critical" in text
        assert text.index("12 Probe") < text.index("11 Probe"), "the worst is told first"
    assert "View runs" in in_slack
    assert "View runs" in in_teams


def document(told):
    return told["event"], told["delivery"], [run["id"] for run in told["runs"]]


def test_a_digest_of_many_runs_is_as_long_as_receivers_take(digest):
    many = replace(digest, gathered=digest.gathered * 90)

    block = slack.payload_of(many)["blocks"][0]["text"]["text"]
    card = json.dumps(teams.card_of(many))

    assert len(block) <= 3000, "Slack takes no more"
    assert block.endswith("|View runs>")
    assert len(card) < 28_000, "Teams takes no more"
    assert "And 160 more." in card
    assert len(webhook.document_of(many)["runs"]) == 180


def test_a_message_says_what_the_guide_for_receivers_promises(message):
    told = webhook.document_of(message)

    assert list(told) == ["event", "delivery", "tenant", "run"]
    assert told["run"]["finished_at"] == "2026-06-01T12:00:00+00:00"
    assert told["run"]["error"] == "It is not there."
