"""A declaration holds what its fields say, or is refused with the field's name."""

import pytest

from app.core.db import db
from app.core.registry.contract import NavItem, OperationType, Plugin
from app.core.registry.shapes import wrong_shapes


def operation(**declared):
    return OperationType(**({"run_type": "probe.check", "label": "Probe", "execute": print} | declared))


def plugin(**declared):
    return Plugin(**({"name": "probe", "version": "1.0.0"} | declared))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (plugin(name=None), "name is a NoneType, not a text"),
        (plugin(name="hello__world"), "not a text without `__`"),
        (plugin(name="hello_"), "not a text without `__` and without `_` at its end"),
        (plugin(version=1.0), "version is a float, not a text"),
        (plugin(requires="inventory"), "requires is a str, not a tuple of texts"),
        (plugin(requires=(None,)), "requires is a tuple, not a tuple of texts"),
        (plugin(requires_api="1.0"), "requires_api is a str, not a pair of numbers"),
        (plugin(requires_api=(1, 0, 0)), "requires_api is a tuple, not a pair of numbers"),
        (plugin(operations=operation()), "operations is a OperationType"),
        (plugin(operations=("probe.check",)), "not a tuple of OperationType"),
        (plugin(blueprints=("pages",)), "not a tuple of Blueprint"),
        (plugin(nav=("Probe",)), "not a tuple of NavItem"),
        (plugin(overview_cards=("card",)), "overview_cards is a tuple, not a tuple of OverviewCard"),
        (plugin(inventory_sources=None), "inventory_sources is a NoneType, not a tuple of InventorySource"),
        (plugin(models=db.Model), "not a declarative base or None"),
        (plugin(models=object()), "models is a object, not a declarative base or None"),
        (plugin(nav=(NavItem(None, "probe.index"),)), "navigation: label is a NoneType, not a text"),
        (plugin(operations=(operation(label=None),)), "operation 'probe.check': label is a NoneType"),
        (plugin(operations=(operation(role="operator"),)), "role is a str, not a Role"),
        (plugin(operations=(operation(params=dict),)), "params is a type, not a pydantic model"),
        (plugin(operations=(operation(items=["a"]),)), "items is a list, not a function or None"),
        (plugin(operations=(operation(reason_codes={"gone": "Gone"}),)), "reason_codes is a dict"),
        (plugin(operations=(operation(follows={"a.b": None}),)), "follows is a dict"),
    ],
)
def test_a_field_that_holds_something_else_is_named(wrong, words):
    [said] = wrong_shapes(wrong)

    assert words in said


def test_a_declaration_as_it_should_be_has_nothing_wrong():
    assert wrong_shapes(plugin(operations=(operation(),), nav=[NavItem("Probe", "probe.index")])) == []


def test_built_in_plugins_are_as_they_should_be(app):
    found = app.extensions["tenantatlas.catalog"].plugins.values()

    assert len(found) >= 3
    assert [wrong_shapes(declared) for declared in found] == [[]] * len(found)
