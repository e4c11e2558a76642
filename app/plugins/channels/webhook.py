"""A webhook of anybody's: JSON, signed so that the receiver knows whom it is from."""

import hashlib
import hmac
import json

from pydantic import BaseModel, Field, SecretStr

from app.core import ChannelMessage, JsonObject, NotificationChannel, clock
from app.plugins.channels.posting import post

TIMESTAMP, SIGNATURE = "X-TenantAtlas-Timestamp", "X-TenantAtlas-Signature"


class WebhookOptions(BaseModel):
    """Where to post, and with what to sign."""

    url: SecretStr = Field(title="Address", description="Begins with https://.", max_length=2000)
    secret: SecretStr = Field(
        title="Secret",
        description="Signs each message, so that the receiver knows whom it is from; 16 characters or more.",
        min_length=16,
        max_length=200,
    )


def document_of(message: ChannelMessage) -> JsonObject:
    """The JSON document of a message, as `docs/admin.md` tells receivers."""
    document: JsonObject = {
        "event": _event(message),
        "delivery": message.delivery_id,
        "tenant": {"slug": message.tenant, "name": message.tenant_name},
    }
    if message.gathered:
        return document | {"sentence": message.sentence, "runs": list(map(_run_of, message.gathered))}
    return document | {"run": _run_of(message)}


def _event(message: ChannelMessage) -> str:
    if message.gathered:
        return "runs.finished"
    return "test" if message.is_test else "run.finished"


def _run_of(message: ChannelMessage) -> JsonObject:
    return {
        "id": message.run_id,
        "type": message.run_type,
        "label": message.label,
        "outcome": message.bucket,
        "counts": dict(message.counts),
        "sentence": message.sentence,
        "new_findings": dict(message.new_findings),
        "error": message.error_summary,
        "finished_at": message.at.isoformat(),
        "url": message.url,
    }


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over timestamp, a full stop, and body: an old message cannot be sent as a new one."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def deliver(message: ChannelMessage, options: WebhookOptions) -> None:
    """Post it."""
    body = json.dumps(document_of(message), ensure_ascii=False).encode()
    timestamp = str(int(clock.now().timestamp()))
    signed = signature(options.secret.get_secret_value(), timestamp, body)
    post(options.url.get_secret_value(), body, {TIMESTAMP: timestamp, SIGNATURE: signed})


channel = NotificationChannel(
    key="webhook",
    label="Webhook",
    description="Posts a signed JSON document to an address of yours.",
    options=WebhookOptions,
    deliver=deliver,
)
