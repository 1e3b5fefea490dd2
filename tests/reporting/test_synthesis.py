"""What the synthesis adds to the twelve indicators, by hand on a small home: groups, paces, charter, words."""

import csv
import io
import json
import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from estimator.assessment.impacts import Amount
from estimator.cli.app import application
from estimator.core.errors import LANGUAGES, words, words_of
from estimator.core.interval import Interval
from estimator.core.number_format import range_text
from estimator.core.periods import Period
from estimator.governance.charter import phrases
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.indicators import sheet
from estimator.governance.indicators.anonymity import grouped, withheld
from estimator.governance.indicators.known_months import before
from estimator.governance.indicators.projection import Pace
from estimator.governance.indicators.scope import Scope, Sources
from estimator.governance.indicators.told_amounts import told_interval
from estimator.governance.indicators.trend import change
from estimator.governance.register.register import Register, author
from estimator.reporting.documents.rendering import FormatUnknown, rendered, save
from estimator.reporting.summary import charter_status as phrase_checks
from estimator.reporting.summary.ceilings import budget_text, ceilings
from estimator.reporting.summary.change_sentences import (
    against_text,
    causes,
    change_text,
    months_compared,
    picture_title,
    trend_text,
    way_of,
)
from estimator.reporting.summary.charter_status import status, status_of
from estimator.reporting.summary.months import LARGE, history_of, months_svg
from estimator.reporting.summary.months_text import months_table
from estimator.reporting.summary.one_page import document
from estimator.reporting.summary.sentences import (
    answer,
    hosting_text,
    limit_texts,
    path_text,
    share_of_total,
    value_text,
)
from estimator.reporting.summary.statements import charter_text
from estimator.reporting.summary.summary import synthesis, with_told_total
from estimator.reporting.summary.use_cases import uses
from tests.core.test_numbers import spaced
from tests.support import activity, built, kept

WHO = author("Service numérique", "essai")
TODAY = date(2026, 11, 25)
CASE = {"task": "répondre", "unit": "une réponse", "owner_role": "Responsable"}
STUDIED = {"answer": "etudiee_et_ecartee", "reason": "réponses trop variées", "date": "2026-01-10"}
FIGURED = """
title = "Répondre"
[need]
unit = "une réponse"
volume = 1000
input_tokens = 500
output_tokens = 200
[[options]]
id = "faq"
label = "la FAQ"
method = "none"
use = { it_energy_kwh = 0.00001, zone = "FRA" }
[[options]]
id = "modele"
label = "le modèle"
method = "model"
use = { model = "qwen3-8b", zone = "FRA" }
"""
HOSTILE = '<script>alert(1)</script> "=1+1" [x](javascript:1)'


def case(
    register: Register, name: str, service: str, commune: str = "metropole", stage: str = "experimentation"
) -> str:
    """A use case that owns the runs of the service of the same name."""
    made = register.create({**CASE, "name": name, "service": service, "commune": commune, "alternative": STUDIED}, WHO)
    if stage != "idee":
        register.move(made.id, "experimentation", WHO)
    register.attach(made.id, {"service_key": name.lower()}, WHO)
    return made.id


def run(service: str, kwh: float, month: str = "2026-03", **more: object) -> Any:
    fields: dict[str, object] = {"service_key": service, "other_energy_kwh": kwh, "host": "class/desk", "zone": "FRA"}
    fields |= {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "other_mode": "mode/meter"}
    return activity(f"{month}-05T10:00:00", **fields | more)


def scope(home: Path, *rows: Any, territory: str = "metropole", period: str = "2026", today: date = TODAY) -> Scope:
    sources = Sources(built(home, *rows), Register(home), Commitments(home), home, today)
    return Scope(sources, territory, Period(period))


def heads(home: Path, service: str, with_access: int) -> None:
    said = {"service": service, "date": "2026-02-01", "trained": 1, "with_access": with_access, "kind": "sobriété"}
    Commitments(home).state_training(said, voter("Ressources humaines", "déclaration"))


def vote(home: Path, **fields: Any) -> None:
    said = {"indicator": "energy", "territory": "metropole", "by": "Conseil", "date": "2026-01-15", "document": "n° 12"}
    who = voter("Secrétariat du conseil", "vote")
    if "year" in fields:
        Commitments(home).vote_budget(said | fields, who)
    else:
        Commitments(home).vote_objective(said | fields, who)


def test_a_use_case_of_three_agents_is_told_with_the_next_smallest(tmp_path: Path) -> None:
    """3 agents at Voirie: told alone, or alone among « autres », the total less the rest would give it away."""
    register = Register(tmp_path)
    ids = {
        name: case(register, name, service)
        for name, service in (("A", "Courrier"), ("B", "Voirie"), ("C", "État civil"))
    }
    heads(tmp_path, "voirie", 3)
    heads(tmp_path, "Courrier", 40)
    heads(tmp_path, "État civil", 12)
    rows = [run("a", 9, requests=9000.0), run("b", 1, requests=50.0), run("c", 3, requests=300.0)]
    now = scope(tmp_path, *rows)
    assert grouped(now).shown == {ids["A"]}
    assert set(grouped(now).others) == {ids["B"], ids["C"]}
    told = synthesis(now)["uses"]
    assert [(use["kind"], use["count"]) for use in told] == [("case", 1), ("others", 2)]
    assert told[1]["energy"]["central"] == pytest.approx(4, rel=1e-3)
    found = synthesis(now)["indicators"]["per_service"]
    assert [service["use_case"] for service in found["services"]] == [ids["A"]] and found["hidden"] == 2


def test_a_commune_and_the_whole_merge_the_same_use_cases(tmp_path: Path) -> None:
    """50 uses at Nancy with 400 of Nancy, though 200 of another commune are fewer: whoever reads both sheets subtracts
    the same sum."""
    register = Register(tmp_path)
    ids = {name: case(register, name, name, commune="54395") for name in ("A", "B", "C")}
    case(register, "D", "D", commune="54547")
    rows = [run(name, 1, requests=uses) for name, uses in (("a", 50.0), ("b", 400.0), ("c", 900.0), ("d", 200.0))]
    both = [grouped(scope(tmp_path, *rows, territory=territory)) for territory in ("54395", "all")]
    assert [set(found.others) for found in both] == [{ids["A"], ids["B"]}] * 2


@pytest.mark.parametrize(("uses", "alone"), [(99.0, False), (100.0, True)])
def test_without_a_head_count_a_hundred_uses_a_month_are_the_least(tmp_path: Path, uses: float, alone: bool) -> None:
    """5 agents, once a working day, 20 days: 100 uses a month."""
    register = Register(tmp_path)
    ids = [case(register, name, name) for name in ("A", "B", "C")]
    rows = [run("a", 1, requests=uses), run("b", 2, requests=500.0), run("c", 3, requests=900.0)]
    assert (ids[0] in grouped(scope(tmp_path, *rows)).shown) is alone


