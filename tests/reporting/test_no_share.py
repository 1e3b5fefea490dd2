"""No share that leaves a house tells how much a small use takes: the use of two agents is the only one measured.

A total times the share of it that is measured would be that use, whatever the rounding of the total. So in everything
that leaves, no share changes when that use takes 30 % more, nor when it is declared as the others are, but to say that
all, or nothing, is of a kind.
"""

import base64
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from estimator.assessment.impacts import Amount
from estimator.catalogue.schema import PROOFS
from estimator.core.errors import LANGUAGES
from estimator.core.interval import Interval
from estimator.core.number_format import partly_text
from estimator.governance.indicators.told_amounts import told_body, told_interval
from estimator.governance.indicators.told_shares import each_of_merged, share_of_merged, shares_of_merged
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.summary.change_sentences import trend_text
from estimator.reporting.summary.one_page import _share_ends, document
from estimator.reporting.summary.sentences import is_partly_unknown, value_text
from estimator.reporting.summary.summary import synthesis
from tests.reporting.authority import facts, plain
from tests.reporting.test_synthesis import case, heads, run
from tests.reporting.test_what_leaves import COMMUNE, OTHER, leaving
from tests.support import built

AGENTS = {"grand": 40, "moyen": 30, "deux": 2, "quatre": 4, "duo": 2}
KWH = {"grand": 20.34567, "moyen": 12.5432, "deux": 6.1234, "quatre": 3.4567, "duo": 2.2345}
DECLARED: Mapping[str, Any] = {"other_mode": "mode/declared"}
# The only use that is measured, at its site, with its machine and its model; where another small one runs is unknown.
ALONE: Mapping[str, Any] = {"host": "class/server-room", "machine": "machine/rack-server", "model": "mistral-small-3.2"}
OTHERS: Mapping[str, Any] = {"machine": None, "machine_hours": None}
MONTHS = ("2025-03", "2025-04", "2026-03", "2026-04")
NAMED = frozenset(  # fields, columns and gauges that are a share, or a count beside one
    "share unknown covers made made_partly attached impossible coverage part_couverte_pourcent not_estimable"
    " unknown_runs proof publisher weights licence place law proof_shares relative".split()
)
PERCENT = re.compile(r"(?<!Moins de )(\d[\d,]*)[\u00a0\u202f ]%")  # but « Moins de 20 % mesuré », where none is
PICTURE = re.compile(r"data:image/svg\+xml;base64,([\w+/=]+)")
BAR = re.compile(r'height="([\d.]+)" fill="([^"]+)" stroke')
GAUGE = re.compile(r"^(sobria_\w*ratio\{.*\}|sobria_unknown_runs\{.*\}) (\S+)$", re.MULTILINE)
OF_TOLD = (
    "report reen-file",
    "report reen-rollup",
)  # whose shares are of the groups that it tells, to their last digit
ROW_OF_USE = ("case", "service", "service_month", "cell")  # of a use that is told alone: exact


def home_of(home: Path, times: float = 1.0, mode: str = "mode/meter") -> None:
    """A commune of two large uses and three small ones, and another commune. times: what the one of two agents takes,
    mode: how its electricity is known; that of all the others is declared."""
    for name, agents in AGENTS.items():
        case(Register(home), name, f"service {name}", COMMUNE)
        heads(home, f"service {name}", agents)
    case(Register(home), "voisin", "service voisin", OTHER)
    heads(home, "service voisin", 30)
    rows = []
    for number, month in enumerate(MONTHS):
        rows.append(run("voisin", 7.7123, month, requests=300.0, **DECLARED))
        rows.append(run("ailleurs", 1.4321 + number, month, **DECLARED))
        for name, kwh in KWH.items():
            alone = {**ALONE, "other_mode": mode} if name == "deux" else {**DECLARED, **OTHERS}
            lost = {"zone": None, "host": None} if name == "quatre" else {}
            rows.append(run(name, kwh * (times if name == "deux" else 1), month, requests=60.0, **alone | lost))
    built(home, *rows)


