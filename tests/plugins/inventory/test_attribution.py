"""Where a document belongs that nobody could read."""

import pytest

from app.core import SourceProblem
from app.plugins.inventory.attribution import attributed


def unreadable(path, collection=None, **more):
    return SourceProblem(path, "document_unreadable", f"{path} is broken", collection, **more)


def homes(problems, known_before=None, read_now=None):
    return [problem.collection for problem in attributed(problems, known_before or {}, read_now or {})]


def test_a_path_known_before_tells_the_collection():
    assert homes([unreadable("x/a.json")], {"x/a.json": "namedLocation"}, {"x/b.json": "mobileApp"}) == [
        "namedLocation"
    ]


def test_siblings_in_the_folder_tell_the_collection_when_they_agree():
    read = {"x/b.json": "mobileApp", "x/c.json": "mobileApp", "y/d.json": "namedLocation"}

    assert homes([unreadable("x/a.json")], read_now=read) == ["mobileApp"]


def test_siblings_that_disagree_tell_nothing():
    read = {"x/b.json": "mobileApp", "x/c.json": "namedLocation"}

    assert homes([unreadable("x/a.json")], read_now=read) == [None]


def test_an_export_of_one_collection_tells_it():
    assert homes([unreadable("x/a.json")], read_now={"y/b.json": "mobileApp"}) == ["mobileApp"]


def test_an_export_of_nothing_readable_tells_nothing():
    assert homes([unreadable("a.json")]) == [None]


@pytest.mark.parametrize(
    "problem",
    [
        unreadable("x/a.json", "authStrength"),
        SourceProblem("x/a.json", "not_a_policy", "no", is_failure=False),
    ],
    ids=["has a home already", "is only a remark"],
)
def test_a_problem_that_needs_no_home_is_left_as_it_is(problem):
    assert attributed([problem], {"x/a.json": "mobileApp"}, {"x/b.json": "mobileApp"}) == [problem]