def test_a_territory_of_four_agents_has_no_figure(tmp_path: Path) -> None:
    case(Register(tmp_path), "A", "Mairie", commune="54395")
    heads(tmp_path, "Mairie", 4)
    now = scope(tmp_path, run("a", 1, requests=900.0), territory="54395")
    body = synthesis(now)
    assert withheld(now) and body["uses"] == []
    energy = body["indicators"]["energy"]
    assert energy["value"]["central"] is None and energy["value"]["missing"]["code"] == "small_group"
    assert not any(energy["history"].values()) and not any(energy["months"].values())
    assert "moins de cinq agents" in answer(body, "fr")
    heads(tmp_path, "Mairie", 5)
    assert not withheld(scope(tmp_path, territory="54395"))


def within(found: Scope) -> Scope:
    """The same for those who hold the data."""
    return replace(found, sources=replace(found.sources, inside=True))


def test_only_months_of_both_periods_are_compared(tmp_path: Path) -> None:
    """2025 holds March alone, 2026 March and April: 10 against 12, April's 50 is no increase."""
    case(Register(tmp_path), "A", "Courrier")
    rows = [
        run("a", 10, "2025-03", items=10.0),
        run("a", 12, "2026-03", items=10.0),
        run("a", 50, "2026-04", items=10.0),
    ]
    now = within(scope(tmp_path, *rows))
    found = change(now, before(now), "energy")
    assert (found["before"], found["after"], found["months"]) == (
        pytest.approx(10, rel=1e-3),
        pytest.approx(12, rel=1e-3),
        1,
    )
    assert found["effects"]["efficiency"] == pytest.approx(2, rel=1e-3)


def test_a_quarter_is_compared_with_the_same_one_a_year_before(tmp_path: Path) -> None:
    """10 kWh in July 2025, 20 in April 2026, 12 in July 2026: 2 more than a year before, not 8 less than in spring."""
    case(Register(tmp_path), "A", "Courrier")
    rows = [run("a", kwh, month) for kwh, month in ((10, "2025-07"), (20, "2026-04"), (12, "2026-07"))]
    for period, previous in (("2026-T3", "2025-T3"), ("2026-07", "2025-07")):
        body = synthesis(scope(tmp_path, *rows, period=period))
        rows = []
        found = body["indicators"]["energy"]["change"]
        assert (body["previous"], body["same_season"], way_of(body, "energy")) == (previous, True, "up")
        assert found["difference"]["central"] == pytest.approx(2, rel=1e-2)
    assert "20 % d'électricité de plus qu'en juillet 2025" in spaced(body["aloud"][1]["fr"])


def test_another_season_is_compared_and_not_said_in_public(tmp_path: Path) -> None:
    """20 kWh in April and 12 in July 2026, nothing known in 2025: 8 less, 40 %, and the season is in it."""
    case(Register(tmp_path), "A", "Courrier")
    body = synthesis(scope(tmp_path, run("a", 20, "2026-04"), run("a", 12, "2026-07"), period="2026-T3"))
    assert (body["previous"], body["same_season"], way_of(body, "energy")) == ("2026-T2", False, "season")
    assert trend_text(body["indicators"]["energy"], "fr").startswith("en baisse de 40")
    assert "la saison y est pour une part" in against_text(body, "fr") and change_text(body, "fr") == ""
    assert picture_title(body, "fr") == "Mois par mois"
    told = spaced(" ".join(said["fr"] for key in ("aloud", "say") for said in body[key]))
    assert "baisse" not in told and "de moins" not in told
    assert "rien n'est connu un an plus tôt" in spaced(body["not_say"][0]["fr"])
    first = synthesis(scope(tmp_path, period="2026-T2"))
    assert way_of(first, "energy") == "none" and "aucune période précédente" in first["not_say"][0]["fr"]


def test_the_month_of_today_is_neither_compared_nor_continued(tmp_path: Path) -> None:
    case(Register(tmp_path), "A", "Courrier")
    rows = [run("a", 10, "2025-11", items=10.0), run("a", 1, "2026-11", items=1.0)]
    now = within(scope(tmp_path, *rows))
    assert change(now, before(now), "energy")["effects"] is None
    later = Scope(replace(now.sources, today=date(2026, 12, 1)), "metropole", Period("2026"))
    assert change(later, before(later), "energy")["months"] == 1


def test_what_does_not_count_its_service_is_no_efficiency(tmp_path: Path) -> None:
    """Nobody counts the answers: 10 then 14 kWh may be more use or worse use, so it is neither."""
    case(Register(tmp_path), "A", "Courrier")
    now = scope(tmp_path, run("a", 10, "2025-03"), run("a", 14, "2026-03"))
    assert change(now, before(now), "energy")["effects"] == pytest.approx(
        {"volume": 0, "efficiency": 0, "method": 0, "scope": 4}, rel=1e-3
    )


def test_each_effect_has_its_interval(tmp_path: Path) -> None:
    """+85 kWh of volume within the doubt of a meter, under 2 %; the water of France has far more doubt."""
    case(Register(tmp_path), "A", "Courrier")
    rows = [run("a", 100, "2025-03", items=100.0), run("a", 140, "2026-03", items=200.0)]
    now = scope(tmp_path, *rows)
    energy, water = (change(now, before(now), name) for name in ("energy", "water"))
    assert 83 < energy["ends"]["volume"]["low"] < 85 < energy["ends"]["volume"]["high"] < 87
    ends = water["ends"]["volume"]
    assert ends["low"] < water["effects"]["volume"] < ends["high"] and ends["high"] > 1.5 * ends["low"]


def test_a_cause_that_is_nothing_at_the_printed_precision_is_not_told(tmp_path: Path) -> None:
    """100 → 140 kWh at one place: sums of floats leave no « −moins de 0,0001 à +moins de 0,0001 µWh » of its factors.

    Of a change of 882, printed 880, a cause of at most 2.5 prints 0, and one of 5 prints 10."""
    case(Register(tmp_path), "A", "Courrier")
    rows = [run("a", 100, "2025-03", items=100.0), run("a", 140, "2026-03", items=200.0)]
    now = scope(tmp_path, *rows)
    found = change(now, before(now), "energy")
    assert found["effects"]["method"] == 0 and found["ends"]["method"].ends == (0, 0, 0)
    assert list(causes(found)) == ["volume", "efficiency"]
    told = {name: Interval.of((-value, value / 2, value), "kWh") for name, value in (("scope", 2.5), ("method", 5.0))}
    effects = {"scope": 1.25, "method": 2.5}
    whole = {"difference": Interval.of((400, 882, 1400), "kWh"), "effects": effects, "ends": told}
    assert list(causes(whole)) == ["method"]


