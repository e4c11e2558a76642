"""The API against its own document: whatever the document allows or forbids is answered as it says."""

from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from app.core.runs.status import RunStatus
from tests.support.browsing import alone
from tests.support.snapshots import compliance, generate_drift, import_export, write_export

CALM = settings(
    max_examples=25,  # for each address, with values that fit and with others
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
# It takes the token of these tests for one of its own making, and places put in afterwards for wrong values.
NOWHERE = [checks.ignored_auth]
SOMEWHERE = [*NOWHERE, checks.negative_data_rejection, checks.positive_data_acceptance]


@pytest.fixture
def places(tenant, make_run, tmp_path, offer):
    """Parts of addresses that lead somewhere."""
    offer(lambda _run: None)
    syncs = [
        import_export(tenant, write_export(tmp_path / name, {"a.json": compliance("A", passcodeRequired=on)}))
        for name, on in (("before", False), ("after", True))
    ]
    generate_drift(tenant, *syncs)
    run = make_run(RunStatus.COMPLETED, succeeded=3, failed=2)
    return {"tenant": tenant.slug, "run_type": "probe.check", "run_id": run.id, "number": 1}


def statuses_of(operation, mode, places, headers):
    """Ask one address with made-up values, nowhere and somewhere; how often it answered with which status."""
    named, seen = {parameter.name for parameter in operation.path_parameters}, Counter()

    @CALM
    @given(case=operation.as_strategy(mode))
    def ask(case):
        for place, left_out in (({}, NOWHERE), ({name: places[name] for name in named}, SOMEWHERE)):
            case.path_parameters.update(place)
            answer = alone(case.call, headers=headers)
            case.validate_response(answer, excluded_checks=left_out)
            seen[answer.status_code] += 1

    ask()
    return seen


@pytest.mark.parametrize("mode", GenerationMode)
def test_every_answer_is_one_that_the_document_knows(app, issue, tenant, places, mode):
    headers = {"Authorization": f"Bearer {issue(tenant).secret}"}
    found = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app).get_all_operations()

    seen = {one.ok().label: statuses_of(one.ok(), mode, places, headers) for one in found}

    assert len(seen) >= 7
    wanted = {200, 202} if mode is GenerationMode.POSITIVE else {400, 401, 403, 404, 422}
    assert [label for label, statuses in seen.items() if not wanted & set(statuses)] == []
