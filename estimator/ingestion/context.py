"""What readers need of a home."""

from pathlib import Path

from estimator.catalogue.resolver import Places
from estimator.core.home import settings
from estimator.ingestion.reader import ReadingContext


def reading_context(home: Path, timezone: str | None = None) -> ReadingContext:
    """What readers need of a home; `timezone` is the one asked for in this import."""
    return ReadingContext(settings(home).timezone, timezone, Places.load())
