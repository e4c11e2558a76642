"""Channels that come with the product: e-mail, webhooks, Microsoft Teams, Slack."""

from app.core import Plugin
from app.plugins.channels import email, slack, teams, webhook
from app.plugins.channels.settings import ChannelsSettings

plugin = Plugin(
    name="channels",
    version="1.0.0",
    settings=ChannelsSettings,
    notification_channels=(email.channel, webhook.channel, teams.channel, slack.channel),
)

__all__ = ["plugin"]
