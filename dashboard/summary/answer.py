"""The page for elected officials: the answer, four footprints by month, changes, composition."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard.shared import html_parts, svg_charts
from dashboard.shared.chart_parts import how
from dashboard.shared.dates import month_text
from dashboard.shared.texts import sentence, t
from dashboard.summary.svg_charts import EFFECTS, History, months_figure, months_legend, waterfall
from estimator.core.number_format import figure, interval_text
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.indicators.explanation import number_of
from estimator.reporting.summary.one_page import is_mostly_estimated, use_name
from estimator.reporting.summary.sentences import (
    WHOLE,
    against_text,
    answer,
    effect_text,
    limit_texts,
    name,
    objective_text,
    path_lines,
    period_text,
    proof_text,
    trend_text,
)

USES = 8  # maximum lines in the chart
Body = Mapping[str, Any]


def head(body: Body, links: Markup, lang: str) -> Markup:
    """The question, the answer in one sentence, the basis of the figures, and the other forms of the page."""
    cover = body["indicators"]["coverage"]["value"]
    facts = {"period": period_text(body["period"], lang), "months": len(body["months"])}
    facts |= {"a": round(cover["numerator"]), "b": round(cover["denominator"])}
    note = Markup("{}").format(t("synthese.stands_on", lang, **facts))
    if body["indicators"]["energy"]["value"]["central"] is None:
        note = Markup("{} {}").format(note, t("synthese.elsewhere", lang))
    elif is_mostly_estimated(body):
        note = Markup('<span class="warn">{}</span> {}').format(t("synthese.estimate", lang), note)
    return html_parts.head(t("synthese.title", lang), answer(body, lang), note) + links


def footprints(body: Body, lang: str) -> Markup:
    """The four tiles, each with its months, its trend and its objective, and the table of the months."""
    entries = [body["indicators"][key] for key in FOOTPRINTS]
    tiles = html_parts.tiles([_tile(entry, body, lang) for entry in entries])
    limited = any(_limit(entry) is not None for entry in entries)
    against = against_text(body, lang) or t("synthese.no_previous", lang)
    note = Markup('<p class="small under">{}</p>').format(t("synthese.four_note", lang, against=against))
    table = html_parts.details(t("chart.table", lang), _months_table(body, lang))
    return html_parts.section(t("synthese.four", lang), months_legend(limited, lang) + tiles + note + table)


def _tile(entry: Body, body: Body, lang: str) -> Markup:
    """Name, value and interval, months, trend in words, objective."""
    label = name(entry["id"], lang)
    shown = figure(entry["value"], lang)
    if shown.missing:
        value = Markup('<p class="missing">{}</p>').format(shown.missing)
    else:
        under = t("numbers.rough_central", lang, central=shown.central) if shown.rough else shown.interval
        value = Markup('<p class="value">{}\u00a0<span>{}</span></p><p>{}</p>').format(
            shown.value, shown.unit, opens(body, entry["id"], body["period"], under, lang)
        )
    history = {int(month): amount for month, amount in entry["history"].items()}
    picture = months_figure(History(label, history, frozenset(body["months"]), _limit(entry)), lang)
    objective = objective_text(entry["objective"], lang)
    said = t("synthese.objective", lang, text=objective) if entry["objective"] else sentence(objective)
    lines = [sentence(trend_text(entry, lang)), said]
    small = Markup().join(Markup('<p class="small">{}</p>').format(line) for line in lines)
    return Markup('<div class="tile" data-number="{}"><h3>{}</h3>{}{}{}</div>').format(
        entry["id"], label, value, picture, small
    )


def _limit(entry: Body) -> float | None:
    """The objective of a month: the trajectory of the year divided equally."""
    path = entry["path"]
    return path["path"] / path["span"] if path and path["path"] is not None and path["span"] else None


def _months_table(body: Body, lang: str) -> Markup:
    heads = [t("table.month", lang), *(name(key, lang) for key in FOOTPRINTS)]
    months = body["indicators"]["energy"]["history"]
    rows = [[month_text(int(m), lang), *(_month(body, key, m, lang) for key in FOOTPRINTS)] for m in months]
    return html_parts.table(t("synthese.months_caption", lang), heads, rows)


def _month(body: Body, key: str, month: int, lang: str) -> Markup | str:
    amount = body["indicators"][key]["history"][month]
    if not amount:
        return t("chart.no_data", lang)
    number = int(month)
    return opens(body, key, f"{number // 100}-{number % 100:02}", interval_text(amount, lang), lang)


def opens(body: Body, key: str, period: str, text: str, lang: str) -> Markup:
    """A number linked to its explanation."""
    link = html_parts.explain_link(number_of(body["territory"], period, key), lang)
    said = f"{name(key, lang)}, {period_text(period, lang)}"
    return Markup('<a class="number" href="{}">{}<span class="unseen">, {}</span></a>').format(link, text, said)


def paths(body: Body, lang: str) -> Markup:
    """Objectives and budgets at the pace of the year."""
    told: list[str] = []
    for key in FOOTPRINTS:
        lines = path_lines(body["indicators"][key], lang)
        told += [t("synthese.about", lang, name=name(key, lang), text=line) for line in lines]
    if not told:
        told = [t("synthese.no_budget", lang)]
    return html_parts.section(t("synthese.budget", lang), html_parts.items(told), t("synthese.budget_note", lang))


def changes(body: Body, lang: str) -> Markup:
    """Decomposition of the change of each footprint, when established."""
    entries = [body["indicators"][key] for key in FOOTPRINTS]
    settled = [entry for entry in entries if entry["change"]["established"]]
    against = against_text(body, lang)
    if not settled:
        key = "change_open" if against else "change_none"
        return html_parts.section(t("synthese.change", lang), Markup("<p>{}</p>").format(t(f"synthese.{key}", lang)))
    title = t("synthese.change_of", lang, name=name(settled[0]["id"], lang))
    picture = waterfall(list(_steps(settled[0], lang)), title, lang)
    table = html_parts.table(title, _change_heads(lang), [_change_row(entry, lang) for entry in entries], quiet=True)
    inside = Markup("<h3>{}</h3>{}{}").format(title, picture, how(t("synthese.change_how", lang)))
    return html_parts.section(
        t("synthese.change", lang), inside + html_parts.details(t("chart.table", lang), table, opened=len(settled) > 1),
        t("synthese.read_against", lang, against=against),
    )  # fmt: skip


def _steps(entry: Body, lang: str) -> Iterator[tuple[str, str, float, float]]:
    change, unit = entry["change"], entry["value"]["unit"]
    at = change["before"]
    yield t("synthese.before", lang), _single_value(at, unit, lang), 0.0, at
    for effect in EFFECTS:
        moved = at + change["effects"][effect]
        yield t(f"synthese.effect_{effect}", lang), _effect(entry, effect, lang), at or 1e-12, moved
        at = moved
    yield t("synthese.after", lang), _single_value(change["after"], unit, lang), 0.0, change["after"]


def _single_value(value: float, unit: str, lang: str) -> str:
    shown = figure({"low": value, "central": value, "high": value, "unit": unit}, lang)
    return t("synthese.central", lang, value=shown.central)


def _effect(entry: Body, effect: str, lang: str) -> str:
    change = entry["change"]
    amount = change["ends"][effect] | {"central": change["effects"][effect], "unit": entry["value"]["unit"]}
    return effect_text(amount, lang)


def _change_heads(lang: str) -> list[str]:
    return [
        t("table.figure", lang),
        t("synthese.whole_change", lang),
        *(t(f"synthese.effect_{e}", lang) for e in EFFECTS),
    ]


def _change_row(entry: Body, lang: str) -> list[str]:
    label, told = name(entry["id"], lang), trend_text(entry, lang)
    if not entry["change"]["established"]:
        return [label, told, *("" for _ in EFFECTS)]
    return [label, told, *(_effect(entry, effect, lang) for effect in EFFECTS)]


def uses(body: Body, lang: str) -> Markup:
    """Use cases by electricity, small ones together."""
    found: Sequence[Body] = body["uses"]
    title = t("synthese.uses", lang)
    if not found:
        return html_parts.section(title, Markup("<p>{}</p>").format(t("synthese.no_uses", lang)))
    bars = [
        svg_charts.ChartRow(
            label=use_name(use, lang),
            amount=use["energy"],
            proof={kind: share for kind, share in use["proof"].items() if share >= 1 - WHOLE},
            said=proof_text(use["proof"], lang),
            href=html_parts.address("registre", lang, cas=use["id"]) if use["kind"] == "case" else "",
            more=use_name(use, lang),
        )
        for use in found[:USES]
    ]
    rows = [[use_name(use, lang), interval_text(use["energy"], lang), proof_text(use["proof"], lang)] for use in found]
    heads = [t("synthese.use", lang), t("figures.energy", lang), t("table.proof", lang)]
    table = html_parts.details(t("chart.table", lang), html_parts.table(title, heads, rows, quiet=True))
    left = len(found) - len(bars)
    more = Markup('<p class="small">{}</p>').format(t("synthese.uses_more", lang, n=left)) if left else Markup()
    return html_parts.section(
        title, svg_charts.interval_chart(bars, title, lang) + more + table, t("synthese.uses_note", lang)
    )


def asked_lines(entry: Body, lang: str) -> list[str]:
    """Target of an indicator: the voted objective, then regulatory limits."""
    return [objective_text(entry["objective"], lang), *limit_texts(entry["limits"], lang)]
