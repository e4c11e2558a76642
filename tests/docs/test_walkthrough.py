"""What the README shows a newcomer is executed, line by line, over the exports of the sample."""

import re
import shlex
from pathlib import Path
from zipfile import ZipFile

import pytest

from app.sample.load import EXPORTS

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCK = re.search(r"## Your own tenant\n+```sh\n(.*?)```", README, re.DOTALL)[1]
LINES = [line for line in BLOCK.splitlines() if "flask " in line]


@pytest.fixture
def exports(tmp_path):
    """The words of the README and what stands for them here: a folder and a zip."""
    october, november = sorted(EXPORTS.iterdir())
    archive = tmp_path / "november.zip"
    with ZipFile(archive, "w") as zipped:
        for path in sorted(november.rglob("*.json")):
            zipped.write(path, path.relative_to(november).as_posix())
    return {"path/to/october": str(october), "path/to/november.zip": str(archive)}


def split(line):
    """`echo "x" | flask a b` -> what is typed into it, and its arguments."""
    before, _, command = line.rpartition("flask ")
    typed = shlex.split(before.rstrip(" |"))[1] + "\n" if before else None
    return typed, shlex.split(command)


def test_every_line_of_the_readme_works_and_the_last_one_lists_findings(flask_cli, exports):
    assert len(LINES) == 6

    for line in LINES:
        typed, arguments = split(line)
        answer = flask_cli(*(exports.get(argument, argument) for argument in arguments), input=typed)
        assert answer.exit_code == 0, f"{line}\n{answer.output}"

    assert len(answer.stdout.splitlines()) == 16
    assert answer.stdout.startswith("critical")
