"""The page on which managers make and revoke tokens."""

import re

import pytest

from app.core.runs.new_run import Initiator
from app.core.tokens import create_token, list_tokens, token_of
from app.core.users import Role

PAGES = "/t/fictional/api-tokens"
FORM = {"name": "Nightly script", "scope": "start", "days": "30"}
SECRET = re.compile(r"ta_[\w-]{43}")


@pytest.fixture
def manager(make_user, tenant):
    return make_user(tenant=tenant, role=Role.MANAGER)


@pytest.fixture
def browser(sign_in, manager):
    return sign_in(manager)


def test_the_account_menu_of_a_manager_leads_to_the_tokens(browser, sign_in, operator):
    assert f'href="{PAGES}"' in browser.get("/t/fictional/").text
    assert f'href="{PAGES}"' not in sign_in(operator).get("/t/fictional/").text
    assert "No tokens yet" in browser.get(PAGES).text


def test_the_secret_is_shown_in_the_answer_and_never_again(browser, tenant, manager):
    answer = browser.submit(f"{PAGES}/new", FORM)

    (secret,) = SECRET.findall(answer.text)
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert token_of(secret).user_id == manager.id
    listed = browser.get(PAGES).text
    assert "Nightly script" in listed
    assert "Active" in listed
    assert not SECRET.findall(listed)


def test_a_wrong_form_says_so_at_its_field_and_makes_nothing(browser, tenant):
    answer = browser.submit(f"{PAGES}/new", FORM | {"days": "900", "name": ""})

    assert answer.status_code == 422
    assert 'id="field-days-error"' in answer.text
    assert 'id="field-name-error"' in answer.text
    assert list_tokens(tenant) == []


def test_a_token_is_revoked_by_another_manager(browser, tenant, make_user):
    other = make_user(tenant=tenant, role=Role.MANAGER)
    issued = create_token(tenant, other, {"name": "Old"}, Initiator.of(other))

    answer = browser.submit(f"{PAGES}/{issued.token.id}/revoke")

    assert answer.status_code == 302
    assert token_of(issued.secret) is None
    assert "Revoked" in browser.get(PAGES).text


def test_nobody_below_a_manager_sees_makes_or_revokes(sign_in, operator, tenant, manager):
    issued, browser = create_token(tenant, manager, {"name": "Mine"}, Initiator()), sign_in(operator)

    assert browser.get(PAGES).status_code == 403
    assert browser.get(f"{PAGES}/new").status_code == 403
    assert browser.submit(f"{PAGES}/new", FORM).status_code == 403
    assert browser.submit(f"{PAGES}/{issued.token.id}/revoke").status_code == 403
    assert [token.id for token in list_tokens(tenant)] == [issued.token.id]
    assert token_of(issued.secret) is not None


def test_another_tenants_token_is_refused_like_one_that_is_not_there(browser, make_tenant, make_user):
    other = make_tenant("elsewhere")
    foreign = make_user(tenant=other, role=Role.MANAGER)
    issued = create_token(other, foreign, {"name": "Theirs"}, Initiator())

    assert browser.submit(f"{PAGES}/{issued.token.id}/revoke").status_code == 403
    assert browser.submit(f"{PAGES}/4711/revoke").status_code == 403
    assert token_of(issued.secret) is not None
