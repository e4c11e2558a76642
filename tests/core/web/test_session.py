"""Signing in and out."""

import pytest
from sqlalchemy import select

from app.core.audit import AuditLog
from app.core.db import db
from app.core.users import User
from app.core.web.session import local_path
from tests.support.browsing import PASSWORD, location
from tests.support.databases import on_both_databases

HUB = "/t/fictional/monitoring/operations"
ELSEWHERE = [
    "https://elsewhere.example.com/",
    "//elsewhere.example.com/",
    "///elsewhere.example.com",
    "/\\elsewhere.example.com",
    "\\\\elsewhere.example.com",
    "/%0d%0aLocation:x\r\n",
    "/\t/elsewhere.example.com",
    "javascript:alert(1)",
    "elsewhere.example.com",
    " /t/fictional/",
]


def actions():
    return list(db.session.scalars(select(AuditLog.action).order_by(AuditLog.id)))


@on_both_databases
def test_the_right_password_lets_in_and_is_noted(app, client, operator):
    answer = client.sign_in(operator)

    assert (answer.status_code, location(answer)) == (302, "/")
    assert client.get("/", follow_redirects=True).status_code == 200
    assert actions() == ["session.signed_in"]


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("person-1@example.com", "a wrong password"),
        ("nobody@example.com", PASSWORD),
        ("", ""),
        ("x" * 9000, "z" * 9000),
    ],
)
def test_a_wrong_password_and_an_unknown_address_are_told_alike(client, operator, email, password):
    answer = client.sign_in(email, password)

    assert answer.status_code == 401
    assert "This e-mail address and password do not belong together." in answer.text
    assert client.get("/").status_code == 302
    assert password not in answer.text or not password


def test_a_password_is_never_sent_back(client, operator):
    assert "a wrong password" not in client.sign_in(operator, "a wrong password").text


def test_without_a_csrf_token_nobody_is_signed_in(client, operator):
    client.get("/sign-in")

    answer = client.post("/sign-in", data={"email": operator.email, "password": PASSWORD})

    assert answer.status_code == 400
    assert "This form has expired" in answer.text
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_to_another_site_after_signing_in(client, operator, target):
    answer = client.submit("/sign-in", {"email": operator.email, "password": PASSWORD, "next": target})

    assert (answer.status_code, location(answer)) == (302, "/")
    assert local_path(target) is None


def test_after_signing_in_one_is_where_one_wanted_to_be(client, operator):
    asked = client.get(f"{HUB}?bucket=failed&type=probe.check")
    form = client.get(asked.headers["Location"])

    assert 'value="/t/fictional/monitoring/operations?bucket=failed&amp;type=probe.check"' in form.text

    wanted = f"{HUB}?bucket=failed&type=probe.check"
    answer = client.submit("/sign-in", {"email": operator.email, "password": PASSWORD, "next": wanted})
    assert location(answer) == wanted


def test_a_signed_in_user_is_not_asked_again(sign_in, operator):
    answer = sign_in(operator).get("/sign-in?next=//elsewhere.example.com")

    assert (answer.status_code, location(answer)) == (302, "/")


@on_both_databases
def test_signing_out_ends_the_session_and_is_noted(app, sign_in, operator):
    browser = sign_in(operator)

    answer = browser.submit("/sign-out", page="/t/fictional/")

    assert (answer.status_code, location(answer)) == (302, "/sign-in")
    assert browser.get(HUB).status_code == 302
    assert actions() == ["session.signed_in", "session.signed_out"]


def test_a_link_cannot_sign_anybody_out(sign_in, operator):
    browser = sign_in(operator)

    assert browser.get("/sign-out").status_code == 405
    assert browser.post("/sign-out").status_code == 400, "nor another site's form"
    assert browser.get(HUB).status_code == 200


def test_raising_the_epoch_ends_every_session_of_that_user_only(app, sign_in, operator, make_user, tenant):
    here, there = sign_in(operator), sign_in(operator)
    somebody_else = sign_in(make_user(tenant=tenant))

    db.session.get_one(User, operator.id).session_epoch += 1
    db.session.commit()

    assert here.get(HUB).status_code == there.get(HUB).status_code == 302
    assert somebody_else.get(HUB).status_code == 200


def test_the_session_of_a_deleted_user_is_over(app, sign_in, operator):
    browser = sign_in(operator)

    db.session.delete(db.session.get_one(User, operator.id))
    db.session.commit()

    assert browser.get(HUB).status_code == 302


def test_a_forged_session_is_nobody(client, operator):
    client.set_cookie("tenantatlas", "eyJfdXNlcl9pZCI6IjEuMCJ9.aaaaaa.forged")

    assert client.get(HUB).status_code == 302
