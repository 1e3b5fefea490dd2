"""A service of the ledger that stands for an option: which of its runs, over which units, and what is said of it."""

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from dashboard.comparison.result import head
from estimator.cli.compare_text import compare_text
from estimator.comparison.answer import AnsweredOption
from estimator.comparison.decision_sheet import decision
from estimator.comparison.scenario import ScenarioRefused, parse_scenario
from estimator.comparison.scenario_link import decode, encode
from estimator.comparison.scenario_toml import scenario_toml
from estimator.comparison.verdict_rules import UnknownUnits
from estimator.ledger.rows import Activity
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.project.context import facts_of
from estimator.reporting.project.evaluation import evaluation
from estimator.reporting.project.rgesn import rgesn
from estimator.results.reading import open_current
from tests.comparison.test_compare import SITE, option, scenario
from tests.core.test_numbers import spaced
from tests.support import activity, built

ONE_CALL = {"requests": 1.0, "items": None}


def rows(count: int, day: int, kwh: float | None = 1.0, **more: Any) -> list[Activity]:
    """Runs of an hour each of the service « courrier », one after the other from midnight of a day of March, at a desk,
    where nothing is cooled: a PUE of 1."""
    starts = [f"2026-03-{day + n // 24:02}T{n % 24:02}:00:00" for n in range(count)]
    said: dict[str, Any] = {"service_key": "courrier", "cpu_energy_kwh": kwh, "host": "class/desk", **more}
    return [activity(start, **said) for start in starts]


def measured(home: Path, **said: Any) -> AnsweredOption:
    """The option of the service « courrier », for 1,000 units."""
    asked = scenario({**option("m"), "measured": {"service": "courrier", **said}}, volume=1000)
    return decision(asked, home).options[1]


def kwh(found: AnsweredOption) -> float:
    value = found.service["energy"].at_factor_values
    assert value is not None
    return float(value)


def told(found: AnsweredOption, lang: str = "fr") -> str:
    said = next(w for w in found.warnings if w["code"].startswith("measured"))
    return spaced(said[lang])


def refusal(found: AnsweredOption) -> tuple[str, str]:
    assert found.status == "refused" and not found.service and found.refusal
    return found.refusal["code"], spaced(found.refusal["fr"])


def test_units_said_of_runs_stay_theirs_as_the_service_goes_on(tmp_path: Path) -> None:
    """20 runs of 1 kWh made 20 units: 1 kWh each, 1,000 kWh for 1,000. With 67 more runs the same file says the same;
    it said 87 ÷ 20 = 4.35 kWh each."""
    said = {"items": 20, "until": "2026-03-02"}
    built(tmp_path, *rows(20, 1))
    before = measured(tmp_path, **said)
    assert kwh(before) == pytest.approx(1000)
    built(tmp_path, *rows(67, 3))
    after = measured(tmp_path, **said)
    assert kwh(after) == pytest.approx(1000)
    assert "20 exécutions du 01/03/2026 au 01/03/2026" in told(after) and "20 unités" in told(after)
    assert "20 runs from 1 Mar 2026 to 1 Mar 2026" in told(after, "en").replace("\u00a0", " ")
    since = measured(tmp_path, items=67, since="2026-03-02", until="2026-03-10")
    assert kwh(since) == pytest.approx(1000) and since.proof == before.proof


@pytest.mark.parametrize("until", [None, "9999"])
def test_units_without_the_runs_that_made_them_are_refused(tmp_path: Path, until: str | None) -> None:
    """Nothing binds them to runs, or a moment to come does, before which others will be."""
    from datetime import date, timedelta

    built(tmp_path, *rows(87, 1))
    ahead = {} if until is None else {"until": str(date.today() + timedelta(days=3))}
    code, said = refusal(measured(tmp_path, items=20, **ahead))
    assert code == "measured_of_when"
    assert "87 exécutions" in said and "du 01/03/2026 au 04/03/2026" in said and "items = 20" in said
    assert 'until = "2026-03-04T15:00:00Z"' in said  # the end of the last: 87 = 3 × 24 + 15
    assert kwh(measured(tmp_path, items=20, until="2026-03-04T15:00:00Z")) == pytest.approx(87 / 20 * 1000)


