"""Whether a declaration holds what its fields say, so that no page stumbles over it later."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from flask import Blueprint
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase

from app.core.registry.contract import NavItem, OperationType, Plugin, ReasonCode
from app.core.registry.extensions import EXTENSIONS
from app.core.users import Role

Check: TypeAlias = tuple[Callable[[object], bool], str]


def wrong_shapes(plugin: Plugin) -> list[str]:
    """Fields that hold something else than they should, in sentences; empty when all is as declared."""
    wrong = _wrong_fields(plugin, _PLUGIN, "")
    if wrong:
        return wrong
    for operation in plugin.operations:
        wrong += _wrong_fields(operation, _OPERATION, f"operation {str(operation.run_type)[:120]!r}: ")
    for item in plugin.nav:
        wrong += _wrong_fields(item, _NAV_ITEM, "navigation: ")
    return wrong


def _wrong_fields(declared: object, checks: Mapping[str, Check], where: str) -> list[str]:
    values = {name: getattr(declared, name) for name in checks}
    return [
        f"{where}{name} is a {type(value).__name__}, not {checks[name][1]}"
        for name, value in values.items()
        if not checks[name][0](value)
    ]


def _all(kind: type, words: str) -> Check:
    def fits(value: object) -> bool:
        return isinstance(value, tuple | list) and all(isinstance(entry, kind) for entry in value)

    return fits, f"a tuple of {words}"


def _class_of(kind: type, words: str) -> Check:
    return lambda value: isinstance(value, type) and issubclass(value, kind), words


def _or_none(check: Check) -> Check:
    fits, words = check
    return lambda value: value is None or fits(value), f"{words} or None"


def _maps_texts(value: object, fits: Callable[[object], bool]) -> bool:
    return isinstance(value, Mapping) and all(isinstance(k, str) and fits(v) for k, v in value.items())


def _is_version(value: object) -> bool:
    return isinstance(value, Iterable) and [type(number) for number in value] == [int, int]


def _is_prefix(value: object) -> bool:
    """Whether `<name>__` begins the tables of this plugin and of no other."""
    return isinstance(value, str) and "__" not in value and not value.endswith("_")


def _are_functions(value: object) -> bool:
    return isinstance(value, Iterable) and all(callable(chore) for chore in value)


_TEXT: Check = (lambda value: isinstance(value, str), "a text")
_CALL: Check = (callable, "a function")

_PLUGIN: dict[str, Check] = {
    "name": (_is_prefix, "a text without `__` and without `_` at its end"),
    "version": _TEXT,
    "requires_api": (_is_version, "a pair of numbers"),
    "requires": _all(str, "texts"),
    "operations": _all(OperationType, "OperationType"),
    "blueprints": _all(Blueprint, "Blueprint"),
    "models": _or_none(_class_of(DeclarativeBase, "a declarative base")),
    "migrations": _or_none(_TEXT),
    "cli": _all(object, "commands"),
    "nav": _all(NavItem, "NavItem"),
    **{extension.field: _all(extension, extension.__name__) for extension in EXTENSIONS},
    "settings": _or_none(_class_of(BaseModel, "a pydantic model")),
    "chores": (_are_functions, "functions"),
    "before_examples": _or_none(_CALL),
}
_OPERATION: dict[str, Check] = {
    "run_type": _TEXT,
    "label": _TEXT,
    "execute": _or_none(_CALL),
    "process_item": _or_none(_CALL),
    "aliases": _all(str, "texts"),
    "choices": (lambda value: _maps_texts(value, callable), "parameters to functions"),
    "examples": _all(Mapping, "mappings"),
    "description": _TEXT,
    "icon": _TEXT,
    "role": (lambda value: isinstance(value, Role), "a Role"),
    "params": _class_of(BaseModel, "a pydantic model"),
    "items": _or_none(_CALL),
    "idempotency_key": _or_none(_CALL),
    "related_links": _or_none(_CALL),
    "shown_inputs": _or_none(_CALL),
    "permits": _or_none(_CALL),
    "reason_codes": (
        lambda value: _maps_texts(value, lambda code: isinstance(code, ReasonCode)),
        "texts to ReasonCode",
    ),
    "start_endpoint": _or_none(_TEXT),
    "follows": (lambda value: _maps_texts(value, callable), "run types to functions"),
}
_NAV_ITEM: dict[str, Check] = {"label": _TEXT, "endpoint": _TEXT, "icon": _TEXT}
