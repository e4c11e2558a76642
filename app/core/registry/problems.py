"""What is wrong with a declaration, before anything of it is used."""

from collections.abc import Iterator
from datetime import timedelta

from app.core.registry.contract import LABEL_LENGTH, PLUGIN_NAME, RUN_TYPE, AnyOperation, Plugin
from app.core.registry.wrong_parameters import wrong_parameters

SHORTEST_KEPT, LONGEST_KEPT = timedelta(seconds=1), timedelta(days=50 * 365)


def problems_of(plugin: Plugin) -> list[str]:
    """What is wrong with a declaration, in sentences; empty when it can be used."""
    problems = []
    if not PLUGIN_NAME.fullmatch(plugin.name):
        problems.append(f"name {plugin.name[:60]!r}: use lower-case letters, digits and underscores")
    if (plugin.models is None) != (plugin.migrations is None):
        problems.append("models and migrations go together")
    for operation in plugin.operations:
        about = f"run type {operation.run_type[:120]!r}"
        problems += [f"{about} {problem}" for problem in _wrong_names(operation)]
        problems += [f"{about}: {problem}" for problem in _wrong_work(operation)]
        problems += [f"{about}: {problem}" for problem in wrong_parameters(operation)]
    declared = [run_type for operation in plugin.operations for run_type in operation.run_types]
    twice = sorted({run_type for run_type in declared if declared.count(run_type) > 1})
    problems += [f"run type {run_type[:120]!r} is declared twice" for run_type in twice]
    return problems


def _wrong_names(operation: AnyOperation) -> Iterator[str]:
    if not RUN_TYPE.fullmatch(operation.run_type):
        yield "is not `resource.action` in lower case"
    for alias in operation.aliases:
        if not RUN_TYPE.fullmatch(alias):
            yield f"has the alias {alias[:120]!r}, which is not `resource.action` in lower case"
    if not operation.label.strip():
        yield "has no label"
    if len(operation.label) > LABEL_LENGTH:
        yield f"has a label of more than {LABEL_LENGTH} characters"


def _wrong_work(operation: AnyOperation) -> Iterator[str]:
    if (operation.execute is None) == (operation.process_item is None):
        yield "declare exactly one of execute and process_item"
    if operation.process_item is not None and operation.items is None:
        yield "process_item needs items"
    for name in ("max_attempts", "concurrency", "breaker"):
        value = getattr(operation, name)
        if value is not None and value < 1:
            yield f"{name} must be greater than 0"
    if operation.max_runtime is not None and operation.max_runtime <= timedelta():
        yield "max_runtime must be greater than 0"
    if operation.retention is not None and not SHORTEST_KEPT <= operation.retention <= LONGEST_KEPT:
        yield "retention must be between one second and fifty years"
