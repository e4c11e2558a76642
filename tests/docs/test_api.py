"""What docs/api.md shows is executed, line by line; so is what docs/admin.md says of tokens."""

import re
import shlex
from argparse import ArgumentParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.core.users import Role

DOCS = Path(__file__).parents[2] / "docs"
API = (DOCS / "api.md").read_text(encoding="utf-8")
ADMIN = (DOCS / "admin.md").read_text(encoding="utf-8").partition("## API tokens")[2].partition("\n## ")[0]
MAKING, SENDING = re.findall(r"```sh\n(.*?)```", API, re.DOTALL)
CURL = ArgumentParser()
CURL.add_argument("-i", action="store_true")
CURL.add_argument("-H", dest="headers", action="append")
CURL.add_argument("--json", dest="body")
CURL.add_argument("address")


@pytest.fixture(autouse=True)
def _harbour(make_tenant, make_user):
    make_user(tenant=make_tenant("fabled-harbour"), role=Role.MANAGER, email="desk@example.com")


def send(client, line, token):
    """What `curl ...` sends, sent by a client of this process."""
    asked = CURL.parse_args(shlex.split(line.replace("$TOKEN", token))[1:])
    parts = urlsplit(asked.address)
    return client.open(
        parts.path,
        method="GET" if asked.body is None else "POST",
        query_string=parts.query,
        headers=dict(header.split(": ", 1) for header in asked.headers),
        data=asked.body,
        content_type=None if asked.body is None else "application/json",
    )


def test_every_command_of_the_api_page_works(client, flask_cli, worker):
    command = re.fullmatch(r"TOKEN=\$\(flask (.*)\)\n", MAKING)[1]
    token = flask_cli(*shlex.split(command)).stdout.strip()

    answers = []
    for line in SENDING.splitlines():
        answers.append(send(client, line, token))
        worker()

    assert [answer.status_code for answer in answers] == [200, 202, 200, 200, 200, 200]
    offered, started, run, _items, _failed, findings = answers
    assert "run.prune" in [found["run_type"] for found in offered.json["operations"]]
    assert started.location.endswith("/runs/1")
    assert run.json["status_bucket"] == "succeeded"
    assert findings.json == {"findings": [], "next_cursor": None}


def test_every_command_about_tokens_of_the_admin_page_works(flask_cli):
    lines = [line for line in ADMIN.splitlines() if line.startswith("flask ")]
    assert len(lines) == 3

    for line in lines:
        answer = flask_cli(*shlex.split(line)[1:])
        assert answer.exit_code == 0, f"{line}\n{answer.output}"


def test_the_table_of_statuses_is_complete(client):
    told = set(re.findall(r"\d{3}", API.partition("| status |")[2]))
    paths = client.get("/api/v1/openapi.json").json["paths"]
    said = {status for path in paths.values() for method in path.values() for status in method["responses"]}

    assert said - told == {"200", "202"}
