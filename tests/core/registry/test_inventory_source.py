"""Declarations of inventory sources that cannot be used."""

import pytest
from pydantic import BaseModel

from app.core.errors import PluginError
from app.core.registry.catalog import Catalog
from app.core.registry.contract import NoParams, Plugin
from app.core.registry.extensions import InventorySource


class WithSource(BaseModel):
    source: str


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"options": dict}, "`options` is no pydantic model"),
        ({"options": NoParams()}, "`options` is no pydantic model"),
        ({"options": WithSource}, "an option cannot be called 'source'"),
        ({"read": "north"}, "`read` cannot be called"),
        ({"origin": "north"}, "`origin` cannot be called"),
    ],
)
def test_a_source_that_cannot_be_used_is_refused_with_a_sentence(declared, words):
    source = {"key": "portal", "label": "Portal", "description": "", "options": NoParams, "read": list}
    wrong = InventorySource(**(source | declared))

    with pytest.raises(PluginError, match=words):
        Catalog().add(Plugin(name="portal", version="1.0.0", inventory_sources=(wrong,)))
