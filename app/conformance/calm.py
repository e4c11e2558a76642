"""What the run of a case is like when nothing disturbs it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.conformance.account import Facts, agreed, facts_of
from app.conformance.disturbance import Disturbance, disturbed
from app.conformance.dying import commits_of
from app.conformance.ground import Ground
from app.conformance.subjects import Case


@dataclass(frozen=True)
class Calm:
    """An undisturbed run.

    Attributes:
        facts: what two of them agree on, each in a deployment of its own.
        moments: the methods of its run that the operation called, in order.
        commits: how many transactions it took.
    """

    facts: Facts
    moments: Sequence[str]
    commits: int


class CalmRuns:
    """The undisturbed run of each case, seen once in a test run."""

    def __init__(self, ground: Ground) -> None:
        """Take the ground on which they are executed."""
        self._ground = ground
        self._seen: dict[str, Calm] = {}

    def of(self, case: Case) -> Calm:
        """The undisturbed run of a case."""
        if str(case) not in self._seen:
            one, other = self._look(case), self._look(case)
            self._seen[str(case)] = Calm(agreed(one.facts, other.facts), one.moments, one.commits)
        return self._seen[str(case)]

    def _look(self, case: Case) -> Calm:
        with self._ground.deployment(case.plugin) as deployment:
            run_id = deployment.start(case.run_type, case.params)
            with disturbed(Disturbance()) as seen, deployment.app.app_context():
                commits = commits_of(run_id)
            return Calm(facts_of(deployment, run_id), seen.moments, commits)
