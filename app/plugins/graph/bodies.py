"""What of a policy's body Graph takes: pure functions from one body to another."""

from collections.abc import Mapping
from typing import Any

from app.plugins.graph.resources import PolicyResource

TYPE = "@odata.type"


def new_body(document: Mapping[str, Any], resource: PolicyResource, policy_type: str) -> dict[str, Any]:
    """The body that makes a policy.

    Args:
        document: the policy as inventory stores it: without what Graph writes itself.
        resource: how Graph holds its type.
        policy_type: concrete Graph type, short; written where the body does not name it.
    """
    body = {name: value for name, value in document.items() if _is_sent(name, resource)}
    if resource.is_typed:
        body.setdefault(TYPE, f"#microsoft.graph.{policy_type}")
    if isinstance(body.get("templateReference"), dict):
        body["templateReference"] = {"templateId": body["templateReference"].get("templateId", "")}
    return body


def changed_body(
    document: Mapping[str, Any], current: Mapping[str, Any], resource: PolicyResource, policy_type: str
) -> dict[str, Any]:
    """The body that makes a policy say what was kept: what it says beyond that is emptied.

    Args:
        document: the policy as inventory stores it.
        current: the policy as it is, in the same form.
        resource: how Graph holds its type.
        policy_type: concrete Graph type, short.
    """
    body = new_body(document, resource, policy_type)
    if not resource.replaces:
        present = {name: value for name, value in current.items() if _is_sent(name, resource)}
        body = _with_nulls(body, present)
    left_out = resource.fixed | resource.actions.keys()
    return {name: value for name, value in body.items() if name not in left_out}


def _is_sent(name: str, resource: PolicyResource) -> bool:
    if resource.sent is not None:
        return name in resource.sent
    is_other = name == "assignments" or name in resource.unsent
    return not is_other and ("@odata." not in name or name == TYPE)


def _with_nulls(wanted: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    body = dict(wanted)
    for name, value in current.items():
        if name not in wanted and "@odata." not in name and value is not None:
            body[name] = None
        elif isinstance(wanted.get(name), dict) and isinstance(value, dict):
            body[name] = _with_nulls(wanted[name], value)
    return body
