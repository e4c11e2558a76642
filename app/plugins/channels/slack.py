"""Slack: an incoming webhook."""

import json

from pydantic import BaseModel, Field, SecretStr

from app.core import ChannelMessage, JsonObject, NotificationChannel
from app.plugins.channels.posting import post

LONGEST = 2400  # characters; a block takes 3,000, an address included


class SlackOptions(BaseModel):
    """The address of the incoming webhook."""

    url: SecretStr = Field(
        title="Address of the webhook",
        description="Slack gives it for an incoming webhook; whoever has it can post there.",
        max_length=2000,
    )


def payload_of(message: ChannelMessage) -> JsonObject:
    """The message in Slack's blocks.

    Source:
        https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and
        https://docs.slack.dev/messaging/formatting-message-text (what is escaped).
    """
    said, *more = map(_escaped, message.lines)
    lines = [f"*{_escaped(message.title).replace('*', '')}*", said, *(f">{line}" for line in more)]
    lines = _bounded(lines)
    if message.url:
        lines.append(f"<{_escaped(message.url)}|{message.link_label}>")
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "\n".join(lines)}}
    return {"text": _escaped(message.title), "blocks": [block]}


def _bounded(lines: list[str]) -> list[str]:
    """As many lines as one block takes beside a link; Slack refuses a longer one as a whole."""
    while len(lines) > 2 and sum(map(len, lines)) + len(lines) > LONGEST:
        lines.pop()
    return lines


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def deliver(message: ChannelMessage, options: SlackOptions) -> None:
    """Post it."""
    post(options.url.get_secret_value(), json.dumps(payload_of(message)).encode())


channel = NotificationChannel(
    key="slack",
    label="Slack",
    description="Posts a message to a channel of Slack.",
    options=SlackOptions,
    deliver=deliver,
)
