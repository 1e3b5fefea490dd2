"""A groups file of several years tells what the files of each year tell, to the group: less that of one of them, it is
that of the others."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.published_groups import PublishedGroups
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import groups_file, published_groups
from estimator.reporting.publications.reen_file import commune_file
from tests.reporting.authority import case, facts, run
from tests.reporting.test_no_difference import audit, everything
from tests.support import built

CODE = "54395"
ROOM = "class/server-room"
YEARS = ("2024", "2025")
MONTHS = [f"{year}-{month:02}" for year in YEARS for month in range(1, 13)]


def _home(home: Path, agents: Mapping[str, int], *rows: Any) -> Path:
    for name, number in agents.items():
        case(Register(home), name, CODE, name, f"Service {name}")
        said = {
            "service": f"Service {name}",
            "date": "2024-01-01",
            "trained": 1,
            "with_access": number,
            "kind": "essai",
        }
        Commitments(home).state_training(said, voter("RH", "déclaration"))
    built(home, *rows)
    return home


def _team_of_two(home: Path) -> Path:
    """`secret`, of two agents, runs three months of 2024, on a server where `baux` and `cantine` run all months;
    `agenda` is at a desk, and 2025 joins it to `tri`, of three agents."""
    rows = [run("secret", 3.0 + m, f"2024-{m:02}", requests=37.0, host=ROOM) for m in (3, 4, 9)]
    for month in MONTHS:
        rows += [run(name, 1.2, month, requests=900.0, host=ROOM) for name in ("baux", "cantine")]
        rows.append(run("agenda", 5.0 if month < "2025" else 1.5, month, requests=200.0))
        rows += [run("tri", 20.0, month, requests=50.0)] if month > "2025" else []
    agents = {"secret": 2, "agenda": 40, "baux": 50, "cantine": 60, "tri": 3}
    return _home(home, agents, *rows)


def _drawn(home: Path, seed: int) -> Path:
    """Small and large uses that start, stop and move, at a desk or on a server, drawn at random."""
    chance = random.Random(seed)
    agents = {f"u{number}": chance.choice((2, 3, 4, 30, 40, 60)) for number in range(6)}
    rows = []
    for name in agents:
        hosts, big = [chance.choice(("class/desk", ROOM)) for _ in YEARS], chance.choice((0.5, 2.0, 8.0))
        for month in MONTHS:
            if chance.random() < chance.choice((0.3, 1.0)):
                host = hosts[month > "2025"]
                rows.append(run(name, big * chance.uniform(0.5, 2), month, requests=200.0, host=host))
    return _home(home, agents, *rows)


def _file(home: Path, period: str) -> PublishedGroups:
    return published_groups(facts(home, CODE, period=period, by="Mairie"))


def _same(home: Path, spans: Mapping[str, tuple[str, ...]]) -> None:
    for span, parts in spans.items():
        whole, each = _file(home, span), [_file(home, part) for part in parts]
        assert sorted(map(str, whole.groups)) == sorted(str(group) for file in each for group in file.groups)
        held = [file for file in each if file.withheld != 0]
        if any(file.withheld is None for file in held):
            assert (whole.withheld, whole.withheld_kwh) == (None, None)
        else:
            assert whole.withheld == sum(file.withheld or 0 for file in held)
            if all(file.withheld_kwh is not None for file in held):
                kwh = sum(file.withheld_kwh or 0.0 for file in held)
                assert whole.withheld_kwh == float(f"{kwh:.1g}")
            else:
                assert whole.withheld_kwh is None


SPANS = {
    "2024-01..2025-12": YEARS,
    "2024-07..2025-12": ("2024-07..2024-12", "2025"),
    "2024-01..2025-03": ("2024", "2025-01..2025-03"),
    "2023-06..2025-12": YEARS,
}


def test_two_years_less_one_give_nothing_of_a_team_of_two(tmp_path: Path) -> None:
    """`secret` was 21 kWh, exactly: what the file of both years had of the server room in 2024, less that of 2024."""
    _same(_team_of_two(tmp_path), SPANS)


def test_no_other_publication_of_two_years_gives_it(tmp_path: Path) -> None:
    """Sheets, open data and exports of the same home, over each year, both, and spans of them."""
    found = audit(_team_of_two(tmp_path), *SPANS, "2024-T1")
    assert [*found.protected()] and found.exposed(everything(found)) == []


@pytest.mark.parametrize("seed", range(6))
def test_a_file_of_years_is_that_of_each(tmp_path: Path, seed: int) -> None:
    _same(_drawn(tmp_path, seed), SPANS)


def test_a_year_that_tells_nothing_leaves_the_other_as_it_is_told(tmp_path: Path) -> None:
    """2024 has a use of two agents alone; 2025 two large ones. The file of both has what that of 2025 has, no count of
    what it leaves out, and says that some is; the review of a commune too."""
    rows = [run("secret", 3.0, f"2024-{m:02}", requests=37.0) for m in (1, 2)]
    rows += [run(name, 2.0, f"2025-{m:02}", requests=900.0) for m in range(1, 13) for name in ("baux", "cantine")]
    home = _home(tmp_path, {"secret": 2, "baux": 40, "cantine": 50}, *rows)
    _same(home, SPANS)
    span = "2024-01..2025-12"
    assert len(_file(home, span).groups) == 24 and not _file(home, "2024").groups
    both, one = (commune_file(facts(home, CODE, period=period)) for period in (span, "2025"))
    assert both.as_read_kwh == one.as_read_kwh == pytest.approx(48.0) and both.withheld and not one.withheld
    for lang, words in (("fr", "il ne dit ni combien"), ("en", "tells neither how many")):
        assert words in " ".join(groups_file(facts(home, CODE, lang, period=span)).left_out)
