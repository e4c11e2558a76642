"""Parameters of an operation as they are typed: `--param names=Ada`, `--params '{"names": ["Ada"]}'`."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import click
import orjson

from app.core.db import JsonObject
from app.core.errors import InvalidInputError
from app.core.registry.contract import AnyOperation
from app.core.registry.parameters import parameters_of

Command = TypeVar("Command", bound=Callable[..., object])


def parameter_options(command: Command) -> Command:
    """Give a command `--params` and `--param`: the arguments `params` and `named` of `given_parameters`."""
    one = click.option(
        "--param",
        "named",
        multiple=True,
        metavar="NAME=VALUE",
        help="One parameter; repeat it for others and for the values of a list. Wins over --params.",
    )
    all_ = click.option("--params", default="{}", show_default=True, help="Parameters as a JSON object.")
    return all_(one(command))


def given_parameters(operation: AnyOperation, params: str, named: Sequence[str] = ()) -> JsonObject:
    """Raw parameters of an operation.

    Args:
        operation: whose.
        params: a JSON object.
        named: `NAME=VALUE` each; several of one name are the values of a list.

    Raises:
        InvalidInputError: no JSON object, no such parameter, or several values where there can be one.
    """
    given: dict[str, list[str]] = {}
    for text in named:
        name, equals, value = text.partition("=")
        if not equals:
            raise InvalidInputError(f"--param {name[:60]!r} is not NAME=VALUE")
        given.setdefault(name.strip(), []).append(value)
    return {**parameters_from(params), **_read(operation, given)}


def parameters_from(text: str, option: str = "--params") -> JsonObject:
    """The JSON object given to an option.

    Raises:
        InvalidInputError: it is not JSON, or no object.
    """
    try:
        parsed = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        message = f"{option} is not JSON: {error}"
        raise InvalidInputError(message) from None
    if not isinstance(parsed, dict):
        message = f"{option} is not a JSON object"
        raise InvalidInputError(message)
    return parsed


def _read(operation: AnyOperation, given: dict[str, list[str]]) -> JsonObject:
    known = {found.name: found for found in parameters_of(operation.params, operation.choices)}
    takes_more = operation.params.model_config.get("extra") == "allow"
    values: JsonObject = {}
    for name, texts in given.items():
        parameter = known.get(name)
        if parameter is None and not takes_more:
            message = (
                f"{operation.run_type} has no parameter {name[:60]!r}; it has {', '.join(known) or 'none'}"
            )
            raise InvalidInputError(message)
        if len(texts) > 1 and not (parameter and parameter.is_list):
            raise InvalidInputError(f"--param {name} is given {len(texts)} times and is no list")
        values[name] = parameter.read(texts) if parameter else texts[0]
    return values
