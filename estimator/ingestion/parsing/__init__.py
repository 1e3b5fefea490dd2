"""What readers share: text tables, JSON, timestamps, row identity, redaction."""
