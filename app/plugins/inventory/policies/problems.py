"""What went wrong, or deserves a remark, while policies were read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One remark about one document of an export.

    `reason` is a short sentence that quotes no content of the document, so it may be stored and shown.
    """

    path: str  # where in the export, with "/" between folders; "#2" for the second document of a file
    reason_code: str
    reason: str
    collection: str | None = None  # the type that is incomplete because of it, where that is known
    is_failure: bool = True  # False: a note, everything there was to read has been read


def unreadable(path: str, what: str, *, reason_code: str = "document_unreadable") -> Problem:
    """A document that should have been read and was not; `what` continues a sentence after its name."""
    return Problem(path, reason_code, f"{path} {what}")
