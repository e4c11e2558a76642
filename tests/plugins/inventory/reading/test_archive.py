"""Zip archives: read without unpacking, and not believed."""

import json
import struct
import zipfile

import pytest

from app.plugins.inventory.reading.errors import SourceError
from app.plugins.inventory.reading.limits import Limits
from tests.support.recognized import read_export

SETTINGS = {"name": "a", "platforms": "macOS", "technologies": "mdm"}


@pytest.fixture
def make_zip(tmp_path):
    def make(files, name="export.zip", compression=zipfile.ZIP_DEFLATED):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", compression) as archive:
            for entry, content in files.items():
                info = zipfile.ZipInfo(entry)
                info.filename = entry  # as given: ZipInfo would tidy it
                info.compress_type = compression
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                archive.writestr(info, data)
        return path

    return make


def test_an_archive_reads_like_the_folder_it_was_made_of(make_zip, write, read, make_policy):
    files = {"b/two.json": make_policy("two"), "a/one.json": json.dumps(make_policy("one")).encode("utf-16")}

    from_zip, problems = read(make_zip(files))
    from_folder, _ = read(write(files))

    assert from_zip == from_folder
    assert [document.path for document in from_zip] == ["a/one.json", "b/two.json"]
    assert problems == []


def test_an_archive_is_known_by_its_first_bytes_too(make_zip, read, make_policy):
    assert len(read(make_zip({"a.json": make_policy()}, name="export.backup"))[0]) == 1


def test_what_other_systems_put_into_archives_is_left_out(make_zip, read, make_policy):
    path = make_zip(
        {
            "export/": b"",
            "export/a.json": make_policy(),
            "__MACOSX/export/._a.json": b"\x00\x05\x16\x07",
            "export/._b.json": b"\x00\x05\x16\x07",
            "export/inner.zip": b"PK\x03\x04",
            "export/readme.txt": b"hello",
            "export/folder.json/": b"",
        }
    )

    documents, problems = read(path)

    assert [document.path for document in documents] == ["export/a.json"]
    assert problems == []


def test_backslashes_between_folders_are_read_as_folders(make_zip, read, make_policy):
    documents, problems = read(make_zip({"Settings Catalog\\a.json": make_policy()}))

    assert [document.path for document in documents] == ["Settings Catalog/a.json"]
    assert problems == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../evil.json", "../evil.json"),
        ("a/../../evil.json", "a/../../evil.json"),
        ("..\\evil.json", "../evil.json"),
        ("a\\..\\evil.json", "a/../evil.json"),
        ("/etc/evil.json", "/etc/evil.json"),
        ("\\\\server\\share\\evil.json", "//server/share/evil.json"),
        ("C:\\evil.json", "C:/evil.json"),
        ("../evil.txt", "../evil.txt"),
    ],
)
def test_a_name_that_points_outside_is_named_and_not_read(make_zip, read, make_policy, name, shown):
    documents, [problem] = read(make_zip({name: make_policy("evil"), "good.json": make_policy("good")}))

    assert [document.body["displayName"] for document in documents] == ["good"]
    assert (problem.path, problem.reason_code, problem.is_failure) == (shown, "unsafe_path", True)
    assert shown in problem.reason


def test_an_entry_that_unpacks_to_a_bomb_is_refused(make_zip, read, make_policy):
    bomb = b'{"a": "' + b"0" * 5_000_000 + b'"}'

    documents, [problem] = read(make_zip({"Settings Catalog/bomb.json": bomb, "good.json": make_policy()}))

    assert [document.path for document in documents] == ["good.json"]
    assert (problem.reason_code, problem.collection) == ("compression_ratio", "settingsCatalog")
    assert problem.reason == "Settings Catalog/bomb.json unpacks to more than 200 times its size"


def test_a_small_entry_may_be_as_dense_as_it_likes(make_zip, read):
    dense = {**SETTINGS, "description": "a" * 900_000}

    assert len(read(make_zip({"dense.json": dense}))[0]) == 1


def test_an_entry_over_the_limit_is_refused_by_name(make_zip, read, make_policy):
    path = make_zip({"large.json": make_policy("x" * 5000), "small.json": make_policy()})

    documents, [problem] = read(path, Limits(document_bytes=4000))

    assert [document.path for document in documents] == ["small.json"]
    assert (problem.path, problem.reason_code) == ("large.json", "document_too_large")


@pytest.mark.parametrize("limits", [Limits(archive_bytes=1000), Limits(archive_entries=1)])
def test_an_archive_that_announces_too_much_is_refused_as_a_whole(make_zip, make_policy, limits):
    path = make_zip({"a.json": make_policy("x" * 600), "b.json": make_policy("y" * 600)})

    with pytest.raises(SourceError, match=r"^export\.zip ") as refused:
        list(read_export(path, limits=limits))

    assert refused.value.reason_code == "archive_too_large"


def test_an_encrypted_entry_is_named(make_zip, read, make_policy):
    path = make_zip({"a.json": make_policy(), "locked.json": make_policy()})
    raw = bytearray(path.read_bytes())
    flags = raw.rindex(b"PK\x01\x02") + 8  # of the last entry in the central directory
    struct.pack_into("<H", raw, flags, 1)
    path.write_bytes(raw)

    documents, [problem] = read(path)

    assert [document.path for document in documents] == ["a.json"]
    assert problem.reason == "locked.json is encrypted"


def test_a_damaged_entry_is_named_and_the_others_are_read(make_zip, read, make_policy):
    path = make_zip(
        {"a.json": make_policy("first"), "b.json": make_policy("second")}, compression=zipfile.ZIP_STORED
    )
    path.write_bytes(path.read_bytes().replace(b"second", b"SECOND"))

    documents, [problem] = read(path)

    assert [document.path for document in documents] == ["a.json"]
    assert (problem.path, problem.reason_code) == ("b.json", "document_unreadable")


def test_an_unknown_compression_is_named(make_zip, read, make_policy):
    path = make_zip({"a.json": make_policy(), "b.json": make_policy()})
    raw = bytearray(path.read_bytes())
    struct.pack_into("<H", raw, raw.rindex(b"PK\x01\x02") + 10, 97)
    path.write_bytes(raw)

    _, [problem] = read(path)

    assert problem.reason == "b.json is damaged inside the archive"


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"not a zip at all"])
def test_a_broken_archive_is_refused_by_its_name(tmp_path, raw):
    path = tmp_path / "broken.zip"
    path.write_bytes(raw)

    with pytest.raises(SourceError, match=r"^broken\.zip is not a readable zip archive$"):
        list(read_export(path))


def test_an_archive_without_policies_says_so(make_zip):
    with pytest.raises(SourceError, match=r"^export\.zip contains no policies$"):
        list(read_export(make_zip({"readme.txt": b"hello"})))
