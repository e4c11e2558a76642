"""Whatever changes and changes back: nothing stays open, with a baseline or from one sync to the next."""

from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core import db
from app.plugins.drift.baselines import set_baseline
from app.plugins.drift.standing import FindingState
from tests.support.snapshots import compliance, conditional_access

# Name -> (Graph id, value) of the policies there are; a name may be used again under another id.
POLICIES = st.dictionaries(
    st.sampled_from("ABCDEF"), st.tuples(st.sampled_from(["1", "2"]), st.integers(4, 6)), max_size=6
)
numbers = count(1)


def files(policies):
    """An export that always holds one policy of its type, so that the others can be missed."""
    return {
        "anchor.json": compliance("Anchor", id="0"),
        "ca.json": conditional_access("Beacon", state="enabled" if "A" in policies else "disabled"),
        **{
            f"{name}.json": compliance(name, id=f"{name}{number}", passcodeMinimumLength=value)
            for name, (number, value) in policies.items()
        },
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=POLICIES, after=POLICIES, has_baseline=st.booleans())
def test_what_changes_and_changes_back_leaves_nothing_open(
    before, after, has_baseline, make_tenant, take, compare, findings
):
    tenant = make_tenant(f"harbour-{next(numbers)}")
    first, second, third = (take(files(state), of=tenant) for state in (before, after, before))
    if has_baseline:
        set_baseline(tenant, first.id)

    there = compare(first, second, of=tenant)
    back = compare(first if has_baseline else second, third, of=tenant)

    db.session.expire_all()
    found = findings(of=tenant)
    db.session.commit()
    assert {finding.state for finding in found} <= {FindingState.RESOLVED}
    assert len(found) == sum(there.summary["findings"].values()) == back.summary["resolved"]
