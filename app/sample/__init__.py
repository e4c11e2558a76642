"""The sample tenant: fictional exports, and the runs that a new installation shows."""

from app.sample.load import sample, sign_in_notice, take_snapshots

__all__ = ["sample", "sign_in_notice", "take_snapshots"]
