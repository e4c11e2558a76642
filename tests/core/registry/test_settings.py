"""Settings of plugins: from the environment, checked at load, named where wrong, and never shown."""

import json
from datetime import timedelta
from enum import Enum
from pathlib import Path

import pytest
from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

from app.config import Settings, variables
from app.core import plugin_settings
from app.core.errors import PluginError
from app.core.registry.catalog import EXTENSION, Catalog
from app.core.registry.contract import OperationType, Plugin

SECRET = "hunter2-of-the-harbour"


class Colour(Enum):
    RED = "red"


class Harbour(BaseModel):
    """What an administrator may choose."""

    key: SecretStr = SecretStr("")
    berths: int = Field(default=3, ge=1)
    names: tuple[str, ...] = ()
    colour: Colour = Colour.RED
    patience: timedelta = timedelta(minutes=1)
    folder: Path | None = None
    is_open: bool = True
    word: str = ""

    @field_validator("word")
    @classmethod
    def _gentle(cls, value):
        if value == "leave":
            raise SystemExit(3)
        if value == "break":
            raise KeyError(SECRET)
        if value:
            raise ValueError(f"the word {value} is not gentle")
        return value

    @model_validator(mode="after")
    def _fitting(self):
        if self.berths == 7:
            raise ValueError(f"no key of {self.key.get_secret_value()} opens seven berths")
        return self


class Required(BaseModel):
    """Something must be said."""

    key: SecretStr


def plugin(name="harbour", settings=Harbour, **declared):
    return Plugin(name=name, version="1", settings=settings, **declared)


@pytest.fixture
def load(monkeypatch):
    """Load a plugin with an environment: `load({"BERTHS": "4"})` answers with its settings."""

    def loaded(environment, declared=None, catalog=None):
        catalog = catalog or Catalog(reserved=variables())
        for name, value in environment.items():
            monkeypatch.setenv(f"TENANTATLAS_HARBOUR_{name}", value)
        declared = declared or plugin()
        catalog.add(declared)
        return catalog.settings.get(declared.settings)

    return loaded


def test_without_anything_said_the_defaults_hold(load):
    assert load({}) == Harbour()


def test_values_are_read_as_the_model_means_them(load):
    found = load(
        {
            "KEY": SECRET,
            "BERTHS": "4",
            "NAMES": "north, south,",
            "COLOUR": "red",
            "PATIENCE": "PT5S",
            "FOLDER": "/srv/harbour",
            "IS_OPEN": "no",
        }
    )

    assert found.key.get_secret_value() == SECRET
    assert (found.berths, found.names, found.is_open) == (4, ("north", "south"), False)
    assert (found.patience, found.folder) == (timedelta(seconds=5), Path("/srv/harbour"))


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"BERTHS": "many-hunter2"}, "TENANTATLAS_HARBOUR_BERTHS: Input should be a valid integer"),
        ({"BERTHS": "0"}, "TENANTATLAS_HARBOUR_BERTHS: Input should be greater than or equal to 1"),
        ({"COLOUR": "hunter2"}, "TENANTATLAS_HARBOUR_COLOUR: Input should be 'red'"),
        ({"WORD": "hunter2"}, "TENANTATLAS_HARBOUR_WORD: the plugin does not take this value"),
        ({"WORD": "break"}, "its settings cannot be read: KeyError"),
        ({"WORD": "leave"}, "its settings cannot be read: SystemExit"),
        ({"BERTHS": "7", "KEY": SECRET}, "its settings do not go together: the plugin does not take this"),
    ],
)
def test_a_wrong_value_fails_the_plugin_by_the_name_of_its_variable_alone(load, environment, said):
    with pytest.raises(PluginError) as caught:
        load(environment)

    assert caught.value.stage == "validate"
    assert caught.value.reason.startswith(said)
    assert "hunter2" not in str(caught.value)


def test_every_wrong_value_is_named(load):
    with pytest.raises(PluginError) as caught:
        load({"BERTHS": "0", "IS_OPEN": "maybe"})

    assert "TENANTATLAS_HARBOUR_BERTHS: " in caught.value.reason
    assert "TENANTATLAS_HARBOUR_IS_OPEN: " in caught.value.reason


def test_what_must_be_said_and_is_not_is_named(load):
    with pytest.raises(PluginError, match="TENANTATLAS_HARBOUR_KEY: Field required"):
        load({}, plugin(settings=Required))