def shares_in(text: str) -> Iterator[tuple[str, Any]]:
    """Each share that a thing that leaves tells, with its name: of JSON, of a table, of gauges, of words, of a bar."""
    if text.startswith(("{", "[")):
        yield from _of_json(json.loads(text), "")
        return
    head, _, rest = text.removeprefix("\ufeff").partition("\n")
    told = NAMED & {*re.split("[,;]", head)} | {name for name in re.split("[,;]", head) if name.startswith("proof_")}
    for row in csv.DictReader(io.StringIO(f"{head}\n{rest}"), delimiter=";" if ";" in head else ",") if told else ():
        if (row.get("kind") or row.get("level")) not in ROW_OF_USE:
            yield from ((name, row[name]) for name in sorted(told))
    text = PICTURE.sub(lambda found: base64.b64decode(found[1]).decode(), text)
    yield from (("%", found) for found in PERCENT.findall(text))
    yield from (("bar", found) for found in BAR.findall(text))
    yield from GAUGE.findall(text)


def _of_json(body: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(body, dict):
        if body.get("level") in ROW_OF_USE or body.get("kind") in ROW_OF_USE:
            return
        for key, value in body.items():
            yield from _of_json(value, key if key in NAMED or name not in NAMED else f"{name}.{key}")
    elif isinstance(body, list):
        for one in body:
            yield from _of_json(one, name)
    elif isinstance(body, str):
        yield from (("%", found) for found in PERCENT.findall(body))
    elif isinstance(body, float | int) and name.split(".")[0] in NAMED:
        yield name, body


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[tuple[str, Any]]]]:
    changed: dict[str, dict[str, Any]] = {
        "as it is": {},
        "larger": {"times": 1.3},
        "declared": {"mode": "mode/declared"},
    }
    found = {}
    for name, change in changed.items():
        home = tmp_path_factory.mktemp("home")
        home_of(home, **change)
        told = {what: list(shares_in(text)) for what, text in leaving(home) if not what.startswith(OF_TOLD)}
        found[name] = told
    return found


def test_no_share_that_leaves_changes_when_the_only_measured_use_takes_more(homes: Any) -> None:
    one, other = homes["as it is"], homes["larger"]
    assert one.keys() == other.keys() and len(one) > 150 and sum(map(len, one.values())) > 500
    changed = {what: _first(one[what], other[what]) for what in one if one[what] != other[what]}
    assert not changed, "\n".join(f"{what}: {told}" for what, told in changed.items())


def test_no_share_that_leaves_changes_when_that_use_is_declared_as_the_others_are(homes: Any) -> None:
    """But for those of all, or of nothing: then all the electricity is declared, and this is said."""
    one, other = ({what: _parts(found) for what, found in homes[name].items()} for name in ("as it is", "declared"))
    assert one == other
    whole = [found for what, found in homes["declared"].items() if what.startswith("report schema-impact 54395 2026 ")]
    assert ("%", "100") in whole[0]


def _parts(found: list[tuple[str, Any]]) -> Counter[tuple[str, str]]:
    """The shares that are neither all nor nothing, nor a bar of the only proof of its amount."""
    whole = ("", "0", "0.0", "1", "1.0", "100", "100.0")
    return Counter((name, str(value)) for name, value in found if str(value) not in whole and name != "bar")


def test_a_share_of_a_sum_that_holds_small_uses_is_told_where_it_is_all_of_it_or_nothing() -> None:
    """0.1 + 0.2 + 0.7 of floats is not 1 to the last digit, and is all; a millionth is some, and is not told."""
    shares = {0.0: 0.0, 1.0: 1.0, 1 - 1e-12: 1.0, 1e-12: 0.0, 1e-6: None, 0.5: None, 1 - 1e-6: None}
    assert {share: share_of_merged(share) for share in shares} == shares
    mixed, alone = {"measured": 0.16, "declared": 0.84}, {"measured": 0.0, "declared": 1.0}
    assert (each_of_merged(mixed), each_of_merged(alone)) == ({}, alone)


def test_what_is_not_told_says_why_in_words_and_is_never_zero() -> None:
    body = {"value": {"numerator": 2, "denominator": 4, "share": 0.5}, "proof": {"measured": 0.16, "declared": 0.84}}
    told = shares_of_merged(body | {"attached": 1.0, "impossible": 0.0, "sites": [{"host": "a", "share": 0.16}]})
    assert told["value"] == body["value"], "a share of a count of uses is told"
    assert (told["attached"], told["impossible"]) == (1.0, 0.0)
    assert told["proof"] == dict.fromkeys(PROOFS), "which proofs there are is not told either"
    assert told["sites"][0]["share"] is None and told["sites"][0]["missing"] == told["missing"]
    assert told["missing"]["code"] == "share_of_merged" and "cinq agents" in told["missing"]["fr"]
    assert "missing" not in shares_of_merged({"attached": 1.0})


