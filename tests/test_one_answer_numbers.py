"""Numbers and verdicts of one answer, read back from every printed text by a parser that shares nothing with what
prints them, and compared with the JSON as sets, both ways."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest

from dashboard.comparison import hosting_sites, result, results_table, verdict_sections, volume_growth
from estimator.cli.compare_text import compare_text
from estimator.comparison.decision_sheet import decision
from estimator.comparison.scenario import Scenario
from estimator.core.errors import LANGUAGES
from estimator.places.criteria import criteria
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.project.context import facts_of
from estimator.reporting.project.sheets import SHEETS
from tests.test_one_answer import CASES, plain, scenario

UNITS = {  # what is printed -> unit of the JSON, and how many of it
    "µWh": ("kWh", 1e-9), "Wh": ("kWh", 1e-3), "kWh": ("kWh", 1.0), "MWh": ("kWh", 1e3), "GWh": ("kWh", 1e6),
    "nL": ("L", 1e-9), "mL": ("L", 1e-3), "L": ("L", 1.0), "m³": ("L", 1e3),
    "ng CO₂e": ("kgCO2e", 1e-12), "mg CO₂e": ("kgCO2e", 1e-6), "g CO₂e": ("kgCO2e", 1e-3), "kg CO₂e": ("kgCO2e", 1.0),
    "t CO₂e": ("kgCO2e", 1e3), "kt CO₂e": ("kgCO2e", 1e6),
    "J": ("MJ", 1e-6), "kJ": ("MJ", 1e-3), "MJ": ("MJ", 1.0), "GJ": ("MJ", 1e3), "TJ": ("MJ", 1e6),
}  # fmt: skip
METALS = {"fg": 1e-18, "ng": 1e-12, "µg": 1e-9, "mg": 1e-6, "g": 1e-3, "kg": 1.0}
UNITS |= {f"{name} {of}": ("kgSbeq", worth) for name, worth in METALS.items() for of in ("éq. Sb", "Sb eq")}
NUMBER = r"\d[\d ]*(?:[.,]\d+)*"
UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
RANGE = re.compile(
    rf"(?<!moins de )(?<!less than )(?<![\d.,])({NUMBER}) (?:et|and|à|to) ({NUMBER}) ({UNIT})(?![\w/²³])"
)
ALONE = re.compile(rf"(?:environ|about) ({NUMBER}) ({UNIT})(?![\w/²³])")
TIMES = re.compile(rf"({NUMBER}) (?:à|to) ({NUMBER}) (?:fois|times) (moins|plus|less|more)")
VERDICT = {
    "fr": r"(plus bas dans tous les cas étudiés|plus bas dans la plupart des cas \([^)]*\)) : ",
    "en": r"(lower in all cases studied|lower in most cases \([^)]*\)): ",
}
DAY = date(2026, 6, 1)
Figure = tuple[str, str, str]


def read(text: str, lang: str) -> float:
    """A printed number."""
    bare = text.replace(" ", "")
    return float(bare.replace(",", "." if lang == "fr" else ""))


def two(value: float) -> str:
    """Two significant figures."""
    return f"{value:.1e}"


def near(one: Figure, other: Figure) -> bool:
    """The same figures, but for a half that is rounded up or to even."""
    ends = zip(one[1:], other[1:], strict=True)
    return one[0] == other[0] and all(abs(float(a) - float(b)) <= 0.051 * float(b) for a, b in ends)


def printed(text: str, lang: str) -> set[Figure]:
    """Every interval of a text with a unit: unit of the JSON, low, high."""
    found = set()
    for low, high, name in RANGE.findall(text):
        unit, worth = UNITS[name]
        found.add((unit, two(read(low, lang) * worth), two(read(high, lang) * worth)))
    for number, name in ALONE.findall(text):
        unit, worth = UNITS[name]
        found.add((unit, *[two(read(number, lang) * worth)] * 2))
    return found


def figures(value: Any) -> Iterator[Figure]:
    """Every interval of a JSON value."""
    if isinstance(value, dict):
        if value.get("low") and value.get("unit") in ("kWh", "L", "kgCO2e", "kgSbeq", "MJ"):
            yield value["unit"], two(value["low"]), two(value["high"])
        for inner in value.values():
            yield from figures(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from figures(inner)


def texts_of(asked: Scenario, lang: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The JSON, and what a reader sees on the command line, on the page, and on each sheet."""
    found = decision(asked)
    page = (
        result.head(found, lang),
        result.picture(found, asked, lang),
        results_table.numbers(found, asked, lang).split("<details>")[0],
        verdict_sections.ratios(found, lang),
        verdict_sections.hinges(found, lang),
        verdict_sections.smallest(found, lang),
        volume_growth.growth(found, lang),
    )
    texts = {"command": compare_text(found, lang), "page": " ".join(page)}
    facts = facts_of(asked, lang)
    for kind in SHEETS:
        if kind == "questionnaire" and not any(o.use for o in asked.options):
            continue  # refused: no host to ask
        texts[kind] = "\n".join(rendered(SHEETS[kind](facts), form) for form in ("html", "md", "csv"))
    return json.loads(found.model_dump_json()), {medium: plain(text) for medium, text in texts.items()}


