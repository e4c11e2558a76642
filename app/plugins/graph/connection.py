"""Who we are in a tenant: its application, from a file that only administrators write."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from app.core import Tenant, plugin_settings
from app.plugins.graph.errors import NotConnectedError
from app.plugins.graph.settings import GraphSettings

_GUID_OR_NAME = r"^[A-Za-z0-9][A-Za-z0-9.-]{0,199}$"


class Credentials(BaseModel):
    """An application's credentials in one directory; never stored, logged or shown."""

    model_config = ConfigDict(extra="forbid")

    directory_id: str = Field(pattern=_GUID_OR_NAME)
    client_id: str = Field(pattern=_GUID_OR_NAME)
    client_secret: SecretStr = Field(min_length=1)


_BY_SLUG = TypeAdapter(dict[str, Credentials])


def credentials_of(tenant: Tenant) -> Credentials:
    """The credentials for a tenant; the file is read each time, so that a new secret counts at once.

    Raises:
        NotConnectedError: no file is named, it cannot be used, or the tenant is not in it.
    """
    named = plugin_settings(GraphSettings).credentials
    if not named:
        raise NotConnectedError("No credentials for Microsoft Graph are configured.")
    try:
        found = _BY_SLUG.validate_json(Path(named).read_bytes()).get(tenant.slug)
    except OSError as error:
        raise NotConnectedError(f"The credentials file cannot be read ({type(error).__name__}).") from None
    except ValidationError:
        # What is wrong with it would quote it.
        raise NotConnectedError("The credentials file is not in the form that docs/admin.md gives.") from None
    if found is None:
        raise NotConnectedError(f"The credentials file has no entry for tenant {tenant.slug!r}.")
    return found


def is_connected(tenant: Tenant) -> bool:
    """Whether there are credentials for a tenant; nobody is asked whether they work."""
    try:
        credentials_of(tenant)
    except NotConnectedError:
        return False
    return True
