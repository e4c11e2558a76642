"""Declarations of notification channels."""

import pytest
from pydantic import BaseModel, SecretStr

from app.core.errors import PluginError
from app.core.registry.catalog import Catalog
from app.core.registry.contract import NoParams, Plugin
from app.core.registry.extensions import NotificationChannel


class Nested(BaseModel):
    inner: NoParams


class Sealed(BaseModel):
    key: SecretStr


def plugin_with(**declared):
    channel = {"key": "fax", "label": "Fax", "description": "", "options": NoParams, "deliver": print}
    wrong = NotificationChannel(**(channel | declared))
    return Plugin(name="faxes", version="1.0.0", notification_channels=(wrong,))


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"options": dict}, "`options` is no pydantic model"),
        ({"options": Nested}, "options: 'inner' holds other fields"),
        ({"deliver": "fax"}, "`deliver` cannot be called"),
        ({"key": "no key"}, "a key is a letter"),
    ],
)
def test_a_channel_that_cannot_be_used_is_refused_with_a_sentence(declared, words):
    with pytest.raises(PluginError, match=words):
        Catalog().add(plugin_with(**declared))


def test_a_secret_among_the_options_is_welcome():
    catalog = Catalog()
    catalog.add(plugin_with(options=Sealed))

    assert catalog.declared(NotificationChannel)["fax"].plugin == "faxes"
