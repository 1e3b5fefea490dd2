"""How many requests a model serves at once, in a file of groups and in the open data, tells nothing of how much a team
that is not there writes: neither a mean of the two, nor the electricity of a large use that is made of it."""

import shutil
from pathlib import Path
from typing import Any

from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from tests.reporting.authority import case, facts
from tests.support import activity, built

CODE = "54395"
MODEL = "mistral-small-latest"
MONTHS = [f"2025-{month:02}" for month in range(1, 13)]
MODELLED = {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "other_mode": "mode/not_declared", "requests": 900.0}


def _told(home: Path, written: float, at_once: float = 11.0) -> tuple[Any, Any]:
    """Two large uses of a model, nine requests at once, and a team of two that writes this in December of 2024: the
    ways of serving, and the groups, of the file of 2025."""
    register = Register(home)
    for name, heads in (("voirie", 200), ("ecoles", 50), ("cabinet", 2)):
        case(register, name, CODE, name, name)
        said = {"service": name, "date": "2024-01-01", "trained": 1, "with_access": heads, "kind": "essai"}
        Commitments(home).state_training(said, voter("RH", "déclaration"))
    told = [("voirie", MONTHS, 9.0, 2e5), ("ecoles", MONTHS, 9.0, 1e5), ("cabinet", ["2024-12"], at_once, written)]
    rows = [
        activity(f"{month}-05T10:00:00", service_key=key, model=MODEL, host="class/server-room", output_tokens=tokens)
        for key, months, _, tokens in told
        for month in months
    ]
    more = iter([flight for _, months, flight, _ in told for _ in months])
    build = built(home, *(row.model_copy(update=MODELLED | {"concurrency": next(more)}) for row in rows))
    held = published_groups(facts(home, CODE, period="2025", by="Mairie"))
    figures = {
        key: [group.values["output_energy"] for group in groups]
        for key, groups in build.groups_by_service()
        if key in ("voirie", "ecoles")
    }
    assert len(figures) == 2 and all(figures.values())
    return held.servings, (held.groups, figures)


def test_what_a_team_writes_moves_nothing_that_is_told_of_others(tmp_path: Path) -> None:
    few, many = (_told(tmp_path / str(written), written) for written in (5e4, 5e6))
    assert few == many
    assert [way["flight"] for way in few[0]] == [9.0]


def test_the_order_of_groups_does_not_count_the_ways_of_serving_that_are_not_told(tmp_path: Path) -> None:
    """Nine ways before them, of a team of another year, made of s1 and s2 an s10 and an s11, in another order."""
    register = Register(tmp_path)
    for name, heads in (("voirie", 200), ("ecoles", 60), ("cabinet", 2)):
        case(register, name, CODE, name, name)
        said = {"service": name, "date": "2024-01-01", "trained": 1, "with_access": heads, "kind": "essai"}
        Commitments(tmp_path).state_training(said, voter("RH", "déclaration"))
    told = [("voirie", f"2025-{month:02}", MODEL, flight) for month in (1, 2) for flight in (9.0, 30.0)]
    hidden = [("cabinet", "2024-12", "codestral", 1.0 + ways) for ways in range(8)]
    found = []
    for number in (8, 9):
        more = [*told, *hidden, ("cabinet", "2024-12", "codestral", 40.0)][: 4 + number]
        rows = [
            activity(f"{month}-05T10:00:00", service_key=key, model=model, host="class/server-room", output_tokens=9e4)
            for key, month, model, _ in more
        ]
        flights = iter([flight for *_, flight in more])
        home = tmp_path / str(number)
        shutil.copytree(tmp_path / "register", home / "register")
        shutil.copytree(tmp_path / "commitments", home / "commitments")
        built(home, *(row.model_copy(update=MODELLED | {"concurrency": next(flights)}) for row in rows))
        held = published_groups(facts(home, CODE, period="2025", by="Mairie"))
        found.append([(group.month, group.facts["serving"]) for group in held.groups])
    assert found[0] == found[1] == [(202501, "s1"), (202501, "s2"), (202502, "s1"), (202502, "s2")]
