"""Links between the pages lead somewhere, to the heading too."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def name_of(page):
    return page.relative_to(ROOT).as_posix()


def anchors_of(page):
    """Headings as GitHub names them in addresses."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links_of(page):
    broken = []
    for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(link)
    return broken


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading(page):
    assert broken_links_of(page) == []


def test_every_page_of_docs_is_linked_from_readme_or_is_a_decision():
    readme = set(LINK.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    pages = {name_of(page) for page in ROOT.glob("docs/*.md")}

    assert pages <= readme


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("[a](b.md)", ["b.md"]),
        ("[a](#nothing)", ["#nothing"]),
        ("# Some heading\n[a](#some-heading)", []),
        ("[a](https://example.com/x)", []),
        ("```\n[a](b.md)\n```", []),
    ],
)
def test_a_broken_link_would_be_found(tmp_path, text, broken):
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")

    assert broken_links_of(page) == broken


@pytest.mark.parametrize("cited", ['docs/lifecycle.md, "Progress"', 'docs/lifecycle.md, "Buckets"'])
def test_a_heading_that_docstrings_cite_exists(cited):
    path, heading = re.fullmatch(r'(.+), "(.+)"', cited).groups()
    quoted = [file for file in ROOT.glob("app/**/*.py") if cited in file.read_text(encoding="utf-8")]

    assert quoted
    assert heading.lower() in anchors_of(ROOT / path)


def test_every_page_that_the_code_cites_exists():
    cited = {
        path.removesuffix(".md")
        for file in ROOT.glob("app/**/*.py")
        for path in re.findall(r"docs/[\w/-]+(?:\.md)?", file.read_text(encoding="utf-8"))
    }

    assert {"docs/lifecycle", "docs/decisions/0004"} <= cited
    assert [path for path in cited if not list(ROOT.glob(f"{path}*.md"))] == []
