"""Trying a plugin's pages on an application nobody uses: their addresses, and how far they reach."""

import re

from flask import Flask

from app.core.errors import PluginError
from app.core.redaction import safe_reason
from app.core.registry.contract import Plugin
from app.core.registry.stages import Stage

TENANT_SPACE = "/t/<tenant>/"
_NAMES = re.compile(r"<(?:([^:<>]+):)?[^<>]+>")
# What a blueprint can hang on every request of the application, core's pages included.
_HOOKS = (
    "before_request_funcs",
    "after_request_funcs",
    "teardown_request_funcs",
    "template_context_processors",
    "url_value_preprocessors",
    "url_default_functions",
    "error_handler_spec",
)
_JINJA = ("globals", "filters", "tests")


def staged(plugin: Plugin, app: Flask) -> Flask:
    """An application with a plugin's pages alone.

    Raises:
        PluginError: they cannot be registered, take an address or a name that is taken, lie outside the
            tenant's addresses, or reach into pages of others.
    """
    taken = [blueprint.name for blueprint in plugin.blueprints if blueprint.name in app.blueprints]
    if taken:
        raise PluginError(plugin.name, Stage.ROUTES, f"the blueprint name {taken[0]!r} is taken")
    stage = Flask("app")
    before = _hooks(stage)
    named = {kind: dict(getattr(stage.jinja_env, kind)) for kind in _JINJA}
    try:
        for blueprint in plugin.blueprints:
            stage.register_blueprint(blueprint)
    except Exception as error:
        raise unregistrable(plugin, error) from error
    wide = [name for name, count in _hooks(stage).items() if count > before[name]]
    problems = [f"a hook of the whole application: {name}" for name in wide]
    problems += _replaced(named, stage, app) + _misplaced(stage, app)
    if problems:
        raise PluginError(plugin.name, Stage.ROUTES, "; ".join(problems))
    return stage


def unregistrable(plugin: Plugin, error: Exception) -> PluginError:
    """The failure of a plugin whose blueprint raised while it was registered."""
    return PluginError(plugin.name, Stage.ROUTES, f"{type(error).__name__}: {safe_reason(str(error), 200)}")


def _hooks(stage: Flask) -> dict[str, int]:
    """How many there are for the whole application, by name."""
    return {name: len(getattr(stage, name).get(None) or ()) for name in _HOOKS}


def _replaced(before: dict[str, dict[str, object]], stage: Flask, app: Flask) -> list[str]:
    """Words of the templates that mean something already."""
    problems = []
    for kind, known in before.items():
        now, taken = getattr(stage.jinja_env, kind), getattr(app.jinja_env, kind)
        set_here = [name for name, value in now.items() if value is not known.get(name)]
        problems += [f"the template's {name!r} is taken" for name in set_here if name in taken]
    return problems


def _misplaced(stage: Flask, app: Flask) -> list[str]:
    taken = {address for address, _ in _addresses(app)}
    problems = []
    for (pattern, method), rule in _addresses(stage):
        if not rule.startswith(TENANT_SPACE):
            problems.append(f"the address {rule!r} does not begin with {TENANT_SPACE}")
        elif (pattern, method) in taken:
            problems.append(f"the address {rule!r} is taken")
    return sorted(set(problems))


def _addresses(app: Flask) -> list[tuple[tuple[str, str], str]]:
    """((address without the names of its parts, method), address) of every page; static files are none."""
    return [
        ((_NAMES.sub(r"<\1>", rule.rule), method), rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.rpartition(".")[2] != "static"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
