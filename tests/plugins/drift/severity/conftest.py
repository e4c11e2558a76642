"""Judging two documents as drift.generate does."""

import pytest

from app.plugins.drift.compare import ChangeKind, changes_between
from app.plugins.drift.severity import Subject, severity_of
from app.plugins.inventory.policies import lists

GRAPH = "#microsoft.graph."
GROUP = [{"target": {"@odata.type": f"{GRAPH}groupAssignmentTarget", "groupId": "0a"}}]
ALL_DEVICES = [{"target": {"@odata.type": f"{GRAPH}allDevicesAssignmentTarget"}}]


def _judge(collection, before, after, *, policy_type="anyType", kind=None):
    """The verdict on a policy; the kind is read off unless given."""
    if kind is None:
        kind = (
            ChangeKind.ADDED
            if before is None
            else ChangeKind.REMOVED
            if after is None
            else ChangeKind.MODIFIED
        )
    changes = changes_between(before or {}, after or {}, lists)
    return severity_of(Subject(collection, policy_type), kind, changes, before, after)


@pytest.fixture(scope="session")
def judge():
    return _judge


@pytest.fixture(scope="session")
def told():
    """(severity, rule id) of a verdict."""

    def tell(*args, **options):
        verdict = _judge(*args, **options)
        return str(verdict.severity), verdict.rule_id

    return tell


@pytest.fixture(scope="session")
def catalog():
    """A settings catalog policy of choices and plain values by definition id."""

    def build(values, *, family=None, **root):
        settings = [
            {
                "settingInstance": {
                    "settingDefinitionId": name,
                    "choiceSettingValue": {"value": f"{name}_{value}"},
                }
            }
            if isinstance(value, str)
            else {"settingInstance": {"settingDefinitionId": name, "simpleSettingValue": {"value": value}}}
            for name, value in values.items()
        ]
        template = {"templateReference": {"templateFamily": family}} if family else {}
        return {"name": "Devices", "settings": settings, **template, **root}

    return build


@pytest.fixture
def group():
    return GROUP


@pytest.fixture
def all_devices():
    return ALL_DEVICES
