"""Declarations of ignore rules that cannot be used."""

import pytest

from app.core.errors import PluginError
from app.core.registry.catalog import Catalog
from app.core.registry.contract import Plugin
from app.core.registry.extensions import IgnoreRule


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({}, "it would hide everything"),
        ({"reason": " ", "path": "/x"}, "it has no reason"),
        ({"path": "description"}, "the path 'description' begins with neither"),
        ({"path": None}, "it cannot be checked"),
        ({"name": "(oak"}, "`name` is no regular expression"),
        ({"policy_types": "compliancePolicy"}, "`policy_types` is no tuple"),
        ({"path": "/x", "only_if": True}, "`only_if` cannot be called"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_with_a_sentence(declared, words):
    wrong = IgnoreRule(**({"key": "quiet", "label": "Quiet", "reason": "Nobody minds."} | declared))

    with pytest.raises(PluginError, match=words):
        Catalog().add(Plugin(name="quiet", version="1.0.0", ignore_rules=(wrong,)))