def test_a_call_is_a_unit_of_itself_and_that_is_said(tmp_path: Path) -> None:
    """87 calls of 1 kWh, no units: 1 kWh a call, and `attempts` says how many a unit takes."""
    built(tmp_path, *rows(87, 1, **ONE_CALL))
    found = measured(tmp_path)
    assert kwh(found) == pytest.approx(1000)
    assert "87 exécutions" in told(found) and "87 appels" in told(found) and "attempts" in told(found)
    asked = scenario({**option("m", attempts=3), "measured": {"service": "courrier"}}, volume=1000)
    assert kwh(decision(asked, tmp_path).options[1]) == pytest.approx(3000)


def test_units_that_runs_count_are_theirs(tmp_path: Path) -> None:
    """10 runs of 1 kWh and 5 units: 0.2 kWh a unit, whatever requests they count; of half of them, the same."""
    built(tmp_path, *rows(10, 1, items=5.0, requests=50.0))
    found = measured(tmp_path)
    assert kwh(found) == pytest.approx(200) and "50 unités" in told(found)
    half = measured(tmp_path, until="2026-03-01T05:00:00Z")
    assert kwh(half) == pytest.approx(200) and "25 unités" in told(half) and "5 exécutions" in told(half)


def test_calls_made_for_units_that_another_run_counts_are_theirs(tmp_path: Path) -> None:
    """One run of 1 kWh counts 5 letters, 9 calls of 1 kWh were made for them: 2 kWh a letter, and it is said."""
    built(tmp_path, *rows(1, 1, items=5.0), *rows(9, 2, **ONE_CALL))
    found = measured(tmp_path)
    assert kwh(found) == pytest.approx(2000)
    assert "10 exécutions" in told(found) and "dont 1 a compté 5 unités" in told(found)


@pytest.mark.parametrize(("counted", "each"), [({"items": 5.0, "requests": None}, 0.2), (ONE_CALL, 1.0)])
def test_a_run_that_counts_nothing_leaves_the_units_unknown(
    tmp_path: Path, counted: dict[str, Any], each: float
) -> None:
    """Its 100 kWh would be of the units of the four others, of 1 kWh each."""
    built(tmp_path, *rows(4, 1, **counted), *rows(1, 2, kwh=100.0, items=None, requests=None))
    code, said = refusal(measured(tmp_path))
    assert code == "measured_uncounted" and "4 sur 5" in said
    assert kwh(measured(tmp_path, until="2026-03-02")) == pytest.approx(1000 * each)


def test_a_run_that_a_bound_cuts_is_refused(tmp_path: Path) -> None:
    """A run from 4:00 to 5:00 is neither before 4:30 nor after."""
    built(tmp_path, *rows(10, 1, items=5.0))
    for said in ({"until": "2026-03-01T04:30:00Z"}, {"since": "2026-03-01T04:30:00+00:00"}):
        code, text = refusal(measured(tmp_path, **said))
        assert code == "measured_cut" and "1 exécution" in text


def test_a_service_without_runs_there_is_refused(tmp_path: Path) -> None:
    built(tmp_path, *rows(10, 1, items=5.0))
    assert refusal(measured(tmp_path, since="2026-04-01"))[0] == "service_unknown"
    assert refusal(measured(tmp_path / "none"))[0] == "service_unknown"


@pytest.mark.parametrize("read", ["hier", "20", 20, True, "1970-01-01"])
def test_a_bound_that_is_no_moment_is_refused_with_its_field(read: object) -> None:
    with pytest.raises(ScenarioRefused) as refused:
        scenario({**option("m"), "measured": {"service": "courrier", "until": read}})
    assert "measured.until" in refused.value.message("fr") and "2026-06-01" in refused.value.message("en")


