"""Which commits of a run's life wait for the disk."""

from sqlalchemy import ColumnElement, case, func, text

SETTING = "synchronous_commit"


def durability(may_be_lost: ColumnElement[bool]) -> ColumnElement[str]:
    """A column that lets the commit of its transaction return before the disk has it; for PostgreSQL.

    A crash of the server can undo such a commit, whole, and nothing that came before it. The next durable
    commit of anybody carries it along.

    Args:
        may_be_lost: SQL; true where the step can be taken again.

    Source:
        decision 0012.
    """
    kept = func.current_setting(SETTING)
    return func.set_config(SETTING, case((may_be_lost, "off"), else_=kept), text("true"))
