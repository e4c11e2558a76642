"""How much of an export is read before it is taken for an accident or an attack."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one export. Whatever passes a bound is named and refused without being read."""

    document_bytes: int = 50 * MEGABYTE
    archive_bytes: int = 2048 * MEGABYTE  # unpacked, all entries together
    archive_entries: int = 200_000
    compression_ratio: int = 200  # of one entry; exports reach about 60
    ratio_free_bytes: int = MEGABYTE  # entries up to this unpacked size may have any ratio


DEFAULT_LIMITS = Limits()


def in_megabytes(size: int) -> str:
    """A number of bytes as people read it, such as "2.9 MB"."""
    return f"{size / MEGABYTE:.1f}".removesuffix(".0") + " MB"
