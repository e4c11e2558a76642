"""Notification channels in the browser: for managers only, and without secrets."""

import pytest
from sqlalchemy import func, select

from app.core.audit import AuditLog
from app.core.db import db
from app.core.delivery.sealing import unseal
from app.core.delivery.sending import deliver_due
from app.core.errors import DeliveryFailedError, PluginError
from app.core.outbox import ChannelSubscription, Delivery
from app.core.registry.catalog import EXTENSION
from app.core.runs.status import RunStatus
from app.core.users import Role
from tests.support.browsing import location
from tests.support.channels import SECRET, deliveries, listen

PAGES = "/t/fictional/notifications/channels"
ACTS = ("edit", "test", "off", "on", "remove")


@pytest.fixture(autouse=True)
def _channel(pigeons, offer):
    offer(lambda _run: None, label="Paint")


@pytest.fixture
def manager(make_user, tenant):
    return make_user(tenant=tenant, role=Role.MANAGER)


@pytest.fixture
def browser(sign_in, manager):
    return sign_in(manager)


def form(**changes):
    filled = {
        "channel-name": "Night shift",
        "channel-buckets": ["failed", "succeeded"],
        "channel-types": ["probe.check"],
        "loft": "north",
        "password": SECRET,
    }
    return {name: value for name, value in (filled | changes).items() if value is not None}


def only():
    db.session.rollback()
    found = db.session.scalars(select(ChannelSubscription).execution_options(populate_existing=True)).one()
    db.session.commit()
    return found


def count():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(ChannelSubscription))


def test_a_manager_is_led_from_the_notifications_to_the_first_channel(browser, sign_in, operator):
    assert f'href="{PAGES}"' in browser.get("/t/fictional/notifications").text
    assert "No channels yet" in browser.get(PAGES).text
    assert f'href="{PAGES}/new/pigeon"' in browser.get(f"{PAGES}/new").text
    assert PAGES not in sign_in(operator).get("/t/fictional/notifications").text


def test_a_channel_is_added_from_the_form_of_its_options(browser, manager, tenant):
    page = browser.get(f"{PAGES}/new/pigeon").text
    for name in ("channel-name", "channel-buckets", "channel-types", "loft", "password"):
        assert f'name="{name}"' in page, name
    assert 'type="password"' in page
    assert "Paint" in page

    answer = browser.submit(f"{PAGES}/new/pigeon", form())

    made = only()
    assert location(answer) == PAGES
    assert (made.name, made.channel, made.created_by) == ("Night shift", "pigeon", manager.email)
    assert (made.buckets, made.run_types) == (("failed", "succeeded"), ("probe.check",))
    assert unseal(tenant, made.options) == {"loft": "north", "password": SECRET}
    page = browser.get(PAGES).text
    for words in ("Night shift", "Pigeon", "Failed", "Paint", "Nothing was sent yet."):
        assert words in page, words


def test_a_channel_may_want_severe_findings_alone_and_digests(browser, tenant, make_run):
    chosen = {"channel-severity": "high", "channel-digest": "1d"}
    browser.submit(f"{PAGES}/new/pigeon", form(**chosen))
    assert (only().least_severity, only().digest_seconds) == ("high", 86_400)
    page = browser.get(PAGES).text
    assert "High</span> or worse" in page
    assert "Every day" in page

    edit = f"{PAGES}/{only().id}/edit"
    shown = browser.get(edit).text
    assert '<option value="high" selected>' in shown
    assert '<option value="1d" selected>' in shown
    browser.submit(edit, form(**{"channel-severity": "", "channel-digest": "15min", "channel-types": None}))
    assert (only().least_severity, only().digest_seconds) == (None, 900)
    make_run(RunStatus.FAILED)
    assert "Gathered" in browser.get(PAGES).text


def test_no_secret_is_in_the_database_in_a_page_in_the_audit_log_or_in_the_log(browser, caplog, tenant):
    browser.submit(f"{PAGES}/new/pigeon", form())
    page = f"{PAGES}/{only().id}"
    answers = [browser.get(f"{page}/edit"), browser.submit(f"{page}/edit", form(**{"channel-name": ""}))]
    browser.submit(f"{page}/edit", form())
    answers += [browser.get(PAGES), browser.submit(f"{PAGES}/new/pigeon", form(loft=None))]

    assert only().options.startswith("gAAAA")
    details = db.session.scalars(select(AuditLog.details).where(AuditLog.action.like("channel.%"))).all()
    assert details
    for text in (*[answer.text for answer in answers], str(details), only().options, caplog.text):
        assert SECRET not in text


