"""The demonstration: an invented métropole, always the same, through the product's doors, and said to be invented."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from estimator.assessment.impacts import FIGURES
from estimator.builds.queries import SAMPLE_MARK
from estimator.comparison.scenario import parse_scenario
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.indicators import INDICATORS, sheet
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.indicators.practices import fits
from estimator.governance.indicators.scenarios import retained
from estimator.governance.indicators.usage_by_case import attached
from estimator.governance.register.register import Register
from estimator.ingestion.declarations.columns import TEMPLATE
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.project.context import facts_of
from estimator.reporting.project.evaluation import evaluation
from estimator.results.reading import Results, open_current
from scripts.demo import metropole

TODAY = date(2026, 11, 25)  # the day on which the demonstration was written: nothing in it is later
SOURCES = metropole.SOURCES


@pytest.fixture(scope="module")
def homes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The home that all tests read, and another one, filled after it."""
    again = tmp_path_factory.mktemp("demo") / "home"
    metropole.fill(again)
    return request.getfixturevalue("metropole"), again


@pytest.fixture(scope="module")
def home(homes: tuple[Path, Path]) -> Path:
    return homes[0]


@pytest.fixture(scope="module")
def build(home: Path) -> Results:
    found = open_current(home)
    assert found is not None
    return found


def names(home: Path) -> dict[str, list[str]]:
    """Files whose name is a hash of what they hold."""
    return {folder: sorted(path.name for path in (home / folder).iterdir()) for folder in ("register", "commitments")}


@pytest.mark.long
def test_two_fillings_give_the_same_build_and_the_same_events(homes: tuple[Path, Path]) -> None:
    first, second = (open_current(home) for home in homes)
    assert first and second and first.id == second.id
    assert names(homes[0]) == names(homes[1])


def test_twelve_communes_fourteen_use_cases_eighteen_months(home: Path, build: Results) -> None:
    with (metropole.HERE / "communes.csv").open(encoding="utf-8", newline="") as file:
        communes = list(csv.DictReader(file))
    assert len(communes) == 12 and all(row["code"].startswith("99") for row in communes), "no such code in France"
    cases = Register(home).use_cases()
    assert len(cases) == 14
    assert {case.commune for case in cases} <= {"metropole"} | {row["code"] for row in communes}
    assert build.months() == [*range(202504, 202513), *range(202601, 202610)], "nine months of each year"


def test_every_row_is_accounted_for(tmp_path: Path) -> None:
    """Four readings a month on four servers, those of one read twice; a line a month and service; 3 refused."""
    found = metropole.fill(tmp_path / "home").account
    runs, declared, refused = 4 * (18 + 18 + 14 + 6), 18 + 18 + 9 + 12 + 5 + 6 + 11 + 10, 3
    assert found.read == runs + 72 + declared + refused
    assert (found.accepted, found.superseded) == (runs + declared, 72)
    assert (found.quarantined, found.duplicates) == (refused, 0)


def test_every_proof_is_there_and_one_supplier_says_nothing(build: Results) -> None:
    assert all(share > 0 for share in build.proof().values())
    services = {entry.service_key: entry.indicators["energy"] for entry in build.services()}
    assert services["signalements-voirie"]["central"] is None, "zero declared for work done is no zero"
    assert any(build.totals().coverage.by_figure[figure.id] < 1 for figure in FIGURES)
    unattached = {r.row.service_key for r in attached(build, Register(build.path.parents[1])) if r.use_case is None}
    assert unattached == {"cle-api-partagee", "essais-dsi"}


def test_the_story(build: Results) -> None:
    """One service grows, one is made sober in the tenth month, one calls outside Europe."""
    kwh: dict[str, dict[int, float]] = {}
    for row in build.monthly():
        months = kwh.setdefault(row.service_key, {})
        months[row.month] = months.get(row.month, 0.0) + float(row.group.values["it_energy"] or 0.0)
    assert kwh["assistant-agents"][202609] > 2 * kwh["assistant-agents"][202504]
    sober = kwh["reponses-courriers"]
    assert sober[202601] < sober[202512] / 4
    models = {row.month: row.model for row in build.monthly() if row.service_key == "reponses-courriers"}
    assert (models[202512], models[202601]) == ("mistral-ai/mistral-large-2", "mistral-ai/ministral-3-8b")
    zones = {row["zone"] for row in build.runs(limit=1000)["rows"]}
    assert {"FRA", "SWE", "USA-VA", None} <= zones


