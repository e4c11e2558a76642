"""One policy as it was read."""

from dataclasses import dataclass

from app.plugins.inventory.policies.json_value import Document
from app.plugins.inventory.policies.kinds import PolicyKind


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """One policy of an export, parsed and recognized. Holds secrets: never store or log its body."""

    path: str  # relative to the export, "/" between folders; "#2" for the second policy of one file
    kind: PolicyKind
    body: Document
