"""The page for elected officials: the answer, four footprints by month, changes, composition, indicators, charter."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from markupsafe import Markup

from dashboard.shared import html_parts, svg_charts
from dashboard.shared.templates import render
from dashboard.shared.texts import sentence, t
from dashboard.summary.svg_charts import (
    EFFECTS,
    HIGH,
    LARGE,
    History,
    months_chart,
    months_figure,
    months_legend,
    waterfall,
)
from estimator.core.number_format import NO_BREAK, WHOLE, figure
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.indicators.explanation import number_of
from estimator.governance.indicators.known_days import YEAR
from estimator.governance.indicators.projection import MONTHS
from estimator.reporting.summary import sentences, sovereignty_text
from estimator.reporting.summary.one_page import (
    charter_lines,
    is_mostly_estimated,
    proof_of,
    read_name,
    to_do,
    use_name,
    weighed,
)

FIRST = 3  # facts, and promises not held, that are shown unopened
SAID = (
    is_mostly_estimated, number_of, proof_of, read_name, to_do, use_name, sentences.against_text, sentences.amount_text,
    sentences.counted_indicators, sentences.covered_period_text, sentences.limit_texts, sentences.name,
    sentences.objective_text, sentences.period_text, sentences.proof_text, sentences.share_of_total,
    sentences.territory_text, sentences.trend_text, sentences.use_budget_text, sentences.value_text,
)  # fmt: skip
Body = Mapping[str, Any]


def full_page(body: Body, here: Mapping[str, str], opened: str, lang: str) -> tuple[Markup, Markup]:
    """The parts above and below the choices. here: the territory and the period in a URL; opened: the part that is."""
    entries = body["indicators"]
    known = entries["energy"]["value"]["central"] is not None
    said = {function.__name__: function for function in SAID}
    answer = sentences.answer(body, lang, sentences.change_text)
    top = render("synthese_head", lang, body=body, answer=answer, here=here, **said)
    drawn = _drawn(body, lang) if known else {}
    below = render(
        "synthese",
        lang,
        body=body,
        here=here,
        voir=opened,
        known=known,
        not_held=[check for check in body["charter"] if check["status"] == "not_held"][:FIRST],
        counts=next(charter_lines(body, lang)),
        paths=[(key, line) for key in FOOTPRINTS for line in sentences.path_lines(entries[key], lang)],
        read=partial(_how_to_read, body, lang=lang),
        effect=partial(_effect, lang=lang),
        sovereignty=sovereignty_text.lines(body, lang),
        EFFECTS=EFFECTS,
        FOOTPRINTS=FOOTPRINTS,
        **drawn,
        **said,
    )
    return top, below


def _drawn(body: Body, lang: str) -> dict[str, Any]:
    """The charts of a period with figures."""
    entries = [body["indicators"][key] for key in FOOTPRINTS]
    settled = [entry for entry in entries if entry["change"]["established"]]
    title = t("synthese.change_of", lang, name=sentences.name(settled[0]["id"], lang)) if settled else ""
    energy = entries[0]
    return {
        "months_chart": months_chart(_history(energy, body, lang, _pace(body), LARGE), lang),
        "facts": list(_facts(energy, lang)) if energy["change"]["established"] else [],
        "direction": _direction(energy),
        "months_legend": months_legend(any(_limit(entry) is not None for entry in entries), lang),
        "months_figures": {entry["id"]: months_figure(_history(entry, body, lang), lang) for entry in entries[1:]},
        "settled": settled,
        "waterfall": waterfall(list(_steps(settled[0], lang)), title, lang) if settled else "",
        "uses_chart": svg_charts.interval_chart(use_bars(body, lang), t("synthese.uses", lang), lang),
    }


def _direction(energy: Body) -> str:
    change = energy["change"]
    return ("up" if change["difference"]["low"] > 0 else "down") if change["established"] else "open"


def _facts(energy: Body, lang: str) -> Iterator[tuple[str, str]]:
    """What explains the change: the largest effects, each with its interval."""
    change, unit = energy["change"], energy["value"]["unit"]
    for effect in sorted(EFFECTS, key=lambda e: -abs(change["effects"][e]))[:FIRST]:
        amount = change["ends"][effect] | {"central": change["effects"][effect], "unit": unit}
        more = "more" if amount["central"] > 0 else "less"
        yield sentences.effect_text(amount, lang, "effect_range"), t(f"synthese.{more}_{effect}", lang)


def _pace(body: Body) -> dict[str, float] | None:
    """What a month to come would be at the pace of the known days of the year; None without any."""
    year = body["indicators"]["energy"]["pace"]
    return {end: year[end] / MONTHS for end in ("low", "central", "high")} if year else None


def _history(entry: Body, body: Body, lang: str, pace: dict[str, float] | None = None, tall: int = HIGH) -> History:
    months = {int(month): amount for month, amount in entry["history"].items()}
    label = sentences.name(entry["id"], lang)
    return History(label, months, frozenset(body["months"]), _limit(entry), pace, tall)


def _limit(entry: Body) -> float | None:
    """The objective of a month: the trajectory of the year divided equally."""
    path = entry["path"]
    return path["path"] * YEAR / path["span"] / MONTHS if path and path["path"] is not None and path["span"] else None


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
    return sentences.effect_text(amount, lang)


def use_bars(body: Body, lang: str) -> list[svg_charts.ChartRow]:
    """Use cases by electricity, small ones together, each with its share of the total and its central value."""
    return [_use_bar(use, lang) for use in weighed(body)]


def _use_bar(use: Body, lang: str) -> svg_charts.ChartRow:
    proof = {kind: share for kind, share in use["proof"].items() if share >= 1 - WHOLE}
    return svg_charts.ChartRow(
        label=use_name(use, lang),
        amount=use["energy"],
        proof=proof,
        aside=_weight(use, lang),
        said=", ".join(t(f"proof.{kind}", lang) for kind in proof),
        href=html_parts.address("registre", lang, cas=use["id"]) if use["kind"] == "case" else "",
        more=use_name(use, lang),
    )


def _weight(use: Body, lang: str) -> str:
    """« entre 46 et 61 % du total, 3,3 MWh »."""
    value = figure(use["energy"], lang)
    central = f"{value.value}{NO_BREAK}{value.unit}"
    return ", ".join(filter(None, (sentences.share_of_total(use["share"], lang), central)))


def _how_to_read(body: Body, entry: Body, lang: str) -> list[str]:
    """Its trend, its path or its sites, how to read it, and how many are hidden."""
    said = [sentences.how_to_read(entry["id"], lang)]
    if entry["id"] == "trajectory":
        said = [sentences.path_text(body["indicators"]["energy"], lang), *said]
    elif "change" in entry:
        said = [sentence(sentences.trend_text(entry, lang)) + ".", *said]
    elif entry["id"] == "sober_hosting":
        said = [sentences.hosting_text(entry, lang), *said]
    if entry["id"] == "per_service" and entry.get("hidden"):
        said.append(t("synthese.hidden", lang, n=entry["hidden"]))
    return [line for line in said if line]
