"""Why a source as a whole cannot be read."""

from app.core import RunFailedError


class SourceError(RunFailedError):
    """Nothing of the source can be believed: it is missing, broken, too large or holds no policy.

    `reason` names the last component of the path and may be shown to people.
    """

    def __str__(self) -> str:
        return self.reason