@pytest.mark.parametrize(
    ("previous", "before", "now", "said"),
    [
        ("2025", range(202504, 202510), range(202604, 202610), ", d’avril à septembre"),
        ("2025", [202503, 202504, 202507], [202603, 202604, 202607], ", de mars à avril, juillet"),
        ("2025", [202511], [202611], ", en novembre"),
        (
            "2026-T1",
            [202601, 202602],
            [202604, 202605],
            " ; avril 2026 à mai 2026, comparés à janvier 2026 à février 2026",
        ),
        ("2026-03", [202603], [202604], ""),
        ("2026-T1", [202601, 202602, 202603], [202604, 202605, 202606], ""),
    ],
)
def test_a_change_says_which_months_it_compares(
    previous: str, before: Sequence[int], now: Sequence[int], said: str
) -> None:
    """Nothing is said of a whole period against a whole one: one month against another one is no « equal months »."""
    compared = {"before": list(before), "now": list(now)}
    body = {"previous": previous, "indicators": {"energy": {"change": {"compared": compared}}}}
    assert months_compared(body, "fr").replace("\u202f", " ").replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("ceiling", "verdict", "month"),
    [(5, "passed", 202601), (165, "over", 202605), (500, "under", None)],
)
def test_a_budget_at_the_pace_of_the_year(tmp_path: Path, ceiling: float, verdict: str, month: int | None) -> None:
    """40 kWh from 5 January to 5 March, nothing in February: 27 + 5 = 32 days, and 361 from 5 January: 40 × 361 ÷ 32 =
    451, 1.25 a day. 165 is 132 days from 5 January, 27 + 28 + 31 + 30 + 16 May: at this pace, passed already; what is
    known of it, 40 ÷ 165 = 24.2 % of a meter within 2 %, stops on 5 March, and that day is said with it."""
    case(Register(tmp_path), "A", "Courrier")
    vote(tmp_path, year=2026, value=ceiling, unit="kWh")
    now = scope(tmp_path, run("a", 20, "2026-01"), run("a", 20, "2026-03"))
    found = Pace(now).against_budget("energy")
    assert found is not None
    assert found["projected"]["central"] == pytest.approx(40 * 361 / 32, rel=1e-3) and found["days"] == 32
    assert (found["verdict"], found["passed"]["central"]) == (verdict, month if verdict != "passed" else 202601)
    text = spaced(budget_text(found, "kWh", "fr"))
    assert {
        "passed": "déjà dépassé",
        "over": "dépassé en mai. Des mois passés ne sont pas connus : ils sont comptés au même rythme. "
        "Consommé au 05/03/2026, d'après ce qui est connu : entre 24 et 25 % du plafond.",
        "under": "ne serait pas dépassé",
    }[verdict] in text


def test_the_month_of_a_ceiling_is_on_the_curve_of_the_year(tmp_path: Path) -> None:
    """4 × 115 = 460 kWh ± 20 % in the 120 days of January to April: 3.83 a day, 1,399 in the year.

    500 is the 130.4th day, 10 May (31 + 28 + 31 + 30 = 120); at 552, 4.6 a day, the 108.7th, in April; at 368, 3.07 a
    day, the 163rd, in June: no later, though nothing is known of May to November. 368 ÷ 500 is 74 %, 552 ÷ 500 110 %.
    """
    case(Register(tmp_path), "A", "Courrier")
    vote(tmp_path, year=2026, value=500, unit="kWh")
    rows = [
        activity(
            f"2026-{month:02}-01T00:00:00",
            hours=24 * days,
            service_key="a",
            cpu_energy_kwh=115.0,
            host="class/desk",
        )
        for month, days in ((1, 31), (2, 28), (3, 31), (4, 30))
    ]
    pace = Pace(scope(tmp_path, *rows, today=date(2026, 11, 27)))
    pace.spent["energy"] = pace.spent["energy"].model_copy(update={"low": 368.0, "central": 460.0, "high": 552.0})
    found = pace.against_budget("energy")
    assert found is not None and found["passed"] == {"low": 202606, "central": 202605, "high": 202604}
    text = budget_text(found, "kWh", "fr").replace("\u00a0", " ")
    used = "dépassé entre avril et juin. Consommé au 30/04/2026 : entre 74 et 110 % du plafond."
    assert text.endswith(used) and "aujourd" not in text
    voted = {"energy": {"id": "energy", "value": {"unit": "kWh"}, "budget": found}}
    ((_, short),) = ceilings({"indicators": voted, "territory_budgets": [], "use_budgets": []}, "fr")
    assert short.replace("\u00a0", " ").endswith(used)


@pytest.mark.parametrize(("day", "maybe"), [(date(2026, 9, 1), False), (date(2026, 11, 27), True)])
def test_a_day_to_come_passes_nothing_yet(tmp_path: Path, day: date, maybe: bool) -> None:
    """2 × 50 kWh in January and March, 62 days: 1.61 a day, over February too: 500 is the 310th day, 6 November."""
    case(Register(tmp_path), "A", "Courrier")
    vote(tmp_path, year=2026, value=500, unit="kWh")
    rows = [
        activity(f"2026-{month}-01T00:00:00", hours=24 * 31, service_key="a", cpu_energy_kwh=50.0, host="class/desk")
        for month in ("01", "03")
    ]
    pace = Pace(scope(tmp_path, *rows, today=day))
    pace.spent["energy"] = pace.spent["energy"].model_copy(update={"low": 100.0, "central": 100.0, "high": 100.0})
    found = pace.against_budget("energy")
    assert found is not None and (found["passed"]["central"], found["maybe"]) == (202611, maybe)


def test_the_year_of_a_territory_is_no_less_than_that_of_one_of_its_services(tmp_path: Path) -> None:
    """10 kWh in the 304 days until October, and 100 of a service begun in October, 31 days known of the 92 until the
    end of the year: 10 × 365 ÷ 304 + 100 × 92 ÷ 31 = 308.8 of the 110 spent, not 132.1."""
    for name in "AB":
        case(Register(tmp_path), name, f"Usage {name}")
    rows = [
        activity("2026-01-01T00:00:00", hours=24 * 304, service_key="a", cpu_energy_kwh=10.0, host="class/desk"),
        activity("2026-10-01T00:00:00", hours=24 * 31, service_key="b", cpu_energy_kwh=100.0, host="class/desk"),
    ]
    pace = Pace(scope(tmp_path, *rows, today=date(2026, 11, 27)))
    found = pace.projected("energy")
    assert found is not None and found.central is not None and pace.spent["energy"].central is not None
    assert found.central / pace.spent["energy"].central == pytest.approx(
        (10 * 365 / 304 + 100 * 92 / 31) / 110, rel=1e-3
    )


