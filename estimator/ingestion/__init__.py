"""Everything that brings rows in: file formats, dry run, import, quarantine, the HTTP collector."""
