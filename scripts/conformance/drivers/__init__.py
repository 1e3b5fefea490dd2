"""One small program a client, run in its own environment: what its user would write."""
