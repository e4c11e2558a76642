"""Built-in plugins: each submodule with an attribute `plugin` is one, and so is each module of `also_in`."""

from pathlib import Path


def also_in(folder: Path) -> None:
    """Let the modules of a folder be found as if they lay here; what lies here comes first."""
    if str(folder) not in __path__:
        __path__.append(str(folder))
