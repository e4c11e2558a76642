"""Telling the world how runs ended: channels that tenants subscribe to, and sending what is in the outbox."""
