"""Of any real policy: rewriting it is no drift, and one edited leaf is one change with its path."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.plugins.drift.trimming import without_equal_settings
from app.plugins.inventory import LeafKind, SealedValue, Sealer, canonicalize, changes_between, list_rules
from app.plugins.inventory.compare.elements import KEY_LIMIT
from app.plugins.inventory.policies.canonical import content_hash
from app.plugins.inventory.policies.readable import readable
from app.plugins.inventory.policies.seals import is_seal
from tests.support.noise import rewritten
from tests.support.real_policies import policies

SEALER = Sealer(b"a key that is used in tests only")
NOISE = ["shuffled", "stamped", "emptied", "retimed", "reckoned", "dosed", "rewrapped"]
POLICIES = policies(up_to=40_000)
MIRRORED = {LeafKind.ADDED: LeafKind.REMOVED, LeafKind.REMOVED: LeafKind.ADDED}

numbers = st.integers(0, len(POLICIES) - 1)  # of a policy: a body of megabytes is not to be shown
seeds = st.integers(0, 2**32)


def drift(before, after, collection):
    """The changes as a generation finds them: between stored bodies, without their equal settings."""
    sides = (readable(body, collection, SEALER) for body in (before, after))
    plain = [canonicalize(one, collection, SEALER).content for one in without_equal_settings(*sides)]
    return changes_between(*plain, list_rules)


def canonical(body, collection):
    return canonicalize(body, collection, SEALER).content


def leaves(node, trail=()):
    """(trail, value) of every leaf; a sealed secret is one."""
    if isinstance(node, dict | list) and node and not (isinstance(node, dict) and is_seal(node)):
        for step, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, (*trail, step))
    else:
        yield trail, node


def another(value):
    """A value of the same sort that is not the same."""
    if isinstance(value, dict):
        return {name: text[::-1] if name.startswith("$") else text for name, text in value.items()}
    if isinstance(value, bool):
        return not value
    return f"{value}, edited" if isinstance(value, str) else value + 1


def edited(body, trail, value):
    body = copy.deepcopy(body)
    node = body
    for step in trail[:-1]:
        node = node[step]
    node[trail[-1]] = value
    return body


def steps_of(body, trail):
    """The steps by which a finding shows the leaf at a trail, with None for an element without a key."""
    node, names, steps = body, (), []
    for step in trail:
        if isinstance(step, str):
            names = (*names, step)
            steps.append(f"/{step}")
        elif list_rules.is_ordered(names):
            steps.append(f"[{step}]")
        else:
            key = shown_key(names, node[step])
            alike = [one for one in node if shown_key(names, one) == key]
            steps.append(f"[{cut(key)}]" if key and len(alike) == 1 else None)
        node = node[step]
    return steps


def cut(key):
    return key if len(key) <= KEY_LIMIT else f"{key[:KEY_LIMIT]}…"


def shown_key(names, element):
    if isinstance(element, dict):
        return list_rules.element_key(names, element)
    return f'"{element}"' if isinstance(element, str) else list_rules.element_key(names, element)


def fits(steps, change):
    return len(steps) == len(change.trail) and all(
        expected in (None, told) for expected, told in zip(steps, change.trail, strict=True)
    )


@pytest.mark.parametrize("kind", NOISE)
@given(number=numbers, seed=seeds)
@settings(max_examples=60)
def test_a_policy_written_in_another_way_has_not_drifted(kind, number, seed):
    collection, body = POLICIES[number].collection, POLICIES[number].body

    other = rewritten(body, collection, seed, kind)

    assert drift(body, other, collection) == []
    assert content_hash(canonical(other, collection)) == content_hash(canonical(body, collection))


@given(number=numbers, seed=seeds)
@settings(max_examples=100)
def test_all_noise_at_once_is_no_drift(number, seed):
    collection, body = POLICIES[number].collection, POLICIES[number].body

    other = rewritten(body, collection, seed, *NOISE)

    assert drift(body, other, collection) == []


@pytest.mark.parametrize("kind", NOISE)
def test_each_noise_does_rewrite_some_policy(kind):
    assert any(
        repr(rewritten(policy.body, policy.collection, 1, kind)) != repr(policy.body) for policy in POLICIES
    )


@given(number=numbers, data=st.data())
@settings(max_examples=300)
def test_one_edited_leaf_is_one_change_with_its_path(number, data):
    collection = POLICIES[number].collection
    body = canonical(POLICIES[number].body, collection)
    found = list(leaves(body))
    trail, value = found[data.draw(st.integers(0, len(found) - 1))]
    other = edited(body, trail, another(value))

    changes = drift(body, other, collection)

    if steps_of(body, trail) == steps_of(other, trail):
        (change,) = changes
        assert change.kind is LeafKind.CHANGED
        assert fits(steps_of(body, trail), change)
        if not isinstance(value, dict):
            assert (change.before, change.after) == (value, another(value))
        elif "$secret" in value:
            assert isinstance(change.before, SealedValue)
    else:
        assert {change.kind for change in changes} == {LeafKind.REMOVED, LeafKind.ADDED}
        told = {change.kind: change for change in changes if change.names == names_in(trail)}
        assert fits(steps_of(body, trail), told[LeafKind.REMOVED])
        assert fits(steps_of(other, trail), told[LeafKind.ADDED])
        assert len({change.trail[: depth_of_key(body, other, trail)] for change in changes}) == 2


def names_in(trail):
    return tuple(step for step in trail if isinstance(step, str))


def depth_of_key(body, other, trail):
    """How many steps lead to the element whose key is the edited leaf."""
    pairs = zip(steps_of(body, trail), steps_of(other, trail), strict=True)
    return 1 + next(depth for depth, (old, new) in enumerate(pairs) if old != new)


@given(number=numbers, data=st.data())
@settings(max_examples=200)
def test_one_leaf_that_goes_is_one_removal_with_its_path(number, data):
    collection = POLICIES[number].collection
    body = canonical(POLICIES[number].body, collection)
    found = [(trail, value) for trail, value in leaves(body) if isinstance(trail[-1], str)]
    trail, _value = found[data.draw(st.integers(0, len(found) - 1))]
    other = edited(body, trail, None)

    changes = drift(body, other, collection)

    if steps_of(body, trail) == steps_of(other, trail):
        (change,) = changes
        assert change.kind is LeafKind.REMOVED
        assert fits(steps_of(body, trail), change)
    else:
        assert any(fits(steps_of(body, trail), change) for change in changes)


@given(numbers, numbers)
@settings(max_examples=150)
def test_comparing_backwards_mirrors_every_change(one, other):
    collection, before, after = POLICIES[one].collection, POLICIES[one].body, POLICIES[other].body

    there, back = drift(before, after, collection), drift(after, before, collection)

    mirrored = [(c.path, MIRRORED.get(c.kind, c.kind), repr(c.after), repr(c.before)) for c in there]
    assert sorted(mirrored) == sorted((c.path, c.kind, repr(c.before), repr(c.after)) for c in back)
    assert (there == []) == (canonical(before, collection) == canonical(after, collection))
