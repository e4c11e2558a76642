"""Stored documents that something has damaged."""

import sqlite3

from sqlalchemy import delete, text, update

from app.core import db
from app.plugins.inventory.models import InventoryDocument


def lose(content_hash):
    """Remove a document past the database's own guard, as an administrator or a bad restore might."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
        db.session.execute(delete(InventoryDocument).where(InventoryDocument.content_hash == content_hash))
        db.session.commit()
        return
    db.session.commit()
    raw = sqlite3.connect(db.engine.url.database)
    raw.execute("DELETE FROM inventory_documents WHERE content_hash = ?", [content_hash])
    raw.commit()
    raw.close()


def alter(content_hash, body):
    """Write other bytes under a hash."""
    db.session.execute(
        update(InventoryDocument).where(InventoryDocument.content_hash == content_hash).values(body=body)
    )
    db.session.commit()
