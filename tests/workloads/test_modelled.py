"""Rows of the ledger with answers and no electricity: modelled as an estimate would, and said to be estimated."""

from datetime import date
from pathlib import Path

import pytest
from markupsafe import Markup

from dashboard.measurements.run_detail import run_view
from dashboard.shared.texts import t
from estimator.assessment.explanation import Explanation
from estimator.builds.queries import NO_PROOF, RunFilter
from estimator.cli.totals_text import totals_text
from estimator.core.errors import say
from estimator.ledger.rows import Activity
from estimator.results.reading import Results
from estimator.workloads.estimate import estimate
from estimator.workloads.request import Request
from tests.support import activity, built

KNOWN = {"model": "Qwen/Qwen3-8B", "device": "gpu/h100", "concurrency": 64.0}


def answers(**more: object) -> Activity:
    """400,000 tokens of an answer of 400, without electricity, in a server room in France."""
    fields: dict[str, object] = {"output_tokens": 400_000.0, "requests": 1000.0, "other_mode": "mode/not_declared"}
    fields |= {"cpu_mode": "mode/none", "cpu_energy_kwh": None, "other_energy_kwh": None, "machine": None}
    fields |= {"zone": "FRA", "host": "class/server-room", "machine_hours": None, "resource_share": None}
    return activity(**fields | KNOWN | {"precision": "16-bit"} | more)


def test_a_row_of_answers_is_the_estimate_of_its_question(tmp_path: Path) -> None:
    found = built(tmp_path, answers()).totals()
    asked = Request(
        **KNOWN, precision_bits=16, output_tokens=400, requests=1000, zone="FRA", host="class/server-room",
        day=date(2026, 3, 1),
    )  # fmt: skip
    alone = estimate(asked)["indicators"]
    for figure in ("energy", "water", "gwp", "adpe", "primary_energy"):
        for end in ("low", "central", "high"):
            assert found.indicators[figure][end] == pytest.approx(alone[figure][end], rel=1e-9), (figure, end)
    assert found.proof["estimated"] == 1


def test_modelled_and_measured_rows_add_up(tmp_path: Path) -> None:
    """Trap 10: a mixed service is the sum of its rows, and its proof is by kWh."""
    rows = [answers(service_key="s"), answers(service_key="s", concurrency=8.0, precision="8-bit")]
    measured = activity(service_key="s", zone="FRA", host="class/server-room", other_energy_kwh=3.0)
    apart = [built(tmp_path / str(n), row).totals() for n, row in enumerate([*rows, measured])]
    together = built(tmp_path / "all", *rows, measured).totals()
    for figure in ("energy", "water", "gwp"):
        total = sum(one.indicators[figure]["at_factor_values"] for one in apart)
        assert together.indicators[figure]["at_factor_values"] == pytest.approx(total, rel=1e-12)
    kwh = [one.indicators["it_energy"]["at_factor_values"] for one in apart]
    assert together.proof["estimated"] == pytest.approx(sum(kwh[:2]) / sum(kwh))


def test_requests_in_flight_are_those_that_rows_state(tmp_path: Path) -> None:
    """None is the mean of several rows, which would tell how much each writes: 0.3, held alone, is 1; 9.44 is 9.4."""
    stated = (0.3, 9.0, 9.44, 12.6, 64.0, 255.0, 1023.0, 2048.0, None)
    rows = [
        answers(service_key="s", concurrency=flight, output_tokens=written) for flight in stated for written in (9, 1)
    ]
    found = built(tmp_path, *rows).servings.values()
    told = [(row["flight"], row["flight_class"] >= 0) for row in found]
    exact = [(flight, True) for flight in (1, 9, 9.4, 13, 64, 255, 1000, 2000)]
    assert sorted(told) == sorted([(1, False), *exact])


def test_twice_the_tokens_in_twice_the_requests_is_twice_the_electricity(tmp_path: Path) -> None:
    once = built(tmp_path / "1", answers()).totals().indicators["energy"]["at_factor_values"]
    twice = built(tmp_path / "2", answers(output_tokens=800_000.0, requests=2000.0)).totals()
    assert twice.indicators["energy"]["at_factor_values"] == pytest.approx(2 * once)


@pytest.mark.parametrize("requests", [1000.0, None])
def test_tokens_kept_in_cache_are_not_read_again(tmp_path: Path, requests: float | None) -> None:
    """Of 2,000,000 tokens 1,600,000 are kept: their reading is spared, × 1.5 kept ready, × 1.43 for the server."""
    alone = {"requests": requests, "input_tokens": 2_000_000.0}
    builds = [built(tmp_path / str(n), answers(**alone, cached_tokens=cached)) for n, cached in enumerate((0.0, 1.6e6))]
    whole, kept = (b.totals().indicators["it_energy"]["at_factor_values"] for b in builds)
    reading = found_in(builds[0], "input_energy")
    assert whole - kept == pytest.approx(1.6e6 * reading * 1.5 * 1.43)


