"""The only writer of a run's status: start, claim, record progress, finish, give back, stop, find lost.

Every write names the state it expects (compare-and-set), so a late or double caller changes nothing.
"""

from app.core.runs.lifecycle.claiming import claim
from app.core.runs.lifecycle.ending import fail_unclaimed, finish
from app.core.runs.lifecycle.giving_back import give_back
from app.core.runs.lifecycle.losing import OVERDUE, Rescued, fail_overdue, rescue
from app.core.runs.lifecycle.starting import start
from app.core.runs.lifecycle.stopping import AbortAnswer, abort, force_abort
from app.core.runs.lifecycle.waiting import postpone_ring, renew
from app.core.runs.lifecycle.working import begin_item, note_listed, record_progress, require_held

__all__ = [
    "OVERDUE",
    "AbortAnswer",
    "Rescued",
    "abort",
    "begin_item",
    "claim",
    "fail_overdue",
    "fail_unclaimed",
    "finish",
    "force_abort",
    "give_back",
    "note_listed",
    "postpone_ring",
    "record_progress",
    "renew",
    "require_held",
    "rescue",
    "start",
]
