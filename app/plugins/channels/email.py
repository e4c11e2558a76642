"""E-mail, by the administrator's mail server."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Annotated

from pydantic import BaseModel, Field

from app.core import ChannelMessage, DeliveryFailedError, NotificationChannel, plugin_settings
from app.plugins.channels.settings import ChannelsSettings

TIMEOUT = 10.0  # seconds for each step
Address = Annotated[str, Field(pattern=r"^[^@\s,;<>\"()]+@[^@\s,;<>\"()]+$", max_length=254)]


class EmailOptions(BaseModel):
    """To whom."""

    to: list[Address] = Field(
        title="Addresses", description="One a line, 20 at most.", min_length=1, max_length=20
    )


def mail_of(message: ChannelMessage, options: EmailOptions, sender: str) -> EmailMessage:
    """The message as plain text."""
    mail = EmailMessage()
    mail["Subject"] = " ".join(f"[TenantAtlas] {message.title}".split())
    mail["From"], mail["To"] = sender, ", ".join(options.to)
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = make_msgid(f"delivery-{message.delivery_id}", sender.rpartition("@")[2] or None)
    mail["Auto-Submitted"] = "auto-generated"
    lines = [*message.lines, message.url]
    about = [
        f"Tenant: {message.tenant_name} ({message.tenant})",
        f"Operation: {message.label} ({message.run_type})",
    ]
    mail.set_content("\n".join([*about, "", *(line for line in lines if line), ""]))
    return mail


def deliver(message: ChannelMessage, options: EmailOptions) -> None:
    """Hand it to the mail server."""
    settings = plugin_settings(ChannelsSettings)
    if not settings.smtp_host or not settings.smtp_from:
        said = "No mail server is set: the administrator sets TENANTATLAS_CHANNELS_SMTP_HOST and _FROM."
        raise DeliveryFailedError(said, is_final=True)
    mail = mail_of(message, options, settings.smtp_from)
    try:
        with _connected(settings) as server:
            refused = server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise DeliveryFailedError(
            "The mail server takes none of the addresses.", is_final=all(code >= 500 for code in codes)
        ) from None
    except smtplib.SMTPResponseException as error:
        said = f"The mail server answered {error.smtp_code}."
        raise DeliveryFailedError(said, is_final=500 <= error.smtp_code < 600) from None
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryFailedError(f"The mail server cannot be used ({type(error).__name__}).") from None
    if refused:
        said = f"The mail server took {len(options.to) - len(refused)} of {len(options.to)} addresses."
        raise DeliveryFailedError(said, is_final=True)


def _connected(settings: ChannelsSettings) -> smtplib.SMTP:
    if settings.smtp_security == "tls":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host, settings.smtp_port, timeout=TIMEOUT, context=context
        )
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server


channel = NotificationChannel(
    key="email",
    label="E-mail",
    description="Sends a mail to some addresses.",
    options=EmailOptions,
    deliver=deliver,
)