def test_a_stated_context_makes_of_two_requests_what_they_are_apart(tmp_path: Path) -> None:
    """Requests of (100 read, 10 written) and (10, 100): 10 × 105 + 100 × 60 = 7,050, where
    their means give 110 × 82.5 = 9,075. The row that states it is the sum of the two."""
    one, other = ({"input_tokens": read, "output_tokens": written} for read, written in ((100.0, 10.0), (10.0, 100.0)))
    both = {"input_tokens": 110.0, "output_tokens": 110.0, "requests": 2.0}
    apart = built(tmp_path / "1", *(answers(requests=1.0, **row) for row in (one, other)))
    stated = built(tmp_path / "2", answers(**both, context_tokens=7_050.0))
    means = built(tmp_path / "3", answers(**both))
    kwh = [b.totals().indicators["it_energy"]["at_factor_values"] for b in (apart, stated, means)]
    assert kwh[1] == pytest.approx(kwh[0], rel=1e-12) and kwh[2] > kwh[0]
    uncounted = built(tmp_path / "4", answers(**both | {"requests": None}, context_tokens=7_050.0))
    assert uncounted.totals().indicators["it_energy"]["at_factor_values"] == pytest.approx(kwh[0], rel=1e-12)


@pytest.mark.long
def test_lengths_are_summed_as_they_are(tmp_path: Path) -> None:
    """Nothing is rounded: 1,000, 1,234 and 1,468 tokens read by request stand at equal steps."""
    kwh = [
        built(tmp_path / str(n), answers(input_tokens=tokens)).totals().indicators["it_energy"]["at_factor_values"]
        for n, tokens in enumerate((1_000_000.0, 1_234_000.0, 1_468_000.0))
    ]
    assert kwh[0] < kwh[1] < kwh[2]
    assert kwh[1] - kwh[0] == pytest.approx(kwh[2] - kwh[1], rel=1e-9)


def test_a_card_that_is_not_named_is_any_card(tmp_path: Path) -> None:
    gwp = built(tmp_path, answers(device=None)).totals().indicators["gwp"]
    assert gwp["devices"]["high"] > 10 * gwp["devices"]["low"] > 0


def test_an_unknown_model_is_not_estimable_and_says_so(tmp_path: Path) -> None:
    found = built(tmp_path, answers(model="modele-maison", other_mode="mode/none")).totals()
    energy = found.indicators["energy"]
    assert energy["central"] is None
    assert energy["missing"]["code"] == "unknown_model"
    assert found.coverage.runs == 1


def test_a_model_without_mode_has_the_reason_of_the_model_and_no_other(tmp_path: Path) -> None:
    """No electricity was declared either: that is the reason of a way which does not apply to what is modelled."""
    build = built(tmp_path, answers(model="modele-maison"))
    found = build.totals().indicators
    assert {found[name]["missing"]["code"] for name in ("it_energy", "energy", "water", "gwp")} == {"unknown_model"}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_run_of_a_model_that_is_not_in_the_catalogue_is_named_counted_and_in_no_proof(
    tmp_path: Path, lang: str
) -> None:
    build = built(tmp_path, answers(model="modele-maison"), answers(service_key="autre"))
    totals, unknown = build.totals(), build.runs(RunFilter(proof=NO_PROOF))["rows"]
    assert totals.coverage.unknown == len(unknown) == 1
    for checks in ([check.model_dump() for check in totals.checks], unknown[0]["checks"]):
        assert [check["code"] for check in checks] == ["unknown_model"]
        assert "modele-maison" in checks[0][lang]
    assert say("cli", "totals_unknown", lang, count=1) in totals_text(totals, lang)
    page = run_view(build.run(unknown[0]["row_id"]), lang)
    assert Markup.escape(t("left_out.not_modelled", lang)) in page
    assert Markup.escape(t("left_out.modelled", lang)) not in page
    assert Markup.escape(t("run.modelled", lang)) not in page


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_totals_of_which_nothing_is_known_have_no_line_of_proof(tmp_path: Path, lang: str) -> None:
    text = totals_text(built(tmp_path, answers(model="modele-maison")).totals(), lang)
    assert say("cli", "totals_proof", lang, proof="").strip() not in text


def test_a_zero_that_was_declared_is_not_replaced_by_a_model(tmp_path: Path) -> None:
    found = built(tmp_path, answers(other_mode="mode/not_estimable")).totals()
    assert found.indicators["energy"]["central"] is None