def test_an_amount_says_which_of_its_shares_are_not_told() -> None:
    """Of 480.4 kgCO2e to one figure, 84 % covered and none of the manufacture known."""
    found = Amount(unit="kgCO2e", low=400.0, central=480.4, high=560.0, covers=0.84, made=0.0, made_partly=0.16)
    told = told_interval(found)
    assert (told.central, told.covers, told.made, told.made_partly) == (500.0, None, 0.0, None)
    body = told.as_dict()
    assert body["untold"] == ["covers", "made_partly"] and body["covers"] is body["made_partly"] is None
    assert (
        plain(partly_text(told, "fr"))
        == "ne couvre pas toute l'électricité connue, part non dite, fabrication connue en partie"
    )
    whole = told_interval(found.model_copy(update={"covers": 1.0, "made": 1.0, "made_partly": 0.0}))
    assert (whole.covers, whole.made, whole.untold, partly_text(whole, "fr")) == (1.0, 1.0, (), "")


def test_the_way_of_a_change_is_told_and_not_how_much() -> None:
    """440 kWh of uses that are told one by one, then 484.2 with small ones: + 44.2 would be these to three figures. Of
    a ceiling of 500, 480 of 484.2 are told as used: 96 %."""
    grown = {"established": True, "rises": True, "months": 1, "before": 440.0, "after": 484.2, "share": 0.1005}
    grown |= {"relative": Interval.of((0.09, 0.1, 0.11)), "difference": Interval.of((40.0, 44.2, 48.0), "kWh")}
    grown |= {"effects": {"volume": 44.2}, "words": {"fr": "Le total augmente de 44"}}
    spent = {"ceiling": 500.0, "spent": Interval.exact(484.2, "kWh"), "used": {"central": 0.97}}
    told = told_body({"change": grown, "budget": spent}, "kWh")
    way = {"established": True, "rises": True, "months": 1, "before": 440.0, "after": 480.0}
    assert told["change"] == way | dict.fromkeys(("share", "relative", "difference", "effects", "words"))
    assert told["budget"]["used"] == {"central": 0.96}
    none = {"change": {"established": None, "effects": None, "months": 0}}
    assert told_body(none, "kWh") == none and trend_text(none, "fr") == "pas de période précédente à comparer"
    assert plain(trend_text(told, "fr")) == "en hausse (ampleur non publiée)"
    withheld = {"change": dict.fromkeys(("established", "months", "rises"))}
    assert trend_text(withheld, "fr").startswith("évolution non publiée"), "there is one to compare with"


def test_the_sheet_says_that_not_all_is_measured_where_the_share_is_not_told(tmp_path: Path) -> None:
    """In the same words whatever the use of two agents takes; declared as all the others, it is told that none is."""
    sheets = []
    for name, change in {"as it is": {}, "larger": {"times": 1.3}, "declared": {"mode": "mode/declared"}}.items():
        home_of(tmp_path / name, **change)
        body = synthesis(facts(tmp_path / name, COMMUNE).scope)
        sheets.append([plain(str(rendered(document(body, lang), "txt"))) for lang in LANGUAGES])
    untold = ("d'électricité, pas entièrement mesurée.", "of electricity, not all measured.")
    for texts in sheets[:2]:
        assert all(said in text for said, text in zip(untold, texts, strict=True))
    assert not any(said in text for said, text in zip(untold, sheets[2], strict=True))
    assert "Moins de 20 % mesuré : cette fiche est une estimation." in sheets[2][0]


def _first(one: list[Any], other: list[Any]) -> Any:
    return next(((a, b) for a, b in zip(one, other, strict=False) if a != b), (len(one), len(other)))


def test_a_share_of_which_most_is_unknown_is_no_zero() -> None:
    """Nothing is known to be in a sober centre, and of 99 % it is not known: « 0 % » alone would say that none is."""
    value = shares_of_merged({"share": 0.0, "unknown": 0.99})
    told = plain(value_text({"kind": "share", "value": value}, "fr"))
    assert told == "0 %, on ne sait pas : part non dite, elle ferait connaître un petit usage"
    assert plain(value_text({"kind": "share", "value": value}, "en")).startswith("0%, unknown: ")
    assert _share_ends(value) == (0.0, None, None), "in the table for machines too"
    assert is_partly_unknown(value) and not is_partly_unknown({"share": 0.0, "unknown": 0.0})
    assert _share_ends({"share": 0.25, "unknown": 0.5}) == (0.25, None, 0.75)
    assert _share_ends({"share": 0.25, "unknown": 0.0}) == (None, 0.25, None)
