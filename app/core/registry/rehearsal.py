"""Trying a plugin as a whole, before the application takes it."""

import click
from flask import Flask
from werkzeug.routing import BuildError

from app.core.errors import PluginError
from app.core.registry.catalog import Catalog
from app.core.registry.contract import Plugin
from app.core.registry.routes import staged, unregistrable
from app.core.registry.stages import Stage
from app.core.registry.tables import require_sound, take_out_broken
from app.core.registry.wrong_parameters import wrong_examples


def attach(plugin: Plugin, app: Flask, catalog: Catalog) -> None:
    """Rehearse a plugin, then give the application its pages and commands.

    Raises:
        PluginError: as for `rehearse`; the plugin is to be dropped.
    """
    rehearse(plugin, app, catalog)
    try:
        for blueprint in plugin.blueprints:
            app.register_blueprint(blueprint)
    except Exception as error:
        raise unregistrable(plugin, error) from error
    for command in plugin.cli:
        app.cli.add_command(command)


def rehearse(plugin: Plugin, app: Flask, catalog: Catalog) -> None:
    """Pass if the application can take the plugin as a whole.

    Raises:
        PluginError: a plugin it requires was dropped, its model refuses an example, its tables cannot be
            used, a blueprint or command cannot be registered, or an entry leads nowhere.
    """
    dropped = [name for name in plugin.requires if name not in catalog.plugins]
    if dropped:
        take_out_broken(plugin, catalog)
        raise PluginError(plugin.name, Stage.REQUIRES, f"not loaded: {', '.join(dropped)}")
    _try_examples(plugin, app)
    require_sound(plugin, catalog)
    stage = staged(plugin, app)
    _try_commands(plugin, app)
    entries = [item.endpoint for item in plugin.nav]
    entries += [operation.start_endpoint for operation in plugin.operations if operation.start_endpoint]
    entries += [source.start_endpoint for source in plugin.inventory_sources if source.start_endpoint]
    for endpoint in entries:
        _require_address(plugin, stage, endpoint)


def _try_examples(plugin: Plugin, app: Flask) -> None:
    with app.app_context():
        wrong = [
            f"run type {operation.run_type!r}: {problem}"
            for operation in plugin.operations
            for problem in wrong_examples(operation)
        ]
    if wrong:
        raise PluginError(plugin.name, Stage.VALIDATE, "; ".join(wrong))


def _try_commands(plugin: Plugin, app: Flask) -> None:
    commands: tuple[object, ...] = plugin.cli
    for command in commands:
        if not isinstance(command, click.Command) or command.name in app.cli.commands:
            raise PluginError(plugin.name, Stage.CLI, f"{command!r} is no command, or its name is taken")


def _require_address(plugin: Plugin, stage: Flask, endpoint: str) -> None:
    """Refuse an entry whose address cannot be made from the tenant alone: it would break every page."""
    try:
        stage.url_map.bind("localhost").build(endpoint, {"tenant": "any"})
    except BuildError:
        raise PluginError(
            plugin.name, Stage.NAV, f"no address for endpoint {endpoint!r} in a tenant"
        ) from None
