"""Two synthetic exports of one tenant: as many policies as asked for, some changed, added and removed."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

SETTINGS = 16  # with about 450 bytes each, a policy has 8 KB
FOLDER_SIZE = 500
NAMESPACE = uuid.UUID("6f1f5c9e-2a53-4a4b-9d0c-6b8f4d2e7a10")


@dataclass(frozen=True)
class Mix:
    """Shares of the policies that change, appear and disappear between the two exports."""

    changed: float = 0.02
    added: float = 0.01
    removed: float = 0.01


def policy(number: int, generation: int) -> dict[str, object]:
    """One settings catalog policy of about 8 KB; generation 1 has another value in two of its settings."""
    chance = random.Random(number)
    return {
        "@odata.context": "https://graph.microsoft.com/beta/$metadata#deviceManagement/configurationPolicies/$entity",
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationPolicy",
        "id": str(uuid.uuid5(NAMESPACE, str(number))),
        "name": f"Benchmark policy {number:06}",
        "description": "A policy that exists to be compared.",
        "createdDateTime": "2026-01-05T08:00:00.1234567Z",
        "lastModifiedDateTime": f"2026-0{1 + generation}-05T08:00:00Z",
        "platforms": "windows10",
        "technologies": "mdm",
        "settingCount": SETTINGS,
        "roleScopeTagIds": ["0"],
        "settings": [_setting(chance, number, index, generation) for index in range(SETTINGS)],
        "assignments": [
            {
                "id": str(uuid.UUID(int=chance.getrandbits(128))),
                "source": "direct",
                "target": {
                    "@odata.type": "#microsoft.graph.groupAssignmentTarget",
                    "groupId": str(uuid.UUID(int=chance.getrandbits(128))),
                    "deviceAndAppManagementAssignmentFilterType": "none",
                },
            }
        ],
    }


def _setting(chance: random.Random, number: int, index: int, generation: int) -> dict[str, object]:
    definition = f"device_vendor_msft_policy_config_area{number % 40:02}_setting{index:03}"
    value = chance.choice(("disabled", "enabled", "audit"))
    if generation and index in {3, 11}:
        value = f"{value}_changed"
    return {
        "id": str(index),
        "settingInstance": {
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
            "settingDefinitionId": definition,
            "settingInstanceTemplateReference": None,
            "choiceSettingValue": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingValue",
                "settingValueTemplateReference": None,
                "value": f"{definition}_{value}",
                "children": [],
            },
        },
    }


def pairs(count: int, mix: Mix) -> Iterator[tuple[dict[str, object] | None, dict[str, object] | None]]:
    """(before, after) of every policy, in a seeded order of fates."""
    fates = random.Random(count)
    for number in range(count):
        fate = fates.random()
        if fate < mix.removed:
            yield policy(number, 0), None
        elif fate < mix.removed + mix.added:
            yield None, policy(number, 0)
        elif fate < mix.removed + mix.added + mix.changed:
            yield policy(number, 0), policy(number, 1)
        else:
            yield policy(number, 0), policy(number, 0)


def write_exports(folder: Path, count: int, mix: Mix) -> tuple[Path, Path]:
    """Write both exports below `folder`, one file a policy; returns their paths."""
    before, after = folder / "before", folder / "after"
    for number, (old, new) in enumerate(pairs(count, mix)):
        place = Path("Settings Catalog") / f"{number // FOLDER_SIZE:03}" / f"policy-{number:06}.json"
        for side, document in ((before, old), (after, new)):
            if document is not None:
                path = side / place
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(orjson.dumps(document))
    return before, after
