"""Template lint: the rules of our templates that no general linter knows.

`python -m tools.template_lint FOLDER...` prints one line per broken rule and exits 1 if there was any.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes

from tools.template_markup import Element, Outline, outline

MACROS = "_macros.html"
SHARED_FOLDER = "core"
FOREIGN_ADDRESS = re.compile(r"\s*(https?:)?//", re.IGNORECASE)
CODE_ADDRESS = re.compile(r"\s*(js|javascript):", re.IGNORECASE)
ASSET_ATTRIBUTES = {"src", "srcset", "poster", "data", "xlink:href"}
ASSET_LINKS = {"link", "use", "image"}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One broken rule, at a line of a template."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Template:
    """One template file: its text, its syntax tree and the outline of its HTML."""

    path: Path
    source: str
    tree: nodes.Template
    html: Outline

    @property
    def is_partial(self) -> bool:
        return self.path.name.startswith("_")


Finding = tuple[int, str]


def lint(folder: Path) -> list[Problem]:
    """Every broken rule of the `*.html` files below a folder, in path order."""
    return sorted(problem for path in folder.rglob("*.html") for problem in lint_file(path))


def lint_file(path: Path) -> list[Problem]:
    """Every broken rule of one template; a syntax error is the only one told of its file."""
    source = path.read_text(encoding="utf-8")
    try:
        tree = _compiled(source)
    except TemplateSyntaxError as error:
        return [Problem(path, error.lineno, f"does not compile: {error.message}")]
    template = Template(path, source, tree, outline(source))
    rules = (_element_rules, _expression_rules, _reference_rules, _shape_rules)
    return [Problem(path, line, message) for rule in rules for line, message in rule(template)]


def _compiled(source: str) -> nodes.Template:
    """The syntax tree of a template that also compiles; filters and tests the app adds are taken on trust."""
    environment = Environment(autoescape=True)
    tree = environment.parse(source)
    environment.filters.update({used.name: _taken_on_trust for used in tree.find_all(nodes.Filter)})
    environment.tests.update({used.name: _taken_on_trust for used in tree.find_all(nodes.Test)})
    environment.compile(source)
    return tree


def _taken_on_trust(value: object) -> str:
    return str(value)


def _element_rules(template: Template) -> Iterator[Finding]:
    for element in template.html.elements:
        if element.tag == "style":
            yield element.line, "inline <style>: put it in a stylesheet"
        if element.tag == "script" and "src" not in element.attributes:
            yield element.line, "inline <script>: the content security policy refuses it"
        for name, value in element.attributes.items():
            yield from ((element.line, message) for message in _attribute_rules(element, name, value))


def _attribute_rules(element: Element, name: str, value: str) -> Iterator[str]:
    if name == "style":
        yield "style= attribute: put it in a stylesheet"
    if name.startswith(("on", "hx-on", "data-hx-on")):
        yield f"{name}= holds code: the content security policy refuses it"
    if CODE_ADDRESS.match(value):
        yield f"{name}= holds a js: expression: the content security policy refuses it"
    is_asset = name in ASSET_ATTRIBUTES or (name == "href" and element.tag in ASSET_LINKS)
    if is_asset and FOREIGN_ADDRESS.match(value):
        yield f"{name}= loads from another host: ship the file with the app"


def _expression_rules(template: Template) -> Iterator[Finding]:
    for used in template.tree.find_all(nodes.Filter):
        if used.name == "safe":
            yield used.lineno, "|safe: let autoescape do its work"
    for argument in template.tree.find_all(nodes.Keyword):
        if argument.key == "style" or re.fullmatch(r"on[a-z]+|hx_on.*", argument.key):
            yield argument.lineno, f"{argument.key}= argument: it would become an inline style or code"


def _reference_rules(template: Template) -> Iterator[Finding]:
    for layout in template.tree.find_all(nodes.Extends):
        yield from ((layout.lineno, message) for message in _name_rules(layout.template, template.path))
    for part in _parts(template.tree):
        yield from ((part.lineno, message) for message in _name_rules(part.template, template.path))
        if isinstance(part.template, nodes.Const) and not Path(part.template.value).name.startswith("_"):
            yield part.lineno, f"includes {part.template.value}: a part starts with an underscore"


def _parts(tree: nodes.Template) -> Iterator[nodes.Include | nodes.Import | nodes.FromImport]:
    yield from tree.find_all(nodes.Include)
    yield from tree.find_all(nodes.Import)
    yield from tree.find_all(nodes.FromImport)


def _name_rules(named: nodes.Expr, path: Path) -> Iterator[str]:
    if not isinstance(named, nodes.Const):
        yield "names a template by an expression: say which one"
    elif Path(named.value).parts[0] not in {SHARED_FOLDER, *_own_folders(path)}:
        yield f"reaches into {named.value}: only its own folder and {SHARED_FOLDER}/"


def _own_folders(path: Path) -> set[str]:
    """The folders below the `templates/` a template lives in: all of them belong to one owner."""
    for parent in path.parents:
        if parent.name == "templates":
            return {child.name for child in parent.iterdir() if child.is_dir()}
    return {path.parent.name}


def _shape_rules(template: Template) -> Iterator[Finding]:
    extends = template.tree.find(nodes.Extends) is not None
    if template.is_partial and extends:
        yield 1, "is a page (it extends a layout): its name starts without an underscore"
    elif template.is_partial and template.path.name != MACROS:
        yield from _partial_rules(template)
    elif not template.is_partial and not extends and not template.html.holds("html"):
        yield 1, "is a part (it extends nothing): its name starts with an underscore"
    yield from template.html.unbalanced


def _partial_rules(template: Template) -> Iterator[Finding]:
    if not template.source.startswith("{#"):
        yield 1, "begins without a comment that names its caller and what it needs"
    roots = template.html.roots
    if len(roots) != 1 or template.html.stray_text:
        yield (
            1,
            f"has {len(roots)} root elements and {len(template.html.stray_text)} texts beside them: one root",
        )
    yield from ((root.line, "its root element has no id") for root in roots if "id" not in root.attributes)


def main(arguments: Sequence[str]) -> int:
    """Lint the folders named and print what was found; the exit status."""
    folders = [Path(name) for name in arguments] or [Path("app")]
    problems = [problem for folder in folders for problem in lint(folder)]
    for problem in problems:
        print(problem)
    count = sum(1 for folder in folders for _ in folder.rglob("*.html"))
    print(f"template lint: {len(problems)} problems in {count} templates")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
