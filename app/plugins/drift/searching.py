"""Finding findings by a part of a changed path, or by words."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, func, or_, select

from app.core import db
from app.plugins.drift.models import Finding

ANYTHING = "*"
_ESCAPE = "\\"
_SEARCHED = (
    Finding.display_name,
    Finding.subject_external_id,
    Finding.subject_type,
    Finding.severity_reason,
)


def has_path(wanted: str) -> ColumnElement[bool]:
    """Whether one of the changed paths has this text in it, in any case.

    Args:
        wanted: with a `*` it is the whole path, each `*` standing for anything.
    """
    on_sqlite = db.engine.dialect.name == "sqlite"
    elements = func.json_each if on_sqlite else func.json_array_elements_text
    path = elements(Finding.changed_paths).table_valued("value").alias("changed_path").c.value
    if ANYTHING in wanted:
        return select(1).where(path.ilike(_pattern(wanted), escape=_ESCAPE)).exists()
    return select(1).where(path.icontains(wanted, autoescape=True)).exists()


def has_words(text: str) -> Iterable[ColumnElement[bool]]:
    """Whether each word stands in the name, identity, type or reason, in any case."""
    for word in text.split():
        yield or_(*(column.icontains(word, autoescape=True) for column in _SEARCHED))


def _pattern(wanted: str) -> str:
    for special in (_ESCAPE, "%", "_"):
        wanted = wanted.replace(special, _ESCAPE + special)
    return wanted.replace(ANYTHING, "%")
