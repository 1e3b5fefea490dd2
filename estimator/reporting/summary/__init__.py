"""What an elected official reads of a territory and a period."""
