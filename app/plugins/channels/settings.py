"""What an administrator says about sending: the mail server, and how far webhooks may reach."""

from typing import Literal

from pydantic import BaseModel, Field, SecretStr


class ChannelsSettings(BaseModel):
    """TENANTATLAS_CHANNELS_SMTP_HOST and its like; explained in `docs/admin.md`."""

    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = ""
    allow_private: bool = False
