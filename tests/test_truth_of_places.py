"""What a comparison says of where, of proof and of what suffices is no more than what is known."""

from pathlib import Path
from typing import Any

import pytest

from estimator.compare.decision import decision
from estimator.errors import say
from tests.support import activity, built
from tests.test_compare_parts import option, scenario

LANGUAGES = ("fr", "en")


def measured(home: Path, *zones: str | None, wanted: str = "FRA", **more: Any) -> dict[str, Any]:
    """A service of the ledger, a run in each zone, as an option of a scenario that wants a place."""
    rows = (activity(service_key="s", zone=zone, items=9.0, **more) for zone in zones)
    built(home, *rows)
    limits = {"location": wanted, "quality": {"value": 0.8}}
    return decision(scenario(option("pilote", measured={"service": "s"}), constraints=limits), home)


@pytest.mark.parametrize(
    ("zones", "codes", "kept"),
    [
        (("FRA",), [], True),
        (("FRA", "USA"), ["ran_outside_location"], False),
        (("FRA", None), ["ran_location_unknown"], True),
        ((None, "USA"), ["ran_outside_location", "ran_location_unknown"], False),
    ],
)
def test_a_measured_option_is_judged_by_where_its_runs_ran(
    tmp_path: Path, zones: tuple[str | None, ...], codes: list[str], kept: bool
) -> None:
    body = measured(tmp_path / "home", *zones, other_energy_kwh=2.0)
    assert [w["code"] for w in body["options"][1]["warnings"] if "location" in w["code"]] == codes
    assert body["reference"] == ("pilote" if kept else None)
    assert (body["smallest_model"] is not None) is kept


def test_electricity_of_the_ledger_is_told_with_its_proof_and_never_called_measured(tmp_path: Path) -> None:
    """2 kWh read with an instrument, 1 kWh of no known method."""
    home = tmp_path / "home"
    known = activity(service_key="s", cpu_energy_kwh=2.0, items=9.0, cpu_mode="mode/rapl")
    built(home, known, activity(service_key="s", items=9.0))
    body = decision(scenario(option("pilote", measured={"service": "s"})), home)
    told = next(w for w in body["options"][1]["warnings"] if w["code"] == "measured")
    proof = body["options"][1]["proof"]
    for lang, start in (("fr", "Électricité prise dans le registre"), ("en", "Electricity taken from the ledger")):
        assert told[lang].startswith(start)
        for name, share in proof.items():
            assert (say("proofs", name, lang) in told[lang].replace("mesures", "")) is (share > 0)