def shown(body: Mapping[str, Any], medium: str) -> set[Figure]:
    """What this door must print of an answer, of options that are computed."""
    wanted: list[Any] = []
    for option in body["options"]:
        kept = ("energy", "water", "adpe", "gwp") if medium != "command" else tuple(option["per_unit"])
        wanted += [option["per_unit"][name] for name in kept if name in option["per_unit"]]
        wanted += [option["people"]["energy"]] if option["people"] and medium != "evaluation" else []
        wanted += [option["service"]["energy"]] if option["service"] and medium != "command" else []
    return {f for value in wanted for f in figures({k: v for k, v in value.items() if not isinstance(v, dict)})}


def verdicts(pairs: list[dict[str, Any]], label: Mapping[str, str], lang: str) -> set[tuple[str, str]]:
    """Each verdict that names an option, with its label."""
    heads = ((plain(p["words"][lang]).split(" : ")[0].split(": ")[0], p["lower"]) for p in pairs if p["lower"])
    return {(head.casefold(), plain(label[lower])) for head, lower in heads}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("name", "limits"), CASES)
def test_numbers_and_verdicts_are_those_of_the_json(name: str, limits: Mapping[str, Any], lang: str) -> None:
    body, texts = texts_of(scenario(name, limits), lang)
    every = set(figures(body))
    many = [  # a sheet tells small amounts for a thousand units, or a million
        {"low": a["low"] * count, "high": a["high"] * count, "unit": a["unit"]}
        for o in body["options"]
        for a in o["per_unit"].values()
        for count in (1e3, 1e6)
        if a["low"]
    ]
    pairs = [p for found in body["pairs"].values() for p in found] + [p for g in body["growth"] for p in g["pairs"]]
    label = {o["id"]: o["label"] for o in body["options"]}
    told = {
        (plain(p["words"][lang]).split(" : ")[0].split(": ")[0].casefold(), label[p["lower"]])
        for p in pairs
        if p["lower"]
    }
    names = "|".join(sorted((re.escape(plain(text)) for text in label.values()), key=len, reverse=True))
    for medium, text in texts.items():
        found = printed(text, lang)
        known = every | (set(figures(many)) if medium == "evaluation" else set())
        stray = [f for f in found if not any(near(f, other) for other in known)]
        assert not stray, (medium, stray)
        if medium in ("command", "page", "evaluation"):
            lost = [f for f in shown(body, medium) if not any(near(f, other) for other in found)]
            assert not lost, (medium, lost)
        said = {(head.casefold(), who) for head, who in re.findall(f"{VERDICT[lang]}({names})", text, re.IGNORECASE)}
        assert said <= told, (medium, said - told)
        if medium in ("command", "page", "evaluation"):
            main = [p for n in ("energy", "water", "adpe", "gwp") for p in body["pairs"][n] if p["lower"]]
            due = verdicts(main, label, lang)
            assert due <= said, (medium, due - said)


