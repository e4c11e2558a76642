"""Do its related links lead somewhere on this site?"""

from collections.abc import Callable, Sequence

from app.conformance.deployment import Deployment
from app.conformance.subjects import Case
from app.conformance.verdict import require
from app.core.registry.contract import RelatedLink
from app.core.registry.running import RunFacts
from app.core.runs.closing import is_local
from app.core.users import Role

Deploy = Callable[[str], Deployment]


def test_related_links_lead_to_pages_of_this_site(case: Case, deploy: Deploy) -> None:
    """Core drops a link to elsewhere, and all of them when the resolver breaks: here both are told."""
    deployment = deploy(case.plugin)
    given, broken = _watch(deployment, case)
    deployment.finished(case.run_type, case.params)
    require(
        not broken,
        f"{case}: `related_links` raises {broken[:1]}. It is asked for every run, also for one that failed "
        "early and has no summary: answer with the links there are.",
    )
    for link in given:
        require(
            is_local(link.url),
            f"{case}: the link {link.label!r} leads to {link.url!r}, which is dropped. Make it with "
            "`url_for`.",
        )
        for role in Role:
            status = deployment.browser(role).get(link.url).status_code
            require(
                status in {200, 403},
                f"{case}: the link {link.label!r} to {link.url} answers a {role} with {status}, not 200 or "
                "403.",
            )


def _watch(deployment: Deployment, case: Case) -> tuple[list[RelatedLink], list[Exception]]:
    """Note what the operation answers, before core sorts it out."""
    given: list[RelatedLink] = []
    broken: list[Exception] = []
    resolve = deployment.operation(case.run_type).related_links

    def watched(facts: RunFacts) -> Sequence[RelatedLink]:
        try:
            given.extend(resolve(facts) if resolve is not None else [])
        except Exception as error:
            broken.append(error)
            raise
        return given

    deployment.change(case.run_type, related_links=watched)
    return given, broken
