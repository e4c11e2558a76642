"""Settings: read once, every wrong value named, the secret key made once."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError

from app.config import Settings, load_settings
from app.core.errors import ConfigurationError


@pytest.fixture
def set_variables(monkeypatch, tmp_path):
    """Set `TENANTATLAS_*` variables; the data folder is always one of the test."""
    monkeypatch.setenv("TENANTATLAS_DATA_DIR", str(tmp_path / "data"))

    def put(**values):
        for name, value in values.items():
            monkeypatch.setenv(f"TENANTATLAS_{name.upper()}", value)

    return put


def test_without_any_setting_everything_is_embedded_in_the_data_folder(set_variables, tmp_path):
    settings = load_settings()

    assert settings.data_dir == tmp_path / "data"
    assert settings.database_url == f"sqlite:///{tmp_path}/data/tenantatlas.db"
    assert settings.queue_url == f"sqlite:///{tmp_path}/data/queue.db"
    assert len(settings.secret_key) >= 40
    assert (settings.debug, settings.safe_mode, settings.plugins_strict) == (False, False, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "mysql://localhost/x"),
        ("database_url", "not a url"),
        ("queue_url", "amqp://localhost"),
        ("queue_url", "postgresql+psycopg://localhost/x"),
        ("queue_prefix", "With Spaces"),
        ("queue_prefix", ""),
        ("public_url", "atlas.example.com"),
        ("public_url", "ftp://atlas.example.com"),
        ("public_url", "https://"),
        ("public_url", "https://ada:secret@atlas.example.com"),
        ("public_url", "https://atlas.example.com/?a=b"),
        ("lease_seconds", "0.5"),
        ("lease_seconds", "soon"),
        ("lease_seconds", "nan"),
        ("proxies", "-1"),
        ("proxies", "6"),
        ("max_upload_mb", "0"),
        ("max_upload_mb", "1e9"),
        ("session_cookie_secure", "perhaps"),
        ("plugins_strict", "2"),
        ("safe_mode", "x"),
        ("debug", ""),
    ],
)
def test_a_value_that_cannot_be_used_is_named_by_its_variable(set_variables, name, value):
    set_variables(**{name: value})

    with pytest.raises(ConfigurationError) as caught:
        load_settings()

    assert f"TENANTATLAS_{name.upper()}" in str(caught.value)


def test_every_wrong_value_is_named_at_once(set_variables):
    set_variables(lease_seconds="soon", proxies="many")

    with pytest.raises(ConfigurationError, match=r"(?s)PROXIES.*LEASE_SECONDS|LEASE_SECONDS.*PROXIES"):
        load_settings()


def test_a_password_in_a_wrong_address_is_not_shown(set_variables):
    set_variables(database_url="mysql://admin:hunter2@db.example.com/x")

    with pytest.raises(ConfigurationError) as caught:
        load_settings()

    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__, "nor in the traceback above it"


def test_a_public_address_ends_without_a_slash(set_variables):
    set_variables(public_url="https://atlas.example.com/watch/")

    assert load_settings().public_url == "https://atlas.example.com/watch"


def test_names_are_separated_by_commas(set_variables):
    set_variables(plugins_disabled=" drift, inventory ,,")

    assert load_settings().plugins_disabled == ("drift", "inventory")


def test_the_secret_key_does_not_show_in_a_printed_setting(set_variables):
    set_variables(secret_key="open-sesame")

    assert "open-sesame" not in repr(load_settings())


def test_an_unknown_override_is_refused(tmp_path):
    with pytest.raises(ConfigurationError):
        load_settings(data_dir=tmp_path, colour="red")
    with pytest.raises(ValidationError):
        Settings(data_dir=tmp_path, colour="red")


def test_a_secret_key_is_made_once_and_only_its_owner_may_read_it(set_variables, tmp_path):
    first = load_settings().secret_key
    path = tmp_path / "data" / "secret.key"

    assert load_settings().secret_key == first == path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_given_secret_key_is_not_written_down(set_variables, tmp_path):
    set_variables(secret_key="given")

    assert load_settings().secret_key == "given"
    assert not (tmp_path / "data" / "secret.key").exists()


def test_processes_that_come_up_at_once_agree_on_one_secret_key(set_variables):
    with ThreadPoolExecutor(16) as pool:
        keys = {future.result().secret_key for future in [pool.submit(load_settings) for _ in range(64)]}

    assert len(keys) == 1


def test_an_empty_key_file_is_named_instead_of_signing_with_nothing(set_variables, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret.key").touch()

    with pytest.raises(ConfigurationError, match=r"secret\.key is empty"):
        load_settings()


def test_a_data_folder_that_cannot_be_made_is_named(set_variables, tmp_path):
    (tmp_path / "file").touch()
    set_variables(data_dir=str(tmp_path / "file" / "data"))

    with pytest.raises(ConfigurationError, match="TENANTATLAS_DATA_DIR: cannot use"):
        load_settings()


def test_a_folder_of_plugins_that_is_not_there_is_named(set_variables, tmp_path):
    set_variables(plugins_dir=str(tmp_path / "nowhere"))

    with pytest.raises(ConfigurationError, match="TENANTATLAS_PLUGINS_DIR: there is no folder"):
        load_settings()


def test_no_folder_of_plugins_is_not_the_current_one(set_variables):
    set_variables(plugins_dir="")

    assert load_settings().plugins_dir is None
