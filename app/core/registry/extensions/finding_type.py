"""Kinds of findings."""

from dataclasses import dataclass

from app.core.registry.extensions.base import Extension


@dataclass(frozen=True, kw_only=True)
class FindingType(Extension):
    """A kind of finding, written by runs of the plugin that declares it.

    Attributes:
        description: one sentence on the page of each finding.
    """

    kind = "finding type"
    field = "finding_types"

    description: str = ""
