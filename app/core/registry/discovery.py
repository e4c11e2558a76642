"""Finding plugins: modules below `app.plugins`, then the entry-point group `tenantatlas.plugins`."""

import importlib
import logging
import pkgutil
from collections.abc import Callable, Collection, Iterator
from importlib.metadata import entry_points
from types import ModuleType

from app.core.errors import PluginError
from app.core.redaction import safe_reason
from app.core.registry.catalog import Catalog, in_required_order
from app.core.registry.contract import Plugin

ENTRY_POINTS = "tenantatlas.plugins"

logger = logging.getLogger(__name__)


def load_catalog(
    package: ModuleType,
    *,
    disabled: Collection[str] = (),
    strict: bool = False,
    catalog: Catalog | None = None,
) -> Catalog:
    """Every plugin that can be found and used; what cannot is in `Catalog.failed`.

    Args:
        package: built-in plugins are its submodules, each with an attribute `plugin`.
        disabled: names that are not loaded (not even imported, when built in).
        strict: raise the first failure instead of noting it.
        catalog: what is loaded already, whose names and run types are taken; an empty one when missing.

    Raises:
        PluginError: only with `strict`.
    """
    catalog = Catalog() if catalog is None else catalog
    found: list[Plugin] = []
    for name, locate in _candidates(package):
        if name in disabled:
            continue
        try:
            found.append(_located(name, locate))
        except PluginError as error:
            _note(catalog, error, strict=strict)
    for plugin in in_required_order(found):
        if plugin.name in disabled:
            continue
        try:
            catalog.add(plugin)
        except PluginError as error:
            _note(catalog, error, strict=strict)
    return catalog


def _candidates(package: ModuleType) -> Iterator[tuple[str, Callable[[], object]]]:
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        yield module.name.rpartition(".")[2], lambda name=module.name: importlib.import_module(name).plugin  # type: ignore[misc]
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        yield entry.name, entry.load


def _located(name: str, locate: Callable[[], object]) -> Plugin:
    try:
        plugin = locate()
    except (Exception, SystemExit) as error:
        logger.exception("plugin %s cannot be imported", name)
        reason = f"{type(error).__name__}: {safe_reason(str(error), 200)}"
        raise PluginError(name, "import", reason) from error
    if not isinstance(plugin, Plugin):
        raise PluginError(name, "validate", f"`plugin` is a {type(plugin).__name__}, not a Plugin")
    return plugin


def _note(catalog: Catalog, error: PluginError, *, strict: bool) -> None:
    if strict:
        raise error
    logger.error("%s", error)
    catalog.refuse(error)
