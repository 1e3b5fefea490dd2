"""The month in which a ceiling is passed, where a use lacks months that are over: on the pace of each use."""

from calendar import monthrange
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.summary.plain_language import simple
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.indicators import sheet
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.indicators.projection import Pace
from estimator.governance.indicators.told_shares import share_of_ceiling
from estimator.governance.register.register import Register
from estimator.reporting.summary.ceilings import budget_text, ceilings
from estimator.reporting.summary.summary import synthesis
from scripts.lever_homes import NONE
from tests.core.test_numbers import spaced
from tests.governance.test_commitments import FACTS
from tests.governance.test_indicators import run
from tests.governance.test_use_budgets import VOTE, WHO
from tests.support import activity, built

TODAY = date(2026, 12, 5)
SUPPOSED = {
    "fr": "Des mois passés ne sont pas connus : ils sont comptés au même rythme.",
    "en": "Past months are not known: they are counted at the same pace.",
}


def whole(service: str, month: int, kwh: float | None = 100.0) -> Any:
    """Answers of a model that nobody knows, from the first to the last day of a month of 2026; electricity as read."""
    more: dict[str, Any] = {"service_key": service, "model": "inconnu/x", "requests": 300.0, **NONE}
    more |= {"output_tokens": 1e5} if kwh is None else {"other_energy_kwh": kwh, "other_mode": "mode/meter"}
    return activity(f"2026-{month:02}-01T00:00:00", 24.0 * monthrange(2026, month)[1], host="class/desk", **more)


def said(home: Path, ceiling: float, *rows: Any) -> dict[str, Any]:
    """What is said of a ceiling of 2026 for two uses."""
    built(home, *rows)
    register = Register(home)
    for name in ("Voirie", "Accueil"):
        register.create(FACTS | {"name": name, "commune": "metropole"}, WHO, name.casefold())
        register.attach(name.casefold(), {"service_key": name.casefold()}, WHO)
    Commitments(home).vote_budget(VOTE | {"territory": "metropole", "year": "2026", "value": ceiling}, WHO)
    body: dict[str, Any] = synthesis(scope_of(home, "metropole", "2026", today=TODAY))
    return body


@pytest.mark.parametrize(("ceiling", "months"), [(1500.0, ("août", "août")), (2000.0, ("octobre", "novembre"))])
def test_what_a_use_lacks_of_past_months_is_counted_in_them(
    tmp_path: Path, ceiling: float, months: tuple[str, str]
) -> None:
    """100 kWh each month of one use, until November; of another, begun in January, October and November alone: 1,300
    known, within 2 %, and 200 a month at the pace of each. 1,500 is reached in the middle of August, and 2,000 at the
    end of October; all that is missing, laid on December, would have both reached in December. Why the month is no
    sure one, and that what is used is what is known, is said with it, at every door."""
    rows = [whole("voirie", month) for month in range(1, 12)] + [whole("accueil", month) for month in (10, 11)]
    body = said(tmp_path, ceiling, *rows, whole("accueil", 1, None))
    found = body["indicators"]["energy"]["budget"]
    assert (found["verdict"], found["supposed"]) == ("over", True)
    when = f"en {months[0]}." if months[0] == months[1] else f"entre {months[0]} et {months[1]}."
    ((_, short),) = ceilings(body, "fr")
    plain = " ".join(str(simple(body, {}, "fr")[1]).split())
    for text in (short, budget_text(found, "kWh", "fr"), plain):
        assert f"dépassé {when}" in spaced(text) or f"dépasserons {when}" in spaced(text), when
        assert SUPPOSED["fr"] in spaced(text), text
    assert "Consommé au 30/11/2026, d'après ce qui est connu : entre" in spaced(short)
    assert SUPPOSED["en"] in budget_text(found, "kWh", "en")


def test_past_months_that_are_whole_suppose_nothing(tmp_path: Path) -> None:
    """Both known from January to November, 200 kWh a month: 2,300 is reached in the middle of December; the days of
    December that are not known are no past month."""
    rows = [whole(service, month) for month in range(1, 12) for service in ("voirie", "accueil")]
    found = said(tmp_path, 2300.0, *rows)["indicators"]["energy"]["budget"]
    assert (found["supposed"], found["passed"]["central"]) == (False, 202612)
    assert SUPPOSED["fr"] not in spaced(budget_text(found, "kWh", "fr"))


