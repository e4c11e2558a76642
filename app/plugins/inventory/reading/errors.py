"""Why an export as a whole cannot be read."""


class SourceError(Exception):
    """Nothing of the export can be believed: it is missing, broken, too large or holds no policy.

    `reason` names the last component of the path and may be shown to people.
    """

    def __init__(self, reason_code: str, reason: str) -> None:
        super().__init__(reason)
        self.reason_code = reason_code
        self.reason = reason
