"""Reference data: factor tables, models, providers, zones, devices; loading, checks, user tables, and factor selection
by subject and day."""
