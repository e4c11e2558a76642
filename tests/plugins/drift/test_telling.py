"""What a finding tells of its changes is redacted, whoever else told the same text before."""

import pytest

from app.core import redact, tenant_key
from app.plugins.drift import telling
from app.plugins.drift.compare import (
    Change,
    LeafKind,
    changed_paths,
    evidence_digest,
    evidence_of,
    path_digests,
)
from app.plugins.drift.telling import LONGEST, Teller

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJmaWN0aW9uIn0.c2lnbmF0dXJlLW9mLW5vYm9keQ"
CHANGES = [
    Change(("/settings", '["a"]', "/value"), LeafKind.CHANGED, "off", f"on {JWT}"),
    Change(("/version",), LeafKind.CHANGED, 1, 2.0),
    Change(("/note",), LeafKind.ADDED, None, []),
]


@pytest.fixture
def redacted(monkeypatch):
    """Every text that was really redacted, in order."""
    texts = []

    def noting(text):
        texts.append(text)
        return redact(text)

    monkeypatch.setattr(telling, "redact", noting)
    return texts


def test_it_tells_what_each_part_says_by_itself(tenant):
    key = tenant_key(tenant, "drift.evidence")

    told = Teller(tenant).told(CHANGES, ("modified", None))

    assert told == {
        "evidence": evidence_of(CHANGES, redact),
        "changed_paths": changed_paths(CHANGES, redact),
        "evidence_hash": evidence_digest(key, ("modified", None), CHANGES),
        "path_hashes": path_digests(key, CHANGES, redact),
    }
    assert JWT not in str(told)


def test_a_text_that_comes_again_is_redacted_once(tenant, redacted):
    teller = Teller(tenant)

    first, again = (teller.told(CHANGES, ("modified",)) for _ in range(2))

    assert again == first
    assert sorted(redacted) == sorted(set(redacted))


def test_a_long_text_is_not_remembered(tenant, redacted):
    text = "x" * (LONGEST + 1)
    teller = Teller(tenant)

    for _ in range(2):
        teller.told([Change(("/a",), LeafKind.CHANGED, text, "short")], ())

    assert redacted.count(text) == 2
    assert redacted.count("short") == 1