@pytest.mark.parametrize(("ceiling", "passed"), [(500, None), (200, 202612), (160, 202611), (100, 202610)])
def test_a_year_known_from_august_has_five_months_to_count(tmp_path: Path, ceiling: float, passed: int | None) -> None:
    """46 + 45 + 46 days of 1.5 kWh: 138 in 92 days, and 153 from 1 August: 229.5, not 547.5.

    200 is 41.3 unknown days after October, 160 is 14.7, and 100 is the 66.7th known day, in October; the chart draws
    two more months of 1.5 × 61 ÷ 2: the sentence and it agree."""
    case(Register(tmp_path), "A", "Courrier")
    vote(tmp_path, year=2026, value=ceiling, unit="kWh")
    rows = [
        activity(
            f"2026-{month:02}-01T00:00:00",
            hours=24 * days,
            service_key="a",
            cpu_energy_kwh=1.5 * days,
            host="class/desk",
        )
        for month, days in ((8, 31), (9, 30), (10, 31))
    ]
    pace = Pace(scope(tmp_path, *rows, today=date(2026, 11, 27)))
    found = pace.against_budget("energy")
    assert found is not None and found["days"] == 92 and found["since"] == 202608
    assert found["projected"]["central"] / found["spent"]["central"] == pytest.approx(153 / 92)
    assert 100 * round(found["spent"]["central"] / 138) == 100 and found["passed"]["central"] == passed
    drawn = pace.month_to_come("energy")
    assert drawn is not None
    assert found["spent"]["central"] + 2 * drawn["central"] == pytest.approx(found["projected"]["central"], rel=2e-3)
    assert "Rien n’est connu avant août 2026" in budget_text(found, "kWh", "fr")


def test_a_month_to_come_is_what_the_year_lacks(tmp_path: Path) -> None:
    """2 kWh a day in January and March, 62 days, and a training of 100 kWh, once: from November, 61 days take 122, two
    months of 61; neither (730 + 100) ÷ 12 = 69.2, nor 606 of the 303 days not known ÷ 9. April to October are over,
    not known and not to come; on 1 December, November too, and 31 days take 62. None of a year that is over."""
    case(Register(tmp_path), "A", "Courrier")
    rows = [
        activity(f"2026-{month}-01T00:00:00", hours=24 * 31, service_key="a", cpu_energy_kwh=62.0, host="class/desk")
        for month in ("01", "03")
    ]
    rows.append(run("a", 100, "2026-02").model_copy(update={"phase": "training"}))
    found = Pace(scope(tmp_path, *rows, today=date(2026, 11, 28))).month_to_come("energy")
    assert found is not None and found.central == pytest.approx(61, rel=1e-3)
    assert Pace(scope(tmp_path, today=date(2027, 1, 2))).month_to_come("energy") is None
    body = synthesis(scope(tmp_path, today=date(2026, 11, 28)))
    drawn = history_of(body, "energy", LARGE)
    assert drawn.pace == found and drawn.to_come == [202611, 202612]
    drawn = history_of(synthesis(scope(tmp_path, today=date(2026, 12, 1))), "energy", LARGE)
    assert drawn.to_come == [202612] and drawn.pace is not None and drawn.pace.central == pytest.approx(62, rel=1e-3)
    rows = {str(head): str(value) for head, value in months_table("Électricité", drawn, "fr").rows}
    assert rows["novembre 2026"] == "après les dernières données publiées"
    assert spaced([*rows][-1]) == "Chaque mois à venir, décembre 2026"


def test_a_month_to_come_does_not_make_up_for_months_that_one_use_lacks(tmp_path: Path) -> None:
    """1 kWh a day of « a » to November, 334 days, and of « b » to June: a December of 31 days at both paces is 62. What
    « b » lacks from July on, 153 days, is no part of it: it made December 215."""
    register = Register(tmp_path)
    for name in ("A", "B"):
        case(register, name, "Courrier")
    rows = [
        activity(
            f"2026-{month:02}-01T00:00:00", hours=24 * days, service_key=service, cpu_energy_kwh=days, host="class/desk"
        )
        for service, last in (("a", 11), ("b", 6))
        for month in range(1, last + 1)
        for days in [monthrange(2026, month)[1]]
    ]
    pace = Pace(scope(tmp_path, *rows, today=date(2026, 12, 2)))
    found, spent = pace.month_to_come("energy"), pace.spent["energy"].central
    assert found is not None and spent is not None
    assert found.central / spent == pytest.approx(62 / (334 + 181), rel=1e-2)


@pytest.mark.parametrize(("small", "told"), [(9.0, False), (1.0, True)])
def test_no_month_to_come_is_made_of_small_uses_whose_days_are_not_told(
    tmp_path: Path, small: float, told: bool
) -> None:
    """A large use of 60 kWh a month to November, two small ones to June, of 9 each or of 1. Who holds the data knows
    their days. What leaves says no month in which a small one ran: at the pace of the large one, two of 9 (108 kWh of
    768, 14 %) would take half of what they take in a month. Two of 1 (12 of 672, 2 %) hardly move December."""
    register = Register(tmp_path)
    for name in ("A", "B", "C"):
        case(register, name, name)
    rows = [run("c", 60, f"2026-{month:02}", requests=500.0) for month in range(1, 12)]
    rows += [run(name, small, f"2026-{month:02}", requests=50.0) for name in ("a", "b") for month in range(1, 7)]
    outside = scope(tmp_path, *rows, today=date(2026, 12, 2))
    inside = replace(outside, sources=replace(outside.sources, inside=True))
    assert Pace(inside).month_to_come("energy") is not None
    assert (Pace(outside).month_to_come("energy") is not None) == told


@pytest.mark.parametrize(("months", "year"), [(12, 120.0), (1, 10.0 * 365)])
def test_twelve_known_months_are_the_year(tmp_path: Path, months: int, year: float) -> None:
    """10 kWh on the fifth of each month are 120, whatever the days between the first and the last; of one, of a day."""
    case(Register(tmp_path), "A", "Courrier")
    found = Pace(scope(tmp_path, *(run("a", 10, f"2025-{n + 1:02}") for n in range(months)), period="2025"))
    projected = found.projected("energy")
    assert projected is not None and projected["central"] == pytest.approx(year, rel=1e-3)


def test_an_objective_is_compared_over_as_many_days_as_its_reference_holds(tmp_path: Path) -> None:
    """2025: from 5 January to 5 February, 32 days, 40 kWh. −10 % by 2027: 38 in 2026 (half way). Until 5 March 2026, 60
    days, 54 kWh: 28.8 over 32."""
    case(Register(tmp_path), "A", "Courrier")
    vote(tmp_path, change_percent=-10, reference_year=2025, due_year=2027)
    past = [run("a", 20, "2025-01"), run("a", 20, "2025-02")]
    now = scope(tmp_path, *past, *(run("a", 18, f"2026-0{n}") for n in (1, 2, 3)))
    found = Pace(now).against_path("energy")
    assert found is not None and (found["days"], found["span"]) == (60, 32)
    assert found["path"] == pytest.approx(38, rel=1e-3) and found["projected"]["central"] == pytest.approx(
        28.8, rel=1e-3
    )
    assert found["verdict"] == "under"
    text = path_text({"path": found}, "fr").replace("\u00a0", " ")
    assert text.startswith("La trajectoire votée serait tenue : à ce rythme (celui de 60 jours connus), 2026")
    assert "sur 32 jours, autant que l'année de référence en a de connus" in text.replace("’", "'")
    body = synthesis(now)
    assert answer(body, "fr").startswith("Oui\u00a0: à ce rythme")
    held = {check["id"]: check["status"] for check in body["charter"]}
    assert (held["C19"], held["C52"]) == ("held", "not_held")  # one objective is voted, of four footprints


