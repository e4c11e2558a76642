"""JSON that lies beside policies in an export and is none."""

from app.plugins.inventory.policies.json_value import Document, Json
from app.plugins.inventory.policies.kinds import GRAPH_PREFIX
from app.plugins.inventory.policies.words import words

_FILES = frozenset({"migrationtable.json", "manifest.json", "package.json", "package-lock.json"})
_FOLDERS = frozenset({"assignment report", "groups", "__archive__"})  # the last: what is no longer there
_TYPES = words("group user device managedDevice organization servicePrincipal application auditEvent")


def is_known_companion(path: str) -> bool:
    """Whether a file's name or folder says that a tool wrote it for itself, not as a policy."""
    *folders, name = path.lower().split("/")
    return name in _FILES or any(folder in _FOLDERS for folder in folders)


def is_other_resource(document: Document) -> bool:
    """Whether a document says of itself that it is another thing of Graph, such as a group."""
    declared = document.get("@odata.type")
    return isinstance(declared, str) and declared.removeprefix(GRAPH_PREFIX) in _TYPES


def is_error_answer(value: Json) -> bool:
    """Whether the exporting tool stored Graph's error in place of the policy."""
    if not isinstance(value, dict):
        return False
    error = value.get("error")
    return isinstance(error, dict) and "code" in error and "message" in error
