"""What findings say of their changes, bounded and redacted, and digests of all of them."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from app.core import JsonObject, Tenant, redact, tenant_key
from app.plugins.drift.compare import Change, changed_paths, evidence_digest, evidence_of, path_digests

REMEMBERED, LONGEST = 4096, 300  # texts, and characters of one


class Teller:
    """Tells the changes of many findings of one tenant; the same text is redacted once."""

    def __init__(self, tenant: Tenant) -> None:
        """Make digests with the tenant's key."""
        self._key = tenant_key(tenant, "drift.evidence")
        self._redact = _remembering()

    def told(self, changes: Sequence[Change], facts: Sequence[str | None]) -> JsonObject:
        """The columns of one finding that tell its changes.

        Args:
            changes: every changed leaf.
            facts: what else makes the finding what it is.
        """
        return {
            "evidence": evidence_of(changes, self._redact),
            "changed_paths": changed_paths(changes, self._redact),
            "evidence_hash": evidence_digest(self._key, facts, changes),
            "path_hashes": path_digests(self._key, changes, self._redact),
        }


def _remembering() -> Callable[[str], str]:
    """Redaction that remembers short texts: paths and values come again and again in one comparison."""
    remembered = lru_cache(maxsize=REMEMBERED)(redact)
    return lambda text: remembered(text) if len(text) <= LONGEST else redact(text)
