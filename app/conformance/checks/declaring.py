"""Is the declaration complete, and can everything in it be used?"""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from app import core
from app.conformance.deployment import Deployment
from app.conformance.subjects import Case, Subject
from app.conformance.verdict import require
from app.core.registry.contract import AnyOperation
from app.core.runs.parameters import validated

Deploy = Callable[[str], Deployment]

REASON_CODE = re.compile(r"[a-z][a-z0-9_]{0,79}")
SPRITE = Path(core.__file__).parent / "static" / "vendor" / "bootstrap-icons" / "bootstrap-icons.svg"


def test_the_plugin_is_loaded(subject: Subject) -> None:
    """A plugin that fails to load is named with its stage and offers nothing."""
    require(
        not subject.reason,
        f"The plugin {subject.name!r} cannot be used: {subject.reason}. Correct that first.",
    )


def test_an_operation_has_examples(operation: AnyOperation) -> None:
    """Without an example nothing of the operation can be executed here."""
    require(
        operation.examples,
        f"{operation.run_type} has no examples. Declare `examples=({{...}},)`: parameters with which it "
        "works in an otherwise empty tenant, or ends with a reason code you declare; `({},)` where none "
        "are needed.",
    )


def test_an_operation_explains_itself(operation: AnyOperation) -> None:
    """The start page shows a description and an icon."""
    require(
        operation.description.strip(),
        f"{operation.run_type} has no description. Say in one sentence what it does: the start page shows "
        "it.",
    )
    require(
        operation.icon in _icons(),
        f"{operation.run_type}: there is no icon {operation.icon!r}. Take a name of bootstrap-icons that is "
        f"in {SPRITE}.",
    )


def test_reason_codes_can_be_acted_upon(operation: AnyOperation) -> None:
    """A code is stable and short; its label is for people."""
    for code, meaning in operation.reason_codes.items():
        require(
            REASON_CODE.fullmatch(code),
            f"{operation.run_type}: {code!r} is no reason code. Use lower-case letters, digits and "
            "underscores, 80 at most: scripts compare it.",
        )
        require(
            meaning.label.strip(),
            f"{operation.run_type}: the reason code {code!r} has no label. Say in a few words what it means.",
        )


def test_an_example_fits_its_model_and_survives_being_stored(case: Case, deploy: Deploy) -> None:
    """Parameters are stored as JSON and validated once more by the worker."""
    deployment = deploy(case.plugin)
    operation = deployment.operation(case.run_type)
    with deployment.app.app_context():
        params = validated(operation, case.params)
        stored = json.loads(json.dumps(params.model_dump(mode="json")))
        again = validated(operation, stored)
    require(
        again == params,
        f"{case}: the parameters are not the same after they were stored as JSON: {stored}. Give "
        f"{type(params).__name__} fields that its own `model_dump(mode='json')` can be validated into again.",
    )


@cache
def _icons() -> frozenset[str]:
    return frozenset(re.findall(r'id="([^"]+)"', SPRITE.read_text(encoding="utf-8")))
