"""A past period is judged by the register as it was then: what was written since changes it only by a day that it says.

One use in each test, written on days of its own: what it was at the end of a year is said in words beside.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from estimator.core.periods import Period
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.indicators.practices import PRACTICES
from estimator.governance.indicators.scope import Scope, Sources
from estimator.governance.register.register import Register, author
from tests.support import activity, built

WHO = author("Service numérique", "essai")
CASE = {"task": "répondre", "unit": "une réponse", "service": "Courrier", "owner_role": "Responsable", "name": "Images"}
STUDIED = {"answer": "etudiee_et_ecartee", "reason": "réponses trop variées"}
TODAY = date(2026, 11, 30)


class Written(Register):
    """The register of a home, each event of which is written on a day that a test sets."""

    def __init__(self, home: Path) -> None:
        self.day = date(2025, 1, 11)
        super().__init__(home, now=lambda: datetime(self.day.year, self.day.month, self.day.day, 9, tzinfo=UTC))

    def on(self, day: str) -> "Written":
        self.day = date.fromisoformat(day)
        return self


@pytest.fixture
def register(tmp_path: Path) -> Written:
    return Written(tmp_path)


def use(register: Written, created: str, studied: str | None = None, stage: Any = "experimentation") -> str:
    """A use created and in trial on one day, whose answer about AI is of that day or of another."""
    alternative = STUDIED | {"date": studied or created}
    id = register.on(created).create({**CASE, "commune": "54395", "alternative": alternative}, WHO).id
    if stage != "idee":
        register.enter(id, stage, WHO)
    return id


def judged(home: Path, period: str, *months: str, territory: str = "54395") -> Scope:
    """That period of a home, of which « images » ran in these months."""
    fields = {"service_key": "images", "other_energy_kwh": 1.0, "host": "class/desk", "zone": "FRA"}
    fields |= {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "other_mode": "mode/meter"}
    rows = [activity(f"{month}-05T10:00:00", **fields) for month in months]
    return Scope(Sources(built(home, *rows), Register(home), Commitments(home), home, TODAY), territory, Period(period))


def stages(scope: Scope) -> list[tuple[str, str]]:
    return [(case.stage, case.outcome) for case in scope.judged]


def test_a_use_created_since_is_in_no_past_period(register: Written, tmp_path: Path) -> None:
    """Created in March 2026: one use in 2026, neither « sans donnée » nor « alternative examinée » in 2025."""
    use(register, "2026-03-14")
    now, then = judged(tmp_path, "2026"), judged(tmp_path, "2025")
    assert stages(now) == [("experimentation", "en_cours")] and now.in_use == now.judged
    assert not then.judged and not then.in_use
    none = {"numerator": 0, "denominator": 0, "share": None}
    assert [PRACTICES[name](then)["value"] for name in ("coverage", "non_ai_reviewed", "published")] == [none] * 3


def test_a_use_stopped_since_counts_in_its_time(register: Written, tmp_path: Path) -> None:
    """In trial in February 2025, stopped in February 2026, over in 2026: in use at the end of 2025, with its months."""
    id = use(register, "2025-02-04")
    register.attach(id, {"service_key": "images"}, WHO)
    stop = {"date": "2026-02-20", "what": "arreter", "reasons": "suffit", "by": "Bureau"}
    register.on("2026-02-20").decide(id, stop, WHO)
    then, now = judged(tmp_path, "2025", "2025-05"), judged(tmp_path, "2026")
    assert stages(then) == [("experimentation", "en_cours")] and not now.in_use
    assert PRACTICES["coverage"](then)["value"] == {"numerator": 1, "denominator": 1, "share": 1.0}


def test_the_stage_is_that_of_the_day(register: Written, tmp_path: Path) -> None:
    """An idea in 2024, in trial in 2025, put back to an idea in 2026: each at the end of its year."""
    id = use(register, "2024-11-20", stage="idee")
    register.on("2025-02-01").move(id, "experimentation", WHO)
    register.on("2026-05-02").move(id, "idee", WHO)
    found = [stages(judged(tmp_path, year)) for year in ("2023", "2024", "2025", "2026")]
    assert found == [[], [("idee", "en_cours")], [("experimentation", "en_cours")], [("idee", "en_cours")]]


def test_what_is_written_late_counts_from_the_day_that_it_says(register: Written, tmp_path: Path) -> None:
    """All written in 2026: the answer about AI of December 2025 and the stop of 20 December count in 2025, from the day
    of that answer; the review of January 2026 does not."""
    id = use(register, "2026-03-14", studied="2025-12-15", stage="idee")
    register.decide(id, {"date": "2025-12-20", "what": "ne_pas_faire", "reasons": "non", "by": "Bureau"}, WHO)
    register.review(id, {"done": "2026-01-08", "by": "Service", "conclusion": "rien"}, WHO)
    [case] = judged(tmp_path, "2025").judged
    assert case.alternative.answer == "etudiee_et_ecartee" and case.outcome == "ne_pas_faire"
    assert not case.reviews and not judged(tmp_path, "2025-11").judged


def test_a_later_change_without_a_day_leaves_the_past(register: Written, tmp_path: Path) -> None:
    """The model, changed in 2026, is that of 2025 in 2025; the name, by which the runs are told, is that of today."""
    id = use(register, "2025-02-04")
    register.on("2025-03-01").change(id, {"model": "grand"}, WHO)
    register.on("2026-01-01").change(id, {"model": "leger", "name": "Photos"}, WHO)
    found = [(case.model, case.name) for year in ("2025", "2026") for case in judged(tmp_path, year).judged]
    assert found == [("grand", "Photos"), ("leger", "Photos")]


def test_a_use_that_ran_before_it_was_written_down_was_in_use(register: Written, tmp_path: Path) -> None:
    """Registered in November 2026 as it runs, its runs are of May 2025: in the stage that the register then gives it,
    all that year, whose months do not tell in which it ran; its answer about AI, of 2026, is not of 2025."""
    id = use(register, "2026-11-02")
    register.attach(id, {"service_key": "images"}, WHO)
    then = judged(tmp_path, "2025", "2025-05")
    assert stages(then) == [("experimentation", "en_cours")] == [(c.stage, c.outcome) for c in then.in_use]
    assert len(judged(tmp_path, "2025-04").in_use) == 1 and not judged(tmp_path, "2024").judged
    assert PRACTICES["non_ai_reviewed"](then)["value"] == {"numerator": 0, "denominator": 1, "share": 0.0}


def test_a_use_tried_after_its_creation_is_in_use_from_that_day(register: Written, tmp_path: Path) -> None:
    """An idea in January 2025, in trial in June, with runs from July: an idea until June, runs or not."""
    id = use(register, "2025-01-11", stage="idee")
    register.on("2025-06-10").move(id, "experimentation", WHO)
    register.attach(id, {"service_key": "images"}, WHO)
    found = [stages(judged(tmp_path, month, "2025-07")) for month in ("2025-05", "2025-06")]
    assert found == [[("idee", "en_cours")], [("experimentation", "en_cours")]]


def test_the_running_period_is_judged_today(register: Written, tmp_path: Path) -> None:
    """Of 2026, whose last day is to come, and of its month: the register as it is, a decision of this morning in."""
    use(register, TODAY.isoformat())
    assert len(judged(tmp_path, "2026").in_use) == len(judged(tmp_path, "2026-11").in_use) == 1
    assert not judged(tmp_path, "2026-10").in_use
