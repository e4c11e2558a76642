"""TenantAtlas: configuration of many Microsoft 365 tenants, watched. Importing `app` costs nothing."""

__version__ = "0.1.0"
