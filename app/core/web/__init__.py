"""The shell around every page: sign-in, tenants, notifications, start forms, errors, headers."""