def test_what_is_used_is_of_its_own_months(tmp_path: Path) -> None:
    """10 kWh a month, and 500 in November; of another use, 10 in January and in November: 100 + 500 + 20 = 620 known.
    400 is passed in November, and not in the summer, as 620 spread over eleven months would have it."""
    rows = [whole("voirie", month, 500.0 if month == 11 else 10.0) for month in range(1, 12)]
    body = said(tmp_path, 400.0, *rows, *(whole("accueil", month, 10.0) for month in (1, 11)))
    found = body["indicators"]["energy"]["budget"]
    assert found["verdict"] == "passed" and found["passed"]["central"] == 202611
    assert sheet(scope_of(tmp_path, "metropole", "2026", today=TODAY))["indicators"]["energy"]["budget"] == found


@pytest.mark.parametrize(("kwh", "told"), [(5.0, None), (0.01, 204.4)])
def test_no_month_to_come_is_made_of_one_hour(tmp_path: Path, kwh: float, told: float | None) -> None:
    """200 kWh a month of one use, until November: 2,200 ÷ 334 × 31 = 204.2 in December. An hour of another, on Thursday
    5 March: 5 kWh would make 5 × 5 ÷ 7 × 31 = 111 more, which nobody saw; a hundredth of a kWh makes 0.2, left in."""
    rows = [whole("voirie", month, 200.0) for month in range(1, 12)]
    home = said(tmp_path, 5000.0, *rows, run("accueil", kwh))
    drawn = home["indicators"]["energy"]["month_to_come"]
    assert (drawn and drawn["central"]) == (told and pytest.approx(told, rel=1e-3))


@pytest.mark.parametrize(
    ("spent", "used", "said"),
    [
        ((413.0, 552.0, 709.0), (0.59, 0.79, 1.01), "entre 59 et 101 % du plafond."),
        ((413.0, 552.0, 700.3), (0.59, 0.79, 1.005), "de 59 à plus de 100 % du plafond."),
        ((413.0, 552.0, 697.2), (0.59, 0.79, 0.996), "de 59 à moins de 100 % du plafond."),
        ((413.0, 552.0, 699.9), (0.59, 0.79, 0.995), "de 59 à moins de 100 % du plafond."),
        ((413.0, 552.0, 700.0), (0.59, 0.79, 1.0), "entre 59 et 100 % du plafond."),
        ((699.0, 709.0, 800.0), (0.999, 1.01, 1.1), "de moins de 100 à 110 % du plafond."),
    ],
)
def test_a_passed_ceiling_is_never_said_all_used_nor_one_that_is_not(
    tmp_path: Path, spent: tuple[float, float, float], used: tuple[float, float, float], said: str
) -> None:
    """Of 700 kWh, 709 are 101.3 %, two figures of which are 100 %: three are told, or on which side 700.3 (100.04 %),
    697.2 (99.6 %), 699.9 (99.99 %) and 699 (99.86 %) are."""
    built(tmp_path, *(whole("voirie", month) for month in range(1, 12)))
    Commitments(tmp_path).vote_budget(VOTE | {"territory": "all", "year": "2026", "value": 700.0}, WHO)
    pace = Pace(scope_of(tmp_path, "all", "2026", today=TODAY))
    ends = dict(zip(("low", "central", "high"), spent, strict=True))
    pace.spent["energy"] = pace.spent["energy"].model_copy(update=ends)
    found = pace.against_budget("energy")
    assert found is not None and tuple(found["used"].values()) == used
    assert spaced(budget_text(found | {"near": True}, "kWh", "fr")).endswith(said)
    english = said.replace("entre", "between").replace(" et ", " and ").replace("de 59 à", "from 59 to")
    english = english.replace("de moins de 100 à", "from less than 100 to").replace("plus de", "more than")
    english = english.replace("moins de", "less than").replace(" % du plafond", "% of the ceiling")
    assert spaced(budget_text(found | {"near": True}, "kWh", "en")).endswith(english)


def test_a_rounded_amount_is_on_the_side_of_the_ceiling_where_it_was() -> None:
    """696 of 698 kWh, told 700: 100.3 % of a ceiling that 99.7 % of was used; 704 of 700, told 700: 100 % of one that
    is passed. 90 of 100, told 90, is itself."""
    assert share_of_ceiling(700, 698, exact=share_of_ceiling(696, 698)) == 0.995
    assert share_of_ceiling(700, 700, exact=share_of_ceiling(704, 700)) == 1.005
    assert share_of_ceiling(90, 100, exact=share_of_ceiling(90.4, 100)) == 0.9
