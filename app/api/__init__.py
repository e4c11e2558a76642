"""The JSON API: what programs read and start. It knows stored runs and the catalog, never a plugin."""

from app.api.addresses import init_api

__all__ = ["init_api"]
