"""Usage of an OpenAI organisation exported by the day and by the hour: seen once both are in the ledger."""

import json
from pathlib import Path
from typing import Any

from estimator.builds.build import build
from estimator.results.reading import Results, open_current
from tests.ingestion.formats import bring

DAY = 1772323200  # 2026-03-01 at 0 h UTC
HOUR = 3600


def page(start: int, seconds: int, **cells: Any) -> str:
    result = {"object": "organization.usage.completions.result", "input_tokens": 90, "output_tokens": 40}
    result |= {"model": "gpt-4o-2024-08-06", "project_id": "p", "num_model_requests": 1} | cells
    return json.dumps(
        {"object": "page", "data": [{"start_time": start, "end_time": start + seconds, "results": [result]}]}
    )


def flagged(home: Path, *texts: str) -> list[str]:
    """The start and length in hours of the buckets to look at."""
    for number, text in enumerate(texts):
        bring(home, text, f"{number}.json")
    build(home)
    found = open_current(home)
    assert isinstance(found, Results)
    rows = found.runs()["rows"]
    looks = [row for row in rows if "buckets_overlap" in {check["code"] for check in row["checks"]}]
    counted = {check["code"]: check["count"] for check in found.checks()}
    assert counted.get("buckets_overlap", 0) == len(looks)
    return sorted(f"{row['start'][:13]} {row['duration_s'] / HOUR:g} h" for row in looks)


def test_a_day_over_its_hours_is_to_be_checked(tmp_path: Path) -> None:
    found = flagged(tmp_path, page(DAY, 24 * HOUR), page(DAY, HOUR), page(DAY + 23 * HOUR, HOUR))
    assert found == ["2026-03-01T00 24 h"]


def test_an_hour_over_its_minutes_is_to_be_checked_whatever_came_first(tmp_path: Path) -> None:
    assert flagged(tmp_path, page(DAY + 90, 60), page(DAY, HOUR)) == ["2026-03-01T00 1 h"]


def test_buckets_that_are_others_are_not_to_be_checked(tmp_path: Path) -> None:
    """Hours of another day, another model and another project, and a later reading of the same day."""
    others = (
        page(DAY + 24 * HOUR, HOUR),
        page(DAY, HOUR, model="gpt-4o-mini"),
        page(DAY, HOUR, project_id="q"),
        page(DAY, 24 * HOUR, output_tokens=50),
    )
    assert flagged(tmp_path, page(DAY, 24 * HOUR), *others) == []
