"""Foundations used by every room: refusals and messages, number and date formats, the home folder, atomic writes,
DuckDB, the event log."""
