"""Declarations of what plugins offer programs to read."""

import pytest
from pydantic import BaseModel, RootModel

from app.core.errors import PluginError
from app.core.registry.catalog import Catalog
from app.core.registry.contract import NoParams, Plugin
from app.core.registry.extensions import ApiResource


class Untold(BaseModel):
    model_config = {"arbitrary_types_allowed": True}

    thing: Catalog


class Taken(BaseModel):
    limit: int = 1


class Needed(BaseModel):
    name: str


class Many(BaseModel):
    names: list[str] = []


def plugin_with(**declared):
    resource = {"key": "berths", "label": "Berths", "description": "Berths.", "entry": NoParams}
    resource |= {"filters": NoParams, "page": print}
    return Plugin(name="harbours", version="1", api_resources=(ApiResource(**(resource | declared)),))


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"key": "runs"}, "'runs' is a name of the API itself"),
        ({"page": "nothing"}, "`page` cannot be called"),
        ({"one": "nothing"}, "`one` cannot be called"),
        ({"role": "manager"}, "`role` is no Role"),
        ({"entry": dict}, "`entry` is no pydantic model"),
        ({"details": dict}, "`details` is no pydantic model"),
        ({"entry": Untold}, "`entry` cannot be told as JSON"),
        ({"filters": Taken}, "filters: 'limit' is a name of the API itself"),
        ({"filters": Needed}, "filters: 'name' has no default"),
        ({"filters": Many}, "filters: 'names' is no single value"),
        ({"filters": RootModel[int]}, "`filters` has no named fields"),
    ],
)
def test_a_resource_that_cannot_be_used_is_refused_with_a_sentence(declared, words):
    with pytest.raises(PluginError, match=words):
        Catalog().add(plugin_with(**declared))


def test_two_plugins_cannot_offer_one_resource():
    catalog = Catalog()
    catalog.add(plugin_with())
    other = Plugin(name="ports", version="1", api_resources=plugin_with().api_resources)

    with pytest.raises(PluginError, match="the key is taken by plugin 'harbours'"):
        catalog.add(other)
