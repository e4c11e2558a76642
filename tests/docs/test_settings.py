"""Every setting is told to administrators, with the default it has."""

import re
from pathlib import Path

import pytest

from app.config import Settings
from app.core.registry.settings import variables_of
from app.plugins.channels import plugin as channels
from app.plugins.graph import plugin as graph

ROOT = Path(__file__).parents[2]
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/admin.md")}
OF_PLUGINS = variables_of(channels) | variables_of(graph)
VARIABLES = {f"TENANTATLAS_{name.upper()}": field for name, field in Settings.model_fields.items()}


def line_about(page, variable):
    """The table row or list entry that explains a variable."""
    found = re.search(rf"^[|-] `{variable}`.*$", PAGES[page], re.MULTILINE)
    return found[0] if found else ""


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("variable", VARIABLES)
def test_a_setting_is_explained(page, variable):
    assert line_about(page, variable), f"{page} does not explain {variable}"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_explains_a_setting_that_is_gone(page):
    named = set(re.findall(r"TENANTATLAS_[A-Z_]*[A-Z]", PAGES[page]))

    assert named <= set(VARIABLES) | set(OF_PLUGINS)


@pytest.mark.parametrize("variable", OF_PLUGINS)
def test_a_setting_of_a_built_in_plugin_is_told_to_administrators(variable):
    assert f"`{variable}`" in PAGES["docs/admin.md"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "variable", [name for name, field in VARIABLES.items() if field.default not in ("", (), None)]
)
def test_the_default_that_is_told_is_the_one_that_counts(page, variable):
    default = VARIABLES[variable].default
    told = f"{default:g}" if isinstance(default, float) else str(default).lower()

    assert f"`{told}`" in line_about(page, variable)
