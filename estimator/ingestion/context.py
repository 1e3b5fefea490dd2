"""Reading context of a home."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from estimator.catalogue.resolver import Places
from estimator.core.errors import SobriaError
from estimator.core.home import settings
from estimator.ingestion.column_names import column_names, renamed
from estimator.ingestion.parsing import timestamps
from estimator.ingestion.reader import ReadingContext

_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


def reading_context(
    home: Path, timezone: str | None = None, read_at: str | None = None, columns: Sequence[str] = ()
) -> ReadingContext:
    """The reading context of a home; the others are options. bad_read_at, unknown_timezone, columns_unread."""
    names = column_names(columns)
    rename = None if names is None else partial(renamed, names=names)
    context = ReadingContext(settings(home).timezone, timezone, Places.load(), rename=rename)
    if read_at is None:
        return context
    moment = timestamps.parse(f"{read_at}T12:00:00" if _DAY.match(read_at) else read_at, day_first=True)
    if moment is not None and moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(timezone or context.home_timezone))
    if moment is None or moment > datetime.now(UTC):
        raise SobriaError("bad_read_at", value=read_at[:40])
    return replace(context, read_at=moment)
