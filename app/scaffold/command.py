"""`flask plugins new`: write a plugin, then say what doctor and the conformance kit find."""

from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask.cli import with_appcontext

from app import plugins
from app.core import cli_errors, current_catalog
from app.scaffold.draft import Draft, drafted
from app.scaffold.trial import tried
from app.scaffold.writing import target_of, write


@click.command("new")
@click.argument("name")
@click.option("--package", "as_package", is_flag=True, help="An installable package with tables and a page.")
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    help="Folder; by default TENANTATLAS_PLUGINS_DIR or app/plugins, of a package the current one.",
)
@with_appcontext
@cli_errors
def new(name: str, *, as_package: bool, into: Path | None) -> None:
    """Write a new plugin that runs, then check it; exit 1 if something is found."""
    draft = drafted(name, current_catalog(), as_package=as_package)
    folder = (into or _usual_folder(as_package=as_package)).resolve()
    target = target_of(draft, folder, as_package=as_package)
    for path in write(draft, target, as_package=as_package):
        click.echo(f"wrote {path}")
    if not _is_found_well(draft, target):
        raise click.exceptions.Exit(1)
    if _is_at_hand(target):
        click.echo("Restart `flask serve` and `flask worker` to see it.")
    elif as_package:
        click.echo(f"Install it with `pip install --editable {target}`, then `flask db upgrade`.")


def _usual_folder(*, as_package: bool) -> Path:
    return Path.cwd() if as_package else Path(plugins.__path__[-1])


def _is_at_hand(target: Path) -> bool:
    """Whether it lies where plugins are found by themselves."""
    return target.parent in {Path(folder).resolve() for folder in plugins.__path__}


def _is_found_well(draft: Draft, target: Path) -> bool:
    is_good, places = True, _places_of(target)
    with TemporaryDirectory(prefix="tenantatlas-new-") as folder:
        for found in tried(draft, Path(folder), **places):
            click.echo(f"{found.step}: {found.said.strip()}")
            is_good = is_good and found.is_good
    return is_good


def _places_of(target: Path) -> dict[str, Path]:
    """Where a plugin is imported from and tested; nothing below `app/plugins`, where any process finds it."""
    if target.is_dir():
        return {"sources": target / "src", "tests": target / "tests"}
    return {} if target.parent == Path(plugins.__path__[0]).resolve() else {"sources": target.parent}
