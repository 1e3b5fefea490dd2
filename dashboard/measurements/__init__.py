"""Coverage by month, a run opened, its raw fields."""
