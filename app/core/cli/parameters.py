"""Parameters of an operation as they are typed: `--params '{"names": ["Ada"]}'`."""

import orjson

from app.core.db import JsonObject
from app.core.errors import InvalidInputError


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
