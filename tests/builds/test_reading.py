"""What a build says: every number opens, and the same digits come back."""

import json
from pathlib import Path

import pytest

from estimator.assessment.explanation import NumberUnknown, ReplayRefused, replay
from estimator.assessment.impacts import FIGURES, SUPPLEMENTARY
from estimator.builds.queries import RunFilter
from estimator.ingestion.context import reading_context
from estimator.ingestion.importing import import_paths
from estimator.ledger import Ledger
from estimator.results.reading import Results, split_number
from tests.support import activity, build, built, sobria

NAMES = [f.id for f in FIGURES + SUPPLEMENTARY] + [
    f"{f.id}.{p.name}" for f in FIGURES for p in f.parts if len(f.parts) > 1
]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The build of the sample traces that ship with the project."""
    home = tmp_path_factory.mktemp("samples")
    folder = Path(__file__).parents[2] / "scripts" / "demo" / "traces"
    import_paths(Ledger(home), [folder], reading_context(home))
    return Results(build(home).path)


def amount_of(indicators: dict, name: str) -> dict:
    for step in name.split("."):
        indicators = indicators[step]
    return indicators


@pytest.mark.parametrize("name", NAMES)
def test_every_total_opens_to_the_same_digits_and_replays(samples: Results, name: str) -> None:
    shown = amount_of(samples.totals().indicators, name)
    opened = samples.explain(f"total.{name}")
    for key in ("low", "central", "high"):
        assert opened.amount[key] == shown[key]
    again = amount_of(replay(json.loads(json.dumps(opened.as_dict()))["replay"]), name)
    assert [again[k] for k in ("low", "central", "high")] == [shown[k] for k in ("low", "central", "high")]


def test_every_service_and_run_opens(samples: Results) -> None:
    for service in samples.services():
        opened = samples.explain(f"service.{service.service_key}.gwp")
        assert opened.amount["central"] == service.indicators["gwp"]["central"]
        assert opened.trace["total"] == service.runs
    for run in samples.runs()["rows"]:
        opened = samples.explain(f"run.{run['row_id']}.energy")
        assert opened.amount["central"] == run["indicators"]["energy"]["central"]
        assert [opened.trace["lines"][0][name] for name in ("line", "last")] == [run["line"], run["last"]]


def test_services_add_up_to_the_total(samples: Results) -> None:
    parts = [s.indicators["it_energy"]["at_factor_values"] for s in samples.services()]
    assert sum(parts) == pytest.approx(samples.totals().indicators["it_energy"]["at_factor_values"], rel=1e-12)


def test_every_factor_used_has_a_source_a_locator_and_a_licence(samples: Results) -> None:
    for item in samples.explain("total.gwp").factors:
        assert item.source["title"] and item.source["licence"] and item.locator, item.id


def test_steps_hold_their_own_arithmetic(tmp_path: Path) -> None:
    """One kWh read by RAPL on a laptop: 1 × ratio, + what is not seen, × PUE 1 of a desk, × 0.0461."""
    run = activity(cpu_mode="mode/rapl", gap="gap/laptop", host="class/desk", machine="machine/laptop")
    opened = built(tmp_path, run).explain("total.gwp.use")
    steps = {s.name: s for s in opened.steps}
    value = {f.quantity: f.value for f in opened.factors}
    assert steps["component_energy"].value == pytest.approx(1.0 * value["cpu_reading_ratio"])
    assert steps["unmetered_energy"].value == pytest.approx(value["cpu_reading_ratio"] * value["unmetered_ratio"])
    assert steps["use_gwp"].value == pytest.approx(steps["cooled_energy"].value * 0.0461)
    assert steps["cooled_energy"].formula["fr"] == (
        "Électricité informatique, relevée × Efficacité énergétique du site (PUE)"
    )
    assert [s.name for s in opened.steps][-1] == "use_gwp"


def test_the_estimated_addition_is_never_called_measured(tmp_path: Path) -> None:
    """1 kWh measured and 25 % added: 80 % measured, 20 % estimated."""
    run = activity(cpu_mode="mode/rapl", gap="gap/laptop", host="class/desk", machine="machine/laptop")
    found = built(tmp_path, run)
    addition = next(f for f in found.explain("total.it_energy").factors if f.quantity == "unmetered_ratio").value
    proof = found.proof()
    assert proof["measured"] == pytest.approx(1 / (1 + addition))
    assert proof["estimated"] == pytest.approx(addition / (1 + addition))
    assert sum(proof.values()) == pytest.approx(1)


def test_a_component_that_read_nothing_proves_nothing(tmp_path: Path) -> None:
    """1 kWh of a processor by its counter; card, memory and the rest read 0 by models: all is measured, by RAPL."""
    zero = {f"{part}_energy_kwh": 0.0 for part in ("gpu", "ram", "other")}
    modes = {"cpu_mode": "mode/rapl", "gpu_mode": "mode/constant", "ram_mode": "mode/unknown"}
    found = built(tmp_path, activity(**zero, **modes, other_mode="mode/declared", gap="gap/none"))
    assert found.totals().proof == {"measured": 1.0, "estimated": 0.0, "declared": 0.0, "unknown": 0.0}
    assert found.runs(RunFilter(proof="measured"))["total"] == 1
    assert [found.runs(RunFilter(proof=proof))["total"] for proof in ("estimated", "unknown", "declared")] == [0, 0, 0]


def test_shares_of_variance_name_what_to_measure(tmp_path: Path) -> None:
    """A constant-mode reading (÷ and × 3) weighs more than the French grid (31 – 56.9 g)."""
    opened = built(tmp_path, activity(cpu_mode="mode/constant", host="class/desk")).explain("total.gwp.use")
    shares = {f.quantity: f.share_of_variance for f in opened.factors if f.share_of_variance}
    assert max(shares, key=shares.__getitem__) == "cpu_reading_ratio"
    assert sum(shares.values()) == pytest.approx(1)


def test_a_number_that_is_not_one_is_refused(samples: Results) -> None:
    others = ("total", "service.energy", "total.energy.site", "")
    for number in ("total.love", "love", "service.nobody.energy", "run.0.energy", *others):
        with pytest.raises(NumberUnknown):
            samples.explain(number)


def test_service_names_may_hold_dots() -> None:
    assert split_number("service.a.b.water.onsite") == ("service", "a.b", "water.onsite")
    assert split_number("service.water.onsite.gwp") == ("service", "water.onsite", "gwp")


def test_an_explanation_of_other_formulas_is_not_replayed(samples: Results) -> None:
    data = samples.explain("total.gwp").replay | {"formulas": "0"}
    with pytest.raises(ReplayRefused):
        replay(data)


def test_what_is_unknown_of_the_samples_is_said(samples: Results) -> None:
    totals = samples.totals()
    assert totals.proof["measured"] == 0.0, "the machine that recorded the samples has no meter"
    assert totals.proof["estimated"] > 0 and sum(totals.proof.values()) == pytest.approx(1)
    assert [n for n in samples.explain("total.gwp").not_counted if n.part == "network"]


def test_what_is_not_counted_says_for_how_much(tmp_path: Path) -> None:
    """One kWh of four has no machine: its manufacture is left out for 25 % of the electricity."""
    found = built(tmp_path, activity(cpu_energy_kwh=3.0), activity(cpu_energy_kwh=1.0, machine=None))
    left = {(n.part, n.code): n.share for n in found.explain("total.gwp").not_counted}
    assert left["machines", "no_machine"] == pytest.approx(0.25)
    assert left["network", "not_asked"] == pytest.approx(1.0)


def test_what_is_left_out_of_unknown_electricity_is_of_no_share(tmp_path: Path) -> None:
    """A run of unknown electricity without a machine: « for 0 % of the electricity » would make it nothing."""
    unread = activity(cpu_energy_kwh=None, cpu_mode="mode/none", other_mode="mode/not_declared", machine=None)
    found = built(tmp_path, activity(), unread)
    (left,) = [n for n in found.explain("total.gwp").not_counted if (n.part, n.code) == ("machines", "whole_unknown")]
    assert left.share == 0
    text = sobria(tmp_path, "explain", "total.gwp").stdout
    assert "(pour des usages dont l'électricité n'est pas connue)" in text and "0 % de l" not in text


@pytest.mark.parametrize(
    "said",
    [
        {"cpu_mode": "mode/none", "requests": 1.0},
        {"cpu_mode": "mode/none", "requests": 1.0, "output_tokens": 500.0},  # of no model
        {"cpu_mode": "mode/none", "model": "mistral-small-2603", "requests": 1.0},  # without tokens
        {"cpu_mode": "mode/rapl"},
        {"cpu_mode": "mode/none", "other_mode": "mode/meter"},
    ],
)
def test_without_electricity_or_what_models_it_a_row_is_unknown_whatever_its_mode(
    tmp_path: Path, said: dict[str, object]
) -> None:
    """The reader of another package may leave any mode: beside 3 kWh, this row was 0 kWh, known."""
    found = built(tmp_path, activity(cpu_energy_kwh=3.0), activity(cpu_energy_kwh=None, service_key="autre", **said))
    totals = found.totals()
    assert (totals.coverage.runs, totals.coverage.unknown) == (2, 1)
    (alone,) = (row for row in found.runs()["rows"] if row["service_key"] == "autre")
    energy = found.explain(f"run.{alone['row_id']}.it_energy").amount
    assert energy["at_factor_values"] is None and energy["missing"]["code"] == "nothing_stated"
    assert totals.indicators["it_energy"]["at_factor_values"] == pytest.approx(3.0)


def test_a_run_has_its_own_proof(tmp_path: Path) -> None:
    """A run used to show the shares of the whole home: 1 kWh of an unknown meter, then 1 supposed and 3 measured."""
    unknown = activity(cpu_energy_kwh=1.0, cpu_mode="mode/unknown")
    of_cards = {"gpu_energy_kwh": 3.0, "gpu_mode": "mode/nvml", "service_key": "cartes"}
    found = built(tmp_path, unknown, activity(cpu_energy_kwh=1.0, cpu_mode="mode/constant", **of_cards))
    first, second = (
        run["row_id"]
        for run in sorted(found.runs()["rows"], key=lambda run: run["service_key"] == "essai", reverse=True)
    )
    none = dict.fromkeys(found.proof(), 0.0)
    assert found.explain(f"run.{first}.energy").proof == none | {"unknown": 1.0}
    assert found.explain(f"run.{second}.energy").proof == pytest.approx(none | {"estimated": 1 / 4, "measured": 3 / 4})
    assert found.explain("total.energy").proof == pytest.approx(
        none | {"unknown": 0.2, "estimated": 0.2, "measured": 0.6}
    )
    assert found.explain("service.cartes.energy").proof == found.explain(f"run.{second}.gwp").proof
