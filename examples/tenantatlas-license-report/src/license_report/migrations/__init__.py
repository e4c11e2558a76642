"""How this plugin's tables come to be; its version table is `alembic_version_license_report`."""
