"""A plugin that is not written yet: its name, and what is called after it."""

import keyword
from dataclasses import dataclass
from importlib.util import find_spec

from app import __version__
from app.core import InvalidInputError
from app.core.registry.catalog import Catalog
from app.core.registry.contract import PLUGIN_NAME


@dataclass(frozen=True)
class Draft:
    """What templates may ask for."""

    name: str
    product_version: str = __version__
    version: str = "0.1.0"

    @property
    def slug(self) -> str:
        """In addresses and in the distribution's name."""
        return self.name.replace("_", "-")

    @property
    def distribution(self) -> str:
        """What pip calls it."""
        return f"tenantatlas-{self.slug}"

    @property
    def label(self) -> str:
        """What people read."""
        return self.name.replace("_", " ").capitalize()

    @property
    def class_name(self) -> str:
        """What its classes begin with."""
        return "".join(word.capitalize() for word in self.name.split("_"))


def drafted(name: str, catalog: Catalog, *, as_package: bool) -> Draft:
    """A plugin of that name, if there can be one.

    Raises:
        InvalidInputError: the name is malformed, or taken by a plugin or a module; the text says which.
    """
    if not PLUGIN_NAME.fullmatch(name) or name.endswith("_") or keyword.iskeyword(name):
        message = (
            f"{name[:60]!r} is no name for a plugin: lower-case letters, digits and underscores, 40 at most"
        )
        raise InvalidInputError(message)
    if name in {*catalog.plugins, *(failed.name for failed in catalog.failed)}:
        raise InvalidInputError(f"there is a plugin {name!r} already")
    if as_package and find_spec(name) is not None:
        raise InvalidInputError(f"there is a Python module {name!r} already: the package would hide it")
    return Draft(name)