def test_bounds_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ScenarioRefused) as refused:
        scenario({**option("m"), "measured": {"service": "c", "since": "2026-03-02", "until": "2026-03-02"}})
    assert "measured" in refused.value.message("fr") and "since" in refused.value.message("en")


def test_bounds_survive_a_file_and_a_link() -> None:
    """A TOML date, a TOML moment, and their texts: the same scenario, and the same text of it again."""
    said = {"service": "courrier", "items": 20.0, "since": "2026-03-01", "until": "2026-03-02T10:00:00Z"}
    asked = scenario({**option("m"), "measured": said})
    assert decode(encode(asked)) == asked == parse_scenario(scenario_toml(asked))


UNKNOWN = {**ONE_CALL, "kwh": None, "model": "modele-inconnu", "output_tokens": 100.0}


def test_calls_of_unknown_electricity_are_left_out_of_every_figure_and_said(tmp_path: Path) -> None:
    """8 calls of 1 kWh and 2 of a model that nothing is known of: 8 ÷ 8 = 1 kWh a call, as without the two; it said
    8 ÷ 10 = 0.8, of an option that « n'est pas estimable ». Bounded or not, at ten times the volume too."""
    built(tmp_path, *rows(8, 1, **ONE_CALL), *rows(2, 3, **UNKNOWN))
    rules = {"id": "alternative/keyword-rules", "existing_server": True, **SITE}
    asked = scenario(
        {**option("m"), "measured": {"service": "courrier"}}, {**option("r"), "method": "none", "alternative": rules}
    )
    answer = decision(asked, tmp_path)
    found, before = answer.option("m"), measured(tmp_path, until="2026-03-02")
    assert kwh(found) == pytest.approx(1000) == kwh(before) == kwh(measured(tmp_path, until="2026-03-09"))
    for name, amount in found.service.items():
        assert amount.central == pytest.approx(before.service[name].central), name
    assert found.publisher == before.publisher and not before.left_out
    assert found.left_out == dict.fromkeys(found.service, UnknownUnits(2, 10))
    assert json.loads(answer.model_dump_json())["options"][1]["left_out"]["energy"] == {"units": 2, "of": 10}
    assert answer.growth[2].energy["m"].central == pytest.approx(10 * (found.service["energy"].central or 0.0))
    pair = answer.pair("m", "r")
    assert pair and pair.ratio and "sur 8 des 10 unités de « l'option m »" in spaced(pair.words["fr"])
    said = {
        "fr": "Laissé hors des chiffres de « l'option m », de valeur inconnue : 2 des 10 unités.",
        "en": "Left out of the figures of “l'option m”, of unknown value: 2 of the 10 units.",
    }
    for lang, text in said.items():
        facts = facts_of(asked, lang, tmp_path)
        sheets = [rendered(sheet, "txt") for sheet in (evaluation(facts), rgesn(facts))]
        for told_by in (compare_text(answer, lang), str(head(answer, lang)), *sheets):
            assert text in " ".join(spaced(unescape(told_by)).replace("’", "'").split()), told_by


def test_each_impact_leaves_out_the_units_of_which_it_is_unknown(tmp_path: Path) -> None:
    """6 calls in France, 4 in no known country: the electricity is that of the 10, the gases those of the 6."""
    built(tmp_path, *rows(6, 1, **ONE_CALL), *rows(4, 3, zone=None, **ONE_CALL))
    found, france = measured(tmp_path), measured(tmp_path, until="2026-03-02")
    assert kwh(found) == pytest.approx(1000) and "energy" not in found.left_out
    assert found.service["gwp"].central == pytest.approx(france.service["gwp"].central)
    assert found.left_out["gwp"] == UnknownUnits(4, 10)
    left = next(w for w in found.warnings if w["code"] == "measured_left_out")
    assert "4 des 10 unités (" in spaced(left["fr"]) and "gaz à effet de serre" in left["fr"]


