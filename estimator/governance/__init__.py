"""Decisions and reports of the authority: register of use cases, commitments, charter, indicators."""
