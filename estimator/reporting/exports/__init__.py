"""The results of a home for other software: tables, counters, a read-only API."""