def test_a_number_of_a_modelled_row_opens_to_its_measurements(tmp_path: Path) -> None:
    build = built(tmp_path, answers())
    body = build.explain("total.gwp")
    names = [step.name for step in body.steps]
    assert "token_energy" in names and "measured_energy" not in names
    quantities = {factor.quantity for factor in body.factors}
    assert {"token_residual_model", "host_ratio", "provisioning_factor", "pue", "grid_gwp"} <= quantities
    assert all(factor.source["title"] for factor in body.factors)
    assert [run for run in build.runs()["rows"] if run["indicators"]["energy"]["at_factor_values"]]


def reserved(**more: object) -> Activity:
    """The same answers on one card kept for a whole day."""
    return answers(**{"device_count": 1, "device_hours": 24.0} | more)


@pytest.mark.parametrize("share", [1.0, 0.25])
def test_a_row_with_reserved_hours_is_the_estimate_of_its_question(tmp_path: Path, share: float) -> None:
    """Of a quarter of a card, a quarter of its hours waits, as a quarter of it is made."""
    found = built(tmp_path, reserved(resource_share=share)).totals().indicators
    asked = Request(
        **KNOWN, precision_bits=16, output_tokens=400, requests=1000, zone="FRA", host="class/server-room",
        device_count=1, device_hours=24, resource_share=share, day=date(2026, 3, 1),
    )  # fmt: skip
    alone = estimate(asked)["indicators"]
    for figure in ("energy", "water", "gwp", "adpe", "primary_energy"):
        assert found[figure]["at_factor_values"] == pytest.approx(alone[figure]["at_factor_values"], rel=1e-9), figure
        for end in ("low", "high"):
            assert found[figure][end] == pytest.approx(alone[figure][end], rel=1e-6), (figure, end)


def factors_of(body: Explanation) -> dict[str, float]:
    return {factor.quantity: factor.value for factor in body.factors}


def test_hours_that_a_reserved_card_waits_are_charged_once_by_hand(tmp_path: Path) -> None:
    """24 h of one H100 (0.7 kW at most) for 400,000 tokens: tokens × electricity of a token, without the cards that a
    shared service keeps ready; the hours that tokens leave × 0.7 kW × 15 %; both × 1.43 for the rest of the server."""
    build = built(tmp_path, reserved())
    used = factors_of(build.explain("total.it_energy"))
    assert (used["card_power"], used["device_load"], used["host_ratio"]) == (0.7, 0.15, 1.43)
    assert "provisioning_factor" not in used
    busy, answers_kwh = found_in(build, "answering_hours"), found_in(build, "token_energy")
    assert 0 < busy < 1
    kwh = (answers_kwh + (24 - busy) * 0.7 * 0.15) * 1.43
    found = build.totals().indicators["it_energy"]["at_factor_values"]
    assert found == pytest.approx(kwh, rel=1e-9)
    shared = built(tmp_path / "shared", answers()).totals().indicators["it_energy"]["at_factor_values"]
    assert shared == pytest.approx(answers_kwh * 1.5 * 1.43, rel=1e-9)
    assert found > 10 * shared, "waiting is most of it"


def found_in(build: Results, result: str) -> float:
    """A result of the only group that answers, at the values of the factors."""
    group = next(group for group in build.groups() if group.amounts["output_tokens"])
    return float(group.values[result])


def test_the_manufacture_of_a_reserved_card_is_that_of_all_its_hours(tmp_path: Path) -> None:
    """SCI: 24 h over the hours of the card's life and its occupancy; the server by the hours over its eight cards."""
    build = built(tmp_path, reserved())
    used = factors_of(build.explain("total.gwp"))
    card = 24 / (used["device_lifetime"] * 8766 * used["device_occupancy"]) * used["device_gwp"]
    hours = 24 / used["devices_per_server"]
    server = hours / (used["machine_lifetime"] * 8766 * used["machine_occupancy"]) * used["machine_gwp"]
    gwp = build.totals().indicators["gwp"]
    assert gwp["devices"]["at_factor_values"] == pytest.approx(card, rel=1e-9)
    assert gwp["machines"]["at_factor_values"] == pytest.approx(server, rel=1e-9)


def test_a_reserved_card_that_answers_nothing_waits_all_its_hours(tmp_path: Path) -> None:
    """24 h × 0.7 kW × 15 % × 1.43 = 3.6036 kWh."""
    found = built(tmp_path, reserved(output_tokens=0.0, requests=0.0)).totals()
    assert found.indicators["it_energy"]["at_factor_values"] == pytest.approx(24 * 0.7 * 0.15 * 1.43, rel=1e-12)
    assert found.proof["estimated"] == 1


