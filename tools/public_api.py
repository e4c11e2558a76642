"""What `app.core` offers plugins, as a text that a test compares; `python -m tools.public_api` writes it."""

import dataclasses
import enum
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType

import app.core

FILE = Path(__file__).resolve().parents[1] / "tests" / "architecture" / "public_api.txt"
HEAD = """\
What app.core offers plugins. A test compares it with the code.
To change it on purpose: raise API_VERSION in app/core/registry/api.py (the minor for what is added, the major
for what a plugin could miss), then run `python -m tools.public_api` and commit the difference.
"""
# Of records, what the guide promises; their other columns are core's own.
PROMISED = {
    "BulkOperationRun": {
        *("id", "status", "failures", "failure_totals", "summary", "related_links"),
        *("run_type", "bucket", "is_final", "counts", "waited", "duration"),
    },
    "Tenant": {"id", "slug", "name", "created_at"},
    "User": {"id", "email"},
}
SPOKEN = ("__init__", "__iter__", "__len__")  # special methods that a plugin may call


def text() -> str:
    """Every public name with its signature, in the order of `app.core.__all__`."""
    lines = (line for name in app.core.__all__ for line in described(name, getattr(app.core, name)))
    return "\n".join([HEAD, *lines]) + "\n"


def described(name: str, thing: object) -> Iterator[str]:
    """A name and, indented, what belongs to it: a line each."""
    if isinstance(thing, ModuleType):
        yield f"module {name}"
        yield from (f"    {_line(n, member)}" for n, member in sorted(_functions_of(thing).items()))
    elif isinstance(thing, type):
        bases = ", ".join(base.__name__ for base in thing.__bases__ if base is not object)
        yield f"class {name}({bases})" if bases else f"class {name}"
        yield from (f"    {line}" for line in [*_fields(thing), *sorted(_members(thing))])
    else:
        yield _line(name, thing)


def _functions_of(module: ModuleType) -> dict[str, FunctionType]:
    found = {name: member for name, member in vars(module).items() if isinstance(member, FunctionType)}
    return {name: member for name, member in found.items() if member.__module__ == module.__name__}


def _fields(cls: type) -> Iterator[str]:
    """Fields of a dataclass in their order; after a star they are named."""
    if not dataclasses.is_dataclass(cls):
        return
    for number, field in enumerate(dataclasses.fields(cls)):
        if field.kw_only and number == 0:
            yield "*"
        default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory
        said = "" if default is dataclasses.MISSING else f" = {_value(default)}"
        yield f"{field.name}: {_type(field.type)}{said}"


def _members(cls: type) -> Iterator[str]:
    """What a class has from classes of ours, itself included."""
    if issubclass(cls, enum.Enum):
        yield from (f"{member.name} = {member.value!r}" for member in cls)
    seen = {field.name for field in dataclasses.fields(cls)} if dataclasses.is_dataclass(cls) else set()
    for owner in (base for base in cls.__mro__ if base.__module__.startswith("app.")):
        annotations = inspect.get_annotations(owner)
        for name in [*annotations, *vars(owner)]:
            if name not in seen and _is_promised(cls, name):
                seen.add(name)
                yield from _member(owner, name, annotations.get(name))


def _is_promised(cls: type, name: str) -> bool:
    return name in SPOKEN or (name[0] != "_" and name in PROMISED.get(cls.__name__, (name,)))


def _member(owner: type, name: str, annotation: object) -> Iterator[str]:
    member = vars(owner).get(name)
    if isinstance(member, property | classmethod | staticmethod):
        function = member.fget if isinstance(member, property) else member.__func__
        yield f"{type(member).__name__} {_line(name, function)}"
    elif annotation is not None:
        yield f"{name}: {_type(annotation)}"
    elif isinstance(member, FunctionType) and _is_ours(owner, name, member):
        yield _line(name, member)


def _is_ours(owner: type, name: str, member: FunctionType) -> bool:
    """Whether somebody wrote it: what a dataclass is built with, its fields say."""
    is_built = name == "__init__" and dataclasses.is_dataclass(owner)
    return member.__module__.startswith("app.") and not is_built


def _line(name: str, thing: object) -> str:
    if not isinstance(thing, FunctionType):
        return f"{name} = {_value(thing)}"
    found = inspect.signature(thing)
    parameters = ", ".join(_parameters(found))
    return f"{name}({parameters}) -> {_type(found.return_annotation)}"


_STARS: dict[object, str] = {
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.VAR_KEYWORD: "**",
}


def _parameters(signature: inspect.Signature) -> Iterator[str]:
    is_named = False
    for parameter in signature.parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not is_named:
            yield "*"
        is_named = is_named or parameter.kind in {parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL}
        stars = _STARS.get(parameter.kind, "")
        said = "" if parameter.annotation is parameter.empty else f": {_type(parameter.annotation)}"
        default = "" if parameter.default is parameter.empty else f" = {_value(parameter.default)}"
        yield f"{stars}{parameter.name}{said}{default}"


def _type(said: object) -> str:
    if isinstance(said, type) and not hasattr(said, "__args__"):
        return said.__qualname__
    return _plain(said if isinstance(said, str) else repr(said))


def _value(said: object) -> str:
    if isinstance(said, enum.Enum):
        return f"{type(said).__name__}.{said.name}"
    return said.__qualname__ if isinstance(said, type) else _plain(repr(said))


def _plain(words: str) -> str:
    """Without the modules names come from, marks of the typing machinery, and addresses."""
    return re.sub(r"\b(?:[A-Za-z_]\w*\.)+(?=\w)|ForwardRef\((?=')|[~+](?=\w)| at 0x[0-9a-f]+", "", words)


def main() -> int:
    """Write the file; answers with the exit status."""
    FILE.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
