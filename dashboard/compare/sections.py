"""What follows the answer: paired ratios, what the result hangs on, growth, the smallest model that suffices."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard import charts, parts
from dashboard.compare.charts import Ratio, Swing, dumbbells, times_text, tornado
from dashboard.compare.data import Compared
from dashboard.compare.quality import Point, quality_picture, quality_text
from dashboard.compare.view import named
from dashboard.texts import both, sentence, t
from estimator.numbers import count_text, interval_text, share_text, two_figures

DRAWN = 5  # factors in the picture
LEAST_DOUBT = 0.005


def label(body: Mapping[str, Any], name: str) -> str:
    """The label of an option."""
    return next(str(option["label"]) for option in body["options"] if option["id"] == name)


def ratios(found: Compared, lang: str) -> Markup:
    """Each option against the reference, paired draw by draw: sentence, verdict, picture, table."""
    body = found.body
    title = t("compare.ratios", lang)
    if not body["lead"]:
        return Markup()
    rows = [
        Ratio(
            both(p["sentence"], lang),
            sentence(both(p["words"], lang)),
            p["ratio"]["low"],
            p["ratio"]["median"],
            p["ratio"]["high"],
        )
        for p in body["lead"]
        if p["ratio"]
    ]
    silent = [p for p in body["lead"] if not p["ratio"]]
    said = [
        named(label(body, p["b"] if p["a"] == body["reference"] else p["a"]), both(p["words"], lang), lang)
        for p in silent
    ]
    figure = dumbbells(rows, lang) if rows else Markup()
    note = t("compare.ratios_note", lang, reference=label(body, body["reference"]))
    return parts.section(title, figure + (parts.items(said) if said else Markup()) + _pairs_table(body, lang), note)


def _pairs_table(body: Mapping[str, Any], lang: str) -> Markup:
    """Every pair on every indicator."""
    heads = [t(f"compare.{key}", lang) for key in ("pair", "figure", "ratio", "verdict")]
    rows = []
    for name in ("energy", "water", "adpe", "gwp"):
        for pair in body["pairs"][name]:
            names = t("compare.versus", lang, a=label(body, pair["a"]), b=label(body, pair["b"]))
            ratio = pair["ratio"]
            span = (
                t("compare.span", lang, low=times_text(ratio["low"], lang), high=times_text(ratio["high"], lang))
                if ratio
                else t("dates.none", lang)
            )
            rows.append([names, parts.figure_name(name, lang), span, sentence(both(pair["words"], lang))])
    return parts.details(
        t("compare.every_pair", lang), parts.table(t("compare.pairs_caption", lang), heads, rows, right=(2,))
    )


def doubt(found: Compared, lang: str) -> Markup:
    """What the difference hangs on: tornado, share of the doubt, and what to measure next."""
    body, title = found.body, t("compare.doubt", lang)
    opened = body["opened"]
    matters = {k: v for k, v in opened.get("matters", {}).items() if v >= LEAST_DOUBT and k in opened["tornado"]}
    if not matters:
        return parts.section(title, Markup("<p>{}</p>").format(t("compare.doubt_none", lang)))
    names = {key: both(body["factor_labels"].get(key, key), lang) for key in matters}
    ordered = sorted(matters, key=lambda key: -matters[key])
    swings = [_swing(names[k], opened["tornado"][k], matters[k]) for k in ordered[:DRAWN]]
    pair = next(p for p in body["lead"] if {p["a"], p["b"]} == {opened["a"], opened["b"]})
    first = t("compare.measure_next", lang, factor=names[ordered[0]], share=share_text(matters[ordered[0]], lang))
    about = t("compare.doubt_about", lang, a=label(body, opened["a"]), b=label(body, opened["b"]))
    heads = [t(f"compare.{key}", lang) for key in ("factor", "doubt_column", "at_low", "at_high")]
    rows = [
        [
            Markup('<a href="{}">{}</a>').format(parts.address("facteurs", lang, facteur=k), names[k]),
            share_text(matters[k], lang),
            *(times_text(v, lang) for v in opened["tornado"][k]),
        ]
        for k in ordered
    ]
    table = parts.table(t("compare.doubt_caption", lang), heads, rows, right=(1, 2, 3))
    figure = tornado(swings, pair["ratio"]["central"], title, lang)
    body_html = Markup('<p class="lead">{}</p>{}').format(first, figure) + parts.details(t("chart.table", lang), table)
    return parts.section(title, body_html, about)


def _swing(name: str, ends: Sequence[float], share: float) -> Swing:
    return Swing(name, ends[0], ends[1], share)


def growth(found: Compared, lang: str) -> Markup:
    """The electricity of the period at once, three and ten times the volume, and where the order changes."""
    body, title = found.body, t("compare.growth", lang)
    if not body["growth"]:
        return parts.section(title, Markup("<p>{}</p>").format(t("compare.too_many", lang)))
    columns = Markup().join(_grown(body, grown, lang) for grown in body["growth"])
    crossings = [_crossing(body, c, lang) for c in body["crossings"]]
    said = [*crossings, *(_beyond(body, g, lang) for g in body["growth"] if g["beyond"])]
    said = said or [t("compare.no_crossing", lang)]
    heads = [t("compare.option", lang), *(_times(g["times"], lang) for g in body["growth"])]
    names = list(body["growth"][0]["energy"])
    rows = [[label(body, n), *(interval_text(g["energy"][n], lang) for g in body["growth"])] for n in names]
    table = parts.details(t("chart.table", lang), parts.table(t("compare.growth_caption", lang), heads, rows))
    html = parts.items(said) + Markup('<div class="beside">{}</div>').format(columns) + table
    return parts.section(title, html, t("compare.growth_note", lang))


def _times(value: float, lang: str) -> str:
    return t("chart.times", lang, n=f"{value:g}")


def _grown(body: Mapping[str, Any], grown: Mapping[str, Any], lang: str) -> Markup:
    name = t("compare.grown", lang, times=_times(grown["times"], lang), units=count_text(round(grown["units"]), lang))
    proofs = {option["id"]: option["proof"] or {"estimated": 1.0} for option in body["options"]}
    bars = [charts.Bar(label(body, key), amount, proofs[key]) for key, amount in grown["energy"].items()]
    verdicts = [sentence(both(pair["words"], lang)) for pair in grown["pairs"]]
    words = Markup('<p class="small">{}</p>').format(" · ".join(dict.fromkeys(verdicts)))
    return Markup("<div><h3>{}</h3>{}{}</div>").format(name, charts.interval_chart(bars, name, lang), words)


def _crossing(body: Mapping[str, Any], found: Mapping[str, Any], lang: str) -> str:
    above = found["b"] if found["below"] == found["a"] else found["a"]
    units = {key: count_text(int(two_figures(value)), lang) for key, value in found["units"].items()}
    return sentence(
        t(
            "compare.crossing",
            lang,
            below=label(body, found["below"]),
            above=label(body, above),
            unit=body["unit"],
            share=share_text(found["share"], lang),
            **units,
        )
    )


def _beyond(body: Mapping[str, Any], grown: Mapping[str, Any], lang: str) -> str:
    names = ", ".join(label(body, name) for name in grown["beyond"])
    return t("compare.beyond", lang, times=_times(grown["times"], lang), names=names)


def smallest(found: Compared, lang: str) -> Markup:
    """Quality against electricity for one unit; the smallest model that suffices is filled."""
    body, title = found.body, t("compare.smallest", lang)
    threshold = body["scenario"]["constraints"].get("quality")
    points = _points(body, lang)
    if not points:
        return parts.section(title, Markup("<p>{}</p>").format(t("compare.no_quality", lang)))
    found_model = body["smallest_model"]
    if found_model is None:
        said = t("compare.no_model", lang)
    else:
        tied = ", ".join(label(body, name) for name in found_model["tied"])
        key = "smallest_tied" if tied else "smallest_is"
        said = t(f"compare.{key}", lang, label=label(body, found_model["id"]), tied=tied)
    figure = quality_picture(points, threshold["value"] if threshold else None, title, lang)
    heads = [
        t("compare.option", lang),
        t("compare.quality", lang),
        parts.figure_name("energy", lang),
        t("compare.note", lang),
    ]
    rows = [[p.label, quality_text(p.quality, lang), interval_text(p.amount, lang), p.note] for p in points]
    table = parts.details(t("chart.table", lang), parts.table(t("compare.smallest_caption", lang), heads, rows))
    return parts.section(title, Markup('<p class="lead">{}</p>').format(said) + figure + table)


def _points(body: Mapping[str, Any], lang: str) -> list[Point]:
    """Options with a quality and an electricity."""
    best = (body["smallest_model"] or {}).get("id")
    found: Sequence[Mapping[str, Any]] = [
        o for o in body["options"] if o["quality"] and o["per_unit"].get("energy", {}).get("central") is not None
    ]
    return [
        Point(
            o["label"],
            o["per_unit"]["energy"],
            o["quality"]["value"],
            o["id"] == best,
            _standing(o, best, lang),
        )
        for o in found
    ]


def _standing(option: Mapping[str, Any], best: str | None, lang: str) -> str:
    """What an option is beside the threshold."""
    if option["id"] == best:
        return t("compare.suffices", lang)
    if option["method"] == "none":
        return t("compare.without_ai", lang)
    return t({True: "compare.reaches", False: "compare.below", None: "compare.other"}[option["meets_threshold"]], lang)