def test_the_reference_year_starts_the_path_and_is_not_judged(tmp_path: Path) -> None:
    """40 kWh in 2025, −10 % by 2027: 40 is not « on ne peut pas trancher » against 40. In 2026 the path is 38, drawn
    under 2026 alone: after the 12 months of 2025 of 24, half of the width."""
    case(Register(tmp_path), "A", "Courrier")
    vote(tmp_path, change_percent=-10, reference_year=2025, due_year=2027, date="2025-06-01")
    rows = [run("a", 40, "2025-01"), run("a", 18, "2026-01")]
    body = synthesis(scope(tmp_path, *rows, period="2025"))
    energy = body["indicators"]["energy"]
    assert (energy["path"]["verdict"], energy["path"]["path"]) == ("start", None)
    assert answer(body, "fr").startswith("2025 est l’année de référence") and "trancher" not in answer(body, "fr")
    assert path_text(energy, "fr").startswith("2025 est l’année de référence")
    assert next(check["status"] for check in body["charter"] if check["id"] == "C19") == "without_object"
    assert history_of(body, "energy").limit is None
    after = history_of(synthesis(scope(tmp_path)), "energy")
    assert after.limit_from == 50 and 'x1="50.00%" x2="100%"' in months_svg(after, after.highest)


def test_limits_come_from_the_tables_with_their_source(tmp_path: Path) -> None:
    case(Register(tmp_path), "A", "Courrier")
    found = sheet(scope(tmp_path, run("a", 1)))["indicators"]
    assert found["energy"]["limits"] == []
    assert limit_texts(found["water"]["limits"], "fr") == [
        "Eau du site par kWh total\u00a0: au plus 0,4\u00a0L/kWh (RGESN 8.4)"
    ]
    (asked,) = found["non_ai_reviewed"]["limits"]
    assert (asked["value"], asked["source"]) == (1, "grand_nancy_charter")
    assert {row["text"] for row in found["sober_hosting"]["limits"]} == {"RGESN 8.3", "RGESN 8.4", "RGESN 8.6"}


def test_the_charter_is_quoted_word_for_word(shared_data: Path) -> None:
    def plain(text: str) -> str:
        return re.sub(r"[\s*]+", " ", text.replace("\u2019", "'")).casefold()

    text = plain((shared_data.parent / "mission" / "charte-grand-nancy.txt").read_text("utf-8"))
    assert [p.id for p in phrases() if plain(p.phrase) not in text] == []


def test_one_rule_for_every_phrase() -> None:
    assert [status({"share": share}, 0.8) for share in (None, 0.0, 0.39, 0.4, 0.79, 0.8, 1.0)] == [
        "not_measured", "not_held", "not_held", "partly", "partly", "held", "held",
    ]  # fmt: skip


def test_what_is_mostly_unknown_is_no_broken_promise() -> None:
    """Half of 0.8 is 0.4: 0 and 99 % unknown could be all of it, 0.1 and 0.2 unknown are 0.3 at most."""
    found = [{"share": share, "unknown": unknown} for share, unknown in ((0, 0.99), (0.1, 0.2), (0.1, 0.3), (0.5, 0.5))]
    assert [status(one, 0.8) for one in found] == ["not_measured", "not_held", "not_measured", "partly"]


def test_every_phrase_has_a_status_a_proof_and_words(tmp_path: Path) -> None:
    case(Register(tmp_path), "A", "Courrier")
    for check in synthesis(scope(tmp_path, run("a", 1)))["charter"]:
        assert check["status"] in ("held", "covered", "partly", "not_held", "not_measured")
        for lang in LANGUAGES:
            assert check["reads"] in words(lang)["charter_reads"]
    empty = {check["id"]: check["status"] for check in synthesis(scope(tmp_path / "none"))["charter"]}
    assert set(empty.values()) <= {"not_measured", "not_held"}, "an empty home holds nothing"
    assert empty["C18"] == empty["C26"] == "not_measured"


SAID = {  # statuses of the promises that a share checks, of 5 in all: what is said of them
    ("held", "held", "partly", "not_held"): (
        "2 sont tenues, une en partie, une non et une sans chiffre",
        "2 are kept, one in part, one not, and one unquantified",
    ),
    ("held", "not_measured", "covered"): (
        "une est tenue, une couverte et le reste sans chiffre",
        "one is kept, one covered, and others unquantified",
    ),
    ("partly", "partly", "not_held", "not_held"): (
        "aucune n'est entièrement tenue, 2 sont tenues en partie, 2 ne sont pas tenues et une sans chiffre",
        "none is fully kept, 2 are partly kept, 2 are not kept, and one unquantified",
    ),
    ("held", "partly", "withheld", "withheld"): (
        "une est tenue, une en partie, 2 non dites (trop peu de personnes) et une sans chiffre",
        "one is kept, one in part, 2 untold (too few people), and one unquantified",
    ),
    ("partly", "withheld"): (
        "une est tenue en partie, une non dite (trop peu de personnes) et le reste sans chiffre",
        "one is partly kept, one untold (too few people), and others unquantified",
    ),
    ("covered", "covered", "not_measured"): (
        "aucune n'est entièrement tenue, 2 couvertes et le reste sans chiffre",
        "none is fully kept, 2 covered, and others unquantified",
    ),
    ("not_measured", "without_object"): (
        "nous n'avons encore de preuve pour aucune",
        "there is no proof yet for any",
    ),
}


@pytest.mark.parametrize(("statuses", "said"), SAID.items())
def test_the_promises_are_said_in_one_sentence(statuses: tuple[str, ...], said: tuple[str, str]) -> None:
    """A sentence that is read aloud, whatever is kept or known: nothing listed, and its counts add up to the 5."""
    body = {"charter": [{"status": status, "withheld": status == "withheld"} for status in statuses]}
    body["unchecked"] = {"not_yet": [{}] * (4 - len(statuses)), "not_figures": [{}]}
    assert spaced(charter_text(body, "fr")) == f"des 5 promesses de la charte, {said[0]}."
    assert spaced(charter_text(body, "en")) == f"of the charter's 5 promises, {said[1]}."