@pytest.mark.parametrize(("name", "limits"), [case for case in CASES if not case[1]])
def test_nothing_of_the_json_is_told_by_no_door(name: str, limits: Mapping[str, Any]) -> None:
    """The other direction: every figure, verdict and sentence of the answer is printed somewhere, suppositions in the
    table that the page opens."""
    asked = scenario(name, limits)
    body, texts = texts_of(asked, "fr")
    texts["rows"] = plain(results_table.numbers(decision(asked), asked, "fr"))
    found, every = set().union(*(printed(text, "fr") for text in texts.values())), " ".join(texts.values()).casefold()
    lost = [f for f in figures(body | {"suppositions": []}) if not any(near(f, o) or near(o, f) for o in found)]
    assert not lost
    pairs = [p for listed in body["pairs"].values() for p in listed]
    pairs += [p for grown in body["growth"] for p in (*grown["pairs"], *grown["undecided"])]
    said = [p["words"]["fr"] for p in pairs] + [sentence["fr"] for sentence in body["sentences"]]
    said += [row["words"]["fr"] for row in body["suppositions"]]
    untold = [text for text in said if plain(text).casefold() not in every]
    assert not untold


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("name", "limits"), CASES)
def test_ratios_are_those_of_the_pairs(name: str, limits: Mapping[str, Any], lang: str) -> None:
    """« 8,2 à 37 fois moins »: both ends are those of a pair, whichever way it is told."""
    body, texts = texts_of(scenario(name, limits), lang)
    pairs = [p for found in body["pairs"].values() for p in found] + [p for g in body["growth"] for p in g["pairs"]]
    ratios = [p["ratio"] for p in pairs if p["ratio"]]
    ends = {tuple(sorted((r["low"], r["high"]))) for r in ratios} | {
        tuple(sorted((1 / r["low"], 1 / r["high"]))) for r in ratios
    }
    for medium, text in texts.items():
        for low, high, _ in TIMES.findall(text):
            one = ("1", two(read(low, lang)), two(read(high, lang)))
            assert any(near(one, ("1", two(a), two(b))) for a, b in ends), (medium, one)


def test_the_reader_of_numbers_sees_a_number_that_is_changed() -> None:
    """0,012 for 0,014: the parser of this file is no echo of what prints."""
    text = "entre 0,0053 et 0,036 Wh (valeur centrale : 0,012)"
    assert printed(text, "fr") == {("kWh", "5.3e-06", "3.6e-05")}
    assert printed("1 200 à 3 500 kWh", "fr") == {("kWh", "1.2e+03", "3.5e+03")}
    assert printed("1,200 to 3,500 kWh", "en") == {("kWh", "1.2e+03", "3.5e+03")}
    assert not near(("kWh", "5.3e-06", "3.6e-05"), ("kWh", "6.3e-06", "3.6e-05"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_six_sites_are_told_alike_and_one_outside_the_imposed_place_says_so(lang: str) -> None:
    hosts = ["dcml/vandoeuvre", "scaleway/fr-par-2", "class/server-room", "gcp/europe-north1", "aws/us-east-1"]
    hosts.append("infomaniak/d4")
    asked = scenario("a town", {"location": "FRA"})
    found = decision(asked, sites=("petit", hosts))
    body = json.loads(found.model_dump_json())
    known = {host: hosting_sites.compare_data.hosting(host, DAY) for host in hosts}
    for figure in ("energy", "gwp"):
        page = plain(str(hosting_sites._sites_compared(found, known, figure, lang)))
        text = plain(compare_text(found, lang))
        wanted = {f for o in body["options"] for f in figures(o["per_unit"][figure])}
        for door in (page, text):
            assert all(any(near(f, other) for other in printed(door, lang)) for f in wanted)
    barred = {site["host"] for site, o in zip(body["sites"], body["options"], strict=True) if o["barred"]}
    assert barred == {"gcp/europe-north1", "aws/us-east-1", "infomaniak/d4"}
    outside = {"fr": "hors du lieu imposé, jamais retenue", "en": "outside the required place, never chosen"}[lang]
    assert page.count(outside) >= 3 and text.count(outside) == 3
    for site in body["sites"]:
        assert site["criteria"] == {c.id: c.status for c in criteria(site["host"], DAY)}
