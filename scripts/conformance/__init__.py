"""Real clients, in environments of their own, that send to a real collector what they read of a fake model."""
