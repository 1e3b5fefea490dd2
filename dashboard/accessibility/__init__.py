"""What the screens owe to people who read, hear or move otherwise: the audit and the declaration."""
