"""The reference data: factor tables, models, providers, zones, devices; loading, checking, user tables, and which
factor applies to which subject on which day."""
