"""Settings of plugins: read from the environment when a plugin is loaded; named where wrong, never shown."""

from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from app.core.errors import PluginError
from app.core.registry.contract import Plugin
from app.core.registry.parameters import parameters_of
from app.core.registry.stages import Stage

PREFIX = "TENANTATLAS_"
# Words of pydantic's own, which quote no value; a validator's own words may.
_TELLING = frozenset(get_args(ErrorType)) - {"value_error", "assertion_error"}


def variables_of(plugin: Plugin) -> dict[str, str]:
    """Environment variable -> field of a plugin's settings."""
    if plugin.settings is None:
        return {}
    return {variable_of(plugin, name): name for name in plugin.settings.model_fields}


def variable_of(plugin: Plugin, field: str) -> str:
    """The environment variable of one setting."""
    return f"{PREFIX}{plugin.name}_{field}".upper()


def wrong_settings(plugin: Plugin, reserved: Iterable[str], others: Iterable[Plugin]) -> Iterator[str]:
    """What is wrong with the settings a plugin declares, in sentences.

    Args:
        plugin: a plugin.
        reserved: the product's own variables.
        others: plugins that are loaded already.
    """
    if plugin.settings is None:
        return
    for parameter in parameters_of(plugin.settings):
        info = plugin.settings.model_fields[parameter.name]
        if parameter.kind is None or info.alias or info.validation_alias:
            yield f"setting {parameter.name!r}: use single values and lists of them, without aliases"
    taken = dict.fromkeys(reserved, "TenantAtlas")
    for other in others:
        taken |= dict.fromkeys(variables_of(other), f"plugin {other.name!r}")
        if other.settings is plugin.settings:
            yield f"its settings are those of plugin {other.name!r}"
    for variable in variables_of(plugin):
        if variable in taken:
            yield f"{variable} is a setting of {taken[variable]}"


def read_settings(plugin: Plugin, environment: Mapping[str, str]) -> BaseModel | None:
    """A plugin's settings; nothing when it declares none.

    Raises:
        PluginError: a value cannot be used; the text names the variable and not the value.
    """
    if plugin.settings is None:
        return None
    lists = {parameter.name for parameter in parameters_of(plugin.settings) if parameter.is_list}
    given = {
        field: _parts(environment[variable]) if field in lists else environment[variable]
        for variable, field in variables_of(plugin).items()
        if variable in environment
    }
    try:
        return plugin.settings.model_validate(given)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        said = "; ".join(dict.fromkeys(_said(plugin, problem) for problem in problems))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a validator may raise anything
        said = f"its settings cannot be read: {type(error).__name__}"
    raise PluginError(plugin.name, Stage.VALIDATE, said)


def _said(plugin: Plugin, problem: ErrorDetails) -> str:
    said = problem["msg"] if problem["type"] in _TELLING else "the plugin does not take this value"
    if not problem["loc"]:
        return f"its settings do not go together: {said}"
    return f"{variable_of(plugin, str(problem['loc'][0]))}: {said}"


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
