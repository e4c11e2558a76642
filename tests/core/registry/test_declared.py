"""What plugins declare beside run types: unique by kind and key, whatever the load order."""

import pytest

from app.core.errors import PluginError
from app.core.registry.catalog import EXTENSION, Catalog
from app.core.registry.contract import Plugin
from app.core.registry.extensions import CardFact, OverviewCard


def card(key="tides", **declared):
    return OverviewCard(**{"key": key, "label": "Tides", "facts": lambda _tenant: [CardFact(1)]} | declared)


def plugin(name="probe", *cards, **declared):
    return Plugin(name=name, version="1.0.0", overview_cards=cards, **declared)


def test_declarations_are_told_by_kind_and_key_with_their_plugin():
    catalog = Catalog()
    catalog.add(plugin("first", card("tides"), card("winds")))
    catalog.add(plugin("second", card("stars")))

    found = catalog.declared(OverviewCard)

    assert [(key, one.plugin) for key, one in found.items()] == [
        ("tides", "first"),
        ("winds", "first"),
        ("stars", "second"),
    ]


def test_a_key_that_is_taken_is_refused_and_both_plugins_are_named():
    catalog = Catalog()
    catalog.add(plugin("first", card()))

    with pytest.raises(
        PluginError, match="'tides' of plugin 'second': the key is taken by plugin 'first'"
    ) as caught:
        catalog.add(plugin("second", card()))

    assert caught.value.stage == "validate"
    assert catalog.declared(OverviewCard)["tides"].plugin == "first"


def test_a_key_declared_twice_by_one_plugin_is_refused():
    with pytest.raises(PluginError, match="'tides' of plugin 'probe' is declared twice"):
        Catalog().add(plugin("probe", card(), card()))


def test_a_plugin_that_is_dropped_takes_its_declarations_along():
    catalog = Catalog()
    catalog.add(plugin("probe", card()))
    assert catalog.declared(OverviewCard)

    catalog.drop(PluginError("probe", "routes", "two pages of one name"))

    assert not catalog.declared(OverviewCard)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (card("no key"), "'no key' of plugin 'probe': a key is a letter"),
        (card("x" * 41), "a key is a letter"),
        (card(label=" "), "'tides' of plugin 'probe': it has no label"),
        (card(label=None), r"it cannot be checked \(AttributeError\)"),
        (card(facts=7), "`facts` cannot be called"),
        (card(7), "is no OverviewCard with a key"),
        ("tides", "overview_cards: 'tides' is no OverviewCard"),
    ],
)
def test_a_declaration_that_cannot_be_used_is_refused_with_a_sentence(wrong, words):
    with pytest.raises(PluginError, match=words):
        Catalog().add(plugin("probe", wrong))


def test_a_field_that_is_no_tuple_is_refused_with_a_sentence():
    wrong = Plugin(name="probe", version="1.0.0", overview_cards=[card()])

    with pytest.raises(PluginError, match="overview_cards is no tuple"):
        Catalog().add(wrong)


def test_an_installed_plugin_with_an_early_name_takes_nothing_from_the_product(install, make_app):
    install(
        "aardvark",
        """
        from app.core import OverviewCard, Plugin
        card = OverviewCard(key="open_findings", label="Mine", facts=lambda tenant: [])
        plugin = Plugin(name="aardvark", version="1", overview_cards=(card,))
        """,
    )

    catalog = make_app().extensions[EXTENSION]

    (failed,) = catalog.failed
    assert failed.name == "aardvark"
    assert "the key is taken by plugin 'drift'" in failed.reason
    assert catalog.declared(OverviewCard)["open_findings"].plugin == "drift"
