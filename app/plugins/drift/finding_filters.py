"""What a list of findings shows, as it stands in the URL."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from app.core import InvalidInputError, JsonObject
from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.findings import FindingFilter
from app.plugins.drift.line import Line
from app.plugins.drift.paging import GROUPS
from app.plugins.drift.severity import Severity
from app.plugins.drift.standing import StateFilter

Choice = TypeVar("Choice", bound=StrEnum)
FINDING_TYPE = re.compile(r"[A-Za-z]\w{0,39}")
COLLECTION = re.compile(r"[A-Za-z]\w{0,119}")
LONGEST_PATH, LONGEST_TEXT = 300, 200  # characters
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class ShownFindings:
    """What the viewer asked for.

    Attributes:
        group: a key of `GROUPS`.
        after: number of the last finding of the page before; 0: none.
        before: number of the first finding of the page after; 0: none.
    """

    wanted: FindingFilter
    group: str = "severity"
    after: int = 0
    before: int = 0

    @property
    def filters(self) -> JsonObject:
        """What narrows the list, in the URL's words; what lets all through is left out."""
        wanted = self.wanted
        values = {
            "severity": wanted.severity,
            "change": wanted.kind,
            "type": wanted.collection,
            "finding": wanted.finding_type,
            "status": None if wanted.state is default_state(wanted.run_id) else wanted.state,
            "line": wanted.line,
            "hold": wanted.hold_id,
            "hidden": 1 if wanted.is_hidden else None,
            "run": wanted.run_id,
            "path": wanted.path,
            "q": wanted.text,
        }
        return {name: value for name, value in values.items() if value}

    @property
    def anywhere(self) -> "ShownFindings":
        """What of it means the same in other tenants: a run and a held group are of one tenant."""
        wanted = self.wanted
        if wanted.run_id is None and wanted.hold_id is None:
            return ShownFindings(wanted)
        is_held = None if wanted.is_hidden else False
        return ShownFindings(replace(wanted, run_id=None, hold_id=None, is_held=is_held))

    @property
    def query(self) -> JsonObject:
        """What must stand in a URL to come back here, to the first page."""
        return self.filters if self.group == "severity" else {**self.filters, "group": self.group}


def read_shown(args: Mapping[str, str]) -> ShownFindings:
    """What a URL's query asks for.

    Raises:
        InvalidInputError: a value has no meaning; the text names it.
    """
    given = {name: value.strip() for name, value in args.items()}
    run_id, hold_id = _number(given, "run") or None, _number(given, "hold") or None
    is_hidden = bool(_number(given, "hidden"))
    wanted = FindingFilter(
        severity=_choice(given, Severity, "severity"),
        kind=_choice(given, ChangeKind, "change"),
        collection=_word(given, "type", COLLECTION, "policy type"),
        finding_type=_word(given, "finding", FINDING_TYPE, "finding type"),
        state=_choice(given, StateFilter, "status") or default_state(run_id),
        line=_choice(given, Line, "line"),
        run_id=run_id,
        path=_text(given, "path", LONGEST_PATH),
        text=_text(given, "q", LONGEST_TEXT),
        is_hidden=is_hidden,
        hold_id=hold_id,
        is_held=None if hold_id or is_hidden else False,
    )
    group = given.get("group") or "severity"
    if group not in GROUPS:
        raise InvalidInputError(f"group: {group[:40]!r} is none of {', '.join(GROUPS)}")
    after, before = _number(given, "after"), _number(given, "before")
    if after and before:
        raise InvalidInputError("before, after: a page has one place")
    return ShownFindings(wanted, group, after, before)


def default_state(run_id: int | None) -> StateFilter:
    """What a list shows for which no state was chosen: what is open, and of one run all that it saw."""
    return StateFilter.ALL if run_id else StateFilter.OPEN


def _choice(given: Mapping[str, str], choices: type[Choice], name: str) -> Choice | None:
    value = given.get(name, "")
    try:
        return choices(value) if value else None
    except ValueError:
        raise InvalidInputError(f"{name}: {value[:40]!r} is none of {', '.join(choices)}") from None


def _word(given: Mapping[str, str], name: str, pattern: re.Pattern[str], what: str) -> str | None:
    value = given.get(name, "")
    if value and not pattern.fullmatch(value):
        raise InvalidInputError(f"{name}: {value[:40]!r} is no {what}")
    return value or None


def _number(given: Mapping[str, str], name: str) -> int:
    value = given.get(name, "")
    if value and not (value.isascii() and value.isdecimal()):
        raise InvalidInputError(f"{name}: {value[:40]!r} is no {'run ' if name == 'run' else ''}number")
    return min(int(value[:19]), LARGEST_ID) if value else 0


def _text(given: Mapping[str, str], name: str, longest: int) -> str:
    value = given.get(name, "")
    if len(value) > longest:
        raise InvalidInputError(f"{name}: {value[:40]!r}... is longer than {longest} characters")
    if "\0" in value:
        raise InvalidInputError(f"{name}: {value[:40]!r} has a character that no finding has")
    return value
