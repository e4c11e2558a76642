"""Microsoft Teams: an Adaptive Card for a workflow that begins with a webhook."""

import json

from pydantic import BaseModel, Field, SecretStr

from app.core import ChannelMessage, JsonObject, NotificationChannel
from app.plugins.channels.posting import post

COLOURS = {"succeeded": "good", "partially_succeeded": "warning", "failed": "attention"}


class TeamsOptions(BaseModel):
    """The address of the workflow."""

    url: SecretStr = Field(
        title="Address of the workflow",
        description="Workflows gives it for “Send webhook alerts to a channel”. Whoever has it can post.",
        max_length=2000,
    )


def card_of(message: ChannelMessage) -> JsonObject:
    """The message as an Adaptive Card.

    Source:
        https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook
        and https://adaptivecards.io/explorer/AdaptiveCard.html (1.4).
    """
    lines = [
        _text(message.title, weight="bolder", size="medium", color=COLOURS.get(message.bucket, "default"))
    ]
    lines += map(_text, message.lines)
    card: JsonObject = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": lines,
    }
    if message.url:
        card["actions"] = [{"type": "Action.OpenUrl", "title": message.link_label, "url": message.url}]
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _text(text: str, **look: str) -> JsonObject:
    # Cards read a subset of Markdown: what an operation is called must not become a link.
    plain = "".join(f"\\{sign}" if sign in "\\`*_[]()#" else sign for sign in text)
    return {"type": "TextBlock", "text": plain, "wrap": True, **look}


def deliver(message: ChannelMessage, options: TeamsOptions) -> None:
    """Post it."""
    post(options.url.get_secret_value(), json.dumps(card_of(message)).encode())


channel = NotificationChannel(
    key="teams",
    label="Microsoft Teams",
    description="Posts a card to a channel or chat of Microsoft Teams, through Workflows.",
    options=TeamsOptions,
    deliver=deliver,
)
