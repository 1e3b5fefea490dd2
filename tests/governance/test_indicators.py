"""The twelve indicators, each by hand on a small home."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from estimator.assessment.impacts import amounts
from estimator.core.errors import words
from estimator.core.periods import Period
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.indicator_list import INDICATORS
from estimator.governance.indicators import hosting_share, sheet
from estimator.governance.indicators.footprints import figures_of
from estimator.governance.indicators.known_months import before
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.indicators.scope import Scope, Sources
from estimator.governance.indicators.trend import change
from estimator.governance.register.register import Register, author
from estimator.places.criteria import HostingCriterion
from estimator.reporting.summary.sentences import hosting_text, shared
from tests.support import activity, built, refuses

WHO = author("Service numérique", "essai")
CASE = {"task": "répondre", "unit": "une réponse", "service": "Courrier", "owner_role": "Responsable du courrier"}
STUDIED = {"answer": "etudiee_et_ecartee", "reason": "réponses trop variées", "date": "2026-01-10"}


def case(register: Register, name: str, commune: str = "metropole", **more: Any) -> str:
    return register.create({**CASE, "name": name, "commune": commune, **more}, WHO).id


def registered(home: Path) -> Register:
    """The register of a home, written in within the year of these indicators."""
    return Register(home, now=lambda: datetime(2026, 6, 1, tzinfo=UTC))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    register = registered(tmp_path)
    first = case(register, "Courriers", alternative=STUDIED)
    register.move(first, "experimentation", WHO)
    register.attach(first, {"service_key": "courriers"}, WHO)
    other = case(register, "Voirie", "54395", alternative=STUDIED)
    register.move(other, "experimentation", WHO)
    register.attach(other, {"service_key": "voirie*"}, WHO)
    case(register, "Idée")
    return tmp_path


def run(service: str, kwh: float, month: str = "2026-03", **more: object) -> Any:
    fields: dict[str, object] = {"service_key": service, "other_energy_kwh": kwh, "host": "class/desk", "zone": "FRA"}
    fields |= {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "other_mode": "mode/meter"}
    return activity(f"{month}-05T10:00:00", **fields | more)


def scope(home: Path, *rows: Any, territory: str = "all", period: str = "2026") -> Scope:
    return Scope(Sources(built(home, *rows), Register(home), Commitments(home), home), territory, Period(period))


def test_totals_of_a_territory_and_a_period(home: Path) -> None:
    """1 + 2 kWh in 2026, 4 the year before; a commune sees its own use cases, the whole sees what nothing attaches."""
    rows = [run("courriers", 1), run("voirie-1", 2), run("inconnu", 8), run("courriers", 4, "2025-03")]
    whole = sheet(scope(home, *rows))["indicators"]
    assert whole["energy"]["value"]["at_factor_values"] == pytest.approx(11)
    again = [run("courriers", 1), run("voirie-1", 2)]
    commune = sheet(scope(home / "c", *again, territory="54395"))["indicators"]
    assert commune["energy"]["value"]["central"] is None, "another home holds no use case"
    here = scope(home, territory="54395")
    assert sheet(here)["indicators"]["energy"]["value"]["at_factor_values"] == pytest.approx(2)
    assert sheet(scope(home, territory="metropole"))["indicators"]["energy"]["value"][
        "at_factor_values"
    ] == pytest.approx(1)


def test_months_add_up_to_the_period(home: Path) -> None:
    found = sheet(scope(home, run("courriers", 1, "2026-01"), run("courriers", 2, "2026-06")))["indicators"]["energy"]
    months = {month: amount["at_factor_values"] for month, amount in found["months"].items() if amount}
    assert months == {202601: pytest.approx(1), 202606: pytest.approx(2)}
    assert found["months"][202602] is None, "a month without a run is no zero"


def test_a_service_rendered(home: Path) -> None:
    """3 kWh for 600 answers: 5 Wh each."""
    found = sheet(scope(home, run("courriers", 3, items=600.0), run("voirie-1", 1)))["indicators"]["per_service"]
    assert found["services"][0]["each"]["energy"]["central"] == pytest.approx(0.005, rel=1e-3)
    assert found["value"] == {"numerator": 1, "denominator": 2}
    assert found["silent"] == ["voirie"]


UNMETERED: dict[str, Any] = {"host": "class/shared-regional", "machine": None, "machine_hours": None}
UNMETERED |= {"other_mode": "mode/none", "requests": 300.0, "input_tokens": 3e5, "output_tokens": 150e3}


def test_a_service_is_divided_by_the_units_that_go_with_its_electricity(home: Path) -> None:
    """3 kWh for 300 answers, 1 kWh of an indexing without any, 300 answers of a model nobody knows: 3,000 Wh ÷ 300 =
    10 Wh each, neither 4,000 ÷ 600 = 6.7, nor 4,000 ÷ 300 = 13.3, nor 3,000 ÷ 600 = 5. A use of which every answer is
    of that model has none known."""
    unknown = {**UNMETERED, "model": "inconnu/x"}
    rows = [run("courriers", 3, items=300.0), run("courriers", 1, "2026-04")]
    lost = [run("courriers", None, "2026-05", items=300.0, **unknown), run("voirie-1", None, **unknown)]
    found = sheet(scope(home, *rows, *lost))["indicators"]["per_service"]
    [service] = found["services"]
    assert service["units"] == 300 and found["silent"] == ["voirie"]
    assert service["each"]["energy"]["central"] == pytest.approx(0.01, rel=1e-3)
    alone = sheet(scope(home, rows[0], period="2026-03"))["indicators"]["per_service"]["services"][0]["each"]
    assert service["each"] == alone


def test_alternatives_without_ai(home: Path) -> None:
    register = registered(home)
    third = case(register, "Formulaire", alternative=STUDIED | {"answer": "trouvee_et_retenue"})
    register.decide(third, {"date": "2026-02-01", "what": "fait_sans_ia", "reasons": "suffit", "by": "Bureau"}, WHO)
    found = sheet(scope(home, run("courriers", 1)))["indicators"]["non_ai_reviewed"]
    assert found["value"] == {"numerator": 2, "denominator": 2, "share": 1.0}
    assert found["without_ai"] == [third]


def test_proof_is_by_kwh_and_silence_is_counted(home: Path) -> None:
    rows = [run("courriers", 3, other_mode="mode/meter"), run("inconnu", 1, other_mode="mode/declared")]
    found = sheet(scope(home, *rows))["indicators"]["coverage"]
    assert found["value"] == {"numerator": 1, "denominator": 2, "share": 0.5}
    assert found["proof"]["measured"] == pytest.approx(0.75)
    assert found["attached"] == pytest.approx(0.75)
    assert found["silent"] == ["voirie"]


def test_a_use_known_in_part_counts_and_its_name_says_so(home: Path) -> None:
    """Of two runs of a use, one of 3 kWh and one unknown: 1 use of 2 has energy, and the name never says that all is
    known."""
    rows = [run("courriers", 3), run("courriers", 0, "2026-04", other_energy_kwh=None, other_mode="mode/not_declared")]
    found = sheet(scope(home, *rows))["indicators"]["coverage"]
    assert (found["value"]["numerator"], found["not_estimable"]) == (1, 1)
    names = [words(lang)["indicators"]["coverage"] for lang in ("fr", "en")]
    assert "même partiellement" in names[0] and "some known energy" in names[1]


def test_hosting_of_which_nothing_is_known_is_no_share(home: Path) -> None:
    """Nobody says how the site is: neither 0 % in shared centres, nor 0 % in sober ones, on the screen or published."""
    found = sheet(scope(home, run("voirie-1", 3, host=None)))["indicators"]["sober_hosting"]
    assert [found[name] for name in ("value", "shared", "near")] == [{"share": None, "unknown": 1.0}] * 3
    for lang, said in (("fr", "En centre mutualisé : donnée absente"), ("en", "no data")):
        told = hosting_text(found, lang).replace("\u00a0", " ")
        assert said in told and "0 %" not in told


def test_zero_in_sober_centres_is_said_with_the_criterion_that_is_not_met(home: Path, monkeypatch: Any) -> None:
    """Of two sites of 1 and 3 kWh, one criterion of six is known, and not met by the first: 0 %, the rest not known."""
    status = {"class/desk": "not_met", "class/server-room": "unknown"}
    hosting = HostingCriterion("8.6", "unknown", "no_fact")
    monkeypatch.setattr(hosting_share, "criteria", lambda host, *_: [replace(hosting, status=status[host])])
    rows = [run("courriers", 1, host="class/desk"), run("voirie-1", 3, host="class/server-room")]
    found = sheet(scope(home, *rows))["indicators"]["sober_hosting"]
    assert found["criteria_known"] == {"numerator": 1, "not_met": 1, "denominator": 6}
    for lang, share, why in (("fr", "on ne sait pas", "dont non tenus : 1"), ("en", "not known", "not met: 1")):
        assert share in shared(found["value"], lang) and why in hosting_text(found, lang).replace("\u00a0", " ")


def test_the_grid_of_a_site_is_judged_where_its_rows_say_that_they_run(home: Path) -> None:
    """A cloud without country: France, 46.1 g for a limit of 100, met; the United States, not met; nowhere, unknown.
    Neither its PUE nor its water is known: two criteria of nine are."""
    cloud = {"host": "class/hyperscale"}
    rows = [run("courriers", kwh, **cloud, zone=zone) for kwh, zone in ((3, "FRA"), (2, "USA"), (1, None))]
    found = sheet(scope(home, *rows))["indicators"]["sober_hosting"]
    told = [(site["country"], site["criteria"]["8.6"]) for site in found["sites"]]
    assert told == [("FRA", "met"), ("USA", "not_met"), (None, "unknown")]
    assert found["criteria_known"] == {"numerator": 2, "not_met": 1, "denominator": 9}


def test_sober_hosting_says_what_is_unknown_beside_what_is_known(home: Path) -> None:
    rows = [run("courriers", 1, host="dcml/vandoeuvre"), run("voirie-1", 3, host="class/server-room")]
    found = sheet(scope(home, *rows))["indicators"]["sober_hosting"]
    assert found["value"] == {"share": None, "unknown": 1.0}
    assert found["shared"]["unknown"] == pytest.approx(1 - found["shared"]["share"])
    assert "on ne sait pas" in shared(found["shared"], "fr") and "not known" in shared(found["shared"], "en")
    assert 0 < found["shared"]["share"] < 1 and found["near"]["share"] == found["shared"]["share"]
    assert found["criteria_known"]["numerator"] < found["criteria_known"]["denominator"] == 6


def test_trained_and_published(home: Path) -> None:
    commitments = Commitments(home)
    said = {"service": "Courrier", "date": "2026-02-01", "trained": 12, "with_access": 40, "kind": "sobriété"}
    commitments.state_training(said, voter("Ressources humaines", "déclaration"))
    found = sheet(scope(home, run("courriers", 1)))["indicators"]
    assert found["trained"]["value"]["share"] == pytest.approx(0.3)
    assert found["published"]["value"] == {"numerator": 0, "denominator": 2, "share": 0.0}


def test_intensity_falls_volume_doubles_and_the_total_rises(home: Path) -> None:
    """Trap 5: 100 answers at 1 kWh, then 200 at 0.7: +40 kWh, split +85 and −45; nothing else moves."""
    rows = [run("courriers", 100, "2025-03", items=100.0), run("courriers", 140, "2026-03", items=200.0)]
    now = scope(home, *rows)
    found = change(now, before(now), "energy")
    assert found["effects"] == pytest.approx({"volume": 85, "efficiency": -45, "method": 0, "scope": 0}, rel=1e-3)
    assert sum(found["effects"].values()) == pytest.approx(found["after"] - found["before"], abs=1e-12)
    assert found["established"] and found["words"]["fr"].startswith("Le total augmente de 40")


def test_what_no_unit_counts_is_a_change_of_scope(home: Path) -> None:
    """100 answers at 1 kWh, then 200 at 0.7, an indexing of 30 kWh and 100 answers of a model nobody knows, one run in
    two of each year: the 40 kWh of volume and efficiency are as without them, and the 30 are of scope."""
    lost = [
        run("courriers", None, month, items=answers, **UNMETERED, model="inconnu/x")
        for month, answers in (("2025-03", 50.0), ("2026-03", 100.0), ("2026-03", 30.0))
    ]
    counted = [run("courriers", 100, "2025-03", items=100.0), run("courriers", 140, "2026-03", items=200.0)]
    now = scope(home, *counted, run("courriers", 30, "2026-03", model="baai/bge-m3"), *lost)
    found = change(now, before(now), "energy")
    assert found["effects"] == pytest.approx({"volume": 85, "efficiency": -45, "method": 0, "scope": 30}, rel=1e-3)
    assert found["difference"]["central"] == pytest.approx(70, rel=1e-3)


def test_a_use_case_that_appears_is_a_change_of_scope(home: Path) -> None:
    rows = [run("courriers", 1, "2025-03", items=10.0), run("courriers", 1, items=10.0), run("voirie-1", 5, items=9.0)]
    now = scope(home, *rows)
    now = replace(now, sources=replace(now.sources, inside=True))  # what leaves takes small uses as one
    assert change(now, before(now), "energy")["effects"] == pytest.approx(
        {"volume": 0, "efficiency": 0, "method": 0, "scope": 5}, rel=1e-3
    )


def test_an_objective_has_its_path(home: Path) -> None:
    """100 kWh in 2025, −20 % by 2027: 90 in 2026."""
    vote = {"indicator": "energy", "change_percent": -20, "reference_year": 2025, "due_year": 2027, "unit": "kWh"}
    vote |= {"territory": "metropole", "by": "Conseil", "date": "2026-01-15", "document": "délibération 12"}
    rows = [run("courriers", 100, "2025-03"), run("courriers", 95)]
    Commitments(home).vote_objective(vote, voter("Secrétariat du conseil", "vote"))
    found = sheet(scope(home, *rows, territory="metropole"))["indicators"]
    assert found["energy"]["objective"]["change_percent"] == -20
    assert found["trajectory"]["reference"]["central"] == pytest.approx(100, rel=1e-3)
    assert found["trajectory"]["path"] == pytest.approx(90, rel=1e-3)
    assert sheet(scope(home, territory="54395"))["indicators"]["energy"]["objective"] is None


def test_nothing_is_zero_that_is_not_known(tmp_path: Path) -> None:
    found = sheet(scope(tmp_path))["indicators"]
    assert len(found) == 12
    for name in ("energy", "water", "adpe", "gwp"):
        assert found[name]["value"]["central"] is None
    for name in ("right_sized", "non_ai_reviewed", "trained", "published"):
        assert found[name]["value"]["share"] is None
    assert found["sober_hosting"]["value"]["share"] is None
    assert date.today().year


def test_each_indicator_has_its_number_its_name_and_how_to_read_it() -> None:
    names = [entry.id for entry in INDICATORS]
    assert [entry.number for entry in INDICATORS] == list(range(1, len(names) + 1))
    for lang, counted in (("fr", {12: "douze"}), ("en", {12: "twelve"})):
        assert list(words(lang)["indicators_read"]) == names
        assert words(lang)["indicators"].keys() >= set(names)
        assert words(lang)["indicators"]["counted"] == counted[len(names)]


@pytest.mark.parametrize(("period", "months"), [("2026", 3), ("2026-02", 1), ("2026-T1", 2)])
def test_the_figures_of_the_whole_ledger_are_those_of_its_groups(tmp_path: Path, period: str, months: int) -> None:
    """Over all its months and over one they are read in the results, over two they are drawn: each is drawn here."""
    rows = [run("essai", number, f"2026-0{number}", other_mode="mode/unknown") for number in (1, 2, 5)]
    asked = scope(tmp_path, *rows, period=period)
    assert len(asked.groups) == months
    found, drawn = figures_of(asked), amounts(asked.groups)
    for name in ("energy", "water", "adpe", "gwp"):
        for end in ("low", "central", "high", "at_factor_values", "covers"):
            assert found[name][end] == pytest.approx(drawn[name][end], rel=1e-12), (name, end)


def test_a_territory_without_a_use_is_refused_with_those_there(tmp_path: Path) -> None:
    """Its sheet would be empty, as that of a commune that has no AI."""
    case(Register(tmp_path), "A")
    built(tmp_path, run("a", 1))
    assert scope_of(tmp_path, "metropole").territory == "metropole"
    with refuses("territory_unknown", "Territories: all, metropole"):
        scope_of(tmp_path, "zzz")
