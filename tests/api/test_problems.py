"""Errors that no view made: addresses, methods, what nobody foresaw."""

import pytest
from sqlalchemy.exc import OperationalError

from app.api import views
from tests.api.conftest import ROOT


def test_an_unknown_address_is_a_problem_and_not_a_page(client):
    for path in ("/api", "/api/", "/api/v2/runs", "/api/v1/nowhere", f"{ROOT}/runs/x"):
        answer = client.get(path)

        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
        assert answer.json["title"] == "Not Found"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_method_that_is_not_taken_says_which_are(api):
    answer = api.delete(f"{ROOT}/runs")

    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert "GET" in answer.headers["Allow"]


def test_an_address_elsewhere_still_answers_with_a_page(client):
    assert client.get("/nowhere").mimetype == "text/html"
    assert client.get("/apiary").mimetype == "text/html"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ZeroDivisionError("a secret of the machine"), 500),
        (OperationalError("SELECT", {}, Exception("a secret of the machine")), 503),
    ],
)
def test_what_nobody_foresaw_is_a_problem_without_its_text(api, monkeypatch, error, status):
    def broken(*_args, **_options):
        raise error

    monkeypatch.setattr(views, "list_runs", broken)

    answer = api.get(f"{ROOT}/runs")

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert "secret" not in answer.text
