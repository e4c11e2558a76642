"""Declarations of policy types that cannot be used, alone or beside those of another plugin."""

import pytest

from app.core.errors import PluginError
from app.core.registry.catalog import Catalog
from app.core.registry.contract import Plugin
from app.core.registry.extensions import PolicyShape, PolicyType


def policy_type(**declared):
    return PolicyType(**{"key": "doors", "label": "Doors", "graph_type": "doorLock"} | declared)


def plugin(name, *types):
    return Plugin(name=name, version="1.0.0", policy_types=types)


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"graph_type": "door lock"}, "'door lock' is no name of a Graph type"),
        ({"graph_type": None}, "it cannot be checked"),
        ({"members": "(door"}, "`members` is no regular expression"),
        ({"folders": "Doors"}, "`folders` is no tuple"),
        ({"shapes": [PolicyShape(("hinges",))]}, "`shapes` is no tuple"),
        ({"shapes": (PolicyShape(()),)}, "a shape has no properties"),
        ({"shapes": (PolicyShape(("hinges",), graph_type="gate"),)}, "'gate', which it does not list"),
        ({"name_fields": ()}, "it has no `name_fields`"),
    ],
)
def test_a_policy_type_that_cannot_be_used_is_refused_with_a_sentence(declared, words):
    with pytest.raises(PluginError, match=words):
        Catalog().add(plugin("carpenter", policy_type(**declared)))


@pytest.mark.parametrize("declared", [{}, {"members": r"\w+Lock", "graph_type": "lock"}])
def test_a_graph_type_that_another_plugin_lists_is_refused_and_both_are_named(declared):
    catalog = Catalog()
    catalog.add(plugin("carpenter", policy_type(**declared)))

    words = "'locks' of plugin 'smith': 'DoorLock' is listed by 'doors' of plugin 'carpenter'"
    with pytest.raises(PluginError, match=words):
        catalog.add(plugin("smith", policy_type(key="locks", graph_type="DoorLock")))


def test_a_plugin_may_name_one_type_of_its_own_pattern_apart():
    catalog = Catalog()

    catalog.add(plugin("smith", policy_type(members=r"\w+Lock", graph_type="lock"), policy_type(key="other")))

    assert list(catalog.declared(PolicyType)) == ["doors", "other"]
