"""Settings from the environment, validated once; every one documented in `docs/admin.md`."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core.errors import ConfigurationError

SECRET_KEY_BYTES = 32
DATABASE_SCHEMES = ("sqlite:///", "postgresql+psycopg://")
QUEUE_SCHEMES = ("sqlite:///", "redis://", "rediss://", "unix://", "postgresql://")


def _names(value: object) -> object:
    """Comma-separated names become a tuple; anything else is left to pydantic."""
    if isinstance(value, str):
        return tuple(name.strip() for name in value.split(",") if name.strip())
    return value


def _path(value: object) -> object:
    """Nothing given is no folder, and not the current one."""
    return value or None


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]


class Settings(BaseSettings):
    """What an administrator may choose, read from `TENANTATLAS_*`; `load_settings` names wrong values."""

    model_config = SettingsConfigDict(env_prefix="TENANTATLAS_", extra="forbid")

    data_dir: Path = Field(
        default=Path("data"), description="Folder of embedded databases, uploads and the secret key."
    )
    database_url: str = Field(
        default="", description="SQLAlchemy URL of the data; empty: SQLite in the data folder."
    )
    queue_url: str = Field(default="", description="URL of the queue; empty: SQLite in the data folder.")
    queue_prefix: str = Field(
        default="tenantatlas", pattern=r"^[a-z][a-z0-9_-]{0,40}$", description="Name of the queue."
    )
    secret_key: str = Field(
        default="", repr=False, description="Signs sessions and messages; empty: kept in the data folder."
    )
    session_cookie_secure: bool = Field(default=False, description="Send the session cookie over HTTPS only.")
    public_url: str = Field(
        default="", description="Where people reach the pages; for links in messages to channels."
    )
    proxies: int = Field(default=0, ge=0, le=5, description="How many reverse proxies stand in front.")
    lease_seconds: float = Field(
        default=60.0, ge=1, le=3600, description="How long a silent worker keeps a run, in seconds."
    )
    max_upload_mb: int = Field(default=200, ge=1, le=4096, description="Largest upload, in megabytes.")
    allow_writes: bool = Field(default=False, description="Let managers write to their tenants: restore.")
    plugins_dir: Annotated[Path | None, BeforeValidator(_path)] = Field(
        default=None, description="Folder of further plugins, one module each."
    )
    plugins_disabled: Names = Field(default=(), description="Plugins not to load, separated by commas.")
    plugins_strict: bool = Field(default=False, description="A plugin that fails to load ends the process.")
    safe_mode: bool = Field(default=False, description="Load no plugin at all.")
    debug: bool = Field(default=False, description="Show the developer's error pages.")

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("plugins_dir")
    @classmethod
    def _folder(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        folder = value.expanduser().resolve()
        if not folder.is_dir():
            message = f"there is no folder {folder}"
            raise ValueError(message)
        return folder

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("give an address that begins with https://, or http://, and a host")
        if parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("leave out user, query and fragment")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _embedded_defaults(self) -> "Settings":
        self.database_url = self.database_url or f"sqlite:///{self.data_dir / 'tenantatlas.db'}"
        self.queue_url = self.queue_url or f"sqlite:///{self.data_dir / 'queue.db'}"
        _require_scheme("database_url", self.database_url, DATABASE_SCHEMES)
        _require_scheme("queue_url", self.queue_url, QUEUE_SCHEMES)
        return self


def load_settings(**overrides: object) -> Settings:
    """The settings of this process; makes the data folder and, when none is given, the secret key.

    Args:
        overrides: values by field name that win over the environment (tests, embedding).

    Raises:
        ConfigurationError: a variable has a value that cannot be used; the text names the variable.
    """
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks what the environment or a caller gave
    except ValidationError as error:
        raise ConfigurationError(_explain(error)) from None
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        settings.secret_key = settings.secret_key or _kept_secret(settings.data_dir / "secret.key")
    except OSError as error:
        message = f"TENANTATLAS_DATA_DIR: cannot use {settings.data_dir}: {error.strerror}"
        raise ConfigurationError(message) from None
    return settings


def variables() -> frozenset[str]:
    """The environment variables of all settings."""
    return frozenset(map(_variable, Settings.model_fields))


def _kept_secret(path: Path) -> str:
    """The key kept in a file only its owner reads; whoever creates the file first decides for all."""
    if not path.exists():
        _create_whole(path, secrets.token_urlsafe(SECRET_KEY_BYTES))
    kept = path.read_text(encoding="ascii").strip()
    if not kept:
        message = f"TENANTATLAS_SECRET_KEY is not set and {path} is empty"
        raise ConfigurationError(message)
    return kept


def _create_whole(path: Path, text: str) -> None:
    """Let a file appear with its whole content, unless somebody else's has appeared first."""
    with NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=f".{path.name}.") as file:
        file.write(text)
        file.flush()
        with suppress(FileExistsError):
            os.link(file.name, path)


def _require_scheme(name: str, url: str, schemes: tuple[str, ...]) -> None:
    if not url.startswith(schemes):
        scheme = url.split(":", 1)[0][:30]
        message = f"{_variable(name)}: {scheme!r} is not one of {', '.join(schemes)}"
        raise ValueError(message)


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        said = problem["msg"].removeprefix("Value error, ")
        # A check of the whole model has no place; its sentence names the variable itself.
        lines.append(f"{_variable(str(problem['loc'][0]))}: {said}" if problem["loc"] else said)
    return "; ".join(lines)


def _variable(field: str) -> str:
    return f"TENANTATLAS_{field.upper()}"
