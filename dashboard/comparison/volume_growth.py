"""« Et si l'usage augmente ? »: three volumes side by side, crossings, occupancy of reserved servers."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from dashboard.comparison.estimator_gateway import ComparedScenario
from dashboard.comparison.result import breakable, nearest, occupancy, suitable, told_pair
from dashboard.comparison.verdict_sections import label, other_than
from dashboard.shared import html_parts, svg_charts
from dashboard.shared.texts import both, sentence, t
from estimator.core.number_format import count_text, interval_text, share_text, two_figures


def growth(found: ComparedScenario, lang: str) -> Markup:
    """The electricity of the period at one, three and ten times the volume, and where the order changes."""
    body, title = found.body, t("compare.growth", lang)
    if not body["growth"]:
        return html_parts.section(title, Markup("<p>{}</p>").format(t("compare.too_many", lang)))
    lead = html_parts.items(_lead(body, lang))
    columns = Markup().join(_grown(body, grown, lang) for grown in body["growth"])
    said = [_crossing(body, crossing, lang) for crossing in body["crossings"]] or [t("compare.no_crossing", lang)]
    html = lead + Markup('<div class="beside">{}</div>').format(columns) + _tables(body, lang)
    html += Markup('<h3 class="under">{}</h3>').format(t("compare.crossings", lang)) + html_parts.items(said)
    return html_parts.section(title, html + _occupancy_table(body, lang), t("compare.growth_note", lang))


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


def _tables(body: Mapping[str, Any], lang: str) -> Markup:
    """Electricity at each volume, and the verdict against the lowest option at that volume."""
    heads = [t("compare.option", lang), *(_times(g["times"], lang) for g in body["growth"])]
    rows = [
        [breakable(sentence(label(body, name))), *(_cell(grown, name, lang) for grown in body["growth"])]
        for name in body["growth"][0]["energy"]
    ]
    return html_parts.details(t("chart.table", lang), html_parts.table(t("compare.growth_caption", lang), heads, rows))


def _cell(grown: Mapping[str, Any], name: str, lang: str) -> Markup:
    told = [both(pair["words"], lang) for pair in grown["pairs"] if name in (pair["a"], pair["b"])]
    verdict = t("compare.site_lowest", lang) if name == grown["reference"] else told[0] if told else ""
    return Markup('{}<br><span class="small wild">{}</span>').format(
        interval_text(grown["energy"][name], lang), sentence(verdict)
    )


def _times(value: float, lang: str) -> str:
    return t("chart.times", lang, n=f"{value:g}")


def _grown(body: Mapping[str, Any], grown: Mapping[str, Any], lang: str) -> Markup:
    name = t("compare.grown", lang, times=_times(grown["times"], lang), units=count_text(round(grown["units"]), lang))
    proofs = {option["id"]: option["proof"] or {"estimated": 1.0} for option in body["options"]}
    bars = [
        svg_charts.ChartRow(sentence(label(body, key)), amount, proofs[key]) for key, amount in grown["energy"].items()
    ]
    return Markup("<div><h3>{}</h3>{}</div>").format(name, svg_charts.interval_chart(bars, name, lang))


def _crossing(body: Mapping[str, Any], found: Mapping[str, Any], lang: str) -> str:
    units = {key: count_text(int(two_figures(value)), lang) for key, value in found["units"].items()}
    names = {"below": label(body, found["below"]), "above": label(body, other_than(found["below"], found))}
    share = share_text(found["share"], lang)
    return sentence(t("compare.crossing", lang, unit=body["unit"], share=share, **names, **units))


def _occupancy_table(body: Mapping[str, Any], lang: str) -> Markup:
    """Occupancy of each reserved server at each volume; an idle server uses electricity too."""
    names = list(body["growth"][0]["occupancy"])
    if not names:
        return Markup()
    heads = [t("compare.option", lang), *(_times(g["times"], lang) for g in body["growth"])]
    rows = [
        [
            breakable(sentence(label(body, n))),
            *(Markup('<span class="{}">{}</span>').format(*occupancy(g["occupancy"][n], lang)) for g in body["growth"]),
        ]
        for n in names
    ]
    return Markup('<h3 class="under">{}</h3><p class="small">{}</p>{}').format(
        t("compare.reserved", lang),
        t("compare.reserved_note", lang),
        html_parts.table(t("compare.reserved", lang), heads, rows, quiet=True),
    )
