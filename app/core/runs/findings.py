"""The figures of new findings that stand in a run's summary; what a finding is, core does not know."""

from app.core.db import JsonObject
from app.core.severity import counted

NEW_FINDINGS = "new_findings"  # severity -> how many


def new_findings(summary: JsonObject) -> dict[str, int]:
    """Severity -> how many findings a run made that nobody knew before, most severe first; none: empty."""
    return counted(summary.get(NEW_FINDINGS))
