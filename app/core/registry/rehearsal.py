"""Trying a plugin's pages and commands on an application nobody uses, before the real one takes them."""

import click
from flask import Flask
from werkzeug.routing import BuildError

from app.core.errors import PluginError
from app.core.registry.catalog import Catalog
from app.core.registry.contract import Plugin


def rehearse(plugin: Plugin, app: Flask, catalog: Catalog) -> None:
    """Pass if the application can take the plugin as a whole.

    Raises:
        PluginError: a plugin it requires was dropped, a blueprint or command cannot be registered, or an
            entry leads nowhere.
    """
    dropped = [name for name in plugin.requires if name not in catalog.plugins]
    if dropped:
        raise PluginError(plugin.name, "requires", f"not loaded: {', '.join(dropped)}")
    stage = _staged(plugin, app)
    _try_commands(plugin, app)
    entries = [item.endpoint for item in plugin.nav]
    entries += [operation.start_endpoint for operation in plugin.operations if operation.start_endpoint]
    for endpoint in entries:
        _require_address(plugin, stage, endpoint)


def _staged(plugin: Plugin, app: Flask) -> Flask:
    taken = [blueprint.name for blueprint in plugin.blueprints if blueprint.name in app.blueprints]
    if taken:
        raise PluginError(plugin.name, "routes", f"the blueprint name {taken[0]!r} is taken")
    stage = Flask("app")
    try:
        for blueprint in plugin.blueprints:
            stage.register_blueprint(blueprint)
    except Exception as error:
        raise PluginError(plugin.name, "routes", f"{type(error).__name__}: {error}") from error
    return stage


def _try_commands(plugin: Plugin, app: Flask) -> None:
    commands: tuple[object, ...] = plugin.cli
    for command in commands:
        if not isinstance(command, click.Command) or command.name in app.cli.commands:
            raise PluginError(plugin.name, "cli", f"{command!r} is no command, or its name is taken")


def _require_address(plugin: Plugin, stage: Flask, endpoint: str) -> None:
    """Refuse an entry whose address cannot be made from the tenant alone: it would break every page."""
    try:
        stage.url_map.bind("localhost").build(endpoint, {"tenant": "any"})
    except BuildError:
        raise PluginError(plugin.name, "nav", f"no address for endpoint {endpoint!r} in a tenant") from None
