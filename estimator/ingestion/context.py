"""What readers need of a home."""

from pathlib import Path

from estimator.catalogue.resolver import Places
from estimator.core.home import settings
from estimator.ingestion.reader import Context


def reading_context(home: Path, timezone: str | None = None) -> Context:
    """What readers need of a home; `timezone` is the one asked for in this import."""
    return Context(settings(home).timezone, timezone, Places.load())
