"""Reading context of a home."""

from pathlib import Path

from estimator.catalogue.resolver import Places
from estimator.core.home import settings
from estimator.ingestion.reader import ReadingContext


def reading_context(home: Path, timezone: str | None = None) -> ReadingContext:
    """The reading context of a home; `timezone` is the option of this import."""
    return ReadingContext(settings(home).timezone, timezone, Places.load())
