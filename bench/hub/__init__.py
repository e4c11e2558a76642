"""What the hub costs with a million runs of one tenant, and what a poll of it costs beside a bare page."""
