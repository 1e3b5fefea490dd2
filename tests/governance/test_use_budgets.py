"""The ceiling of one use, and its forecast at the gate: by hand on a use of one metered service."""

from calendar import monthrange
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.shared.texts import t
from dashboard.summary.plain_language import _verdict, simple
from estimator.core.errors import LANGUAGES
from estimator.core.periods import Period
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.indicators import sheet
from estimator.governance.indicators.forecast import forecast
from estimator.governance.indicators.known_days import days_known
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.indicators.projection import Pace
from estimator.governance.indicators.use_budgets import use_budgets
from estimator.governance.levers.levers import in_a_year, levers
from estimator.governance.levers.running import running
from estimator.governance.register.csv_table import TableRefused, export_csv, import_csv
from estimator.governance.register.register import Register, author
from estimator.ledger import Ledger
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.project.context import facts_of
from estimator.reporting.project.evaluation import evaluation
from estimator.reporting.summary.ceilings import budget_text, ceilings, use_budget_text
from estimator.reporting.summary.one_page import document
from estimator.reporting.summary.sentences import path_text, verdict
from estimator.reporting.summary.summary import synthesis
from estimator.reporting.uses.ahead import ahead_lines, forecast_lines
from estimator.reporting.uses.context import use_facts
from estimator.reporting.uses.resident import resident
from scripts.lever_homes import NONE
from tests.comparison.test_compare_parts import option, scenario
from tests.core.test_numbers import spaced
from tests.governance.test_commitments import ENERGY, FACTS
from tests.governance.test_indicators import run
from tests.support import activity, append, built, moment, sobria