def test_what_nobody_measured_of_the_charter_has_one_name() -> None:
    """The sheet and its table, the page, its plain version and the glossary: « non mesuré »."""
    for lang, name in (("fr", "non mesuré"), ("en", "not measured")):
        shown = words_of(resources.files("dashboard") / "words", lang)
        texts = [words(lang)["synthesis"]["status_not_measured"], shown["synthese"]["status_not_measured"]]
        texts += [shown["synthese"]["charter_note"], shown["simple"]["charter_not_measured"]]
        texts.append(shown["glossary"]["charter"]["unmeasured"]["word"])
        page = Path(f"docs/glossaire{'' if lang == 'fr' else f'.{lang}'}.md")
        texts.append((Path(__file__).resolve().parents[2] / page).read_text("utf-8"))
        assert [text for text in texts if name not in text.casefold()] == []


def test_each_mark_inside_a_phrase_is_closed() -> None:
    """RGAA 9.4: it is shown between such marks."""
    assert [p.id for p in phrases() if p.phrase.count("«") != p.phrase.count("»")] == []


def test_each_of_the_47_direct_phrases_is_in_one_of_three_lists(shared_data: Path) -> None:
    design = (shared_data.parent / "design" / "charter.md").read_text("utf-8")
    direct = set(re.findall(r"^\| (C\d\d) D \|", design, re.MULTILINE))
    lists = {group: {p.id for p in phrases() if p.group == group} for group in ("checked", "not_yet", "not_figures")}
    assert len(direct) == 47 and sum(map(len, lists.values())) == 47 and set().union(*lists.values()) == direct
    wanted = "C03 C08 C18 C19 C21 C22 C25 C26 C38 C39 C42 C43 C44 C51 C52 C53 C11 C12 C13 C36 C37 C45 C46 C50"
    assert set(wanted.split()) <= lists["checked"] and len(lists["checked"]) >= 24
    for lang in LANGUAGES:
        assert words(lang)["charter_unchecked"].keys() == lists["not_yet"] | lists["not_figures"]


def test_the_question_without_ai_is_kept_by_figures_and_only_covered_by_a_text(tmp_path: Path) -> None:
    """A text and a date: « couvert ». A compared option without AI whose electricity is known: « tenu »."""
    register = Register(tmp_path)
    id = case(register, "A", "Courrier")

    def found() -> tuple[str, str]:
        check = next(c for c in synthesis(scope(tmp_path, run("a", 1)))["charter"] if c["id"] == "C39")
        return check["status"], check["reads"]

    assert found() == ("covered", "non_ai_reviewed")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "a.toml").write_text(FIGURED, "utf-8")
    register.change(id, {"scenario": "a.toml"}, WHO)
    assert found() == ("held", "alternative_figured")


def test_every_group_of_uses_has_its_amount_and_its_share(tmp_path: Path) -> None:
    """9 kWh of 12 at one desk, 3 of two small uses together: 75 and 25 % of the total at home. On the sheet, whose
    total would be an amount over its share, their amounts alone."""
    register = Register(tmp_path)
    for name in ("A", "S1", "S2"):
        case(register, name, name)
    rows = [run("a", 9, requests=9000.0), run("s1", 2, requests=59.0), run("s2", 1, requests=49.0)]
    here = scope(tmp_path, *rows)
    within = synthesis(replace(here, sources=replace(here.sources, inside=True)))
    assert sorted(round(use["share"]["central"], 3) for use in within["uses"]) == [0.083, 0.167, 0.75]
    body = synthesis(here)
    assert {use["kind"]: use["share"] for use in body["uses"]} == {"case": None, "others": None}
    text = rendered(document(body, "fr"), "txt").replace("\u00a0", " ").replace("\u202f", " ")
    assert "9,0 kWh" in text and "3,0 kWh" in text and "75 %" not in text and "Autres usages réunis (2)" in text


def test_a_change_is_a_percent_with_its_interval_and_a_period_says_its_months(tmp_path: Path) -> None:
    """4 kWh in March 2025 and 6 in March 2026, each read by a meter: half as much again; one month of twelve."""
    case(Register(tmp_path), "A", "Courrier")
    body = synthesis(scope(tmp_path, run("a", 4, "2025-03"), run("a", 6)))
    found = body["indicators"]["energy"]["change"]
    assert found["share"] == pytest.approx(0.5, rel=0.02)
    assert found["relative"]["low"] <= found["share"] <= found["relative"]["high"]
    said = [trend_text(body["indicators"][key], "fr").replace("\u202f", "\u00a0") for key in ("energy", "gwp")]
    assert said[0].startswith("en hausse de 50\u00a0%, soit"), "one meter: its error is that of both months"
    assert re.fullmatch(r"en hausse de \d+.% \(entre \d+ et \d+.%\), soit .*CO₂e", said[1])
    text = rendered(document(body, "fr"), "txt").replace("\u00a0", " ").replace("\u202f", " ")
    assert "L’IA consomme 50 % d’électricité de plus qu’en 2025" in text and "année 2026 (1 mois sur 12)" in text


def test_a_rise_beyond_three_times_is_said_in_times(tmp_path: Path) -> None:
    """4 kWh in March 2025 and 48 in March 2026: 12 times, not « 1 100 % »."""
    case(Register(tmp_path), "A", "Courrier")
    body = synthesis(scope(tmp_path, run("a", 4, "2025-03"), run("a", 48)))
    assert trend_text(body["indicators"]["energy"], "fr").startswith("en hausse, × 12 (")
    text = rendered(document(body, "fr"), "txt").replace("\u00a0", " ").replace("\u202f", " ")
    assert "L’IA consomme 12 fois plus d’électricité qu’en 2025 (" in text


def test_sovereignty_is_by_share_of_the_electricity(tmp_path: Path) -> None:
    """3 kWh of a French publisher, 1 kWh of nobody named: 75 % of the Union, a quarter unknown."""
    case(Register(tmp_path), "A", "Courrier")
    tokens = {"model": "mistral-small-latest", "requests": 900.0, "output_tokens": 9e5}
    body = synthesis(scope(tmp_path, run("a", 3, **tokens), run("a", 1, "2026-04")))
    found = body["sovereignty"]
    assert found["publisher"] == pytest.approx({"FRA": 0.75, "unknown": 0.25})
    assert found["publisher_european"] == pytest.approx({"share": 0.75, "unknown": 0.25})
    assert next(c for c in body["charter"] if c["id"] == "C12")["status"] == "partly"


def test_the_place_is_that_of_the_rows_then_that_of_the_site(tmp_path: Path) -> None:
    """5 kWh of a cloud without country said to be in France, 2 in California, 2 at a site of the tables in Paris, 1 of
    which nobody says: 70 % France, 20 % United States, 10 % unknown."""
    case(Register(tmp_path), "A", "Courrier")
    cloud, paris = {"host": "class/hyperscale"}, {"host": "scaleway/fr-par-2", "zone": None}
    rows = [run("a", 5, **cloud, zone="FRA"), run("a", 2, **cloud, zone="USA-CA"), run("a", 2, **paris)]
    found = synthesis(scope(tmp_path, *rows, run("a", 1, **cloud, zone=None)))["sovereignty"]
    assert found["place"] == pytest.approx({"FRA": 0.7, "USA": 0.2, "unknown": 0.1})


