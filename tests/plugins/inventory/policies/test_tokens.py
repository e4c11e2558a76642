"""Looking for credentials never takes longer than reading the text."""

import time

import pytest

from app.plugins.inventory.policies.canonical import canonicalize
from app.plugins.inventory.policies.sealer import Sealer
from app.plugins.inventory.policies.tokens import holds_token, may_hold_token

SEALER = Sealer(b"a key that is used in tests only")


@pytest.mark.parametrize(
    "unit", ["eyJ", "Q~", "://a:", "bearer ", ";pwd ", "0.A", "sig=", "-----BEGIN ", " ", "a"]
)
def test_a_hostile_text_of_a_megabyte_is_looked_through_in_moments(unit):
    text = unit * (1_000_000 // len(unit)) + "!"
    started = time.process_time()

    for place in ("description", "scriptContent", "payload", "trustedRootCertificate"):
        canonicalize({place: text}, "deviceConfiguration", SEALER)

    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "text",
    [
        "settings for users@example.com",
        "https://login.example.com/path?x=1",
        "https://example.com:8443/a@b",
        "10.0.19045.2006",
        "the bearer of bad news",
        "set password=required in the portal",
        "-----BEGIN CERTIFICATE-----",
        "device_vendor_msft_policy_config_defender_allowarchivescanning_1",
    ],
)
def test_ordinary_texts_hold_no_token(text):
    assert not holds_token(text)


def test_a_document_without_any_hint_is_not_searched():
    assert not may_hold_token(
        b'{"@odata.type":"#microsoft.graph.iosCompliancePolicy","displayName":"Fictional"}'
    )
