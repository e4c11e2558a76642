"""The readable form keeps what people know of their policy."""

from app.plugins.inventory.policies.readable import readable
from app.plugins.inventory.policies.sealer import Sealer

SEALER = Sealer(b"a key that is used in tests only")


def test_order_nulls_and_structure_are_kept():
    policy = {
        "b": [3, 1, 2],
        "a": None,
        "settings": [{"z": "", "y": []}],
        "c": {},
        "when": "2024-05-24T09:26:17.500Z",
    }

    shown = readable(policy, "deviceConfiguration", SEALER)

    assert shown == policy
    assert list(shown) == list(policy)


def test_what_the_server_writes_is_dropped():
    policy = {
        "@odata.context": "https://graph.microsoft.com/beta/$metadata#x",
        "@odata.type": "#microsoft.graph.iosCompliancePolicy",
        "#microsoft.graph.assign": {"target": "x"},
        "id": "6d0f9c1e-0000-4000-8000-000000000001",
        "version": 3,
        "lastModifiedDateTime": "2024-05-24T09:26:17Z",
        "displayName": "Fictional",
        "assignments": [{"id": "row", "sourceId": "x", "target": {"groupId": "g"}}],
    }

    assert readable(policy, "compliancePolicy", SEALER) == {
        "@odata.type": "#microsoft.graph.iosCompliancePolicy",
        "displayName": "Fictional",
        "assignments": [{"target": {"groupId": "g"}}],
    }
