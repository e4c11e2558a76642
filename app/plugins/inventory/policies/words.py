"""Sets of names, written as prose so that they stay readable at this length."""


def words(text: str) -> frozenset[str]:
    """The blank-separated words of a text."""
    return frozenset(text.split())
