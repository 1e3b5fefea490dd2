"""The lines after the first ones, as one: it counts the uses and the services that they name."""

from datetime import date
from pathlib import Path

from estimator.core.periods import Period
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.indicators.scope import Scope, Sources
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.context import facts_in
from estimator.reporting.publications.reen import review
from estimator.reporting.summary.one_page import document
from estimator.reporting.summary.summary import synthesis
from tests.governance.test_indicators import WHO, case, run
from tests.reporting.authority import plain
from tests.support import built


def test_services_in_no_use_are_each_counted_among_the_others(tmp_path: Path) -> None:
    """Five uses of 20 to 16 kWh and two services in none, of 1 kWh each: after the four largest come one use and two
    services, « Autres (3) » and « Et 3 autres », where « Hors du registre (services : 2) » is one line."""
    register = Register(tmp_path)
    rows = [run(name, 1, requests=9000.0) for name in ("cle", "essais")]
    for number in range(5):
        register.attach(case(register, f"Usage {number}"), {"service_key": f"usage-{number}"}, WHO)
        rows.append(run(f"usage-{number}", 20 - number, requests=9000.0))
    sources = Sources(built(tmp_path, *rows), register, Commitments(tmp_path), tmp_path, date(2026, 11, 30))
    scope = Scope(sources, "all", Period("2026"))
    body = synthesis(scope)
    assert [(use["kind"], use["count"]) for use in body["uses"]] == [("case", 1)] * 5 + [("unregistered", 2)]
    assert body["uses_rest"]["count"] == 3
    assert "Autres (3)" in plain(rendered(document(body, "fr"), "txt"))
    assert "Et 3 autres" in plain(rendered(review(facts_in(scope, "fr")), "txt"))
