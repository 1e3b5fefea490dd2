"""Of merged groups, months are known and no day: their period is told in months, and ends no later than their file."""

import json
from pathlib import Path

from estimator.builds.published_groups import PublishedGroups
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from tests.reporting.authority import case, facts, plain, run
from tests.support import built, sobria

CODE = "54395"


def _national(tmp_path: Path, made_at: str) -> Path:
    """A home that merges 1 kWh of February and 2 of November, in a file written at a moment."""
    case(Register(tmp_path / "commune"), "Courrier", CODE, "courrier")
    rows = [run("courrier", 1, "2026-02", requests=500.0), run("courrier", 2, "2026-11", requests=500.0)]
    built(tmp_path / "commune", *rows)
    held = published_groups(facts(tmp_path / "commune", CODE)).model_copy(update={"made_at": made_at})
    assert isinstance(held, PublishedGroups)
    (tmp_path / "a.json").write_text(held.sealed().model_dump_json(), "utf-8")
    sobria(tmp_path / "national", "ledger", "merge", str(tmp_path / "a.json"))
    return tmp_path / "national"


def test_totals_of_months_say_months_and_no_day_to_come(tmp_path: Path) -> None:
    home = _national(tmp_path, "2026-11-20T10:00:00+01:00")
    said = plain(sobria(home, "totals").stdout)
    assert "(février 2026 à novembre 2026)" in said and "2026-11-30" not in said and "2026-02-01" not in said
    body = json.loads(sobria(home, "totals", "--json").stdout)
    assert body["coverage"]["period"] == ["2026-02-01", "2026-11-20"]


def test_a_month_that_was_over_is_whole(tmp_path: Path) -> None:
    body = json.loads(sobria(_national(tmp_path, "2026-11-29T23:00:00-05:00"), "totals", "--json").stdout)
    assert body["coverage"]["period"] == ["2026-02-01", "2026-11-30"], "the 30th at 4 in the morning, UTC"
