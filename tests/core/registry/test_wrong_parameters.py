"""Parameters that no form could ask for, no database may hold, or that mean nothing: refused at load."""

from collections.abc import Callable
from datetime import date, datetime
from enum import Enum

import pytest
from pydantic import (
    AwareDatetime,
    BaseModel,
    Field,
    NaiveDatetime,
    RootModel,
    Secret,
    SecretBytes,
    SecretStr,
    field_validator,
)

from app.core.errors import PluginError
from app.core.registry.catalog import EXTENSION, Catalog
from app.core.registry.contract import Choice, NoParams, OperationType, Plugin
from app.core.registry.extensions import InventorySource
from app.core.registry.wrong_parameters import wrong_examples


class Inner(BaseModel):
    """Something with fields of its own."""

    name: str


class Colour(Enum):
    RED = "red"


def load(params=NoParams, **declared):
    operation = OperationType(
        run_type="probe.check", label="Probe", execute=lambda _run: None, params=params, **declared
    )
    Catalog().add(Plugin(name="probe", version="1", operations=(operation,)))


def model(annotation, default=...):
    return type("Params", (BaseModel,), {"__annotations__": {"wall": annotation}, "wall": default})


def refused(params=NoParams, **declared):
    with pytest.raises(PluginError) as caught:
        load(params, **declared)
    assert caught.value.stage == "validate"
    assert caught.value.reason.startswith("run type 'probe.check': ")
    return caught.value.reason


@pytest.mark.parametrize(
    "annotation",
    [str, int | None, float, bool, date, AwareDatetime, datetime, Colour, list[str], set[Colour], int | str],
)
def test_single_values_and_lists_of_them_are_taken(annotation):
    load(model(annotation))


@pytest.mark.parametrize(
    "annotation",
    [Inner, Inner | None, list[Inner], dict[str, str], list[list[str]], str | list[str], Inner | str],
)
def test_what_has_fields_of_its_own_is_refused(annotation):
    assert "parameters: 'wall' holds other fields" in refused(model(annotation))


@pytest.mark.parametrize(
    "annotation", [SecretStr, SecretBytes, SecretStr | None, list[SecretStr], Secret[date]]
)
def test_a_secret_is_refused_and_sent_to_the_settings(annotation):
    said = refused(model(annotation))

    assert "parameters: 'wall' is a secret, and parameters are stored with each run" in said
    assert "settings" in said


def test_a_moment_without_a_zone_is_refused():
    assert "use AwareDatetime" in refused(model(NaiveDatetime | None, None))


def test_an_alias_is_refused():
    assert "parameters: 'wall' has an alias" in refused(model(str, Field(alias="Wall")))


def test_a_name_that_forms_use_themselves_is_refused():
    params = type("Params", (BaseModel,), {"__annotations__": {"csrf_token": str}})

    assert "parameters: 'csrf_token' has a name that forms use" in refused(params)


def test_what_json_cannot_say_is_refused():
    assert "cannot be told as JSON" in refused(model(Callable[[], None]))


def test_a_model_without_named_fields_is_refused():
    assert "the model has no named fields" in refused(RootModel[str])


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (bool, "choices for 'wall', which is neither a text"),
        (Colour, "choices for 'wall', which is neither a text"),
        (AwareDatetime, "choices for 'wall', which is neither a text"),
    ],
)
def test_choices_for_what_cannot_be_chosen_are_refused(annotation, words):
    assert words in refused(model(annotation), choices={"wall": lambda _tenant: [Choice("a", "A")]})


def test_choices_for_no_parameter_are_refused():
    assert "choices for 'roof', which is no parameter" in refused(
        model(str), choices={"roof": lambda _tenant: []}
    )


class Paint(BaseModel):
    """A colour that is looked at."""

    coats: int = Field(ge=1)
    colour: str = "red"

    @field_validator("colour")
    @classmethod
    def _known(cls, value):
        if value == "leave":
            raise SystemExit(3)
        if value == "mauve":
            raise ValueError("nobody has mauve")
        return {"red": value, "blue": value}[value]


def painting(*examples):
    return OperationType(
        run_type="probe.paint", label="Paint", execute=print, params=Paint, examples=examples
    )


def test_examples_that_fit_are_taken():
    assert list(wrong_examples(painting({"coats": 1}, {"coats": 2, "colour": "blue"}))) == []


@pytest.mark.parametrize(
    ("example", "words"),
    [
        ({}, "example 2: coats: Field required"),
        ({"coats": 0}, "example 2: coats: Input should be greater than or equal to 1"),
        ({"coats": 1, "colour": "mauve"}, "example 2: colour: nobody has mauve"),
        ({"coats": 1, "colour": "green"}, "example 2: KeyError"),
        ({"coats": 1, "colour": "leave"}, "example 2: SystemExit"),
    ],
)
def test_an_example_that_does_not_fit_is_named(example, words):
    assert list(wrong_examples(painting({"coats": 1}, example))) == [words]


ASKING = """
from pydantic import BaseModel, field_validator
from app.core import OperationType, Plugin, current_catalog

class Params(BaseModel):
    other: str

    @field_validator("other")
    @classmethod
    def _loaded(cls, value):
        if value not in current_catalog().plugins:
            raise ValueError("it is not loaded")
        return value

operation = OperationType(
    run_type="hello.ask", label="Ask", params=Params, execute=print, examples=({"other": "%s"},)
)
plugin = Plugin(name="hello", version="1", operations=(operation,))
"""


def test_a_model_may_ask_what_is_loaded(drop_in, make_app):
    drop_in("hello", ASKING % "drift")

    assert "hello" in make_app().extensions[EXTENSION].plugins


def test_a_plugin_with_a_wrong_example_is_not_loaded_and_says_which(drop_in, make_app):
    drop_in("hello", ASKING % "nobody")

    [failed] = make_app().extensions[EXTENSION].failed

    assert (failed.name, failed.stage) == ("hello", "validate")
    assert failed.reason == "run type 'hello.ask': example 1: other: it is not loaded"


def test_the_options_of_a_source_are_looked_at_alike():
    class Options(BaseModel):
        key: SecretStr

    source = InventorySource(key="hello", label="Hello", description="", options=Options, read=print)

    assert any("options: 'key' is a secret" in problem for problem in source.problems())
