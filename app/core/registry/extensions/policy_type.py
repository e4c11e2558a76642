"""Kinds of policies that inventory tells apart."""

import re
from dataclasses import dataclass
from typing import Self

from app.core.registry.extensions.base import Extension

GRAPH_TYPE = re.compile(r"[A-Za-z]\w{0,119}")
NAME_FIELDS = ("displayName", "name")


@dataclass(frozen=True)
class PolicyShape:
    """Properties by which a body is known that does not say its type.

    Attributes:
        has: names that must all stand at its root, in any case; `settings/settingInstance`: there must be a
            list `settings` in which an object has a `settingInstance`.
        lacks: names of which none may stand at its root.
        graph_type: what it then is; empty: the policy type's own `graph_type`.
    """

    has: tuple[str, ...]
    lacks: tuple[str, ...] = ()
    graph_type: str = ""


@dataclass(frozen=True, kw_only=True)
class PolicyType(Extension):
    """One list of Graph and everything that stands in it: the unit of reading.

    Attributes:
        graph_type: concrete type, without `#microsoft.graph.`, of a member that does not name its own.
        members: regular expression over the other concrete types listed there.
        endpoints: last segments of its Graph path, as they stand in `@odata.context`.
        folders: names that export tools give its folder; only letters and digits count.
        shapes: how a body without a type is known; the first that fits counts.
        name_fields: properties that may hold its name; the first that does counts.
    """

    kind = "policy type"
    field = "policy_types"

    graph_type: str
    members: str = ""
    endpoints: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    shapes: tuple[PolicyShape, ...] = ()
    name_fields: tuple[str, ...] = NAME_FIELDS

    def lists(self, graph_type: str) -> bool:
        """Whether a concrete type belongs to it; case does not matter."""
        if graph_type.lower() == self.graph_type.lower():
            return True
        return bool(self.members) and bool(re.fullmatch(self.members, graph_type, re.IGNORECASE))

    def problems(self) -> list[str]:
        found = super().problems() + self._no_tuples("endpoints", "folders", "shapes", "name_fields")
        if not GRAPH_TYPE.fullmatch(self.graph_type):
            found.append(f"{self.graph_type[:60]!r} is no name of a Graph type")
        try:
            re.compile(self.members)
            strangers = [s.graph_type for s in self.shapes if s.graph_type and not self.lists(s.graph_type)]
        except re.error as error:
            return [*found, f"`members` is no regular expression: {error}"]
        found += [f"a shape is {name[:60]!r}, which it does not list" for name in strangers]
        found += ["a shape has no properties" for shape in self.shapes if not shape.has]
        return found if self.name_fields else [*found, "it has no `name_fields`"]

    def clash(self, other: Self) -> str | None:
        if other.lists(self.graph_type):
            return f"{self.graph_type!r} is listed by {other.key!r} of"
        return super().clash(other)
