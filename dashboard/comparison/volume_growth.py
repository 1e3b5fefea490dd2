"""« Et si l'usage augmente ? »: three volumes side by side, crossings, occupancy of reserved servers."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from markupsafe import Markup

from dashboard.comparison.estimator_gateway import ComparedScenario
from dashboard.comparison.result import nearest, occupancy, suitable, told_pair
from dashboard.comparison.verdict_sections import label, other_than
from dashboard.shared.svg_charts import ChartRow
from dashboard.shared.templates import render
from dashboard.shared.texts import both, sentence, t
from estimator.core.number_format import count_text, share_text, two_figures


def growth(found: ComparedScenario, lang: str) -> Markup:
    """The electricity of the period at one, three and ten times the volume, where the order changes, and occupancy of
    each reserved server at each volume: an idle server uses electricity too."""
    body = found.body
    return render(
        "comparer_growth",
        lang,
        body=body,
        lead=_lead(body, lang) if body["growth"] else [],
        crossings=[_crossing(body, crossing, lang) for crossing in body["crossings"]],
        bars=partial(_bars, body),
        verdict=partial(_verdict, lang=lang),
        label=label,
        occupancy=occupancy,
    )


def _lead(body: Mapping[str, Any], lang: str) -> list[str]:
    """The ratio that changes most between the first volume and the last, at both; else the nearest, once."""
    first, last = body["growth"][0], body["growth"][-1]
    if first["reference"] != last["reference"] and first["reference"] and last["reference"]:
        facts = {"first": label(body, first["reference"]), "last": label(body, last["reference"])}
        return [t("compare.reference_changes", lang, times=_times(last["times"], lang), **facts)]
    ends = {other_than(p["a"], p): [p] for p in first["pairs"] if p["ratio"]}
    for pair in last["pairs"]:
        if pair["ratio"]:
            ends.get(other_than(pair["a"], pair), []).append(pair)
    moved = [pairs for pairs in ends.values() if len({both(p["sentence"], lang) for p in pairs}) > 1]
    if not moved:
        return [text for text in (nearest(suitable(first["pairs"], body), lang),) if text]
    before, after = max(moved, key=lambda pairs: _far(pairs[0]) / _far(pairs[1]))
    return [
        t("compare.at_volume", lang, times=_times(grown["times"], lang), told=told_pair(pair, lang))
        for grown, pair in ((first, before), (last, after))
    ]


def _far(pair: Mapping[str, Any]) -> float:
    median: float = pair["ratio"]["median"]
    return max(median, 1 / median)


def _verdict(grown: Mapping[str, Any], name: str, lang: str) -> str:
    """The verdict of an option against the lowest one at a volume."""
    told = [both(pair["words"], lang) for pair in grown["pairs"] if name in (pair["a"], pair["b"])]
    return t("compare.site_lowest", lang) if name == grown["reference"] else told[0] if told else ""


def _times(value: float, lang: str) -> str:
    return t("chart.times", lang, n=f"{value:g}")


def _bars(body: Mapping[str, Any], grown: Mapping[str, Any]) -> list[ChartRow]:
    proofs = {option["id"]: option["proof"] or {"estimated": 1.0} for option in body["options"]}
    return [ChartRow(sentence(label(body, key)), amount, proofs[key]) for key, amount in grown["energy"].items()]


def _crossing(body: Mapping[str, Any], found: Mapping[str, Any], lang: str) -> str:
    units = {key: count_text(int(two_figures(value)), lang) for key, value in found["units"].items()}
    names = {"below": label(body, found["below"]), "above": label(body, other_than(found["below"], found))}
    share = share_text(found["share"], lang)
    return sentence(t("compare.crossing", lang, unit=body["unit"], share=share, **names, **units))