@pytest.mark.parametrize(
    ("ends", "fr", "en"),
    [
        ((0.0043, 0.01, 0.058), "de moins de 1 à 6 % du total", "from less than 1 to 6% of the total"),
        ((0.0021, 0.005, 0.024), "de moins de 1 à 2 % du total", "from less than 1 to 2% of the total"),
        ((0.31, 0.35, 0.38), "entre 31 et 38 % du total", "between 31 and 38% of the total"),
        ((0.346, 0.35, 0.354), "35 % du total", "35% of the total"),
        ((0.001, 0.002, 0.009), "moins de 1 % du total", "less than 1% of the total"),
    ],
)
def test_a_share_is_said_with_its_interval_where_its_ends_differ(ends: Any, fr: str, en: str) -> None:
    """Once rounded to a whole per cent: 0.43 to 5.8 is from less than 1 to 6, 34.6 to 35.4 is 35."""
    told = [share_of_total(Interval.of(ends, "1"), lang) for lang in ("fr", "en")]
    assert [re.sub(r"\s", " ", text) for text in told] == [fr, en]


def test_a_voted_target_replaces_that_of_the_charter(tmp_path: Path) -> None:
    """30 % trained is not held, less than half of what the charter asks, and is held once the council voted 25 %."""
    case(Register(tmp_path), "A", "Courrier")
    said = {"service": "Courrier", "date": "2026-02-01", "trained": 12, "with_access": 40, "kind": "sobriété"}
    Commitments(tmp_path).state_training(said, voter("Ressources humaines", "déclaration"))
    now = scope(tmp_path, run("a", 1))
    first = next(check for check in synthesis(now)["charter"] if check["id"] == "C26")
    assert (first["status"], first["share"], first["voted"]) == ("not_held", pytest.approx(0.3), False)
    vote(tmp_path, indicator="trained", value=25, unit="%", reference_year=2025, due_year=2027)
    again = next(check for check in synthesis(scope(tmp_path))["charter"] if check["id"] == "C26")
    assert (again["status"], again["target"], again["voted"]) == ("held", 0.25, True)


def test_decisions_of_the_register(tmp_path: Path) -> None:
    """A review due in January 2026 is late; an idea without an answer to the question of the charter is asked."""
    register = Register(tmp_path)
    late = case(register, "A", "Courrier")
    register.review(late, {"due": "2026-01-31"}, WHO)
    idea = register.create({**CASE, "name": "Chatbot", "service": "Accueil", "commune": "metropole"}, WHO).id
    found = synthesis(scope(tmp_path, run("a", 1)))["decisions"]
    assert [(decision["kind"], decision["cases"]) for decision in found] == [
        ("late_reviews", [late]),
        ("no_answer", [idea]),
    ]
    assert found[0]["title"]["fr"] == "Faire la revue en retard de : A."


def test_a_clear_comparison_makes_a_decision(tmp_path: Path) -> None:
    """The use case runs the large model of its scenario, and a small one reaches the threshold with far less."""
    register = Register(tmp_path)
    id = case(register, "A", "Courrier")
    text = (
        Path(__file__).parents[2].joinpath("scripts/demo/metropole/scenarios/assistant-agents.toml").read_text("utf-8")
    )
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "a.toml").write_text(text, "utf-8")
    register.change(id, {"scenario": "a.toml", "model": "mistral-ai/mistral-medium-3.1"}, WHO)
    (first, *_) = synthesis(scope(tmp_path, run("a", 1)))["decisions"]
    assert (first["kind"], first["cases"]) == ("lighter", [id])
    assert "fois moins" in first["proof"]["fr"] and "times less" in first["proof"]["en"]


def test_what_can_be_said_comes_from_the_figures(tmp_path: Path) -> None:
    case(Register(tmp_path), "A", "Courrier")
    case(Register(tmp_path), "B", "Voirie")
    rows = [run("a", 100, "2025-03", items=100.0), run("a", 140, "2026-03", items=200.0)]
    vote(tmp_path, indicator="gwp", change_percent=-10, reference_year=2025, due_year=2027)
    body = synthesis(scope(tmp_path, *rows))
    say, not_say = ([line["fr"] for line in body[key]] for key in ("say", "not_say"))
    assert any(line.startswith("L’électricité est en hausse de") for line in say)
    assert any("chaque réponse consomme moins" in line for line in not_say), "rebound: the total rises"
    assert any("sans mesure, 1 sur 2" in line for line in not_say)
    assert body["indicators"]["gwp"]["objective"], "one is voted, of another impact"
    assert any("aucun objectif d’électricité n’est voté" in line for line in not_say)
    forbidden = re.compile(r"neutre|zéro impact|vert\b|évité|frugal")
    assert not any(forbidden.search(line) for line in say)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def number(cell: str) -> float | None:
    return float(cell.replace(",", ".")) if cell else None


def test_the_same_digits_everywhere(tmp_path: Path) -> None:
    """The command, its JSON, the table and the sheet: one body, and the page draws that very body."""
    case(Register(tmp_path), "A", "Courrier")
    scope(tmp_path, run("a", 3.25, "2026-01", requests=900.0), run("a", 1.125, "2026-03", requests=900.0))
    asked = ["indicators", "--period", "2026", "--territory", "metropole"]
    context = {"home": tmp_path, "lang": "fr"}
    told = CliRunner().invoke(application(), asked, obj=context).output
    body = json.loads(CliRunner().invoke(application(), [*asked, "--json"], obj=context).output)
    for format in ("html", "csv"):
        done = CliRunner().invoke(application(), [*asked, "--out", str(tmp_path / f"fiche.{format}")], obj=context)
        assert done.exit_code == 0, done.output
    page = (tmp_path / "fiche.html").read_text("utf-8")
    table = rows_of((tmp_path / "fiche.csv").read_text("utf-8"))
    for name in ("energy", "water", "adpe", "gwp"):
        entry = body["indicators"][name]
        row = next(r for r in table if (r["rubrique"], r["objet"]) == ("indicateur", name))
        assert [number(row[end]) for end in ("bas", "central", "haut")] == [
            entry["value"][e] for e in ("low", "central", "high")
        ]
        assert row["texte"] == value_text(entry | {"value": Amount.read(entry["value"])}, "fr")
        assert row["texte"] in told and (name != "energy" or row["texte"].partition(" (")[0] in page)
        months = {int(r["mois"]): number(r["central"]) for r in table if (r["rubrique"], r["objet"]) == ("mois", name)}
        assert months == {int(m): a["central"] for m, a in entry["months"].items() if a}
    assert body["indicators"]["energy"]["value"]["central"] == pytest.approx(4.375, rel=1e-3)


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_the_sheet_is_light_without_script_and_escaped(tmp_path: Path, lang: str) -> None:
    register = Register(tmp_path)
    id = case(register, "A", "Courrier")
    register.change(id, {"name": HOSTILE}, WHO)
    body = synthesis(scope(tmp_path, run("a", 1, requests=900.0)))
    page = rendered(document(body, lang), "html")
    assert len(page.encode()) < 20_000
    assert "<script" not in page and "&lt;script&gt;" in page and f'<html lang="{lang}">' in page
    assert not re.search(r'(src|href)="(?!#|data:)', page), "nothing is asked for outside"
    assert "&lt;script&gt;" in rendered(document(body, lang), "md")
    assert not any(
        row["objectif"].startswith(("=", "+", "-", "@")) for row in rows_of(rendered(document(body, lang), "csv"))
    )


