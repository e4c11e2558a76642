"""Former spellings of the contract: for one more minor version they work, and say which plugin uses them."""

import functools
import inspect
import logging
import warnings
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

CORE = "app.core"

A = ParamSpec("A")
R = TypeVar("R")

_plugins: dict[str, str] = {}  # module -> the plugin it belongs to, as loading found them
logger = logging.getLogger(__name__)


def former(instead: str, *, gone_with: tuple[int, int]) -> Callable[[Callable[A, R]], Callable[A, R]]:
    """Mark a function of the contract as a former spelling.

    Whoever calls it gets a `DeprecationWarning`; the log names the plugin, once a process.

    Args:
        instead: what to write now.
        gone_with: the API version that has it no more.
    """

    def mark(function: Callable[A, R]) -> Callable[A, R]:
        said = f"{function.__qualname__} is gone with API {gone_with[0]}.{gone_with[1]}: use {instead}"

        @functools.wraps(function)
        def warned(*args: A.args, **kwargs: A.kwargs) -> R:
            level, module = _caller()
            _log(_plugin_of(module), said)
            warnings.warn(said, DeprecationWarning, stacklevel=level)
            return function(*args, **kwargs)

        vars(warned)["gone_with"] = gone_with
        return warned

    return mark


def belongs(module: str, plugin: str) -> None:
    """Note whose a module is; the rest of a distribution's package speaks for its plugin too."""
    if not module.startswith("app."):
        _plugins[module.partition(".")[0]] = plugin
    _plugins[module] = plugin


def _caller() -> tuple[int, str]:
    """How many frames above `warned` the first one stands that is not core's, and its module."""
    frame = inspect.currentframe()
    level = 0
    module = CORE
    while frame is not None and module.startswith(CORE):
        frame, level = frame.f_back, level + 1
        module = str(frame.f_globals.get("__name__", "")) if frame is not None else ""
    return level, module


def _plugin_of(module: str) -> str:
    """The plugin a module belongs to, or the module itself."""
    return next((_plugins[name] for name in _with_parents(module) if name in _plugins), module)


def _with_parents(module: str) -> Iterator[str]:
    while module:
        yield module
        module = module.rpartition(".")[0]


@functools.cache
def _log(plugin: str, said: str) -> None:
    logger.warning("plugin %s uses a former spelling: %s", plugin, said)
