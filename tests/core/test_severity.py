"""Figures of findings, whoever says them."""

import pytest

from app.core.severity import Severity, counted, in_words, worst_rank


def test_figures_come_most_severe_first_without_zeros():
    said = {"low": 2, "critical": 1, "high": 0}

    assert list(counted(said).items()) == [("critical", 1), ("low", 2)]
    assert in_words(said) == "1 critical, 2 low"
    assert worst_rank(counted(said)) == Severity.CRITICAL.rank


@pytest.mark.parametrize(
    "said", [None, 7, "critical", [1], {"purple": 3}, {"low": "many"}, {"low": True}, {}]
)
def test_what_is_no_figure_is_nothing(said):
    assert counted(said) == {}
    assert worst_rank(counted(said)) is None
    assert in_words(counted(said)) == ""
