"""What is said of a document that could not be read."""

from app.core import SourceProblem


def unreadable(path: str, what: str, *, reason_code: str = "document_unreadable") -> SourceProblem:
    """A document that should have been read and was not; `what` continues a sentence after its name."""
    return SourceProblem(path, reason_code, f"{path} {what}")
