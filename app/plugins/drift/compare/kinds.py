"""What can happen to a policy between two snapshots."""

from enum import StrEnum


class ChangeKind(StrEnum):
    """What happened to a whole policy between two snapshots."""

    ADDED = "added"
    REMOVED = "removed"
    MODIFIED = "modified"
    RECREATED = "recreated"  # same type and name under a new id
