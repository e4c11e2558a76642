"""What happens to findings of one tenant, in one word each."""

import pytest

from app.core import db
from app.plugins.drift.acknowledging import acknowledge
from app.plugins.drift.deciding import decision_of
from app.plugins.drift.history import history_of


@pytest.fixture
def only(findings):
    """The one finding there is, as the table has it now; `only(name="A")` where there are several."""

    def one(name=None, *, of=None, **wanted):
        db.session.expire_all()
        found = [row for row in findings(of=of, **wanted) if name in {None, row.display_name}]
        db.session.commit()
        assert len(found) == 1, [row.display_name for row in found]
        return found[0]

    return one


@pytest.fixture
def accept(tenant):
    """Acknowledge a finding as it is now: `accept(finding, "Planned", paths=["/a"])`."""

    def give(finding, reason="Planned", *, until=None, paths=(), user=None):
        acknowledge(tenant, finding.id, finding.revision, decision_of(reason, until, user), paths)

    return give


@pytest.fixture
def told():
    """What the history of a finding says, oldest first: [kind, ...]."""

    def kinds(finding):
        said = [event.kind for event in reversed(history_of(finding))]
        db.session.commit()
        return said

    return kinds