def test_a_card_without_hours_that_answers_nothing_is_not_modelled(tmp_path: Path) -> None:
    """No answer and no hour: there is nothing to model, and its electricity stays unknown, not zero."""
    build = built(tmp_path, reserved(output_tokens=0.0, requests=0.0, device_hours=0.0))
    assert build.totals().indicators["it_energy"]["missing"]["code"] == "nothing_stated"
    assert not build.totals().proof["estimated"]


def test_hours_too_few_for_the_answers_are_said_and_nothing_waits(tmp_path: Path) -> None:
    build = built(tmp_path, reserved(device_hours=0.001))
    assert [check["code"] for check in build.checks()] == ["hours_too_few"]
    row = build.runs()["rows"][0]
    assert [check["code"] for check in row["checks"]] == ["hours_too_few"]
    kwh = found_in(build, "token_energy") * 1.43
    assert build.totals().indicators["it_energy"]["at_factor_values"] == pytest.approx(kwh, rel=1e-9)


def test_reserved_hours_of_a_model_whose_pace_is_unknown_are_said(tmp_path: Path) -> None:
    build = built(tmp_path, reserved(model="modele-maison"))
    assert {check["code"] for check in build.checks()} == {"unknown_model", "waiting_unknown"}


def test_waiting_hours_over_two_months_are_shared_by_duration(tmp_path: Path) -> None:
    """Ten days of 24 h, three of them in February: 72 h of 240 h, and as much of the waiting."""
    row = reserved(start="2026-02-26T00:00:00", hours=240.0, device_hours=240.0)
    build = built(tmp_path, row)
    waits = {
        found.month: found.group.amounts["working_hours"]
        for found in build.monthly()
        if found.group.amounts["working_hours"]
    }
    busy = sum(g.values["answering_hours"] for g in build.groups() if g.amounts["output_tokens"])
    assert waits[202602] / (waits[202602] + waits[202603]) == pytest.approx(0.3, rel=1e-9)
    assert sum(waits.values()) == pytest.approx(240 - busy, rel=1e-9)
    assert build.totals().coverage.runs == 1
    assert [month["runs"] for month in build.coverage_by_month()] == [1, 1]


def test_a_desk_that_is_reserved_waits_too(tmp_path: Path) -> None:
    kept = built(tmp_path / "1", reserved(host="class/desk")).totals().indicators["energy"]["at_factor_values"]
    once = built(tmp_path / "2", answers(host="class/desk")).totals().indicators["energy"]["at_factor_values"]
    assert kept > 2 * once


def test_tokens_read_count_where_requests_are_not_counted(tmp_path: Path) -> None:
    """4,000,000 tokens read for 400,000 written is 10 by 1: as 1000 requests of 4000 and 400, a usual length."""
    read, uncounted = {"input_tokens": 4_000_000.0}, {"requests": None}
    kept, counted, silent = (
        built(tmp_path / str(n), answers(concurrency=None, **given))
        .totals()
        .indicators["it_energy"]["at_factor_values"]
        for n, given in enumerate((read | uncounted, read, uncounted))
    )
    assert kept == pytest.approx(counted, rel=1e-9)
    assert kept > 1.2 * silent, "ten tokens read by token written are not nothing"


def test_what_is_made_for_sound_is_not_said_to_be_covered(tmp_path: Path) -> None:
    """An hour of sound has electricity and no manufacture; beside tokens, by their kWh; alone, none of it."""
    sound = answers(model="whisper-large-v3", output_tokens=None, audio_s=3600.0, concurrency=None, precision=None)
    alone = built(tmp_path / "alone", sound).totals()
    assert alone.coverage.by_figure["gwp"] == 1 and alone.coverage.embodied == 0
    assert "le moins couvert ; fabrication inconnue, non comptée" in totals_text(alone, "fr").replace("\u202f", " ")
    both = built(tmp_path / "both", sound, answers()).totals()
    kwh = [built(tmp_path / str(n), row).totals().coverage.weight_kwh for n, row in enumerate((answers(), sound))]
    assert both.coverage.embodied == pytest.approx(kwh[0] / sum(kwh))
    assert "fabrication" not in totals_text(built(tmp_path / "0").totals(), "fr")
    read = activity(cpu_energy_kwh=kwh[0], machine_hours=None, host="class/server-room")
    beside = built(tmp_path / "read", answers(), read).totals()
    assert beside.coverage.embodied == pytest.approx(0.5), "nothing described is nothing counted"
    assert "fabrication connue : 50" in totals_text(beside, "fr").replace("\u00a0", " ")
