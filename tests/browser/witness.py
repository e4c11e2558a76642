"""What a browser did and complained about while a test used it."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

# Told through a binding: a violation is noted even where the console would be silent.
TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  noteViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


@dataclass
class Witness:
    """Notes of one browser context.

    Attributes:
        troubles: console errors and warnings, uncaught exceptions, violations of the CSP, broken requests.
        requests: (method, path) in order; documents, fragments and files alike.
        loads: how many documents were loaded in a top frame.
    """

    troubles: list[str] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    loads: int = 0
    _expected: list[str] = field(default_factory=list)
    _looks_away: bool = False

    def watch(self, context) -> None:
        """Begin to take notes."""
        context.expose_binding("noteViolation", lambda _source, text: self._note(f"CSP: {text}"))
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self._note(f"uncaught: {error.error}"))
        context.on("request", self._see)

    def expect(self, words) -> None:
        """Take a complaint that contains `words` for granted in this test."""
        self._expected.append(words)

    @contextmanager
    def looking_away(self):
        """Do not note what happens inside the block: the test itself meddles with the page."""
        self._looks_away = True
        yield
        self._looks_away = False

    def polls(self) -> list[str]:
        """Paths asked for since `forget`; the bell has a rhythm of its own and is left out."""
        return [path for _method, path in self.requests if not path.endswith("/notifications/unread")]

    def forget(self) -> None:
        """Begin counting requests anew."""
        self.requests.clear()
        self.loads = 0

    def _hear(self, message) -> None:
        if message.type in {"error", "warning", "assert"}:
            self._note(f"console {message.type}: {message.text}")

    def _see(self, request) -> None:
        parts = urlsplit(request.url)
        self.requests.append((request.method, parts.path))
        self.loads += request.is_navigation_request() and request.frame.parent_frame is None

    def _note(self, text) -> None:
        if not self._looks_away and not any(words in text for words in self._expected):
            self.troubles.append(text)
