"""What every room stands on: refusals and messages, numbers and dates as text, the home folder, files written
atomically, DuckDB, the event log."""
