"""An indicator of another package: in totals, indicators, documents and explanations, with interval and proof."""

import json
import math
from pathlib import Path

import pytest

from estimator.catalogue.schema import PROOFS
from tests.plug_ins.installed import PLUGS, package
from tests.support import sobria_process

COPPER = "acme-copper (sobria-acme 1.2.0)"
DECLARED = """
from estimator.core.interval import Interval
def of(compute, **more):
    label = {"fr": "Essai", "en": "Trial"}
    return {"contract": 1, "label": label, "source": label, "of": "energy", "unit": "u", "compute": compute} | more
"""
FAULTY = {
    "fails": ("lambda energy: 1 / 0", "s'est arrêtée sur energy (ZeroDivisionError)"),
    "a_number": ("lambda energy: 3.0", "float pour « compute » : Interval était attendu"),
    "disorder": ("lambda energy: Interval.of((3, 2, 1))", "low ≤ central ≤ high était attendu"),
    "endless": ("lambda energy: Interval.of((1, 2, float('inf')))", "low ≤ central ≤ high était attendu"),
    "unknown": ("lambda energy: Interval(unit='u')", "(ValueError)"),
}


@pytest.fixture
def home(acme: str, tmp_path: Path) -> Path:
    """0.3 kWh at the plug of a service of twelve, with the package that reads it."""
    line = ("--home", str(tmp_path / "home"))
    sobria_process(*line, "import", str(PLUGS), PYTHONPATH=acme)
    stated = ("--with-access", "12", "--trained", "0", "--kind", "aucune", "--who", "Essais", "--date", "2026-03-01")
    sobria_process(*line, "commitments", "training", "traduction", *stated, PYTHONPATH=acme)
    return tmp_path / "home"


def test_it_is_told_everywhere(acme: str, home: Path, tmp_path: Path) -> None:
    """1 gCu for a kWh [0.5 to 2]: each side is as wide, in ratio, as the root of the sum of the squares of that of the
    electricity and of ln 2. Its proof is that of the electricity, all of it measured."""
    line = ("--home", str(home), "--lang", "fr")
    totals = json.loads(sobria_process(*line, "totals", "--json", PYTHONPATH=acme).stdout)
    (one,) = totals["added"]
    energy, value = totals["indicators"]["energy"], one["value"]
    below = math.hypot(math.log(energy["central"] / energy["low"]), math.log(2))
    assert value["central"] == pytest.approx(energy["central"]) and value["unit"] == "gCu"
    assert value["low"] == pytest.approx(energy["central"] / math.exp(below))
    assert (one["plug_in"], one["of"], one["proof"]["measured"], value["covers"]) == (COPPER, "energy", 1.0, 1.0)
    body = json.loads(sobria_process(*line, "indicators", "--json", PYTHONPATH=acme).stdout)
    assert body["added"][0]["value"] == value and "acme-copper" not in body["indicators"]
    told = f"calculé par l’extension {COPPER}. Source : Acme, notice de 2026, page 4 (inventée)"
    for command in (("totals",), ("indicators",), ("explain", "total.acme-copper")):
        shown = " ".join(sobria_process(*line, *command, PYTHONPATH=acme).stdout.split())
        assert "Cuivre du réseau, selon Acme" in shown and told in shown
        assert "(preuve : 100 % mesuré)" in shown
    assert "Électricité du site, machines et refroidissement = " in shown  # what it is computed from is explained below
    english = sobria_process("--home", str(home), "--lang", "en", "totals", PYTHONPATH=acme).stdout
    assert "Copper of the grid, by Acme" in english and f"computed by the plug-in {COPPER}" in english
    page = tmp_path / "synthese.html"
    sobria_process(*line, "indicators", "--out", str(page), PYTHONPATH=acme)
    review = tmp_path / "bilan.html"
    sobria_process(*line, "report", "reen", "--out", str(review), PYTHONPATH=acme)
    for path in (page, review):
        assert "Indicateurs ajoutés par des extensions" in path.read_text("utf-8") and COPPER in path.read_text("utf-8")


def test_the_proof_of_nothing_is_unknown_and_never_zero(acme: str, home: Path) -> None:
    """Once its only import is withdrawn, no electricity counts: the proof is null here as it is in the totals."""
    line = ("--home", str(home), "--lang", "fr")
    imported = json.loads(sobria_process(*line, "ledger", "history", "--json", PYTHONPATH=acme).stdout)["imports"][0]
    withdrawn = ("--import", imported["event"], "--who", "DSI", "--why", "essai")
    sobria_process(*line, "ledger", "withdraw", *withdrawn, PYTHONPATH=acme)
    for command in ("totals", "indicators"):
        (one,) = json.loads(sobria_process(*line, command, "--json", PYTHONPATH=acme).stdout)["added"]
        assert one["proof"] == dict.fromkeys(PROOFS) and one["value"]["central"] is None


def test_faulty_ones_are_unknown_with_their_reason(home: Path, site: Path) -> None:
    """Five whose value is no interval are unknown, in words, and the totals stay the same; three are not taken."""
    for name, (compute, _) in FAULTY.items():
        package(site, name, "sobria.indicators", f"{DECLARED}PLUG = of({compute})")
    package(site, "thief", "sobria.indicators", f"{DECLARED}PLUG = of(lambda energy: energy)", entry="water")
    package(site, "of_what", "sobria.indicators", f"{DECLARED}PLUG = of(lambda energy: energy, of='trees')")
    package(site, "no_code", "sobria.indicators", f"{DECLARED}PLUG = of(5)")
    line = ("--home", str(home), "--lang", "fr", "totals", "--json")
    alone, done = sobria_process(*line), sobria_process(*line, PYTHONPATH=str(site))
    body, ours = json.loads(done.stdout), json.loads(alone.stdout)
    found = {one["id"]: one["value"] for one in body["added"]}
    assert found.keys() == FAULTY.keys() and body["indicators"] == ours["indicators"] and ours["added"] == []
    for name, (_, reason) in FAULTY.items():
        assert found[name]["central"] is None and reason in found[name]["missing"]["fr"]
        assert "The plug-in" in found[name]["missing"]["en"] and f"{name} ({name} 0.3)" in done.stderr
    for reason in ("prend le nom « water »", "trees pour « of »", "int pour « compute »"):
        assert reason in done.stderr
