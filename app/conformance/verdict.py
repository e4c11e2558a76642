"""How a check fails: with a sentence that tells the plugin's author what to do."""

from typing import NoReturn

import pytest


def require(holds: object, advice: str) -> None:
    """Pass if something holds, else fail the check with what its reader is to do."""
    if not holds:
        refuse(advice)


def refuse(advice: str) -> NoReturn:
    """Fail the check with what its reader is to do."""
    pytest.fail(advice, pytrace=False)