class Nested(BaseModel):
    """Settings no variable can hold."""

    inner: Required


class Aliased(BaseModel):
    """A setting under two names."""

    key: str = Field("", alias="Key")


@pytest.mark.parametrize("settings", [Nested, Aliased])
def test_settings_that_no_variable_can_hold_are_refused(load, settings):
    with pytest.raises(PluginError, match="use single values and lists of them, without aliases"):
        load({}, plugin(settings=settings))


class Disabled(BaseModel):
    """A setting whose variable could be the product's own."""

    disabled: str = ""


def test_a_setting_is_none_of_the_products_own(load):
    with pytest.raises(PluginError, match="TENANTATLAS_PLUGINS_DISABLED is a setting of TenantAtlas"):
        load({}, plugin("plugins", Disabled))

    assert load({}, plugin("harbour", Disabled)) == Disabled()


def test_the_products_own_variables_are_all_known():
    assert len(variables()) == len(Settings.model_fields) > 10
    assert "TENANTATLAS_SECRET_KEY" in variables()


class First(BaseModel):
    """The variable TENANTATLAS_NORTH_QUAY_DEPTH."""

    quay_depth: int = 1


class Second(BaseModel):
    """The same of another plugin."""

    depth: int = 1


def test_a_setting_is_no_other_plugins(load):
    catalog = Catalog()
    load({}, plugin("north", First), catalog)

    with pytest.raises(PluginError, match="TENANTATLAS_NORTH_QUAY_DEPTH is a setting of plugin 'north'"):
        load({}, plugin("north_quay", Second), catalog)
    with pytest.raises(PluginError, match="its settings are those of plugin 'north'"):
        load({}, plugin("south", First), catalog)


def test_a_plugin_that_is_dropped_takes_its_settings_along(load):
    catalog = Catalog()
    load({}, catalog=catalog)

    catalog.drop(PluginError("harbour", "routes", "two pages of one name"))

    assert catalog.settings == {}


def test_an_operation_asks_for_its_settings_wherever_it_runs(app, tenant, monkeypatch, worker, flask_cli):
    monkeypatch.setenv("TENANTATLAS_HARBOUR_BERTHS", "4")
    operation = OperationType(
        run_type="harbour.count",
        label="Count",
        execute=lambda run: run.summarize(berths=plugin_settings(Harbour).berths),
    )
    app.extensions[EXTENSION].add(plugin(operations=(operation,)))

    answer = flask_cli("runs", "start", "harbour.count", "--tenant", "fictional", "--inline", "--json")

    assert json.loads(answer.stdout)["summary"] == {"berths": 4}


def test_settings_that_nobody_declared_are_a_mistake_in_the_code(app):
    with pytest.raises(LookupError, match="no loaded plugin declares the settings Harbour"):
        plugin_settings(Harbour)


SOURCE = """
from pydantic import BaseModel
from app.core import Plugin

class Hello(BaseModel):
    greeting: str = "Hello"
    limit: int = 1

plugin = Plugin(name="hello", version="1", settings=Hello)
"""


def test_what_is_read_is_shown_nowhere(drop_in, monkeypatch, make_app):
    drop_in("hello", SOURCE)
    monkeypatch.setenv("TENANTATLAS_HELLO_GREETING", SECRET)
    app = make_app()
    run = app.test_cli_runner().invoke

    listed, doctor = run("plugins", "list", "--json"), run("plugins", "doctor")

    assert [row["state"] for row in json.loads(listed.stdout) if row["name"] == "hello"] == ["loaded"]
    for said in (listed.output, doctor.output, repr(app.extensions[EXTENSION])):
        assert SECRET not in said


def test_a_wrong_value_is_told_by_the_doctor_and_everything_else_goes_on(drop_in, monkeypatch, make_app):
    drop_in("hello", SOURCE)
    monkeypatch.setenv("TENANTATLAS_HELLO_LIMIT", SECRET)
    app = make_app()

    doctor = app.test_cli_runner().invoke("plugins", "doctor")

    assert (
        "hello: failed at validate: TENANTATLAS_HELLO_LIMIT: Input should be a valid integer" in doctor.stdout
    )
    assert SECRET not in doctor.output
    assert "drift" in app.extensions[EXTENSION].plugins
