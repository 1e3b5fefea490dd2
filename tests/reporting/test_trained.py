"""Agents trained, as documents tell them: no difference between two periods is a service of fewer than five agents."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from estimator.cli.indicators_text import indicators_text
from estimator.core.errors import LANGUAGES
from estimator.core.interval import json_text
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.indicators.practices import trained
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.publications.write import REPORTS
from estimator.reporting.summary.one_page import document, proof_of
from estimator.reporting.summary.summary import synthesis
from tests.reporting.authority import facts, files_of, plain, text
from tests.support import kept

FEBRUARY, MARCH = "2026-02", "2026-03"


def state(home: Path, service: str, day: str, with_access: int, some: int) -> None:
    said = {"service": service, "date": day, "trained": some, "with_access": with_access, "kind": "sobriété"}
    commitments = Commitments(home, lambda: datetime(2028, 1, 5, tzinfo=UTC))
    commitments.state_training(said, voter("Ressources humaines", "déclaration"))


def told(home: Path, period: str, **asked: Any) -> tuple[int | None, int, int]:
    """Trained, with access, services of a period, as they leave."""
    found = trained(facts(home, period=period, **asked).scope)
    return found["value"]["numerator"], found["value"]["denominator"], found["services"]


def everything(home: Path, period: str, lang: str) -> Iterator[str]:
    """Every document of the home and of its métropole over a period, and what is told of the indicators."""
    for place in ("all", "metropole"):
        found = facts(home, place, lang, period=period)
        body = synthesis(found.scope)
        yield json_text(body)
        yield indicators_text(body, lang)
        yield from (rendered(document(body, lang), format) for format in ("txt", "html", "csv"))
        for kind in REPORTS:
            if kind != "groups" and (place, kind) != ("all", "reen-file"):
                yield from files_of(kind, found).values()
    yield json.dumps(published_groups(found).model_dump(mode="json")["review"])  # all of it: when it was made is told


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_a_team_of_two_stated_between_two_months_changes_no_document(home: Path, lang: str) -> None:
    """12 of 40 in February and in March, with or without « Cabinet », 2 of 2, stated on 10 March: 14 of 42 inside."""
    before = {period: list(everything(home, period, lang)) for period in (FEBRUARY, MARCH, "2026")}
    state(home, "Cabinet", "2026-03-10", 2, 2)
    assert {period: list(everything(home, period, lang)) for period in before} == before
    assert told(home, FEBRUARY) == told(home, MARCH) == (12, 40, 1)
    scope = facts(home, period=MARCH).scope
    mine = trained(replace(scope, sources=replace(scope.sources, inside=True)))
    assert mine == {"value": {"numerator": 14, "denominator": 42, "share": 14 / 42}, "services": 2}


def test_a_team_of_two_alone_is_told_as_none(home: Path) -> None:
    for entry in Commitments(home).store.read()[0]:
        if entry.kind == "training":
            Commitments(home).withdraw(entry.event, voter("Ressources humaines", "erreur"))
    none = list(everything(home, MARCH, "fr"))
    state(home, "Cabinet", "2026-03-10", 2, 1)
    assert list(everything(home, MARCH, "fr")) == none and told(home, MARCH) == (0, 0, 0)


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ([(2, "2026-02-10"), (9, "2026-03-10")], (0, 9, 9)),  # it grew: counted from then on
        ([(9, "2026-02-10"), (2, "2026-03-10")], (0, 0, 0)),  # it shrank: at no time, or its end would be told
        ([(9, "2026-01-10"), (2, "2026-02-10"), (9, "2026-03-10")], (0, 9, 9)),
        ([(9, "2026-01-10"), (8, "2026-02-10"), (7, "2026-03-10")], (8, 7, 7)),
        ([(9, "2026-01-10"), (4, "2027-06-01")], (0, 0, 0)),  # small today
    ],
)
def test_a_service_counts_from_where_it_is_never_small_again(
    home: Path, said: list[tuple[int, str]], counted: tuple[int, int, int]
) -> None:
    """Beside the 40 of « Courrier », at the end of February, of March and of the year."""
    for heads, day in said:
        state(home, "Cabinet", day, heads, 1)
    found = [told(home, period, today=date(2028, 1, 5))[1] - 40 for period in (FEBRUARY, MARCH, "2026")]
    assert tuple(found) == counted


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_document_says_of_which_services(home: Path, lang: str) -> None:
    """Always, so that it does not tell whether one was left out; the pages of the home, which count all, do not."""
    said = {
        "fr": "30 % (12 sur 40), pour les services d'au moins cinq agents",
        "en": "for services of at least five staff",
    }
    found = facts(home, period=MARCH, lang=lang)
    body = synthesis(found.scope)
    assert plain(said[lang]) in plain(indicators_text(body, lang))
    assert plain(said[lang]) in plain(rendered(document(body, lang), "csv"))
    assert plain(said[lang]) in plain(text(home, "reen", lang=lang))
    proofs = [proof_of(check, lang) for check in body["charter"] if check["reads"] == "trained"]
    assert proofs and all(plain(said[lang]) in plain(proof) for proof in proofs)
    assert plain(said["fr"]) in plain(text(home, "schema-impact"))
    inside = synthesis(replace(found.scope, sources=replace(found.scope.sources, inside=True)))
    assert plain(said[lang]) not in plain(rendered(document(inside, lang), "csv"))