def test_a_home_without_data_prints_that(tmp_path: Path) -> None:
    body = synthesis(scope(tmp_path))
    sheet_ = document(body, "fr")
    assert sheet_.lead == ("Aucun usage mesuré ni estimé pour cette période.",)
    assert body["decisions"] == [] and body["uses"] == []
    assert [section.title for section in sheet_.sections] == ["À décider d’abord"]


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatUnknown) as refused:
        save(document(synthesis(scope(tmp_path)), "fr"), tmp_path / "fiche.pdf")
    assert "html, md, csv" in refused.value.message("fr")


def test_every_body_can_be_told_in_both_languages(tmp_path: Path) -> None:
    case(Register(tmp_path), "A", "Courrier")
    body = synthesis(scope(tmp_path, run("a", 1)))
    for lang in LANGUAGES:
        assert rendered(document(body, lang), "html") and rendered(document(body, lang), "csv")


def test_the_share_that_the_three_footprints_cover_is_that_of_the_least_covered() -> None:
    covers = {"energy": 1.0, "water": 0.5, "adpe": 0.03}
    found = {name: {"value": {"central": 1.0, "covers": share}} for name, share in covers.items()}
    found["adpe"]["value"] = {"central": None}  # of which nothing is known: it covers nothing
    assert phrase_checks._least_coverage(found) == {"share": 0.0}
    found["adpe"]["value"] = {"central": 1.0, "covers": 0.03}
    assert phrase_checks._least_coverage(found) == {"share": 0.03}


def test_a_lone_small_use_is_told_inside_and_withheld_from_what_leaves(tmp_path: Path) -> None:
    """9 requests a month, of one use alone: its 2 kWh are told to those who hold the data."""
    case(Register(tmp_path), "A", "Courrier")
    outside = scope(tmp_path, run("a", 2, requests=9.0))
    inside = replace(outside, sources=replace(outside.sources, inside=True))
    assert withheld(outside) and not withheld(inside) and grouped(inside).kept
    assert synthesis(inside)["indicators"]["energy"]["value"]["central"] == pytest.approx(2, rel=1e-3)
    assert synthesis(outside)["indicators"]["energy"]["value"]["central"] is None


def test_several_small_uses_are_named_inside_and_merged_in_what_leaves(tmp_path: Path) -> None:
    """59 and 47 requests a month of 2 and 3 kWh: two lines inside; outside one of 2 + 3 = 5 kWh, beside 500."""
    register = Register(tmp_path)
    for name in ("A", "B", "C"):
        case(register, name, name)
    rows = (run("a", 2, requests=59.0), run("b", 3, requests=47.0), run("c", 4, requests=500.0))
    outside = scope(tmp_path, *rows)
    inside = replace(outside, sources=replace(outside.sources, inside=True))
    assert [use["name"] for use in uses(inside)] == ["C", "B", "A"]
    merged = {use["kind"]: use["energy"]["central"] for use in uses(outside)}
    assert merged == {"others": pytest.approx(5, rel=1e-3), "case": pytest.approx(4, rel=1e-3)}


@pytest.mark.parametrize("unknown", [0.0, 0.99])
def test_the_share_nearby_says_what_is_lacking_where_it_is_not_known(unknown: float) -> None:
    """A kind of place, « regional » by its name, states no territory: shared, and not known to be near."""
    known = {"numerator": 1, "denominator": 3, "not_met": 0}
    entry = {"criteria_known": known, "shared": {"share": 0.29, "unknown": 0.0}}
    said = hosting_text(entry | {"near": {"share": 0.01, "unknown": unknown}}, "fr")
    assert ("est une sorte de lieu" in said) == bool(unknown)


def test_a_page_and_what_is_said_of_it_have_one_total() -> None:
    """5,752.6 to 7,834.7 kWh, central 6,645.9, leaves as 6,600 and 5,600 to 7,900: the page read « 5,8 » above « 5,6 ».
    To another central value, or to one figure, the page keeps its own."""

    def body(value: Interval) -> dict[str, Any]:
        return {"indicators": {name: {"value": value} for name in ("energy", "trajectory", "water")}}

    exact = Interval.of((5752.6, 6645.9, 7834.7), "kWh")
    found = with_told_total(body(exact), body(told_interval(exact)))["indicators"]
    assert [spaced(range_text(found[name]["value"], "fr")) for name in found] == [
        "5,6 à 7,9 MWh",
        "5,6 à 7,9 MWh",
        "5,8 à 7,8 MWh",
    ]
    for out in (told_interval(exact, 1000.0), Interval.of((5700.0, 6500.0, 7800.0), "kWh")):
        assert with_told_total(body(exact), body(out)) == body(exact)


def test_a_promise_of_uses_told_one_by_one_is_judged_as_all_of_them_would_be() -> None:
    """5 of the 5 told hold it, and 3 are apart: of 8, between 5 and 8 do, half or all: neither is told. Of 1
    and 1 apart that fails, between none and half: nor is « not held ». Of 6 of 8 and 1 apart, 6 to 7 of 9: in part."""
    assert status_of({"numerator": 5, "denominator": 5, "share": 1.0}, 1.0) == "held"
    assert status_of({"numerator": 5, "denominator": 5, "share": 1.0, "apart": 3}, 1.0) == "not_measured"
    assert status_of({"numerator": 0, "denominator": 1, "share": 0.0, "apart": 1}, 1.0) == "not_measured"
    assert status_of({"numerator": 6, "denominator": 8, "share": 0.75, "apart": 1}, 1.0) == "partly"
    assert status_of({"numerator": 0, "denominator": 0, "share": None, "apart": 2}, 1.0) == "not_measured"


def test_a_promise_of_which_a_part_is_not_told_is_not_judged() -> None:
    """0 % and 98 % unknown is not measured; told without these 98 %, it would be « not held », with what to do."""
    whole = {"share": 0.0, "unknown": 0.98}
    lacks = {"share": 0.0, "unknown": None, "missing": {"code": "share_of_merged"}}
    assert [status_of(one, 1.0) for one in (whole, lacks, {**whole, "withheld": True})] == ["not_measured"] * 3
