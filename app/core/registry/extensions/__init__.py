"""What a plugin adds to the product beside run types. Declarations only: nothing here knows any plugin."""

from app.core.registry.extensions.api_resource import ApiPage, ApiResource
from app.core.registry.extensions.base import Extension
from app.core.registry.extensions.finding_type import FindingType
from app.core.registry.extensions.ignore_rule import IgnoreRule
from app.core.registry.extensions.inventory_source import (
    Found,
    InventorySource,
    SourceDocument,
    SourceProblem,
)
from app.core.registry.extensions.notification_channel import ChannelMessage, NotificationChannel
from app.core.registry.extensions.overview_card import TONES, CardFact, OverviewCard
from app.core.registry.extensions.policy_choice import ChosenPolicy, PolicyChoice
from app.core.registry.extensions.policy_type import PolicyShape, PolicyType

EXTENSIONS: tuple[type[Extension], ...] = (
    InventorySource,
    PolicyType,
    FindingType,
    IgnoreRule,
    OverviewCard,
    NotificationChannel,
    ApiResource,
    PolicyChoice,
)

__all__ = [
    "EXTENSIONS",
    "TONES",
    "ApiPage",
    "ApiResource",
    "CardFact",
    "ChannelMessage",
    "ChosenPolicy",
    "Extension",
    "FindingType",
    "Found",
    "IgnoreRule",
    "InventorySource",
    "NotificationChannel",
    "OverviewCard",
    "PolicyChoice",
    "PolicyShape",
    "PolicyType",
    "SourceDocument",
    "SourceProblem",
]
