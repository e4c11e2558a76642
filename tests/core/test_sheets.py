"""Tables as text: nothing is computed, and what breaks off says so."""

import csv
import io

import pytest

from app.core.sheets import BROKEN_OFF, FORMULA, csv_chunks


def rows(text):
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("start", FORMULA)
def test_what_looks_like_a_formula_is_text(start):
    text = "".join(csv_chunks([[f"{start}1"]], iter([[[f"{start}2"]]]), [[f"{start}3"]]))

    assert rows(text) == [[f"'{start}1"], [f"'{start}2"], [f"'{start}3"]]


def test_numbers_and_nothing_are_cells_too():
    assert rows("".join(csv_chunks([], iter([[[1, None, "a,b\nc"]]])))) == [["1", "", "a,b\nc"]]


def test_the_tail_is_asked_for_when_everything_else_is_written():
    seen = []

    def batches():
        for number in (1, 2):
            seen.append(number)
            yield [[number]]

    text = "".join(csv_chunks([], batches(), ([len(seen)] for _ in range(1))))

    assert rows(text) == [["1"], ["2"], ["2"]]


def test_what_breaks_off_says_so_and_has_no_tail():
    def batches():
        yield [[1]]
        raise OSError("gone")

    chunks = csv_chunks([["head"]], batches(), [["tail"]])
    text = next(chunks) + next(chunks)

    with pytest.raises(OSError, match="gone"):
        next(chunks)
    assert rows(text) == [["head"], ["1"], [BROKEN_OFF]]


def test_what_fails_before_the_first_chunk_is_no_file():
    def batches():
        raise OSError("gone")
        yield []

    with pytest.raises(OSError, match="gone"):
        next(csv_chunks([["head"]], batches()))
