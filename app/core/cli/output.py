"""What commands print, and how they fail: status 1 for a failed operation, 2 for a wrong call."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
import orjson

from app.core.errors import InvalidInputError, TenantAtlasError

A = ParamSpec("A")
R = TypeVar("R")

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."
)


def echo_json(document: object) -> None:
    """Print one JSON document on standard output."""
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())


def cli_errors(command: Callable[A, R]) -> Callable[A, R]:
    """Turn this product's errors into one line on standard error: exit 2 for a wrong call, else 1."""

    @wraps(command)
    def guarded(*args: A.args, **kwargs: A.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except TenantAtlasError as error:
            kind = click.UsageError if isinstance(error, InvalidInputError) else click.ClickException
            raise kind(str(error)) from error

    return guarded
