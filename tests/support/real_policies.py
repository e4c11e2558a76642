"""Policies that tests draw from: those of the sample, and the real exports where they are there."""

from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path

from app.plugins.inventory.reading.documents import ReadDocument
from tests.support.recognized import read_export
from tests.support.snapshots import SHARED


@dataclass(frozen=True)
class RealPolicy:
    """One body as a source gives it; it is shown by where it comes from."""

    origin: str
    collection: str = field(repr=False)
    body: dict[str, object] = field(repr=False)


SAMPLE = Path(__file__).resolve().parents[2] / "app/sample/exports"

# What the exports at hand do not have: instants that are configuration, lists in order, certificates.
OWN = [
    RealPolicy(
        "own: windowsFeatureUpdateProfile",
        "featureUpdate",
        {
            "@odata.type": "#microsoft.graph.windowsFeatureUpdateProfile",
            "displayName": "Quay, ring 2",
            "featureUpdateVersion": "Windows 11, version 25H2",
            "rolloutSettings": {
                "offerStartDateTimeInUTC": "2026-03-01T22:30:00.1200000Z",
                "offerEndDateTimeInUTC": "2026-04-01T00:00:00+02:00",
                "offerIntervalInDays": 7,
            },
        },
    ),
    RealPolicy(
        "own: iosVpnConfiguration",
        "deviceConfiguration",
        {
            "@odata.type": "#microsoft.graph.iosVpnConfiguration",
            "displayName": "Quay tunnel",
            "onDemandRules": [
                {"action": "connect", "ssids": ["quay", "dock"], "probeUrl": None},
                {"action": "ignore", "ssids": [], "dnsSearchDomains": ["b.example.com", "a.example.com"]},
            ],
            "kioskModeApps": ["com.example.b", "com.example.a"],
            "customData": [{"key": "port", "value": "443"}, {"key": "host", "value": "line 1\r\nline 2"}],
            "trustedRootCertificate": b64encode(b"\x30\x82" + bytes(range(200))).decode(),
        },
    ),
]


def policies(*, up_to):
    """Every policy whose body has so many characters at most, each body once, in a stable order."""
    seen, found = set(), list(OWN)
    folders = [path for root in (SAMPLE, *sorted(SHARED.glob("*-*/"))) for path in sorted(root.glob("*/"))]
    for folder in folders:
        for document in read_export(folder):
            if (
                isinstance(document, ReadDocument)
                and repr(document.body) not in seen
                and len(repr(document.body)) <= up_to
            ):
                seen.add(repr(document.body))
                origin = f"{folder.name}/{document.path}"
                found.append(RealPolicy(origin, document.kind.collection, document.body))
    return found
