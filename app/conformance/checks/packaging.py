"""Is everything there that the plugin needs where it is installed?"""

from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path

from app.conformance.roll import Roll
from app.conformance.subjects import Subject, installed_plugins
from app.conformance.verdict import require

LEFT_OUT = "Name such files in `[tool.setuptools.package-data]`, or what your build backend has instead."


def test_folders_of_its_pages_are_there(subject_with_pages: Subject, roll: Roll) -> None:
    """Templates and static files are no Python files: a wheel leaves them out unless it is told."""
    for blueprint in roll.catalog.plugins[subject_with_pages.name].blueprints:
        for kind in ("template_folder", "static_folder"):
            folder = getattr(blueprint, kind)
            if folder is not None:
                path = Path(blueprint.root_path) / folder
                require(
                    path.is_dir() and any(inner.is_file() for inner in path.rglob("*")),
                    f"{subject_with_pages}: the {kind} of {blueprint.name!r} is empty or not there: {path}. "
                    f"{LEFT_OUT}",
                )


def test_its_migrations_are_there(subject_with_tables: Subject, roll: Roll) -> None:
    """Without them its tables are never made."""
    name = roll.catalog.plugins[subject_with_tables.name].migrations or ""
    found = find_spec(name)
    folders = (found.submodule_search_locations if found else None) or []
    require(
        any(revision for folder in folders for revision in Path(folder, "versions").glob("*.py")),
        f"{subject_with_tables}: there are no versions in {name!r}. Give the folder `migrations` an "
        "`__init__.py` and the folder `versions` your revisions, and package both.",
    )


def test_its_version_is_that_of_its_distribution(subject_of_distribution: Subject, roll: Roll) -> None:
    """Runs tell the version they were made with."""
    plugin, distribution = (
        roll.catalog.plugins[subject_of_distribution.name],
        _entry(subject_of_distribution).dist,
    )
    version = distribution.version if distribution is not None else None
    require(
        plugin.version == version,
        f"{subject_of_distribution}: the plugin says version {plugin.version}, its distribution {version}. "
        "Take it from there: `importlib.metadata.version(...)`.",
    )


def test_its_distribution_requires_the_product(subject_of_distribution: Subject) -> None:
    """Pip then refuses what does not fit together."""
    distribution = _entry(subject_of_distribution).dist
    required = (distribution.requires or []) if distribution is not None else []
    require(
        any(line.lower().startswith("tenantatlas") for line in required),
        f"{subject_of_distribution}: its distribution does not require `tenantatlas`. Add it to "
        "`dependencies`, with the versions it was written for.",
    )


def test_its_annotations_are_for_others_too(subject_of_distribution: Subject) -> None:
    """A package is checked by mypy where it is used only if it holds `py.typed`."""
    package = _entry(subject_of_distribution).module.partition(".")[0]
    found = find_spec(package)
    folders = [Path(folder) for folder in (found.submodule_search_locations or ())] if found else []
    require(
        not folders or any((folder / "py.typed").is_file() for folder in folders),
        f"{subject_of_distribution}: the package {package!r} holds no `py.typed`. Add an empty file of that "
        f"name. {LEFT_OUT}",
    )


def _entry(subject: Subject) -> EntryPoint:
    return installed_plugins()[subject.name]
