"""Coverage by month, run detail, raw fields."""
