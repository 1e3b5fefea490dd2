"""The ways of serving of a file of groups are numbered in it: what it does not tell is not counted there either."""

from pathlib import Path

from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from tests.reporting.authority import case, facts
from tests.support import activity, built

CODE = "54395"
MONTHS = [f"2025-{month:02}" for month in range(1, 13)]
TOKENS = {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "requests": 900.0, "output_tokens": 2e5, "input_tokens": 3e5}
LARGE, FIRST = "mistral-small-latest", "mistral-7b-instruct"  # by name, the second comes first


def _served(home: Path, hidden: bool) -> list[object]:
    """Two large uses of one model, and, where hidden, a team of two that used another in December of 2024."""
    register = Register(home)
    for name, heads in (("voirie", 200), ("ecoles", 50), ("cabinet", 2)):
        case(register, name, CODE, name, name)
        said = {"service": name, "date": "2024-01-01", "trained": 1, "with_access": heads, "kind": "essai"}
        Commitments(home).state_training(said, voter("RH", "déclaration"))
    told = [("voirie", LARGE, MONTHS), ("ecoles", LARGE, MONTHS), ("cabinet", FIRST, ["2024-12"] if hidden else [])]
    rows = [
        activity(f"{month}-05T10:00:00", service_key=key, model=model, host="scaleway/fr-par-2", **TOKENS)
        for key, model, months in told
        for month in months
    ]
    built(home, *rows)
    held = published_groups(facts(home, CODE, period="2025", by="Mairie"))
    assert {group.facts["serving"] for group in held.groups} == {"s1"}
    return [(way["serving"], way["model"]) for way in held.servings]


def test_a_number_does_not_count_what_is_not_told(tmp_path: Path) -> None:
    assert _served(tmp_path / "alone", hidden=False) == _served(tmp_path / "beside", hidden=True) == [("s1", LARGE)]