WHO = author("Direction du numérique", "essai")
VOTE = {"by": "Conseil", "date": "2026-01-10", "document": "Délibération 3", "unit": "kWh", "indicator": "energy"}
TODAY = date(2026, 10, 15)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Nine months of 10 kWh of a use, read at a meter, beside 100 kWh of another use of the same territory."""
    rows = [run(key, kwh, f"2026-{n:02}") for n in range(1, 10) for key, kwh in (("courriers", 10), ("autre", 100))]
    built(tmp_path, *rows)
    register = Register(tmp_path)
    register.create(FACTS | {"name": "Courriers", "commune": "metropole"}, WHO, "courriers")
    register.attach("courriers", {"service_key": "courriers"}, WHO)
    register.create(FACTS | {"name": "Autre", "commune": "metropole"}, WHO, "autre")
    register.attach("autre", {"service_key": "autre"}, WHO)
    return tmp_path


def budgets(home: Path, ceiling: float) -> list[dict[str, Any]]:
    """What is said of a ceiling of 2026 for the use."""
    vote = VOTE | {"territory": "metropole", "use_case": "courriers", "year": "2026", "value": ceiling}
    Commitments(home).vote_budget(vote, WHO)
    return use_budgets(scope_of(home, today=TODAY))


@pytest.mark.parametrize(
    ("ceiling", "verdict", "near", "said"),
    [
        (140.0, "under", False, "il ne serait pas dépassé"),
        (123.0, "over", False, "dépassé entre novembre et décembre"),
        (95.0, "over", True, ": entre 93 et 96 % du plafond."),
        (80.0, "passed", False, "Il est déjà dépassé"),
    ],
)
def test_a_use_is_told_of_its_own_ceiling(home: Path, ceiling: float, verdict: str, near: bool, said: str) -> None:
    """90 kWh in 244 days, as below, are 133.2 in the 361 from 5 January; 123 is 89.5 days after, 3 December; 90 ÷ 95
    is 95 %, over nine tenths, of a meter within 2 %: 93 to 96 %; 90 ÷ 123 is 73 %. The 900 kWh beside are of another
    use."""
    (found,) = budgets(home, ceiling)
    assert (found["use_case"], found["verdict"], found["near"]) == ("courriers", verdict, near)
    assert found["used"]["central"] == pytest.approx(float(f"{90 / ceiling:.2g}"))
    assert found["spent"]["central"] == pytest.approx(90) and found["projected"]["central"] == pytest.approx(
        90 * 361 / 244
    )
    text = use_budget_text(found, "fr").replace("\u00a0", " ")
    assert text.startswith("Courriers. Plafond voté pour 2026") and said in text
    sheet_said = rendered(resident(use_facts(home, "courriers", "fr")), "txt")
    assert "Plafond voté pour 2026" in sheet_said


CEILING = "commitments budget energy --unit kWh --by Conseil --date 2026-01-10 --document D3 --who DSI".split()


@pytest.mark.parametrize(
    ("ceiling", "state", "first"),
    [
        ("2000", "à ce rythme, il serait tenu.", "Oui, à ce rythme"),
        ("1250", "serait dépassé en novembre.", "Non, à ce rythme"),
        ("500", "il est déjà dépassé.", "Non : le plafond"),
        ("1465", "on ne peut pas dire s'il serait tenu ; il serait dépassé en décembre au plus tôt.", "On ne peut pas"),
    ],
)
def test_a_ceiling_is_on_every_sheet_whose_scope_it_covers(home: Path, ceiling: str, state: str, first: str) -> None:
    """990 kWh in 244 days make 1,465 in 361, of a meter within 2 %; 1,250 is 308 days after 5 January, 9 November. A
    ceiling of the whole territory is on the sheet of the métropole, and the other way round; that of a use on both."""
    sobria(home, *CEILING, "--year", "2026", "--territory", "all", "--value", ceiling)
    sobria(home, *CEILING, "--year", "2026", "--territory", "metropole", "--value", "3000")
    budgets(home, 140.0)
    for territory, other in (("all", "Services de la métropole. "), ("metropole", "Tout le territoire. ")):
        body = synthesis(scope_of(home, territory, today=TODAY))
        said = [text.replace("\u202f", " ").replace("\u00a0", " ") for _, text in ceilings(body, "fr")]
        assert [text.split("Plafond")[0] for text in said] == ["", other, "Courriers. "]
        assert said[0 if territory == "all" else 1].replace("’", "'").endswith(state)
        answer = verdict(body, "fr").replace("\u00a0", " ")
        assert answer.startswith(first if territory == "all" else "Oui, à ce rythme")
        for kind in ("html", "md", "csv"):
            assert rendered(document(body, "fr"), kind).count("Plafond voté pour") == 3, kind
    sobria(home, *CEILING, "--year", "2026", "--territory", "tout", "--value", "1", code=1)


def test_a_territory_with_the_ceilings_of_others_alone_is_not_told_that_nothing_is_voted(home: Path) -> None:
    sobria(home, *CEILING, "--year", "2026", "--territory", "metropole", "--value", "3000")
    body = synthesis(scope_of(home, "all", today=TODAY))
    assert "ici, aucun objectif d’électricité" in verdict(body, "fr") and body["use_budgets"] == []
    assert "limite" in t(f"simple.answer_{_verdict(body)}", "fr")


def test_a_ceiling_of_a_year_without_data_is_told_to_be_unknown(home: Path) -> None:
    sobria(home, *CEILING, "--year", "2027", "--territory", "all", "--value", "10")
    ((_, said),) = ceilings(synthesis(scope_of(home, "all", "2027", today=TODAY)), "fr")
    assert said.replace("\u00a0", " ").endswith("tenu, la consommation de l’année n’est pas connue.")


@pytest.mark.long
def test_a_service_of_no_use_that_is_unknown_is_counted_beside_the_known_one(home: Path) -> None:
    """5 kWh of one service, and nothing known of another: two lines outside the register, the second in no total."""
    silent = {"other_mode": "mode/not_declared", "requests": 5.0}
    built(home, run("libre", 5, "2026-02"), run("muet", 0, "2026-02", **silent | {"other_energy_kwh": None}))
    body = synthesis(scope_of(home, today=TODAY, inside=True))
    loose = [(use["count"], use["energy"]["central"]) for use in body["uses"] if use["kind"] == "unregistered"]
    assert loose == [(1, pytest.approx(5, rel=0.01)), (1, None)]
    said = rendered(document(body, "fr"), "md").replace("\u00a0", " ")
    assert "Hors du total : Hors du registre (services : 1), non estimable" in said


def test_a_use_of_residents_is_not_withheld_beside_a_use_of_few_agents(tmp_path: Path) -> None:
    """One answer a month of an internal use is one agent: merged with the next smallest, it hid that of residents.

    What is withheld is said, with the field that may open it; once residents are said to use it, it is told."""
    built(tmp_path, run("faq", 10, "2026-03", items=5000.0), run("note", 1, "2026-03", items=1.0))
    register = Register(tmp_path)
    for name in ("faq", "note"):
        register.create(FACTS | {"name": name, "commune": "metropole"}, WHO, name)
        register.attach(name, {"service_key": name}, WHO)
    Commitments(tmp_path).vote_budget(
        VOTE | {"territory": "metropole", "use_case": "faq", "year": 2026, "value": 5}, WHO
    )
    (before,) = use_budgets(scope_of(tmp_path, today=TODAY))
    assert "usagers=habitants" in use_budget_text(before, "fr") and "spent" not in before
    register.change("faq", {"users": "habitants"}, WHO)
    (after,) = use_budgets(scope_of(tmp_path, today=TODAY))
    assert after["verdict"] == "passed" and use_facts(tmp_path, "faq", "fr").figures["energy"]["central"]
    assert use_facts(tmp_path, "note", "fr").hidden and "retenu" not in use_budget_text(after, "fr")
    total = sheet(scope_of(tmp_path, today=TODAY))["indicators"]["energy"]["value"]
    assert total["missing"]["code"] == "small_group"  # the total less the use of residents would be that of one agent


def test_the_ceiling_of_a_use_is_not_that_of_its_territory(home: Path) -> None:
    budgets(home, 95.0)
    votes = Commitments(home)
    assert votes.budget("energy", "metropole", 2026) is None
    found = votes.budget("energy", "metropole", 2026, "courriers")
    assert found is not None and found.ceiling == 95
    votes.vote_budget(VOTE | {"territory": "metropole", "year": "2026", "value": 5}, WHO)
    assert votes.budget("energy", "metropole", 2026, "courriers") == found


def test_the_command_votes_the_ceiling_of_a_use(home: Path) -> None:
    asked = ("commitments", "budget", "energy", "--year", "2026", "--value", "95", "--unit", "kWh", "--by", "Conseil")
    proof = ("--date", "2026-01-10", "--document", "D", "--who", "DSI")
    assert "n'est pas au registre" in sobria(home, *asked, *proof, "--use-case", "absent", code=1).stderr
    assert "territoire (--territory)" in sobria(home, *asked, *proof, code=1).stderr
    sobria(home, *asked, *proof, "--use-case", "courriers")
    assert "courriers : au plus 95" in sobria(home, "commitments", "list").stdout.replace("\u00a0", " ")
    assert "Courriers. Plafond voté pour 2026" in sobria(home, "indicators", "--period", "2026").stdout


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_ceiling_of_a_use_without_measures_says_how_to_attach_some(home: Path, lang: str) -> None:
    Register(home).create(FACTS | {"name": "Idée", "commune": "metropole"}, WHO, "idee")
    vote = VOTE | {"territory": "metropole", "use_case": "idee", "year": "2026", "value": 5}
    Commitments(home).vote_budget(vote, WHO)
    scope = scope_of(home, today=TODAY)
    (found,) = use_budgets(scope)
    told = use_budget_text(found, lang)
    assert "sobria register attach idee" in told and t("register_forms.attach", lang) in told
    ((_, said),) = ceilings(synthesis(scope), lang)
    assert {"fr": "aucun service mesuré", "en": "no measured service"}[lang] in said


@pytest.mark.parametrize(("growth", "over"), [(None, (120, 360, 600)), (50, (180, 855, 2373.75)), (-100, (0, 0, 0))])
def test_a_forecast_is_a_year_times_the_growth_of_each_year(
    home: Path, growth: float | None, over: tuple[float, ...]
) -> None:
    """90 kWh from 5 January to 5 September, 27 + 28 + 31 + 30 + 31 + 30 + 31 + 31 + 5 = 244 days: × 365 ÷ 244.

    Years of 120 would be, at + 50 %: 180; 180 + 270 + 405 = 855; + 607.5 + 911.25 = 2,373.75. The data is of 2026, so
    the first year is 2027; the sum of three is that of 2027, 2028 and 2029."""
    scope = scope_of(home, today=TODAY)
    case = scope.sources.register.use_case("courriers").model_copy(update={"stage": "pilote", "growth_percent": growth})
    found = forecast(scope, case)
    assert found is not None and (found.days, found.stated) == (244, growth is not None)
    assert found.year.central == pytest.approx(90 * 365 / 244)
    assert tuple(amount.central for amount in found.over.values()) == pytest.approx(
        [year * 90 * 365 / 244 / 120 for year in over]
    )
    each = [year.energy.central or 0.0 for year in found.years]
    assert [year.year for year in found.years] == [2027, 2028, 2029, 2030, 2031]
    assert [each[0], sum(each[:3]), sum(each)] == pytest.approx([found.over[n].central for n in (1, 3, 5)])
    assert "(9 mois sur 12)" in use_facts(home, "courriers", "fr").period  # with a row, September for its 5 days too
    first, supposed = forecast_lines(found, "fr")
    assert ("sans croissance" in first) == (growth is None) and "une année d’après 244 jours connus" in supposed
    assert forecast(scope, case.model_copy(update={"stage": "idee"})) is None


def test_each_year_ahead_is_set_against_its_own_ceiling(home: Path) -> None:
    """90 kWh in 244 days are 134.6 a year, within the 2 % of the meter; at + 50 % 201.9 in 2027, 302.9 in 2028, 454.4
    in 2029, 681.6 in 2030, 1,022.3 in 2031. A ceiling of 250 holds in 2027, 303 is within the 2 % in 2028, and 600 is
    exceeded in 2030; of 2029 nothing is voted. A sum of two years, 504.8, would exceed that of 2028 for sure."""
    budgets(home, 150.0)
    for year, ceiling in ((2027, 250.0), (2028, 303.0), (2030, 600.0)):
        vote = VOTE | {"territory": "metropole", "use_case": "courriers", "year": str(year), "value": ceiling}
        Commitments(home).vote_budget(vote, WHO)
    scope = scope_of(home, today=TODAY)
    case = scope.sources.register.use_case("courriers").model_copy(update={"stage": "pilote", "growth_percent": 50.0})
    found = forecast(scope, case)
    assert found and [year.verdict for year in found.years] == ["under", "open", None, "over", None]
    assert [year.energy.central for year in found.years] == pytest.approx(
        [90 * 365 / 244 * 1.5**k for k in range(1, 6)]
    )
    now, years, ceilings_said, _ = (spaced(line) for line in ahead_lines(scope, case, "fr"))
    assert now.startswith("Plafond voté pour 2026 : 150 kWh.")
    assert "en 2027, environ 200 kWh ; en 2028, entre 300 et 310 kWh" in years and "Sommes : entre" in years
    assert ceilings_said == (
        "Plafonds votés, face à l'année de chacun : 2027, 250 kWh, il serait tenu ; 2028, 303 kWh, on ne peut pas "
        "trancher ; 2030, 600 kWh, il serait dépassé. Première année où le plafond peut être dépassé : 2028."
    )
    flat = ahead_lines(scope, case.model_copy(update={"growth_percent": None}), "fr")
    assert "chaque année de 2027 à 2031, entre" in flat[1] and "peut être dépassé" not in flat[2]


def test_a_forecast_of_a_use_that_moved_says_that_it_mixes_two_places(home: Path) -> None:
    """All at one place; then October at another, the other months before it."""
    case = Register(home).use_case("courriers").model_copy(update={"stage": "pilote"})
    said = [spaced(line) for line in ahead_lines(scope_of(home, today=TODAY), case, "fr")]
    assert not any("mêle l" in line for line in said) and not any("même lieu" in line for line in said)
    built(home, run("courriers", 6, "2026-10", host="class/server-room"))
    said = [spaced(line) for line in ahead_lines(scope_of(home, today=TODAY), case, "fr")]
    assert "mêle l" in said[-1]
    found = forecast(scope_of(home, today=TODAY), case)
    assert found and (found.changed, found.mixed) == (202609, True)


@pytest.mark.parametrize(("days", "mixed"), [(6, True), (7, False)])
def test_the_year_of_a_use_that_moved_is_that_of_the_days_since_once_they_make_a_week(
    home: Path, days: int, mixed: bool
) -> None:
    """10 kWh a month until September, then 6 kWh from 5 October, on a model. Of 7 days since, a year is 6 × 365 ÷ 7 =
    312.9; of 6, all the days count, from 5 January to 10 October: 96 × 365 ÷ (27 + 28 + 31 + 30 + 31 + 30 + 31 + 31 +
    30 + 10) = 125.6. Levers are of the same year, beside the 900 × 365 ÷ 244 of the other use, and of the present model
    alone where it is known enough."""
    built(home, run("courriers", 6, "2026-10", model="mistral/mistral-small-3", hours=24 * (days - 1) + 2))
    scope = scope_of(home, today=TODAY)
    case = scope.sources.register.use_case("courriers").model_copy(update={"stage": "pilote"})
    found = forecast(scope, case)
    assert found and (found.changed, found.mixed) == (202609, mixed)
    kwh, known = (96, 279) if mixed else (6, 7)
    assert found.days == known and found.year.central == pytest.approx(kwh * 365 / known, rel=1e-3)
    every = running(scope.sources)
    used = in_a_year(scope.sources, every)
    assert used and used.central == pytest.approx(found.year.central + 900 * 365 / 244, rel=1e-3)
    models = {one.model for one in every if one.service == "courriers"}
    assert models == {"mistral/mistral-small-3"} | ({""} if mixed else set())
    said = spaced(ahead_lines(scope, case, "fr")[-1])
    assert "jusqu'en septembre 2026" in said and ("mêle l" in said) == mixed


def test_a_use_without_a_forecast_says_why(home: Path) -> None:
    """At « idée », with a growth: only from « pilote » on; without growth nor ceiling, nobody expects one."""
    scope = scope_of(home, today=TODAY)
    case = scope.sources.register.use_case("courriers")
    assert ahead_lines(scope, case, "fr") == []
    grown = case.model_copy(update={"growth_percent": 20.0})
    (said,) = ahead_lines(scope, grown, "fr")
    assert spaced(said) == "Pas de prévision à l'étape « Idée » : elle est donnée à partir de l'étape « Pilote »."
    (unknown,) = ahead_lines(scope, grown.model_copy(update={"id": "x", "stage": "pilote"}), "fr")
    assert "n’est pas connue" in unknown
    sobria(home, "register", "set", "courriers", "croissance_annuelle=20", "--who", "DSI", "--why", "prévision")
    assert "Pas de prévision" in sobria(home, "register", "show", "courriers").stdout


def test_levers_forecast_and_ceiling_have_the_days_of_their_use(home: Path) -> None:
    """A second service of the use, known for the one 5 October, of the running month: from 5 January to 5 October,
    27 + 28 + 31 + 30 + 31 + 30 + 31 + 31 + 30 + 5 = 274 days of 90 + 6 kWh. A year is × 365 ÷ 274 in the forecast and
    in what the levers are of, and × 361 ÷ 274 until the end of this one; « autre » keeps its own 244 days: the year of
    both is not 996 × 361 ÷ 274 = 1,312, and that is said."""
    register = Register(home)
    register.attach("courriers", {"service_key": "relance"}, WHO)
    built(home, run("relance", 6, "2026-10"))
    scope = scope_of(home, today=TODAY)
    found = forecast(scope, register.use_case("courriers").model_copy(update={"stage": "pilote"}))
    assert found and found.days == 274 and found.year.central == pytest.approx(96 * 365 / 274, rel=1e-3)
    used = in_a_year(scope.sources, running(scope.sources))
    assert used and used.central == pytest.approx(96 * 365 / 274 + 900 * 365 / 244, rel=1e-3)
    (ceiling,) = budgets(home, 150.0)
    assert ceiling["days"] == 274 and ceiling["projected"]["central"] == pytest.approx(96 * 361 / 274, rel=1e-3)
    Commitments(home).vote_budget(VOTE | {"territory": "metropole", "year": "2026", "value": 3000}, WHO)
    both = sheet(scope_of(home, "metropole", today=TODAY))["indicators"]["energy"]["budget"]
    assert (ceiling["ways"], both["ways"], both["days"]) == ([], ["apart"], 274)
    assert both["projected"]["central"] == pytest.approx(96 * 361 / 274 + 900 * 361 / 244, rel=1e-3)
    assert "(274 jours connus, chaque usage prolongé d'après ses propres jours)" in spaced(
        budget_text(both, "kWh", "fr")
    )


def test_a_use_that_is_over_has_neither_lever_nor_forecast(home: Path) -> None:
    """It still runs: that is said, and its year to come is not supposed. No lever of the other is sure: nothing adds
    up, and there is nothing to set it against."""
    decided = {"what": "arreter", "date": "2026-09-01", "by": "Conseil", "reasons": "peu utile"}
    register = Register(home)
    register.decide("courriers", decided, WHO)
    scope = scope_of(home, today=TODAY)
    found = levers(scope.sources)
    assert "courriers" not in {lever.use_case for lever in found.levers}
    assert any("dit cet usage clos" in none.why["fr"] for none in found.not_told if none.name == "Courriers")
    assert (found.added, found.together, found.used) == ((), None, None)
    closed = register.use_case("courriers").model_copy(update={"stage": "pilote"})
    assert closed.outcome == "arrete" and forecast(scope, closed) is None


def test_the_year_of_a_closed_use_is_what_is_known_of_it(home: Path) -> None:
    """90 kWh until it closed on 5 September, and no 133.2 in December; 90.5 is within the 2 % of the meter. The
    territory is 90 + 900 × 361 ÷ 244 = 1,421.6: « autre » goes on alone. A year before it closed is not final."""
    register = Register(home)
    decided = {"what": "arreter", "date": "2026-09-05", "by": "Conseil", "reasons": "peu utile"}
    register.decide("courriers", decided, WHO)
    for ceiling, state, said in (
        (123.0, "under", "il est tenu."),
        (90.5, "open", "on ne peut pas dire s’il est tenu."),
        (80.0, "passed", "il est dépassé."),
    ):
        (found,) = budgets(home, ceiling)
        assert (found["verdict"], found["near"], found["maybe"]) == (state, False, False) and not found["gaps"]
        assert found["projected"]["central"] == pytest.approx(90) == found["spent"]["central"]
        text = use_budget_text(found, "fr").replace("\u202f", " ")
        assert f"kWh ; {said} Le registre" in text and "connu, entre" in text and text.endswith("supposé.")
    ((_, short),) = ceilings(synthesis(scope_of(home, today=TODAY)), "fr")
    assert short.replace("\u00a0", " ").endswith(": il est dépassé.")
    Commitments(home).vote_budget(VOTE | {"territory": "metropole", "year": "2026", "value": 1500}, WHO)
    whole = sheet(scope_of(home, "metropole", today=TODAY))["indicators"]["energy"]["budget"]
    assert whole["projected"]["central"] == pytest.approx(90 + 900 * 361 / 244, rel=1e-3) and not whole["closed"]
    alone = scope_of(home, "metropole", today=TODAY).of_use(register.use_case("courriers"))
    assert Pace(alone).month_to_come("energy") is None, "nothing of it is to come"
    case = register.use_case("courriers")
    assert case.is_over_in(2026) and case.is_over_in(2027) and not case.is_over_in(2025)


def test_the_unknown_months_before_a_closing_stay_said(tmp_path: Path) -> None:
    """10 kWh in January and in March, closed on 1 June: February, April and May are unknown, so 50 is not kept for
    sure, and 15 is exceeded."""
    built(tmp_path, *(run("courriers", 10, f"2026-{month}") for month in ("01", "03")))
    register = Register(tmp_path)
    register.create(FACTS | {"name": "Courriers", "commune": "metropole"}, WHO, "courriers")
    register.attach("courriers", {"service_key": "courriers"}, WHO)
    register.decide("courriers", {"what": "arreter", "date": "2026-06-01", "by": "Conseil", "reasons": "fini"}, WHO)
    (kept,) = budgets(tmp_path, 50.0)
    assert (kept["verdict"], kept["gaps"]) == ("open", [202602, 202604, 202605])
    assert "dont l’électricité n’est pas connue : 3." in use_budget_text(kept, "fr").replace("\u00a0", " ")
    (passed,) = budgets(tmp_path, 15.0)
    assert passed["verdict"] == "passed" and "il est dépassé." in use_budget_text(passed, "fr")


def of_month(month: int, kwh: float | None) -> Any:
    """Answers of a model that nobody knows, from the first to the last day of a month of 2026; electricity as read."""
    days = monthrange(2026, month)[1]
    more: dict[str, Any] = {"service_key": "courriers", "model": "inconnu/x", "requests": 300.0, **NONE}
    more |= {"output_tokens": 1e5} if kwh is None else {"other_energy_kwh": kwh, "other_mode": "mode/meter"}
    return activity(f"2026-{month:02}-01T00:00:00", 24.0 * days, host="class/desk", **more)


@pytest.mark.parametrize(
    ("known", "unknown", "days", "at_least"),
    [
        ([3], [4, 5, 6], 31, False),
        ([3], [3, 4], 31, True),
        ([3], [1], 31, False),
        ([4, 6], [1, 5], 30 + 30, False),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12], [10], 365 - 31, False),
    ],
)
def test_a_year_is_made_of_the_days_whose_electricity_is_known(
    known: list[int], unknown: list[int], days: int, at_least: bool, tmp_path: Path
) -> None:
    """0.15 kWh in March, and three months of which nothing is known: 0.15 × 365 ÷ 31 = 1.77 kWh, not ÷ 122 = 0.45; the
    use ran from 1 March, and its ceiling counts 306 days: 1.48. With a second row of March, unknown, that is a minimum.
    Eleven months known are not the year, and a month between two known ones that is not is no day without a run. 5 is
    over them all, and a minimum under it settles nothing."""
    built(tmp_path, *(of_month(month, 0.15) for month in known), *(of_month(month, None) for month in unknown))
    register = Register(tmp_path)
    register.create(FACTS | {"name": "Courriers", "commune": "metropole"}, WHO, "courriers")
    register.attach("courriers", {"service_key": "courriers"}, WHO)
    vote = VOTE | {"territory": "metropole", "use_case": "courriers", "year": "2026", "value": 5.0}
    Commitments(tmp_path).vote_budget(vote, WHO)
    scope, spent = scope_of(tmp_path, today=date(2027, 1, 15)), 0.15 * len(known)
    year = (date(2026, 12, 31) - date(2026, min(known + unknown), 1)).days + 1
    (found,) = use_budgets(replace(scope, period=Period("2026")))
    assert (found["days"], found["at_least"], found["verdict"]) == (days, at_least, "open" if at_least else "under")
    assert found["projected"]["central"] == pytest.approx(spent * year / days)
    (running_one,) = running(scope.sources)
    assert (running_one.days, running_one.at_least) == (days, at_least)
    case = scope.sources.register.use_case("courriers").model_copy(update={"stage": "pilote"})
    said = forecast(scope, case)
    assert said and (said.days, said.at_least) == (days, at_least)
    assert said.year.central == pytest.approx(spent * 365 / days)
    Commitments(tmp_path).vote_budget(VOTE | {"territory": "all", "year": "2026", "value": 5.0}, WHO)
    body = synthesis(replace(scope, period=Period("2026")))
    short = [text for _, text in ceilings(body, "fr")]
    for text in (
        *short,
        verdict(body, "fr"),
        simple(body, {}, "fr")[0],
        use_budget_text(found, "fr"),
        *forecast_lines(said, "fr")[1:],
    ):
        assert ("un minimum" in text) is at_least, text


@pytest.mark.parametrize(
    ("vote", "state", "short", "long"),
    [
        (5.0, "open", "ce qui est connu le tiendrait.", "Ce qui est connu ne le dépasserait pas, mais une part"),
        (1.475, "open", "il serait dépassé en décembre au plus tôt.", "ou pas du tout ; on ne peut pas trancher"),
        (1.15, "over", "serait dépassé en octobre.", "il serait dépassé en octobre"),
    ],
)
def test_a_minimum_under_a_vote_leaves_it_open(vote: float, state: str, short: str, long: str, tmp_path: Path) -> None:
    """0.15 kWh in March are 0.15 × 306 ÷ 31 = 1.481 from then on, of a meter within 2 %; of « Voirie » in March nothing
    is known. Under 5 for what is known, which that may change; 1.475 is within; 1.15 is 237 days after 1 March, 233 to
    242 within 2 %, in October, and more electricity only passes it sooner. The path is as
    many kWh, for 365 days: 1.77."""
    silent = of_month(3, None).model_copy(update={"service_key": "voirie"})
    built(tmp_path, of_month(3, 0.15), silent)
    register, votes = Register(tmp_path), Commitments(tmp_path)
    for name in ("Courriers", "Voirie"):
        register.create(FACTS | {"name": name, "commune": "metropole"}, WHO, name.casefold())
        register.attach(name.casefold(), {"service_key": name.casefold()}, WHO)
    votes.vote_budget(VOTE | {"territory": "metropole", "year": "2026", "value": vote}, WHO)
    scope = scope_of(tmp_path, "metropole", "2026", today=date(2026, 12, 15))
    body = synthesis(scope)
    found = body["indicators"]["energy"]["budget"]
    assert (found["verdict"], found["unknown"], found["unnamed"], found["ways"]) == (state, ["Voirie"], 0, [])
    whose, unsettled = "une part de l’électricité n’est pas connue (Voirie)", state == "open"
    ((_, said),) = ceilings(body, "fr")
    told, answer, plain = budget_text(found, "kWh", "fr"), verdict(body, "fr"), str(simple(body, {}, "fr")[0])
    assert spaced(short) in spaced(said) and spaced(long) in spaced(told)
    assert [whose in text for text in (said, answer, plain)] == [unsettled] * 3 and (vote != 5 or whose in told)
    assert answer.startswith("On ne peut pas trancher" if unsettled else "Non, à ce rythme")
    assert ("Nous ne sommes pas sûrs" in plain) is unsettled
    votes.vote_objective(ENERGY | {"date": "2026-01-01", "unit": "kWh", "value": vote, "reference_value": vote}, WHO)
    body = synthesis(scope_of(tmp_path, "metropole", "2026", today=date(2026, 12, 15)))
    path = path_text(body["indicators"]["energy"], "fr")
    assert ("ce qui est connu la tiendrait" in path, whose in path) == (vote == 5, vote == 5)
    assert spaced(verdict(body, "fr")).startswith("On ne peut pas trancher : à ce" if vote == 5 else "Non : à ce")


def test_the_first_day_known_is_not_that_of_a_service_unknown_then(tmp_path: Path) -> None:
    """Unknown in January and known in March, beside another known from 10 January: 22 days from the 10th, and 31."""
    other = of_month(1, 0.2).model_copy(update={"service_key": "autre", "start_us": moment("2026-01-10T00:00:00")})
    build = built(tmp_path, of_month(1, None), of_month(3, 0.15), other)
    days = days_known(build, scope_of(tmp_path, today=TODAY).everything, TODAY)
    assert (days[0], len(days)) == (date(2026, 1, 10), 22 + 31)


def test_a_closed_use_is_not_kept_for_sure_where_electricity_is_unknown(tmp_path: Path) -> None:
    """0.15 kWh in March and in April; of March a part is not known, of May nothing is: 5 is not kept for sure."""
    built(tmp_path, of_month(3, 0.15), of_month(3, None), of_month(4, 0.15), of_month(5, None))
    register = Register(tmp_path)
    register.create(FACTS | {"name": "Courriers", "commune": "metropole"}, WHO, "courriers")
    register.attach("courriers", {"service_key": "courriers"}, WHO)
    register.decide("courriers", {"what": "arreter", "date": "2026-06-01", "by": "Conseil", "reasons": "fini"}, WHO)
    (kept,) = budgets(tmp_path, 5.0)
    assert (kept["verdict"], kept["gaps"], kept["at_least"]) == ("open", [202605], True)
    text = use_budget_text(kept, "fr").replace("\u00a0", " ")
    assert "L’année est un minimum" in text and text.endswith("dont l’électricité n’est pas connue : 1.")


def test_a_forecast_counts_a_training_once(home: Path) -> None:
    """7 kWh of tuning in May beside 90 kWh of answers: the pace is of the answers alone; five years hold it once."""
    append(Ledger(home), [run("courriers", 7, "2026-05").model_copy(update={"phase": "training"})])
    scope = scope_of(home, today=TODAY)
    found = forecast(scope, scope.sources.register.use_case("courriers").model_copy(update={"stage": "pilote"}))
    assert found and found.once and found.once.central == pytest.approx(7)
    assert found.year.central == pytest.approx(90 * 365 / 244)
    assert [found.over[n].central for n in (1, 5)] == pytest.approx([n * 90 * 365 / 244 + 7 for n in (1, 5)])
    assert "dans aucune de ces années\u00a0: entre 6,9 et 7,1\u00a0kWh" in forecast_lines(found, "fr")[-1]


def test_a_ceiling_counts_a_training_once(home: Path) -> None:
    """7 kWh of tuning in May and 90 of answers in 244 days known of 361, from 5 January: 7 + 90 × 361 ÷ 244 = 140.2.

    150 is passed by none; of 120, 23 are left after 97, which the 43.2 of the 117 days left reach in 63 days. Without
    that word, 97 × 361 ÷ 244 would be 143.5."""
    append(Ledger(home), [run("courriers", 7, "2026-05").model_copy(update={"phase": "training"})])
    (found,) = budgets(home, 150.0)
    assert found["spent"]["central"] == pytest.approx(97)
    assert found["projected"]["central"] == pytest.approx(7 + 90 * 361 / 244, rel=1e-3)
    assert found["passed"]["central"] is None and found["ways"] == ["once"]
    assert "(244 jours connus, l'entraînement compté une fois), l'année" in spaced(use_budget_text(found, "fr"))
    assert "(244 known days, training counted once), the year" in spaced(use_budget_text(found, "en"))
    (lower,) = budgets(home, 120.0)
    assert lower["passed"]["central"] == 202611


def test_a_growth_is_kept_and_one_that_cannot_be_is_refused(home: Path) -> None:
    who = ("--who", "DSI", "--why", "prévision")
    sobria(home, "register", "set", "courriers", "croissance_annuelle=12,5", *who)
    assert Register(home).use_case("courriers").growth_percent == 12.5
    said = sobria(home, "register", "set", "courriers", "croissance_annuelle=-150", *who, code=1).stderr
    assert "croissance_annuelle" in said and "-100" in said


def test_a_growth_below_one_says_its_per_cent(home: Path) -> None:
    """« 0,2 » is what a spreadsheet holds for 20 %, or 0.2 %: refused, and nothing is kept; with the sign it is read,
    in the table written out too."""
    held, who = Register(home), ("--who", "DSI", "--why", "prévision")
    for read, both in (("0,2", "0,2 % / 20 %"), ("-0.05", "-0.05 % / -5 %")):
        refused = sobria(home, "register", "set", "courriers", f"croissance_annuelle={read}", *who, code=1)
        assert both in spaced(refused.stderr) and held.use_case("courriers").growth_percent is None
    for said, growth in (("0", 0), ("0,2 %", 0.2), ("20 %", 20), ("1", 1), ("0.2%", 0.2)):
        sobria(home, "register", "set", "courriers", f"croissance_annuelle={said}", *who)
        assert held.use_case("courriers").growth_percent == growth
    sobria(home, "register", "set", "courriers", "modele=x", *who)
    assert held.use_case("courriers").growth_percent == 0.2
    assert import_csv(held, export_csv(held), WHO).unchanged == 2
    with pytest.raises(TableRefused, match="."):
        import_csv(held, export_csv(held).replace("0.2 %", "0,2"), WHO)
    assert "croissance_annuelle) : 0,2\n" in sobria(home, "register", "show", "courriers").stdout.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "fr",
            "Plafond voté de cet usage pour 2026, Électricité du site : 2 kWh. Estimé par an : l'option un, environ "
            "1,0 kWh, dessous ; l'option trois, environ 3,0 kWh, au-dessus ; l'option large, entre 1,9 et 3,4 kWh, "
            "on ne peut pas trancher.",
        ),
        (
            "en",
            "Ceiling voted for this use in 2026, Site electricity: 2 kWh. Estimated per year: l'option un, about "
            "1.0 kWh, under it; l'option trois, about 3.0 kWh, over it; l'option large, between 1.9 and 3.4 kWh, "
            "cannot be decided.",
        ),
    ],
)
def test_a_scenario_is_set_against_the_ceiling_of_its_use(home: Path, lang: str, said: str) -> None:
    """1, 3 and 1.9 to 3.4 kWh a year against 2, on the sheet; nothing for a month, nor for a use without a vote."""
    budgets(home, 2.0)
    given = {"pue": 1.0, "zone": "FRA"}
    options = [option(n, use=given | {"it_energy_kwh": kwh}) for n, kwh in (("un", 1), ("trois", 3))]
    options.append(option("large", use={"it_energy_kwh": 1.6, "zone": "FRA", "host": "class/server-unknown"}))
    asked = scenario(*options, volume=1).model_copy(update={"use_case": "courriers", "day": TODAY})
    sheet = rendered(evaluation(facts_of(asked, lang, home)), "txt")
    assert said in spaced(" ".join(sheet.split())), spaced(sheet)
    month = asked.model_copy(update={"need": asked.need.model_copy(update={"period": "mois"})})
    for other in (month, asked.model_copy(update={"use_case": "autre"}), asked.model_copy(update={"use_case": ""})):
        assert facts_of(other, lang, home).ceilings == ()
