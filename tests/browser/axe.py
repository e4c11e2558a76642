"""axe-core over the debugging protocol: the page's CSP rightly forbids to load it any other way."""

import json
from pathlib import Path

SOURCE = (Path(__file__).parent / "vendor/axe-core/axe.min.js").read_text(encoding="utf-8")
# No preload: axe would fetch style sheets anew, which the CSP forbids as well.
OPTIONS = {"preload": False, "resultTypes": ["violations"]}
# The rules that a theme can break, of those that axe applies by itself.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
RUN = "axe.run(document, %s).then((found) => JSON.stringify(found.violations))"


def violations(page, only=None) -> list[str]:
    """What axe finds on a page: "rule (impact): target: what to fix"; `only` some of its rules."""
    session = page.context.new_cdp_session(page)
    _evaluate(session, f"if (!window.axe) {{ {SOURCE} }}")
    found = json.loads(_evaluate(session, RUN % json.dumps(OPTIONS | (only or {}))))
    session.detach()
    return [
        f"{rule['id']} ({rule['impact']}): {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


def _evaluate(session, expression):
    answer = session.send(
        "Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True}
    )
    assert "exceptionDetails" not in answer, answer
    return answer["result"].get("value")
