"""What an administrator says about Microsoft Graph: where it is, and who we are there."""

from urllib.parse import urlsplit

from pydantic import BaseModel, field_validator

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class GraphSettings(BaseModel):
    """TENANTATLAS_GRAPH_BASE_URL and its like; explained in `docs/admin.md`."""

    base_url: str = "https://graph.microsoft.com"
    login_url: str = "https://login.microsoftonline.com"
    credentials: str = ""  # path of the file with each tenant's application

    @field_validator("base_url", "login_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if not is_safe or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("give an address that begins with https:// and a host")
        return value.rstrip("/")
