"""Where a page of runs ends, as a text in the address of the next one."""

from datetime import UTC, datetime

from app.core.errors import InvalidInputError
from app.core.runs.queries import LARGEST_ID

# Outside, a day more or another zone has no date any more.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def position_of(created_at: datetime, run_id: int) -> str:
    """A row's place in the list, for the next page's URL."""
    return f"{created_at.isoformat()},{run_id}"


def read_position(name: str, value: str) -> tuple[datetime, int] | None:
    """The place that a text names; nothing for an empty text.

    Args:
        name: what the text is called in the address.
        value: from `position_of`.

    Raises:
        InvalidInputError: it is no place; the text names it.
    """
    if not value:
        return None
    moment, _, run_id = value.rpartition(",")
    try:
        # A plus sign in a query arrives as a space.
        created_at, number = datetime.fromisoformat(moment.replace(" ", "+")), int(run_id)
    except ValueError:
        created_at, number = EARLIEST, 0
    if created_at.tzinfo is None or not EARLIEST < created_at < LATEST or not 0 < number <= LARGEST_ID:
        raise InvalidInputError(f"{name}: {value[:60]!r} is no place in this list")
    return created_at, number
