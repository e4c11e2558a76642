import json
import re
from pathlib import Path

import pytest

from tools.vendor import (
    FOR_TESTS,
    MANIFEST,
    PACKAGES,
    SHIPPED,
    VendoredFile,
    manifest_of,
    problems_in,
    sha256_of,
)

CSS = SHIPPED.parent / "css"


@pytest.mark.parametrize("folder", [SHIPPED, FOR_TESTS], ids=["shipped", "for-tests"])
def test_vendored_files_are_unmodified_and_all_listed(folder):
    assert manifest_of(folder)

    assert problems_in(folder) == []


@pytest.mark.parametrize("folder", [SHIPPED, FOR_TESTS], ids=["shipped", "for-tests"])
def test_the_manifest_names_the_versions_that_make_vendor_fetches(folder):
    wanted = {
        (package.name, package.version, file)
        for package in PACKAGES[folder]
        for file in package.files.values()
    }

    assert {(entry.name, entry.version, entry.file) for entry in manifest_of(folder)} == wanted


@pytest.mark.parametrize("folder", [SHIPPED, FOR_TESTS], ids=["shipped", "for-tests"])
def test_every_package_comes_with_its_licence(folder):
    for package in PACKAGES[folder]:
        assert package.licence
        assert any(Path(file).name == "LICENSE" for file in package.files.values()), package.name


def test_a_changed_a_missing_and_an_unlisted_file_are_each_named(tmp_path):
    for name in ("kept.js", "changed.js", "gone.js"):
        (tmp_path / name).write_text(f"// {name}\n")
    list_in_manifest(tmp_path, "kept.js", "changed.js", "gone.js")
    assert problems_in(tmp_path) == []

    (tmp_path / "changed.js").write_text("// tampered\n")
    (tmp_path / "gone.js").unlink()
    (tmp_path / "extra.js").write_text("// who put this here\n")

    assert problems_in(tmp_path) == [
        "gone.js: missing",
        "extra.js: not in the manifest",
        "changed.js: not as example 1.0.0 has it",
    ]


def test_the_script_that_polling_relies_on_is_the_version_its_source_was_read_for():
    assert 'version="4.0.1"' in (SHIPPED / "htmx/htmx.min.js").read_text(encoding="utf-8")


def test_our_own_styles_load_nothing_from_elsewhere_and_nothing_missing():
    for sheet in CSS.glob("*.css"):
        for address in re.findall(r"url\([\"']?([^\"')]+)", sheet.read_text(encoding="utf-8")):
            assert (CSS / address).is_file(), f"{sheet.name}: {address}"


def test_every_sheet_of_ours_is_imported_into_a_layer():
    imports = dict(
        re.findall(r'@import url\("([^"]+)"\) layer\((\w+)\);', (CSS / "app.css").read_text(encoding="utf-8"))
    )

    assert set(imports) == {"../vendor/bootstrap/bootstrap.min.css"} | {
        sheet.name for sheet in CSS.glob("*.css") if sheet.name != "app.css"
    }
    assert set(imports.values()) == {"vendor", "tokens", "base", "layout", "parts"}


def list_in_manifest(folder: Path, *names: str) -> None:
    entries = [VendoredFile("example", "1.0.0", name, sha256_of(folder / name), "MIT") for name in names]
    (folder / MANIFEST).write_text(json.dumps([vars(entry) for entry in entries]))
