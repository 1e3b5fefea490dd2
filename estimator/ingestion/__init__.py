"""Input of rows: file formats, dry run, import, quarantine, the HTTP collector."""
