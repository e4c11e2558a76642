"""Files made from templates: all of them, or none."""

import shutil
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from app.core import InvalidInputError
from app.scaffold.draft import Draft

ENDING = ".jinja"
PLACEHOLDER = "NAME"  # in paths, for the plugin's


def target_of(draft: Draft, folder: Path, *, as_package: bool) -> Path:
    """Where it will be: a file, or the folder of a package.

    Raises:
        InvalidInputError: the folder is not there, or something is where it would be.
    """
    if not folder.is_dir():
        raise InvalidInputError(f"there is no folder {folder}")
    target = folder / (draft.distribution if as_package else f"{draft.name}.py")
    for taken in (target, folder / draft.name):
        if taken.exists():
            raise InvalidInputError(f"{taken} exists already; nothing was written")
    return target


def write(draft: Draft, target: Path, *, as_package: bool) -> list[Path]:
    """Write every file of a plugin; answers with their paths.

    Raises:
        InvalidInputError: the folder cannot be written; what was written is removed again.
    """
    texts = _texts_of("package" if as_package else "file", draft)
    base = target if as_package else target.parent
    try:
        for name, text in texts.items():
            (base / name).parent.mkdir(parents=True, exist_ok=True)
            (base / name).write_text(text, encoding="utf-8")
    except OSError as error:
        _remove(target)
        raise InvalidInputError(f"cannot write {error.filename}: {error.strerror}") from error
    return [base / name for name in texts]


def _texts_of(kind: str, draft: Draft) -> dict[str, str]:
    """Path -> text. The templates hold Jinja themselves, so theirs has other brackets."""
    loader = PackageLoader("app.scaffold", f"templates/{kind}")
    environment = Environment(  # noqa: S701 - Python, TOML and Markdown: nothing to escape
        loader=loader,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
    )
    return {
        name.removesuffix(ENDING).replace(PLACEHOLDER, draft.name): environment.get_template(name).render(
            plugin=draft
        )
        for name in loader.list_templates()
    }


def _remove(target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target, ignore_errors=True)
    else:
        target.unlink(missing_ok=True)
