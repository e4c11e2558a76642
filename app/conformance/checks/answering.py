"""Do programs read a tenant's own things, all of them, and nobody else's?"""

from collections.abc import Callable, Iterator

from app.conformance.deployment import Deployment
from app.conformance.people import OTHER_SLUG, SLUG, STRANGER
from app.conformance.program import read_by_api
from app.conformance.subjects import Subject
from app.conformance.verdict import require
from app.core.db import JsonObject
from app.core.registry.contract import AnyOperation
from app.core.registry.extensions import ApiResource
from app.core.users import Role

Deploy = Callable[[str], Deployment]
PAGES = 1000  # a list that goes on for longer than that goes in a circle
LONGEST = "200"  # entries a page may have


def test_an_api_resource_is_read_page_by_page(subject_with_resources: Subject, deploy: Deploy) -> None:
    """One by one as all at once, empty or not."""
    deployment = deploy(subject_with_resources.name)
    for stage in ("before its examples", "after its examples"):
        for key in _resources(deployment, subject_with_resources):
            single, whole = _entries(deployment, key, "1"), _entries(deployment, key, LONGEST)
            require(
                single == whole,
                f"{key}: {stage}, {len(single)} entries are read one a page, {len(whole)} otherwise. Order "
                "the list by something unique, and let a cursor name the last entry of its page.",
            )
        _work(deployment, subject_with_resources)


def test_an_api_resource_shows_nothing_to_strangers(subject_with_resources: Subject, deploy: Deploy) -> None:
    """What the examples make in one tenant is not there in another, in no list and by no number."""
    deployment = deploy(subject_with_resources.name)
    keys = _resources(deployment, subject_with_resources)
    before = {key: _entries(deployment, key, LONGEST) for key in keys}
    _work(deployment, subject_with_resources)
    for key in keys:
        made = [entry for entry in _entries(deployment, key, LONGEST) if entry not in before[key]]
        seen = _entries(deployment, key, LONGEST, STRANGER, OTHER_SLUG)
        advice = "Ask for everything through the tenant that `page` and `one` are given."
        require(
            not [e for e in made if e in seen], f"{key}: another tenant's list shows its entries. {advice}"
        )
        for number in {entry["id"] for entry in made if isinstance(entry.get("id"), int)}:
            status = read_by_api(deployment, f"{OTHER_SLUG}/{key}/{number}", STRANGER).status_code
            require(status in {403, 404}, f"{key}: another tenant reads number {number} of it. {advice}")


def _resources(deployment: Deployment, subject: Subject) -> list[str]:
    declared = deployment.catalog.declared(ApiResource)
    return [key for key, found in declared.items() if found.plugin == subject.name]


def _work(deployment: Deployment, subject: Subject) -> None:
    """Let every example do what it does."""
    operations: tuple[AnyOperation, ...] = deployment.catalog.plugins[subject.name].operations
    for operation in operations:
        for params in operation.examples:
            deployment.finished(operation.run_type, params)


def _entries(
    deployment: Deployment, key: str, limit: str, name: str = Role.OWNER, slug: str = SLUG
) -> list[JsonObject]:
    """Everything in a list, as a person's token reads it."""
    return [entry for page in _pages(deployment, f"{slug}/{key}", limit, name) for entry in page[key]]


def _pages(deployment: Deployment, place: str, limit: str, name: str) -> Iterator[JsonObject]:
    cursor = ""
    for _ in range(PAGES):
        answer = read_by_api(deployment, place, name, limit=limit, cursor=cursor)
        require(
            answer.status_code == 200,
            f"{place} answers {answer.status_code} to cursor {cursor!r}, not 200: {answer.text}",
        )
        page: JsonObject = answer.get_json()
        yield page
        cursor = page["next_cursor"]
        if cursor is None:
            return
    require(cursor is None, f"{place} goes on after {PAGES} pages: its cursors lead in a circle.")
