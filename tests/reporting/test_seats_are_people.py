"""Seats are people: a use of fewer than five of them is told by no name, nor their number, whatever its service states.

31 days of March: 3 seats are 93 seat-days, 12 are 372.
"""

from pathlib import Path

import pytest

from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.indicators.small_uses import heads_of, small_ids, unstated
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.publications.open_data import TABLE, data
from tests.ingestion.test_reader_seats import rows_of as seats_of
from tests.ingestion.test_reader_seats import table
from tests.reporting.authority import case, facts, rows_of, run
from tests.reporting.test_no_difference import audit, everything
from tests.support import built

CODE = "54395"
YEAR = "2025-01-01;2025-12-31"
MONTHS = [f"2025-{month:02}" for month in range(1, 13)]


def _home(home: Path, *seats: str, stated: int | None = None, code: str = CODE) -> Path:
    """Seats of a use of « Cabinet », beside two large uses of 9 and 12 kWh a month."""
    register = Register(home)
    case(register, "cabinet", code, "cabinet", "Cabinet")
    for name in ("voirie", "ecoles"):
        case(register, name, code, name, name)
    for service, heads in (("voirie", 200), ("ecoles", 50), *([("Cabinet", stated)] if stated else [])):
        said = {"service": service, "date": "2025-01-01", "trained": 1, "with_access": heads, "kind": "essai"}
        Commitments(home).state_training(said, voter("RH", "déclaration"))
    rows = seats_of(table(*seats))
    large = (("voirie", 9.0, 900.0), ("ecoles", 12.0, 1200.0))
    built(home, *rows, *(run(name, kwh, month, requests=n) for name, kwh, n in large for month in MONTHS))
    return home


def _seats(product: str, number: object, days: str = YEAR, share: str = "", uses: str = "") -> str:
    return f"{product};{number};{share};{days};;;cabinet;{uses}"


COUNTS = {
    "three": ([_seats("m365-copilot", 3)], None, 3),
    "three, of twelve agents": ([_seats("m365-copilot", 3)], 12, 3),
    "twelve, of two agents": ([_seats("m365-copilot", 12)], 2, 2),
    "twelve": ([_seats("m365-copilot", 12)], None, None),
    "twelve since the 28th": ([_seats("m365-copilot", 12, "2025-03-28;2025-12-31")], None, None),
    "three in March, then twelve": (
        [_seats("m365-copilot", 3, "2025-03-01;2025-03-31"), _seats("m365-copilot", 12, "2025-04-01;2025-12-31")],
        None,
        3,
    ),
    "three of one product, three of another": ([_seats("m365-copilot", 3), _seats("chatgpt", 3)], None, 3),
    "three active of twelve": ([_seats("m365-copilot", 12, share="0,25")], None, 3),
}


@pytest.mark.parametrize("name", COUNTS)
def test_fewer_than_five_seats_are_a_small_use(tmp_path: Path, name: str) -> None:
    """It is told by name nowhere, nor its seats; with five or more it is told as before."""
    lines, stated, few = COUNTS[name]
    found = facts(_home(tmp_path, *lines, stated=stated), CODE, period="2025", by="Mairie")
    (use,) = (one.id for one in found.scope.cases if one.name == "cabinet")
    assert (use in small_ids(found.scope)) is (few is not None)
    assert few is None or heads_of(found.scope)["cabinet"] == few
    named = {row["use_case"] for row in rows_of(str(data(found).files[TABLE])) if row["kind"] == "case"}
    groups = [group for group in published_groups(found).groups if group.use == use]
    assert (use in named, bool(groups)) == (few is None, few is None)
    assert few is not None or {sum(g.sums["seat_days"] for g in groups if g.month == 202505)} == {372.0}
    assert unstated(found.scope, {use}) == []


def test_uses_stated_of_seats_are_counted_uses(tmp_path: Path) -> None:
    """720 in the year are 61 in January: fewer than 100 a month, so small; 7,300 are 560 in February, and told."""
    for uses, few in ((720, True), (7300, False)):
        home = _home(tmp_path / str(uses), _seats("m365-copilot", 300, uses=str(uses)))
        scope = facts(home, CODE, period="2025").scope
        assert ("cabinet" in {one.name for one in scope.cases if one.id in small_ids(scope)}) is few


def test_no_use_of_few_seats_is_a_difference_of_what_is_published(tmp_path: Path) -> None:
    """Every document and export as equations: 3 seats of a service that states no agents, and of one that states 12."""
    for stated in (None, 12):
        found = audit(_home(tmp_path / str(stated), _seats("m365-copilot", 3), stated=stated), "2025-T1", "2025-03")
        assert [*found.protected()] and found.exposed(everything(found)) == []


def test_as_many_seats_elsewhere_are_not_the_same_ones(tmp_path: Path) -> None:
    """120 seats of one product in a commune, and of another product or of the same one in two more: nothing that was
    read says that they are the same ones. The same file of a commune has the same digests when it is written again."""
    read = dict[str, list[set[str]]]()
    for code, product in (("54395", "m365-copilot"), ("54528", "le-chat"), ("54547", "m365-copilot")):
        home = _home(tmp_path / code, _seats(product, 120), code=code)
        for _ in range(2):
            services = published_groups(facts(home, code, period="2025", by="Mairie")).review["services"]
            (mine,) = (set(one["months"].values()) for one in services if one["service"] == "cabinet")
            read.setdefault(code, []).append(mine)
    first, second, third = (one for one, again in read.values() if one == again)
    assert len(first) == 3 and not first & second and not first & third and not second & third
