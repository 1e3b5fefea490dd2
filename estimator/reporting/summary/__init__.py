"""Summary of a territory and a period for an elected official."""
