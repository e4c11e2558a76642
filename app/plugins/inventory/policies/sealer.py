"""Replacing secret values by a keyed fingerprint that still shows when they change."""

import hashlib
import hmac


class Sealer:
    """Seals secrets of one tenant: equal values give equal seals, nobody without the key can guess them."""

    def __init__(self, key: bytes) -> None:
        """Keep the tenant's key.

        Args:
            key: at least 16 secret bytes, never shared between tenants.

        Raises:
            ValueError: the key is too short to keep low-entropy secrets from being guessed.
        """
        if len(key) < 16:
            raise ValueError("a sealing key needs at least 16 bytes")
        self._key = key

    def seal(self, secret: bytes) -> str:
        """HMAC-SHA256 of the secret under the tenant's key, as 64 hexadecimal digits."""
        return hmac.digest(self._key, secret, hashlib.sha256).hex()
