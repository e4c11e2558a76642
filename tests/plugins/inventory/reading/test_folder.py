"""Folders may hold links, forks and things that are no files."""

import os

from app.plugins.inventory.reading.limits import Limits


def test_a_file_over_the_limit_is_named_and_never_opened(write, read, make_policy):
    export = write({"Settings Catalog/huge.json": b"", "small.json": make_policy()})
    os.truncate(export / "Settings Catalog/huge.json", 300 * 1024 * 1024)  # takes no space on disk

    documents, [problem] = read(export)

    assert [document.path for document in documents] == ["small.json"]
    assert (problem.reason_code, problem.collection) == ("document_too_large", "settingsCatalog")
    assert problem.reason == "Settings Catalog/huge.json is 300 MB large; the limit is 50 MB"


def test_a_file_of_exactly_the_limit_is_read(write, read, make_policy):
    export = write({"a.json": make_policy()})
    size = (export / "a.json").stat().st_size

    assert len(read(export, Limits(document_bytes=size))[0]) == 1
    assert [p.reason_code for p in read(export, Limits(document_bytes=size - 1))[1]] == ["document_too_large"]


def test_links_that_leave_the_folder_are_refused_by_name(write, read, make_policy, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.json").write_text('{"displayName": "Elsewhere", "ipRanges": []}')
    export = write({"a.json": make_policy()})
    (export / "link.json").symlink_to(outside / "secret.json")
    (export / "Settings Catalog").symlink_to(outside)

    documents, problems = read(export)

    assert [document.path for document in documents] == ["a.json"]
    assert [(p.path, p.reason_code, p.collection) for p in problems] == [
        ("Settings Catalog/", "unsafe_path", "settingsCatalog"),
        ("link.json", "unsafe_path", None),
    ]


def test_links_inside_the_folder_are_read_and_broken_ones_named(write, read, make_policy):
    export = write({"a.json": make_policy()})
    (export / "b.json").symlink_to(export / "a.json")
    (export / "c.json").symlink_to(export / "nowhere.json")
    (export / "d.json").symlink_to(export / "d.json")

    documents, problems = read(export)

    assert [document.path for document in documents] == ["a.json", "b.json"]
    assert [problem.path for problem in problems] == ["c.json", "d.json"]
    assert all(problem.is_failure for problem in problems)


def test_an_export_may_itself_be_reached_by_a_link(write, read, make_policy, tmp_path):
    write({"a.json": make_policy()})
    (tmp_path / "link").symlink_to(tmp_path / "export")

    assert [document.path for document in read(tmp_path / "link")[0]] == ["a.json"]


def test_what_is_no_file_is_named_and_not_waited_for(write, read, make_policy):
    export = write({"a.json": make_policy()})
    os.mkfifo(export / "pipe.json")

    _, [problem] = read(export)

    assert problem.reason == "pipe.json is not a regular file"


def test_forks_and_hidden_folders_are_left_out(write, read, make_policy):
    export = write(
        {"a.json": make_policy(), "._a.json": b"\x00\x05", ".git/x.json": b"{", "__MACOSX/b.json": b"{"}
    )

    documents, problems = read(export)

    assert len(documents) == 1
    assert problems == []


def test_a_name_that_is_no_text_is_read_and_shown_storable(write, read, make_policy):
    export = write({"a.json": make_policy()})
    (export / "a.json").rename(os.fsdecode(os.fsencode(export) + b"/Z\xfcrich.json"))

    [document], problems = read(export)

    assert document.path == "Z\ufffdrich.json"
    assert problems == []


def test_a_path_of_190_characters_is_read(write, read, make_policy):
    name = "/".join(["a long folder name"] * 9) + "/" + "x" * 20 + ".json"
    assert len(name) > 190

    assert [document.path for document in read(write({name: make_policy()}))[0]] == [name]


def test_a_file_that_vanishes_or_is_locked_is_named(write, read, make_policy, monkeypatch):
    export = write({"a.json": make_policy(), "locked.json": make_policy()})
    open_file = type(export).read_bytes

    def refuse(path):
        if path.name == "locked.json":
            raise PermissionError(13, "Permission denied")
        return open_file(path)

    monkeypatch.setattr(type(export), "read_bytes", refuse)

    _, [problem] = read(export)

    assert problem.reason == "locked.json cannot be opened (permission denied)"


def test_a_folder_that_cannot_be_listed_makes_its_type_incomplete(write, read, make_policy, monkeypatch):
    export = write({"a.json": make_policy(), "Settings Catalog/x.json": make_policy()})
    scan = os.scandir

    def refuse(path):
        if str(path).endswith("Settings Catalog"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)

    documents, [problem] = read(export)

    assert [document.path for document in documents] == ["a.json"]
    assert (problem.path, problem.collection, problem.is_failure) == (
        "Settings Catalog/",
        "settingsCatalog",
        True,
    )
