"""Letting a list ask for news when a test wants it to, and a tab be seen or not."""

ASK = """() => new Promise((answered) => {
  const hear = ({detail: {ctx}}) => {
    if (ctx.sourceElement.id !== "operations") return;
    document.removeEventListener("htmx:finally:request", hear);
    answered(ctx.response?.status ?? 0);
  };
  document.addEventListener("htmx:finally:request", hear);
  htmx.trigger("#operations", "poll", {}, false);
})"""

# Argument: "hidden" or "visible".
VISIBILITY = """(state) => {
  Object.defineProperty(document, "visibilityState", {configurable: true, get: () => state});
  Object.defineProperty(document, "hidden", {configurable: true, get: () => state === "hidden"});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def ask_for_news(page, times=1):
    """Let the list of operations ask, one question after the other's answer; gives the answers' statuses."""
    return [page.evaluate(ASK) for _ in range(times)]
