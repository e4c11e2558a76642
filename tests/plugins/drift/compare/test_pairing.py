from dataclasses import dataclass

from app.plugins.drift.compare import pair_recreated


@dataclass(frozen=True)
class Policy:
    policy_type: str
    display_name: str
    external_id: str


def make_policy(external_id, name="Require MFA", policy_type="conditionalAccessPolicy"):
    return Policy(policy_type, name, external_id)


def test_one_name_under_a_new_id_is_recreated():
    old, new = make_policy("1"), make_policy("2")

    pairing = pair_recreated([new], [old])

    assert pairing.recreated == ((old, new),)
    assert pairing.added == pairing.removed == ()


def test_the_same_name_of_another_type_is_not_recreated():
    old, new = make_policy("1", policy_type="iosCompliancePolicy"), make_policy("2")

    pairing = pair_recreated([new], [old])

    assert pairing.recreated == ()
    assert (pairing.added, pairing.removed) == ((new,), (old,))


def test_of_two_candidates_neither_is_believed():
    olds, new = [make_policy("1"), make_policy("2")], make_policy("3")

    pairing = pair_recreated([new], olds)

    assert pairing.recreated == ()
    assert (pairing.added, pairing.removed) == ((new,), tuple(olds))


def test_two_newcomers_for_one_old_policy_are_not_believed_either():
    assert pair_recreated([make_policy("2"), make_policy("3")], [make_policy("1")]).recreated == ()


def test_policies_without_a_name_are_never_paired():
    assert pair_recreated([make_policy("1", name="")], [make_policy("2", name="")]).recreated == ()


def test_the_same_id_is_not_a_recreation():
    policy = make_policy("1")

    assert pair_recreated([policy], [make_policy("1")]).recreated == ()


def test_what_is_left_keeps_its_order():
    news = [make_policy("9", "z"), make_policy("2"), make_policy("8", "a")]

    pairing = pair_recreated(iter(news), iter([make_policy("1")]))

    assert pairing.added == (news[0], news[2])
