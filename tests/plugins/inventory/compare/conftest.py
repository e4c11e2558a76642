"""The list rules of inventory in miniature."""

import pytest

KEYS = {"settings": "settingDefinitionId", "children": "settingDefinitionId", "omaSettings": "omaUri"}


class MiniatureRules:
    def element_key(self, path, element, /):
        if not isinstance(element, dict):
            return None
        if path[-1] == "assignments":
            target = element["target"]
            return f"{target['@odata.type']}|{target.get('groupId', '')}"
        return element.get(KEYS.get(path[-1], ""))

    def is_ordered(self, path, /):
        return path[-1] == "onDemandRules"


@pytest.fixture(scope="session")
def rules():
    return MiniatureRules()
