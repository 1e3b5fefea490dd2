"""What a review says is not counted is of the method, and does not depend on whether its gases are told."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from estimator.core.periods import Period
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.indicators.scope import Scope, Sources
from estimator.governance.register.register import Register, author
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.context import facts_in
from estimator.reporting.publications.reen import review
from tests.governance.test_indicators import case, run
from tests.support import built

WHO = author("Service numérique", "essai")


@pytest.mark.parametrize(("territory", "period"), [("all", "2026"), ("54395", "2026"), ("all", "2025")])
def test_what_is_not_counted_is_the_same_told_or_not(tmp_path: Path, territory: str, period: str) -> None:
    """No run says how much it sends: the network is counted in none, in a year that is told, in the territory of one
    request a month, whose gases are withheld, and in a year without a run."""
    register = Register(tmp_path)
    for name, commune in (("Courriers", "metropole"), ("Voirie", "54395")):
        register.attach(case(register, name, commune), {"service_key": name.lower()}, WHO)
    rows: list[Any] = [run("courriers", 9, requests=9000.0), run("voirie", 1, requests=1.0)]
    sources = Sources(built(tmp_path, *rows), register, Commitments(tmp_path), tmp_path, date(2026, 11, 30))
    facts = facts_in(Scope(sources, territory, Period(period)), "fr")
    assert (facts.body["indicators"]["gwp"]["value"]["central"] is None) == ((territory, period) != ("all", "2026"))
    [said] = [line for line in rendered(review(facts), "txt").splitlines() if "Ne sont pas comptés" in line]
    assert "réseau, entraînement des modèles achetés" in said