def test_most_indicators_have_a_value_and_the_others_say_why(home: Path) -> None:
    found = sheet(scope_of(home, inside=True))["indicators"]
    silent = [entry.id for entry in INDICATORS if not said(found[entry.id]["value"])]
    leaving = sheet(scope_of(home))["indicators"]
    untold = {id: leaving[id]["value"]["missing"]["code"] for id in leaving if not said(leaving[id]["value"])}
    assert untold == dict.fromkeys(("right_sized", "sober_hosting"), "share_of_merged"), "two small uses are in both"
    assert len(INDICATORS) == 12 and silent == []
    assert found["energy"]["change"]["established"] is True and found["energy"]["change"]["share"] > 0
    silent = ["recherche-deliberations", "signalements-voirie"]  # nobody measures it; its supplier declares zero
    assert found["per_service"]["silent"] == silent
    assert found["coverage"]["value"]["share"] == pytest.approx(7 / 9)
    assert 0 < found["sober_hosting"]["value"]["share"] < 0.05
    assert found["coverage"]["not_estimable"] == 6, "six months of the supplier that declares zero"


def said(value: Any) -> bool:
    """A central value, a share or a count."""
    return any(value.get(name) is not None for name in ("central", "share", "numerator"))


def test_the_scenarios_say_whether_the_model_fits(home: Path) -> None:
    cases = {case.id: case for case in Register(home).use_cases()}
    answers = {name: fits(scope_of(home), case) for name, case in cases.items() if case.scenario}
    assert answers == {"reponses-courriers": True, "assistant-agents": False}


def test_a_comparison_its_register_and_its_ledger_are_of_one_volume(home: Path, build: Results) -> None:
    """180,000 answers kept a month are 2.16 million a year; the ledger has 1,969,405 asked in nine months of 2026, of
    which 78 % are kept: 171,000 a month. The test of that quality is of July 2025: too old in November 2026. 24,000
    letters a month are 288,000 a year; 258,754 were asked in these months, of which 88 % are kept: 25,300 a month."""
    cases = {case.id: case for case in Register(home).use_cases()}
    texts = {}
    for id in ("assistant-agents", "reponses-courriers"):
        asked = parse_scenario((home / "scenarios" / f"{id}.toml").read_text("utf-8"))
        monthly = cases[id].volume_per_month
        assert monthly and asked.need.volume == 12 * monthly, id
        document = evaluation(facts_of(asked.model_copy(update={"day": TODAY}), "fr", home))
        texts[id] = rendered(document, "md")
        together = {option.use.concurrency for option in asked.options if option.use}
        assert together == {cases[id].concurrency}, id
        share = asked.option(retained(asked, cases[id]) or "").accepted
        kept = sum(
            (row.items or row.requests or 0.0) * (1 if row.items else share)
            for row in build.monthly()
            if row.service_key == id and row.month > 202600
        )
        assert kept / 9 == pytest.approx(monthly, rel=0.1), id
    assert "essai ancien" in texts["assistant-agents"] and "Nombre de cas" not in texts["reponses-courriers"]


def test_outcomes_reviews_and_votes(home: Path) -> None:
    register, kept = Register(home), Commitments(home)
    outcomes = register.counts().outcomes
    assert (outcomes["fait_sans_ia"], outcomes["ne_pas_faire"], outcomes["arrete"]) == (2, 1, 1)
    assert [due.use_case.id for due in register.due(TODAY) if due.late] == ["signalements-voirie"]
    assert register.conflicts() == [] and register.faults() == [] and kept.faults() == []
    assert kept.objective("energy", "metropole", TODAY) and kept.budget("energy", "metropole", 2026)
    published = kept.publications()
    assert len(published) == 4 and sum(len(entry.corrections) for entry in published) == 1
    assert kept.trained(TODAY).services == 15  # type: ignore[union-attr]
    assert all(group.with_access >= 5 for group in kept.training_groups(TODAY))


def test_nothing_is_dated_after_the_day_it_was_written(home: Path) -> None:
    records = [json.loads(path.read_text("utf-8")) for f in names(home) for path in (home / f).iterdir()]
    assert records and max(record["at"] for record in records) < TODAY.isoformat()
    assert max(str(record["data"].get("date", "")) for record in records) <= TODAY.isoformat()


def test_it_is_said_to_be_invented_wherever_it_is_written(home: Path) -> None:
    assert (home / SAMPLE_MARK).exists()
    sources = sorted((home / SOURCES).iterdir())
    traces = [path for path in sources if path.suffix == ".csv"]
    assert len(traces) == 8 and all("fictif" in path.stem or "fictive" in path.stem for path in traces)
    recorded = next((metropole.HERE.parent / "traces" / "tri-courriers-leger").glob("*.csv"))
    columns = tuple(recorded.read_text("utf-8").splitlines()[0].split(","))
    for trace in traces:
        with trace.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if tuple(rows[0]) == TEMPLATE:
            assert all("fictif" in row["document"] for row in rows if row["provider"])
        else:
            assert tuple(rows[0]) == columns, "the columns of the samples, which codecarbon wrote"
            assert all("fictive" in row["codecarbon_version"] for row in rows)
    sidecars = [json.loads(path.read_text("utf-8")) for path in sources if path.suffix == ".json"]
    assert sidecars and {side["tracker"] for side in sidecars} == {"fictif"}
    assert all("example = true" in path.read_text("utf-8") for path in (home / "scenarios").iterdir())
