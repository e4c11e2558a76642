"""One written form for one moment in time."""

import re
from datetime import UTC, datetime

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")


def one_instant(text: str) -> str:
    """The UTC form, without needless fraction digits, of an instant; any other text as it is."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        return text
    seconds, fraction, zone = found.groups()
    try:
        moment = datetime.fromisoformat(seconds + zone.replace("Z", "+00:00")).astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    digits = (fraction or "").rstrip("0")
    # isoformat, because strftime("%Y") writes the year 1 without its zeros
    return moment.replace(tzinfo=None).isoformat() + (f".{digits}" if digits else "") + "Z"
