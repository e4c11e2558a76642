"""Keys derived from the one secret key: a label each, so that no two purposes share bytes."""

import hashlib
import hmac

from flask import current_app

from app.core.tenants import Tenant


def derive_key(secret: str, label: str) -> bytes:
    """A 32-byte key for one purpose.

    Args:
        secret: the deployment's secret key.
        label: the purpose, e.g. `queue`, `inventory.secrets/17`.

    Source:
        HMAC-SHA256 as a pseudo-random function (RFC 2104), label as message.
    """
    return hmac.new(secret.encode(), b"tenantatlas/" + label.encode(), hashlib.sha256).digest()


def tenant_key(tenant: Tenant, purpose: str) -> bytes:
    """A 32-byte key of one tenant for one purpose, e.g. to seal what must not be stored in clear.

    It changes with the deployment's secret key: what was sealed before no longer compares equal.
    """
    return derive_key(current_app.config["KEY_MATERIAL"], f"{purpose}/{tenant.id}")
