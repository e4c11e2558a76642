"""Are equal starts recognized as equal, whoever asks, and are items the same each time?"""

from collections.abc import Callable, Sequence

from app.conformance.asking import Answer, Answers, ask
from app.conformance.deployment import Deployment
from app.conformance.subjects import Case
from app.conformance.verdict import require
from app.core.runs.items import ITEM_LENGTH

STABLE = (
    "Make `idempotency_key` and `items` depend on tenant and parameters alone: no clock, no random number, "
    "no order of a set or of an unsorted query; sort what has no order."
)


def test_key_and_items_are_the_same_when_asked_twice(case: Case, deploy: Callable[[str], Deployment]) -> None:
    """One equal run is active per tenant: its key decides. Long lists of items are asked for twice."""
    app = deploy(case.plugin).app
    first, second = ask(app, case), ask(app, case)
    require(first == second, f"{case}: {_difference(first, second)} when asked twice. {STABLE}")


def test_key_and_items_are_the_same_in_another_process(
    case: Case, deploy: Callable[[str], Deployment], answers_elsewhere: Callable[[str], list[Answers]]
) -> None:
    """Whoever starts and whoever lists are different processes, with different hash seeds."""
    here = ask(deploy(case.plugin).app, case)
    for answers in answers_elsewhere(case.plugin):
        require(
            str(case) in answers,
            f"{case}: another process could not be asked; its error is in the captured output.",
        )
        there = answers[str(case)]
        require(here == there, f"{case}: {_difference(here, there)} in another process. {STABLE}")


def test_items_fit_the_ledger(case: Case, deploy: Callable[[str], Deployment]) -> None:
    """The ledger has one row per run and item."""
    items = ask(deploy(case.plugin).app, case).get("items", [])
    if not isinstance(items, Sequence):
        raise TypeError(items)
    for item in items:
        require(
            isinstance(item, str) and 0 < len(item) <= ITEM_LENGTH,
            f"{case}: the item {item!r} is not a text of 1 to {ITEM_LENGTH} characters. Give a short id "
            "that is stable.",
        )
    twice = sorted({item for item in items if items.count(item) > 1}) if len(set(items)) < len(items) else []
    require(not twice, f"{case}: items come more than once: {', '.join(twice[:5])}. Give each id once.")


def _difference(one: Answer, other: Answer) -> str:
    return "; ".join(
        f"the {name} was {str(one.get(name))[:150]} and is {str(other.get(name))[:150]}"
        for name in sorted({*one, *other})
        if one.get(name) != other.get(name)
    )
