"""What the authority decides and reports: register of use cases, commitments, charter phrases, the twelve indicators."""
