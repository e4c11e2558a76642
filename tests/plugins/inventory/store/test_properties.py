"""Whatever a source shows, sync after sync: the store says what was read, and compares like the states."""

from collections import Counter
from dataclasses import dataclass
from itertools import combinations, count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.tenants import create_tenant
from app.plugins.inventory.store.differences import differences_between
from app.plugins.inventory.store.snapshots import policies_at, unread_in
from tests.support.stored import TRUNCATED, Store, policy

COLLECTIONS = ("compliancePolicy", "namedLocation")
slugs = count(1)

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Told:
    """One policy as it stands in an imagined tenant."""

    collection: str
    graph_id: str | None
    name: str
    text: str

    def read(self):
        return policy(self.name, self.text, graph_id=self.graph_id, collection=self.collection)

    @property
    def identity(self):
        return self.collection, self.graph_id or f"name:{self.name}"


# Few ids, names and texts: collisions, twins, renames and returns are what matters.
policies = st.builds(
    Told,
    collection=st.sampled_from(COLLECTIONS),
    graph_id=st.sampled_from([None, "id-1", "id-2"]),
    name=st.sampled_from("ABC"),
    text=st.sampled_from("xy"),
)
# Documents without id that share a name get `~2` from the reader, before the store sees them.
snapshots = st.lists(
    policies, max_size=7, unique_by=lambda one: (*one.identity, one.name, one.graph_id and one.text)
)
syncs = st.lists(
    st.tuples(snapshots, st.sets(st.sampled_from(COLLECTIONS), max_size=1)), min_size=2, max_size=5
)
storing = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def taken(seen):
    """Every snapshot in a store of its own: [(what was read, partial collections, sync), ...]."""
    store = Store(create_tenant(f"imagined-{next(slugs)}"))
    return [
        (shown, partial, store.take([one.read() for one in shown], states=dict.fromkeys(partial, TRUNCATED)))
        for shown, partial in seen
    ]


@storing
@given(seen=syncs)
def test_every_sync_still_says_exactly_what_it_read(app, seen):
    for shown, _, sync in taken(seen):
        held = Counter((row.collection, row.external_id, row.content_hash) for row in policies_at(sync))
        assert held == Counter((*one.identity, f"{one.name}: {one.text}") for one in shown)


@storing
@given(seen=syncs)
def test_any_two_complete_reads_compare_like_the_two_states(app, seen):
    for (before, cut, baseline), (after, cut_too, current) in combinations(taken(seen), 2):
        complete = {
            name
            for name in COLLECTIONS
            if name not in cut | cut_too
            and all(any(one.collection == name for one in shown) for shown in (before, after))
        }

        for one, other, older, newer in (
            (before, after, baseline, current),
            (after, before, current, baseline),
        ):
            found = {
                kind: counted
                for kind, counted in compared_by_the_store(older, newer).items()
                if kind[0] in complete
            }
            assert found == compared_naively(one, other, complete)


def compared_by_the_store(baseline, current):
    """{(collection, external id): (texts before, texts after, how many are one policy changed)}."""
    found = {}
    for one in differences_between(baseline, current):
        sides = found.setdefault((one.collection, one.external_id), [[], [], 0])
        sides[0] += [one.before.content_hash] if one.before else []
        sides[1] += [one.after.content_hash] if one.after else []
        sides[2] += one.before is not None and one.after is not None
    return {identity: (sorted(old), sorted(new), pairs) for identity, (old, new, pairs) in found.items()}


def compared_naively(before, after, complete):
    """The same from the states: equal documents cancel out, and of one identity the rest are changes."""
    found = {}
    for identity in {one.identity for one in (*before, *after) if one.collection in complete}:
        old, new = (
            Counter(f"{one.name}: {one.text}" for one in shown if one.identity == identity)
            for shown in (before, after)
        )
        gone, came = sorted((old - new).elements()), sorted((new - old).elements())
        if gone or came:
            found[identity] = (gone, came, min(len(gone), len(came)))
    return found


@storing
@given(seen=syncs)
def test_what_a_partial_read_left_out_is_never_taken_for_gone(app, seen):
    for (_, _, baseline), (_, partial, current) in pairwise(taken(seen)):
        gone = [one for one in differences_between(baseline, current) if one.after is None]

        assert not [one for one in gone if one.collection in partial]
        assert set(unread_in(current).values()) <= partial
