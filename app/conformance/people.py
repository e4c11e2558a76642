"""The tenant of a check, its members, and a stranger."""

from flask import Flask

from app.core.db import db
from app.core.tenants import create_tenant
from app.core.users import Role, User, set_membership

SLUG, OTHER_SLUG = "conformance", "elsewhere"
STRANGER = "stranger"


def settle_people(app: Flask) -> None:
    """Add the tenant with a member in every role, and a stranger who is an owner elsewhere."""
    with app.app_context():
        tenant, elsewhere = create_tenant(SLUG, "Conformance Ltd"), create_tenant(OTHER_SLUG, "Elsewhere Ltd")
        for name, place, role in [
            (STRANGER, elsewhere, Role.OWNER),
            *((role, tenant, role) for role in Role),
        ]:
            # No password opens these accounts: the kit's browsers enter without the form.
            user = User(email=address(name), password_hash="!")  # noqa: S106 - no hash at all
            db.session.add(user)
            db.session.commit()
            set_membership(user, place, role)


def address(name: str) -> str:
    """The e-mail address of a role, or of the stranger."""
    return f"{name}@example.com"
