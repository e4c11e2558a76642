"""What a rule would hide of the findings there are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select

from app.core import Tenant, db
from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.glob import PathGlob
from app.plugins.drift.models import Finding
from app.plugins.drift.rules.rule import name_pattern
from app.plugins.drift.rules.wish import RuleWish
from app.plugins.inventory import MAX_PATHS

AT_ONCE = 500
EXAMPLES = 5
WHOLE = "**"


@dataclass
class Preview:
    """How many of the open findings a rule would hide, as far as they tell.

    Attributes:
        hidden: how many it would hide as a whole.
        partly: of how many it would hide some changes.
        of: open findings that no rule hides.
        names: of the first policies that it would hide.
    """

    hidden: int = 0
    partly: int = 0
    of: int = 0
    names: list[str] = field(default_factory=list)


class _Open(NamedTuple):
    id: int
    collection: str
    display_name: str
    change_kind: str
    changed_paths: list[str]


def preview_of(tenant: Tenant, wish: RuleWish) -> Preview:
    """Ask the open findings of a tenant, some hundreds at a time; reads only."""
    found, last = Preview(), 0
    pattern = re.compile(name_pattern(wish.name)) if wish.name else None
    glob = PathGlob(wish.path)
    while some := _after(tenant, last):
        last = some[-1].id
        found.of += len(some)
        for finding in some:
            if wish.collection and finding.collection != wish.collection:
                continue
            if pattern is not None and not pattern.fullmatch(finding.display_name):
                continue
            _count(found, finding, glob, is_whole=wish.path == WHOLE)
    return found


def _after(tenant: Tenant, last: int) -> Sequence[_Open]:
    query = (
        select(*(getattr(Finding, name) for name in _Open._fields))
        .where(
            Finding.tenant_id == tenant.id,
            Finding.line.is_not(None),
            Finding.resolved_at.is_(None),
            Finding.hidden_by.is_(None),
            Finding.id > last,
        )
        .order_by(Finding.id)
        .limit(AT_ONCE)
    )
    return [_Open(*row) for row in db.session.execute(query)]


def _count(found: Preview, finding: _Open, glob: PathGlob, *, is_whole: bool) -> None:
    paths = finding.changed_paths
    covered = len(paths) if is_whole else sum(map(glob.covers, paths))
    is_all = covered == len(paths) < MAX_PATHS and finding.change_kind == ChangeKind.MODIFIED
    if is_whole or (covered and is_all):
        found.hidden += 1
        found.names += [finding.display_name][: EXAMPLES - len(found.names)]
    elif covered:
        found.partly += 1
