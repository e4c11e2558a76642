"""The application as a whole: what every answer carries, and what a setting changes."""

import pytest
from flask import request

from app.core.errors import ConfigurationError
from app.factory import create_app

PATHS = ["/sign-in", "/", "/healthz", "/no-such-page", "/static/css/app.css", "/t/fictional/"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_security_headers(client, path):
    headers = client.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_a_server_error_carries_the_headers_too_and_says_nothing_of_the_machine(app, client):
    @app.get("/breaks")
    def breaks():
        raise RuntimeError("password=hunter2")

    answer = client.get("/breaks")

    assert answer.status_code == 500
    assert "Content-Security-Policy" in answer.headers
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text
    assert "It has been logged" in answer.text


def test_pages_are_kept_by_no_cache(client):
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"


def test_no_page_carries_inline_script_or_style(client, sign_in, operator, tenant, make_run):
    browser = sign_in(operator)
    run = make_run(user=operator)
    hub = "/t/fictional/monitoring/operations"

    for page in ("/t/fictional/", hub, f"{hub}/{run.id}", "/t/fictional/notifications", "/t/fictional/start"):
        html = browser.get(page).text
        assert "<script>" not in html
        assert " style=" not in html
        assert " onclick=" not in html


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client):
    cookie = client.get("/sign-in").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_over_https_the_session_cookie_is_secure(make_app):
    cookie = make_app(session_cookie_secure=True).test_client().get("/sign-in").headers["Set-Cookie"]

    assert "Secure" in cookie


def test_two_deployments_do_not_accept_each_others_sessions(make_app, client, operator):
    client.sign_in(operator)
    cookie = client.get_cookie("tenantatlas")
    other = make_app(secret_key="another fictional key").test_client()
    other.set_cookie("tenantatlas", cookie.value)

    assert other.get("/t/fictional/").status_code == 302


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_a_forwarded_address_is_believed_only_from_a_known_proxy(make_app, proxies, seen):
    app = make_app(proxies=proxies)

    @app.get("/whoami")
    def whoami():
        return request.remote_addr

    assert app.test_client().get("/whoami", headers={"X-Forwarded-For": "203.0.113.9"}).text == seen


def test_an_upload_beyond_the_limit_is_refused_in_words(make_app):
    app = make_app(max_upload_mb=1)
    browser = app.test_client()

    answer = browser.post("/sign-in", data={"email": "x" * (2 * 1024 * 1024)})

    assert answer.status_code == 413
    assert "larger than this installation accepts" in answer.text


def test_settings_come_from_the_environment_when_none_are_given(monkeypatch, tmp_path):
    monkeypatch.setenv("TENANTATLAS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TENANTATLAS_LEASE_SECONDS", "17")

    assert create_app().config["LEASE_SECONDS"] == 17

    monkeypatch.setenv("TENANTATLAS_LEASE_SECONDS", "never")
    with pytest.raises(ConfigurationError, match="TENANTATLAS_LEASE_SECONDS"):
        create_app()


def test_no_template_of_the_frame_needs_a_plugin(make_app, operator):
    browser = make_app(safe_mode=True).test_client()
    browser.sign_in(operator)

    for path in ("/t/fictional/", "/t/fictional/start", "/t/fictional/monitoring/operations"):
        assert browser.get(path).status_code == 200
