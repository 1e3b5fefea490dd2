"""Of two rules about one run, the more precise counts, then the last written; and it is said which."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from estimator.core.fields import Author
from estimator.ledger import Ledger
from estimator.places.journal import PlaceEntry, PlaceJournal, PlaceRule
from estimator.places.placing import HomePlace, Knowledge, Seen, placed
from estimator.results.making import build
from estimator.results.reading import open_current
from tests.core.test_numbers import spaced
from tests.support import activity, append, sobria

WHO = Author(who="DSI", why="contrat")
SAID = ("--who", WHO.who, "--why", WHO.why)
NARROW = {"service": "courrier", "host": "class/server-room", "zone": "FRA", "device": "gpu/l40s", "load": 8}
WIDE = {"address": "127.0.0.1", "host": "class/shared-regional", "zone": "FRA"}
OF_COURRIER = Seen("r1", "courrier", "m", "0123456789ab", "127.0.0.1:8000", None, None, None, False, False, "f.csv")


def known(*rules: dict[str, Any]) -> Knowledge:
    """These rules, each written a day after the one before it."""
    days = (f"2026-03-{n + 1:02}T00:00:00" for n in range(len(rules)))
    entries = [
        PlaceEntry(f"{n:032x}", at, "DSI", "", PlaceRule(**said))
        for n, (at, said) in enumerate(zip(days, rules, strict=True))
    ]
    return Knowledge(entries, [], HomePlace(None, None))


@pytest.mark.parametrize(
    "least_first",
    [
        [{"address": "127.*"}, {"service": "cour*", "address": "127.0.0.1"}, {"service": "courrier"}, {"run": "r1"}],
        [{"model": "m"}, {"file": "f.csv"}],
        [{"sender": "0123456789ab"}, {"service": "courrier", "model": "m"}],
        [
            {"service": "courrier"},
            {"service": "courrier", "address": "127.*"},
            {"service": "courrier", "model": "m", "sender": "*"},
        ],
    ],
)
def test_the_more_precise_rule_counts_in_whatever_order_they_were_written(least_first: list[dict[str, str]]) -> None:
    zones = ("FRA", "DEU", "POL", "ITA")
    said = [rule | {"zone": zone} for rule, zone in zip(least_first, zones, strict=False)]
    for order in permutations(said):
        assert placed(OF_COURRIER, known(*order), date(2026, 6, 1)).zone == said[-1]["zone"]


def test_as_precise_the_last_written_counts_field_by_field() -> None:
    """Two rules of one service: the newer zone, the older card. An escaped name is as precise as a plain one."""
    old = {"service": "courrier", "zone": "FRA", "device": "gpu/l40s"}
    for name in ("courrier", "courrie[*]"):
        seen = OF_COURRIER._replace(service=name.replace("[*]", "*"))
        rules = known(old | {"service": name}, {"service": name, "zone": "DEU"}, {"address": "*", "zone": "POL"})
        found = placed(seen, rules, date(2026, 6, 1))
        assert (found.zone, found.device) == ("DEU", "gpu/l40s")
        assert found.rules == f"{0:032x}:device {1:032x}" or found.rules == f"{1:032x} {0:032x}:device"


def test_what_is_written_last_counts_though_the_clock_went_back(tmp_path: Path) -> None:
    """2 rules as precise, the second at a clock 16 days behind, then 2 together: each is told after the one before it,
    by a millionth of a second where the clock is behind, and the last written counts."""
    clock = [datetime(2026, 12, 1, tzinfo=UTC)]
    journal = PlaceJournal(tmp_path, lambda: clock[0])
    journal.add_rule({"service": "courrier", "zone": "FRA"}, WHO)
    clock[0] -= timedelta(16)
    PlaceJournal(tmp_path, lambda: clock[0]).add_rule({"service": "courrie[*]", "zone": "DEU"}, WHO)
    with journal.adding_rules([{"service": "courrier", "zone": zone} for zone in ("POL", "ITA")], WHO):
        pass
    assert [entry.said.zone for entry in journal.rules()] == ["FRA", "DEU", "POL", "ITA"]
    assert [entry.at[11:] for entry in journal.rules()] == [f"00:00:00.00000{n}Z" for n in range(4)]
    assert placed(OF_COURRIER, Knowledge(journal.rules(), [], HomePlace(None, None)), date(2026, 6, 1)).zone == "ITA"


def test_a_wide_rule_fills_only_what_the_precise_one_does_not_say() -> None:
    narrow, cards = (
        {"service": "courrier", "device": "gpu/l40s"},
        {"address": "127.0.0.1", "zone": "FRA", "device": "gpu/h100"},
    )
    found = placed(OF_COURRIER, known(narrow, cards), date(2026, 6, 1))
    assert (found.zone, found.device, found.rules) == ("FRA", "gpu/l40s", f"{0:032x} {1:032x}:zone")


def test_rules_that_may_be_about_one_run_are_paired() -> None:
    """The pairs of rules of which one gives way: not of two services, of two days, nor that say nothing alike."""

    def pairs(*rules: dict[str, Any]) -> list[tuple[int, int]]:
        return [(int(old.id, 16), int(new.id, 16)) for old, new in known(*rules).replaced()]

    assert pairs(NARROW, WIDE) == [(1, 0)] and pairs(WIDE, NARROW) == [(0, 1)]
    assert pairs(NARROW, NARROW | {"service": "tri"}) == [] == pairs(NARROW, {"address": "a", "cards": 2})
    assert (
        pairs(NARROW, {"service": "cour*", "zone": "DEU"}) == [(1, 0)]
        and pairs(NARROW, {"service": "t*", "zone": "DEU"}) == []
    )
    june = date(2026, 6, 1)
    assert pairs(NARROW | {"until": june}, WIDE | {"since": june}) == []
    assert pairs(NARROW | {"until": june}, WIDE | {"since": june - timedelta(1)}) == [(1, 0)]
    assert pairs({"address": "a.fr", "zone": "FRA"}, {"address": "a.fr:443", "zone": "DEU"}) == [(0, 1)]
    assert pairs({"run": "r1", "zone": "FRA"}, WIDE) == []


def test_a_wide_rule_is_said_to_give_way(tmp_path: Path) -> None:
    """« courrier » keeps the room that its own rule says; the command, the list and the explanation say it."""
    rows = [
        activity(service_key=service, served_at="127.0.0.1:8000", host=None, zone=None, model="qwen3-32b")
        for service in ("courrier", "courrier", "tri")
    ]
    append(Ledger(tmp_path), rows)
    PlaceJournal(tmp_path).add_rule(NARROW, WHO)
    build(tmp_path)
    found = open_current(tmp_path)
    assert found is not None
    before = found.explain("service.courrier.energy").amount
    wide = [part for name, value in WIDE.items() for part in (f"--{name}", value)]
    done = spaced(sobria(tmp_path, "places", "add", *wide, *SAID).stdout)
    assert "Exécutions dont elle dit le lieu : 1." in done
    assert "plus précise, compte à la place" in done
    assert "2 autres exécutions" in done
    found = open_current(tmp_path)
    assert found is not None
    after = found.explain("service.courrier.energy")
    assert after.amount == before
    told = " ".join(line["fr"] for line in after.supposed)
    assert "service « courrier »" in told and "adresse" not in told
    assert "adresse" in " ".join(line["fr"] for line in found.explain("service.tri.energy").supposed)
    listed = spaced(sobria(tmp_path, "places", "list").stdout)
    assert "plus précise, compte à la place" in listed and "service=courrier" in listed


def test_an_explanation_says_what_of_a_rule_counts(tmp_path: Path) -> None:
    append(Ledger(tmp_path), [activity(service_key="courrier", served_at="127.0.0.1:8000", host=None, zone=None)])
    PlaceJournal(tmp_path).add_rule({"service": "courrier", "host": "class/server-room"}, WHO)
    PlaceJournal(tmp_path).add_rule(WIDE, WHO)
    build(tmp_path)
    found = open_current(tmp_path)
    assert found is not None
    told = [spaced(line["fr"]) for line in found.explain("service.courrier.energy").supposed]
    assert any("adresse" in line and "Ce qui en compte : zone" in line for line in told)
    assert any("service « courrier »" in line and "Ce qui en" not in line for line in told)
