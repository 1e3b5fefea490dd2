"""What the authority decides and reports: register of use cases, commitments, charter, indicators."""
