"""What can go wrong with Microsoft Graph; every text may be stored and shown."""

from app.core import TenantAtlasError


class GraphError(TenantAtlasError):
    """Something of Graph failed."""


class NotConnectedError(GraphError):
    """A tenant has no application in the credentials file, or the file cannot be used."""


class GraphAwayError(GraphError):
    """Graph cannot be reached, or asks to wait for too long; nothing was done."""


class OutcomeUnclearError(GraphError):
    """Something that must not be done twice was sent and not answered: it may have been done."""


class ApprovalPendingError(GraphError):
    """The tenant lets another administrator approve the change first; nothing was changed yet."""


class GraphRefusedError(GraphError):
    """Graph answered with an error of its own.

    Attributes:
        status: of the answer.
        code: Graph's word for it.
        request_id: by which Microsoft finds it.
    """

    def __init__(self, status: int, code: str, request_id: str) -> None:
        """Compose the sentence: no address, no body, no message of Graph's."""
        told = " ".join(part for part in (str(status), code) if part)
        super().__init__(f"Graph answered {told}" + (f" (request {request_id})." if request_id else "."))
        self.status, self.code, self.request_id = status, code, request_id
