"""The HTML of a template as far as a lint needs it: its elements, and what stands at the top level."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

COMMENT_OR_BLOCK = re.compile(r"\{#.*?#\}|\{%.*?%\}", re.DOTALL)
EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
VOID_TAGS = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
EXPRESSION_STAND_IN = "x"


@dataclass(frozen=True, slots=True)
class Element:
    """One start tag: its name, its line (from 1) and its attributes in lower case."""

    tag: str
    line: int
    attributes: dict[str, str]


@dataclass(slots=True)
class Outline:
    """Every element of a template in order, the ones at the top level, and what does not add up."""

    elements: list[Element] = field(default_factory=list)
    roots: list[Element] = field(default_factory=list)
    stray_text: list[str] = field(default_factory=list)
    unbalanced: list[tuple[int, str]] = field(default_factory=list)

    def holds(self, tag: str) -> bool:
        """Whether the template has an element of that name."""
        return any(element.tag == tag for element in self.elements)


def outline(source: str) -> Outline:
    """The outline of a template's HTML; Jinja's blocks are taken as all rendered, once and in order."""
    parser = _OutlineParser()
    parser.feed(_without_jinja(source))
    parser.close()
    parser.finish()
    return parser.outline


def _without_jinja(source: str) -> str:
    blocks_gone = COMMENT_OR_BLOCK.sub(lambda match: _line_breaks(match.group()), source)
    return EXPRESSION.sub(lambda match: EXPRESSION_STAND_IN + _line_breaks(match.group()), blocks_gone)


def _line_breaks(text: str) -> str:
    return "\n" * text.count("\n")


class _OutlineParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.outline = Outline()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = self._seen(tag, attrs)
        if tag not in VOID_TAGS:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._seen(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1].tag == tag:
            self._open.pop()
        else:
            self.outline.unbalanced.append((self.getpos()[0], f"</{tag}> closes what is not open"))

    def handle_data(self, data: str) -> None:
        if not self._open and data.strip():
            self.outline.stray_text.append(data.strip())

    def finish(self) -> None:
        self.outline.unbalanced += [(left.line, f"<{left.tag}> is never closed") for left in self._open]

    def _seen(self, tag: str, attrs: list[tuple[str, str | None]]) -> Element:
        element = Element(tag, self.getpos()[0], {name: value or "" for name, value in attrs})
        self.outline.elements.append(element)
        if not self._open:
            self.outline.roots.append(element)
        return element