def test_what_counts_no_unit_is_of_all_of_them(tmp_path: Path) -> None:
    """8 units of 1 kWh, 2 unknown, and 1 kWh of a run that made none: 8 ÷ 8 + 1 ÷ 10 = 1.1 kWh each."""
    counted = {"items": 1.0, "requests": None}
    idle = rows(1, 5, items=0.0, requests=None, cpu_mode="mode/meter")
    built(tmp_path, *rows(8, 1, **counted), *rows(2, 3, **{**UNKNOWN, **counted}), *idle)
    assert kwh(measured(tmp_path)) == pytest.approx(1100)


@pytest.mark.parametrize("said", [{"items": 10, "until": "2026-03-09"}, {}])
def test_unknown_runs_whose_units_nobody_tells_leave_the_option_unknown(tmp_path: Path, said: dict[str, Any]) -> None:
    """Units that the scenario states, or that another run counts: nothing tells which are those of the two calls of
    unknown electricity. No figure is shown, and the verdict says why."""
    built(tmp_path, *rows(1, 1, items=10.0), *rows(7, 2, **ONE_CALL), *rows(2, 3, **UNKNOWN))
    use = {"model": "qwen3-8b", **SITE}
    asked = scenario({**option("m"), "measured": {"service": "courrier", **said}}, option("u", use=use))
    answer = decision(asked, tmp_path)
    found, pair = answer.option("m"), answer.pair("m", "u")
    assert not found.known("energy") and not found.left_out and not answer.growth[2].energy["m"].known
    assert found.publisher is None
    assert pair and pair.reason == "a_not_estimable" and "catalogue" in pair.words["fr"]
    apart = next(w for w in found.warnings if w["code"] == "measured_apart")
    assert "électricité du site" in spaced(apart["fr"])


def test_each_impact_of_a_measured_service_has_the_shares_of_its_own(tmp_path: Path) -> None:
    """10 kWh measured in France, 10 estimated in Poland: half of the electricity each, and of the metals of a grid what
    each grid weighs in them, as the results of the ledger have it. Every impact had the halves of its electricity."""
    meter, supposed = {"cpu_mode": "mode/meter"}, {"cpu_mode": "mode/constant", "zone": "POL"}
    built(tmp_path, *rows(10, 1, items=1.0, **meter), *rows(10, 3, items=1.0, **supposed))
    whole, france = measured(tmp_path), measured(tmp_path, until="2026-03-02")
    assert whole.proofs["energy"] == whole.proof == pytest.approx({"measured": 0.5, "estimated": 0.5})
    of_all, of_france = (found.service["adpe"].parts["use"].at_factor_values or 0.0 for found in (whole, france))
    read = of_france / 2 / of_all
    assert read < 0.4 and whole.proofs["adpe.use"] == pytest.approx({"measured": read, "estimated": 1 - read})
    build = open_current(tmp_path)
    assert build is not None
    for name in (name for name in whole.proofs if name.partition(".")[0] != "gwp"):  # one family of grids is compared
        held = {proof: share for proof, share in build.explain(f"service.courrier.{name}").proof.items() if share}
        assert whole.proofs[name] == pytest.approx(held), name


def test_what_nobody_read_is_estimated_whatever_makes_it_run(tmp_path: Path) -> None:
    """Each known impact of a model and of a program."""
    use = {"model": "qwen3-8b", "host": "class/server-room", "zone": "FRA"}
    program = {"id": "alternative/keyword-rules", "existing_server": True, "host": "class/server-room", "zone": "FRA"}
    asked = scenario({**option("a"), "method": "none", "alternative": program}, option("b", use=use))
    for found in decision(asked, tmp_path).options[1:]:
        known = {name for name, amount in found.service.items() if amount.known}
        assert known and {name: found.proofs[name] for name in known} == dict.fromkeys(known, {"estimated": 1.0})