def test_a_stored_secret_stays_when_its_field_is_left_empty(browser, tenant):
    browser.submit(f"{PAGES}/new/pigeon", form())
    page = f"{PAGES}/{only().id}/edit"
    shown = browser.get(page).text
    assert "Stored; leave this empty to keep it." in shown
    assert 'value="north"' in shown

    browser.submit(page, form(password="", loft="south", **{"channel-types": None}))

    assert unseal(tenant, only().options) == {"loft": "south", "password": SECRET}
    assert only().run_types == ()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"channel-name": " "}, "channel-name", "a name has 1 to 80 characters"),
        ({"channel-buckets": None}, "channel-buckets", "choose from succeeded"),
        ({"channel-buckets": ["running"]}, "channel-buckets", "choose from succeeded"),
        ({"channel-types": ["no.such"]}, "channel-types", "no loaded plugin offers"),
        ({"channel-severity": "purple"}, "channel-severity", "choose from critical"),
        ({"channel-digest": "1y"}, "channel-digest", "choose from none"),
        ({"loft": None}, "loft", "Field required"),
        ({"password": "short"}, "password", "at least 8"),
        ({"channel-name": "Taken"}, "channel-name", "is the name of another channel"),
    ],
)
def test_what_is_wrong_is_named_at_its_field(browser, tenant, changes, field, words):
    listen(tenant, name="Taken")

    answer = browser.submit(f"{PAGES}/new/pigeon", form(**changes))

    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text
    assert answer.text.count("field__error") == 1
    assert words in answer.text
    assert count() == 1


def test_the_list_shows_what_was_sent_last_and_what_went_wrong(app, browser, tenant, make_run, pigeons):
    subscription = listen(tenant)
    run = make_run(RunStatus.FAILED)
    browser.submit(f"{PAGES}/{subscription.id}/test")
    pigeons.failures = [DeliveryFailedError("The loft is closed.")]
    deliver_due()

    page = browser.get(PAGES).text

    assert "The loft is closed." in page
    assert "Trying again" in page
    assert "Delivered" in page
    assert f'href="/t/fictional/monitoring/operations/{run.id}"' in page


def test_a_channel_is_tested_switched_and_removed(browser, tenant, manager):
    subscription = listen(tenant)
    page = f"{PAGES}/{subscription.id}"

    assert location(browser.submit(f"{page}/test")) == PAGES
    assert [one.is_test for one in deliveries()] == [True]
    browser.submit(f"{page}/off")
    assert "Switch on" in browser.get(PAGES).text
    assert browser.submit(f"{page}/test").status_code == 400
    browser.submit(f"{page}/on")
    assert "Switch off" in browser.get(PAGES).text
    browser.submit(f"{page}/remove")

    assert count() == 0
    query = select(AuditLog.action, AuditLog.actor).where(AuditLog.action.like("channel.%"))
    assert list(db.session.execute(query.order_by(AuditLog.id))) == [
        ("channel.added", "system"),
        ("channel.tested", manager.email),
        ("channel.switched_off", manager.email),
        ("channel.switched_on", manager.email),
        ("channel.removed", manager.email),
    ]


def test_a_channel_whose_plugin_is_gone_waits_and_can_be_removed(app, browser, tenant):
    subscription = listen(tenant)
    app.extensions[EXTENSION].drop(PluginError("pigeons", "import", "gone"))

    page = browser.get(PAGES).text

    assert "No loaded plugin offers the channel pigeon: its messages wait." in page
    assert "/edit" not in page
    assert browser.get(f"{PAGES}/{subscription.id}/edit").status_code == 400
    assert browser.get(f"{PAGES}/new/pigeon").status_code == 400
    assert browser.submit(f"{PAGES}/{subscription.id}/remove").status_code == 302
    assert count() == 0


@pytest.mark.parametrize("role", [Role.READONLY, Role.OPERATOR])
def test_who_is_no_manager_sees_and_does_nothing(sign_in, make_user, tenant, role):
    subscription = listen(tenant)
    browser = sign_in(make_user(tenant=tenant, role=role))

    for path in (PAGES, f"{PAGES}/new", f"{PAGES}/new/pigeon", f"{PAGES}/{subscription.id}/edit"):
        assert browser.get(path).status_code == 403
    for path in (f"{PAGES}/new/pigeon", *(f"{PAGES}/{subscription.id}/{act}" for act in ACTS)):
        assert browser.submit(path, form()).status_code == 403
    assert count() == 1
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 0


def test_a_channel_of_another_tenant_and_one_that_is_not_there_answer_alike(
    sign_in, make_user, make_tenant, tenant
):
    theirs = listen(tenant)
    browser = sign_in(make_user(tenant=make_tenant("elsewhere"), role=Role.OWNER))

    for number in (theirs.id, 4711, 10**30):
        page = f"/t/elsewhere/notifications/channels/{number}"
        assert browser.get(f"{page}/edit").status_code == 403
        for act in ACTS:
            assert browser.submit(f"{page}/{act}", form()).status_code == 403
    assert "Loft" not in browser.get("/t/elsewhere/notifications/channels").text
    assert count() == 1


def test_a_form_without_its_token_is_refused(browser, tenant):
    subscription = listen(tenant)

    for path in (f"{PAGES}/new/pigeon", *(f"{PAGES}/{subscription.id}/{act}" for act in ACTS)):
        assert browser.post(path, data=form()).status_code == 400
    assert count() == 1
