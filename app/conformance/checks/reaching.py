"""Are its views closed to strangers, and do they take no form that another site made?"""

from collections.abc import Callable

from app.conformance.deployment import Deployment
from app.conformance.pages import Address, addresses_of, elsewhere, own_pages, read
from app.conformance.people import STRANGER
from app.conformance.subjects import Subject
from app.conformance.verdict import require
from app.core.users import Role

Deploy = Callable[[str], Deployment]
GUARD = "Put `@tenant_required(Role...)` below the route of every view, and its address below `/t/<tenant>/`."
CLOSED = {302, 401, 403, 404}


def test_pages_work_in_an_empty_tenant(subject_with_pages: Subject, deploy: Deploy) -> None:
    """Nothing was done yet: there is an empty state, and no error."""
    deployment = deploy(subject_with_pages.name)
    plugin = deployment.catalog.plugins[subject_with_pages.name]
    read(deployment.browser(Role.OWNER), own_pages(deployment, plugin))


def test_no_view_shows_itself_to_nobody(subject_with_pages: Subject, deploy: Deploy) -> None:
    """Who is not signed in is led to sign-in."""
    deployment = deploy(subject_with_pages.name)
    for address, method in _views(deployment, subject_with_pages):
        browser = deployment.browser()
        data = {"csrf_token": browser.csrf_token()} if method != "GET" else {}
        answer = browser.open(address.path, method=method, data=data)
        is_led = answer.status_code == 401 or (
            answer.status_code == 302 and answer.location.startswith("/sign-in")
        )
        require(is_led, f"{method} {address.path} answers {answer.status_code} to nobody. {GUARD}")


def test_no_view_shows_itself_to_strangers(subject_with_pages: Subject, deploy: Deploy) -> None:
    """Neither to the owner of another tenant, nor to a member who takes another tenant's address."""
    deployment = deploy(subject_with_pages.name)
    for address, method in _views(deployment, subject_with_pages):
        for name, path in ((STRANGER, address.path), (Role.OWNER, elsewhere(address.path))):
            browser = deployment.browser(name)
            data = {"csrf_token": browser.csrf_token("/")} if method != "GET" else {}
            status = browser.open(path, method=method, data=data).status_code
            require(status in {403, 404}, f"{method} {path} answers {status} to a stranger, not 403. {GUARD}")


def test_no_view_takes_a_form_without_its_token(subject_with_pages: Subject, deploy: Deploy) -> None:
    """Another site cannot make a browser do something here."""
    deployment = deploy(subject_with_pages.name)
    for address, method in _views(deployment, subject_with_pages):
        if method != "GET":
            status = deployment.browser(Role.OWNER).open(address.path, method=method).status_code
            require(
                status == 400,
                f"{method} {address.path} without a CSRF token answers {status}, not 400. Exempt no view "
                "from it.",
            )


def test_a_readonly_member_starts_nothing(subject_with_pages: Subject, deploy: Deploy) -> None:
    """Whatever form is sent: who only reads starts no run but those whose operation says that readers may."""
    deployment = deploy(subject_with_pages.name)
    before = deployment.run_ids(above=Role.READONLY)
    for address, method in _views(deployment, subject_with_pages):
        if method != "GET":
            browser = deployment.browser(Role.READONLY)
            browser.open(address.path, method=method, data={"csrf_token": browser.csrf_token("/")})
            require(
                deployment.run_ids(above=Role.READONLY) == before,
                f"{method} {address.path} lets a readonly member start a run. Ask for `Role.OPERATOR` or "
                "more, and give `start_operation` the `signed_in_user()`.",
            )


def _views(deployment: Deployment, subject: Subject) -> list[tuple[Address, str]]:
    found = addresses_of(deployment.app, deployment.catalog.plugins[subject.name])
    return [(address, method) for address in found for method in address.methods - {"HEAD", "OPTIONS"}]
