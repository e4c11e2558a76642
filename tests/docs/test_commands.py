"""The commands and verbs that the README names exist, and take what it says they take."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from flask.cli import FlaskGroup, ScriptInfo

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TABLE = re.findall(r"^\| `flask ([^`]+)` \|", README, re.MULTILINE)
OURS = (
    "tenants",
    "users",
    "tokens",
    "inventory",
    "schedules",
    "channels",
    "backup-sets",
    "drift",
    "findings",
    "runs",
    "plugins",
    "worker",
    "workers",
    "serve",
    "sample",
)


@pytest.fixture
def command_tree(app):
    """Find a command by its words: `command_tree("runs", "list")`; None where there is none."""
    group = FlaskGroup(load_dotenv=False)
    context = click.Context(group, obj=ScriptInfo(create_app=lambda: app))

    def find(*words):
        command = group
        for word in words:
            command = command.get_command(context, word) if isinstance(command, click.Group) else None
            if command is None:
                return None
        return command

    return find


def words_of(line):
    """`runs list [--json]` -> its words before the first argument or option."""
    found = []
    for word in line.split():
        if not re.fullmatch(r"[a-z]+(-[a-z]+)*", word):
            break
        found.append(word)
    return found


def leaves_of(command, name):
    """Names of the commands that do something, below this one."""
    if not isinstance(command, click.Group):
        return [name]
    return [leaf for sub in command.commands.values() for leaf in leaves_of(sub, f"{name} {sub.name}")]


def test_the_table_is_there():
    assert len(TABLE) > 10


@pytest.mark.parametrize("line", TABLE)
def test_a_command_of_the_table_exists_with_its_options(command_tree, line):
    command = command_tree(*words_of(line))

    assert command is not None, f"no command `flask {line}`"
    options = {option for parameter in command.params for option in parameter.opts}
    assert set(re.findall(r"--[a-z-]+", line)) <= options


@pytest.mark.parametrize("name", OURS)
def test_a_command_that_exists_is_in_the_table(command_tree, name):
    command = command_tree(name)
    assert command is not None

    missing = [
        leaf
        for leaf in leaves_of(command, name)
        if not any(" ".join(words_of(line)) == leaf for line in TABLE)
    ]

    assert missing == []


@pytest.mark.parametrize("line", [line for line in TABLE if words_of(line)[0] in OURS])
def test_the_table_names_every_option_of_our_commands(command_tree, line):
    command = command_tree(*words_of(line))
    named = [parameter.opts[0] for parameter in command.params if isinstance(parameter, click.Option)]

    assert [option for option in named if option not in line] == []


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_help_lists_every_verb_that_readme_and_contributing_name():
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    pages = README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z-]+)", pages))

    assert {"run", "test", "check", "help"} <= named
    assert named <= set(re.findall(r"^make ([a-z-]+) ", listed, re.MULTILINE))
