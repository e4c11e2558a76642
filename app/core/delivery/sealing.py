"""Options of channels at rest: encrypted under a key of their tenant."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping

import orjson
from cryptography.fernet import Fernet, InvalidToken
from pydantic import BaseModel, Secret, SecretBytes, SecretStr

from app.core.db import JsonObject
from app.core.errors import InvalidInputError
from app.core.keys import tenant_key
from app.core.redaction import HIDDEN, redact
from app.core.tenants import Tenant

PURPOSE = "channels.options"


def seal(tenant: Tenant, options: Mapping[str, object]) -> str:
    """Options, as somebody gave them, as a text that only this tenant's key opens."""
    return _cipher(tenant).encrypt(orjson.dumps(dict(options))).decode()


def unseal(tenant: Tenant, sealed: str) -> JsonObject:
    """The options that were sealed.

    Raises:
        InvalidInputError: they were sealed for another tenant or under another secret key.
    """
    try:
        opened: JsonObject = orjson.loads(_cipher(tenant).decrypt(sealed.encode()))
    except InvalidToken:
        raise InvalidInputError("Its options cannot be read: the secret key has changed.") from None
    return opened


def without_secrets(text: str, options: BaseModel) -> str:
    """A text in which no secret of some options stands."""
    for secret in sorted(_secrets(value for _, value in options), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return redact(text)


def _secrets(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, SecretStr | SecretBytes | Secret):
            held = value.get_secret_value()
            yield from (
                [str(held.decode(errors="replace") if isinstance(held, bytes) else held)] if held else []
            )
        elif isinstance(value, list | tuple | set | frozenset):
            yield from _secrets(value)


def _cipher(tenant: Tenant) -> Fernet:
    return Fernet(urlsafe_b64encode(tenant_key(tenant, PURPOSE)))
