"""Parsing shared by readers: text tables, JSON, timestamps, row identity, redaction."""
