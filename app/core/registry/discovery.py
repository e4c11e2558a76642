"""Loading plugins: finding, importing, and taking into the catalog what can be used."""

import importlib
import logging
from collections.abc import Collection
from functools import reduce
from types import ModuleType

from sqlalchemy.exc import SQLAlchemyError

from app.core.db import metadata
from app.core.errors import PluginError
from app.core.redaction import safe_reason
from app.core.registry import tables
from app.core.registry.candidates import Candidate, candidates
from app.core.registry.catalog import Catalog, in_required_order
from app.core.registry.contract import Plugin
from app.core.registry.former import belongs
from app.core.registry.shapes import wrong_shapes
from app.core.registry.stages import Stage

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
        disabled: names that are not loaded (not even imported, when the module or entry point has the name).
        strict: raise the first failure instead of noting it.
        catalog: what is loaded already, whose names and run types are taken; an empty one when missing.

    Raises:
        PluginError: only with `strict`.
    """
    catalog = Catalog() if catalog is None else catalog
    found = _found(package, catalog, disabled, strict=strict)
    for plugin in in_required_order([plugin for plugin, _ in found]):
        try:
            catalog.add(plugin)
        except PluginError as error:
            _note(catalog, error, strict=strict)
            tables.take_out_broken(plugin, catalog)
    installed = {plugin.name: candidate.distribution for plugin, candidate in found if candidate.distribution}
    catalog.distributions |= {name: installed[name] for name in catalog.plugins if name in installed}
    return catalog


def plugins_on_disk(package: ModuleType) -> tuple[dict[str, Plugin], list[PluginError]]:
    """Every plugin whose code is there, by name, whatever the settings say; and what cannot be asked."""
    found: dict[str, Plugin] = {}
    failures: list[PluginError] = []
    for candidate in candidates(package):
        try:
            plugin = _located(candidate)
        except PluginError as error:
            failures.append(error)
        else:
            found.setdefault(plugin.name, plugin)
    return found, failures


def _found(
    package: ModuleType, catalog: Catalog, disabled: Collection[str], *, strict: bool
) -> list[tuple[Plugin, Candidate]]:
    found: list[tuple[Plugin, Candidate]] = []
    strays: set[str] = set()
    for candidate in candidates(package):
        if candidate.name in disabled:
            catalog.disabled.append(candidate.name)
            continue
        tables.seal()
        before = set(metadata.tables)
        try:
            plugin = _located(candidate)
        except PluginError as error:
            _note(catalog, error, strict=strict)
            strays |= set(metadata.tables) - before
            continue
        if plugin.name in disabled:
            catalog.disabled.append(plugin.name)
        else:
            found.append((plugin, candidate))
    # Of what half an import has left, the tables of another plugin that it had imported stay.
    tables.take_out(strays - frozenset().union(*(tables.tables_of(plugin) for plugin, _ in found)))
    return found


def _located(candidate: Candidate) -> Plugin:
    belongs(candidate.module, candidate.name)
    plugin = _attribute_of(_imported(candidate), candidate)
    if not isinstance(plugin, Plugin):
        raise PluginError(
            candidate.name, Stage.VALIDATE, f"`plugin` is a {type(plugin).__name__}, not a Plugin"
        )
    if wrong := wrong_shapes(plugin):
        raise PluginError(candidate.name, Stage.VALIDATE, "; ".join(wrong))
    belongs(candidate.module, plugin.name)
    return plugin


def _imported(candidate: Candidate) -> ModuleType:
    name, module = candidate.name, candidate.module
    if candidate.fault or not module:
        raise PluginError(name, Stage.LOCATE, candidate.fault or "its entry point names no module")
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and f"{module}.".startswith(f"{error.name}."):
            raise PluginError(name, Stage.LOCATE, f"there is no module {error.name!r}") from None
        raise _failure(candidate, Stage.IMPORT, error) from error
    except SQLAlchemyError as error:
        raise _failure(candidate, Stage.MODELS, error) from error
    except (Exception, SystemExit) as error:
        raise _failure(candidate, Stage.IMPORT, error) from error


def _attribute_of(module: ModuleType, candidate: Candidate) -> object:
    path = [part for part in candidate.attribute.split(".") if part]
    try:
        found: object = reduce(getattr, path, module)
    except AttributeError:
        reason = f"module {candidate.module!r} has no `{candidate.attribute}`"
        raise PluginError(candidate.name, Stage.LOCATE, reason) from None
    except (Exception, SystemExit) as error:
        raise _failure(candidate, Stage.IMPORT, error) from error
    return found


def _failure(candidate: Candidate, stage: Stage, error: BaseException) -> PluginError:
    logger.error("plugin %s cannot be imported", candidate.name, exc_info=error)
    return PluginError(candidate.name, stage, f"{type(error).__name__}: {safe_reason(str(error), 200)}")


def _note(catalog: Catalog, error: PluginError, *, strict: bool) -> None:
    if strict:
        raise error
    logger.error("%s", error)
    catalog.refuse(error)
