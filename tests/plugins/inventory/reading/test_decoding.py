"""Bytes in every encoding exports come in, and what is said about those that are none."""

import json

import pytest

from app.plugins.inventory.reading.decoding import Undecodable, decode_document
from app.plugins.inventory.reading.duplicate_keys import named

TEXT = '{"displayName": "Zürich \u201cpilot\u201d"}'
VALUE = json.loads(TEXT)


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        b"\xff\xfe" + TEXT.replace("{", "{\r\n").encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        json.dumps(TEXT).encode(),
        json.dumps(json.dumps(TEXT)).encode("utf-16"),
        b"\r\n  " + TEXT.encode() + b"\r\n",
    ],
)
def test_every_encoding_of_an_export_is_read(raw):
    assert "pilot" in decode_document(raw).value["displayName"]


def test_nothing_is_lost_on_the_way_from_utf_16():
    assert decode_document(TEXT.encode("utf-16")).value == VALUE


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"\x00\x00\x00\x00", "is empty"),
        (TEXT.encode("cp1252"), "is neither UTF-8 nor UTF-16"),
        (TEXT.encode("utf-32"), "is neither UTF-8 nor UTF-16"),
        (TEXT.encode("utf-16")[:-1], "is not valid UTF-16"),
        (b'{"a": "\x00"}', "contains NUL bytes"),
        (b'{"a": NaN}', "is not valid JSON (line 1, column 7)"),
        (b'{"a": Infinity}', "is not valid JSON (line 1, column 7)"),
        (b'{\n  "secret": "x",\n}', "is not valid JSON (line 2, column 16)"),
        (b"<html>Sign in</html>", "is not valid JSON (line 1, column 1)"),
        (b'"a text"', "is not valid JSON (line 1, column 1)"),
        (b'{"a": ' + b"[" * 150 + b"]" * 150 + b"}", "is nested too deeply"),
        (b"[" * 5000, "is nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_said_without_quoting_it(raw, reason):
    with pytest.raises(Undecodable) as refused:
        decode_document(raw)

    assert str(refused.value) == reason


def test_a_document_of_depth_ninety_is_read():
    assert decode_document(b"[" * 90 + b"]" * 90).value
    assert decode_document(b'["]]][", ' + b"[" * 90 + b"]" * 90 + b"]").value


def test_brackets_in_texts_do_not_hide_how_deep_a_document_is():
    with pytest.raises(Undecodable, match="nested too deeply"):
        decode_document(b'["}", ' + b"[" * 110 + b"]" * 110 + b"]")


@pytest.mark.parametrize(
    ("text", "repeated"),
    [
        ('{"a": 1, "b": {"a": 2}}', ()),
        ('{"a": 1, "a": 2}', ("a",)),
        ('{"a" : 1, "b": [{"c": 1, "c": 1}], "a"\n: 2}', ("c", "a")),
        ('{"a": 1, "A": 2}', ()),
        ('{"a": ": b", "c": "\\":", "d": " : "}', ()),
        ('{"a": ":x", "c": 1, "c": "y"}', ("c",)),
        ('{"a": "\\u003ax", "c": 1, "c": "y"}', ("c",)),
        ('{"a": "\\u0022:x", "c": 1, "c": "y"}', ("c",)),
        ('{"a\\\\": 1, "c": 1, "c": "y"}', ("c",)),
        ('{"displayName": 1, "display\\u004eame": 2}', ("displayName",)),
    ],
)
def test_repeated_keys_are_found_exactly(text, repeated):
    assert decode_document(text.encode()).repeated_keys == repeated


def test_of_a_repeated_key_the_last_value_counts():
    assert decode_document(b'{"a": 1, "a": 2}').value == {"a": 2}


def test_many_repeated_keys_are_named_in_short():
    assert named(("a", "b" * 50)) == '"a", "' + "b" * 40 + '"'
    assert named(tuple("abcde")) == '"a", "b", "c" and 2 more'
