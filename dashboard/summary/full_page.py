"""The page for elected officials: the answer, four footprints by month, changes, composition, indicators, charter."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from markupsafe import Markup

from dashboard.shared import html_parts, svg_charts
from dashboard.shared.templates import render
from dashboard.shared.texts import sentence, t
from dashboard.summary.svg_charts import months_chart, months_figure, months_legend
from estimator.core.number_format import WHOLE
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.indicators.explanation import number_of
from estimator.reporting.summary import ceilings, sentences, sovereignty_text, standing
from estimator.reporting.summary.change_sentences import (
    against_text,
    causes,
    change_text,
    effect_text,
    its_own_over,
    months_compared,
    picture_title,
    trend_text,
)
from estimator.reporting.summary.months import LARGE, history_of, small_samples
from estimator.reporting.summary.months_text import drawn_after, month_value
from estimator.reporting.summary.one_page import (
    is_mostly_estimated,
    left_out,
    proof_kinds,
    proof_of,
    read_name,
    use_name,
    weighed,
    weight,
)
from estimator.reporting.summary.statements import charter_text

EFFECTS = ("volume", "efficiency", "scope", "method")
FIRST = 3  # facts, and promises not held, that are shown unopened
SAID = (
    is_mostly_estimated, left_out, number_of, proof_of, read_name, use_name, against_text, change_text,
    sentences.amount_text, standing.caveat, sentences.counted_indicators, sentences.limit_texts, sentences.name,
    sentences.objective_text, sentences.period_text, picture_title, sentences.proof_text,
    sentences.share_of_total, trend_text, sentences.value_text, sentences.weighs_title,
    ceilings.use_budget_text, months_compared, its_own_over,
)  # fmt: skip
Body = Mapping[str, Any]
Opened = tuple[str, str]  # the part that is, and the verdict of the promises that it lists; "" of none


def full_page(body: Body, here: Mapping[str, str], opened: Opened, home: Markup, lang: str) -> tuple[Markup, Markup]:
    """The parts above and below the choices. here: scope in a URL; opened: what is; home: what Accueil counts."""
    entries = body["indicators"]
    known = entries["energy"]["value"]["central"] is not None
    said = {function.__name__: function for function in SAID}
    answer = sentences.answer(body, lang, change_text)
    not_held = list({c["reads"]: c for c in body["charter"] if c["status"] == "not_held"}.values())[:FIRST]
    voted = [text for _, text in ceilings.ceilings(body, lang, brief=True)]
    top = render("synthese_head", lang, body=body, answer=answer, ceilings=voted, here=here, **said)
    below = render(
        "synthese",
        lang,
        body=body,
        here=here,
        voir=opened[0],
        verdict=opened[1],
        home=home,
        known=known,
        not_held=not_held,
        shares=[(read_name(check, lang), check["share"]) for check in not_held],
        promises=sentence(charter_text(body, lang)),
        paths=[(key, line) for key in FOOTPRINTS for line in ceilings.path_lines(entries[key], lang)],
        read=partial(_how_to_read, body, lang=lang),
        effect=partial(effect_text, lang=lang),
        added=[sentences.added_text(one, lang) for one in body["added"]],
        added_title=sentences.tell("added", lang),
        sovereignty=sovereignty_text.lines(body, lang),
        EFFECTS=EFFECTS,
        FOOTPRINTS=FOOTPRINTS,
        **(_drawn(body, lang) if known else {}),
        **said,
    )
    return top, below


def _drawn(body: Body, lang: str) -> dict[str, Any]:
    """The charts of a period with figures."""
    entries = [body["indicators"][key] for key in FOOTPRINTS]
    energy, histories = entries[0], {key: history_of(body, key) for key in FOOTPRINTS}
    large = history_of(body, "energy", LARGE)
    names = {key: sentences.name(key, lang) for key in FOOTPRINTS}
    return {
        "months_chart": months_chart(names["energy"], large, lang),
        "months": [month for month in energy["history"] if int(month) not in large.to_come],
        "after": {key: drawn_after(history_of(body, key, LARGE), lang) for key in FOOTPRINTS},
        "month_value": lambda key, month: month_value(histories[key], int(month), lang),
        "facts": list(_facts(energy, lang)) if energy["change"]["established"] else [],
        "months_legend": months_legend(small_samples(list(histories.values())), lang),
        "months_figures": {key: months_figure(names[key], histories[key], lang) for key in FOOTPRINTS[1:]},
        "settled": [entry for entry in entries if entry["change"]["established"]],
        "uses_chart": svg_charts.interval_chart(use_bars(body, lang), sentences.weighs_title(body, lang), lang),
    }


def _facts(energy: Body, lang: str) -> Iterator[tuple[str, str]]:
    """What explains the change: the largest effects, each with its interval."""
    change = energy["change"]
    for effect, ends in list(causes(change).items())[:FIRST]:
        more = "more" if change["effects"][effect] > 0 else "less"
        yield effect_text(ends, lang, "effect_range"), t(f"synthese.{more}_{effect}", lang)


def use_bars(body: Body, lang: str) -> list[svg_charts.ChartRow]:
    """Use cases by electricity, small ones together, each with its share of the total, else its central value."""
    return [_use_bar(use, lang) for use in weighed(body)]


def _use_bar(use: Body, lang: str) -> svg_charts.ChartRow:
    proof = {kind: share for kind, share in use["proof"].items() if share >= 1 - WHOLE}
    return svg_charts.ChartRow(
        label=use_name(use, lang),
        amount=use["energy"],
        proof=proof,
        aside=sentences.share_of_total(use["share"], lang) or weight(use, lang),
        said=proof_kinds(use, lang),
        href=html_parts.address("registre", lang, cas=use["id"]) if use["kind"] == "case" else "",
        more=use_name(use, lang),
    )


def _how_to_read(body: Body, entry: Body, lang: str) -> list[str]:
    """Its trend, its path or its sites, how to read it, and how many are hidden."""
    said = [sentences.how_to_read(entry["id"], lang)]
    if entry["id"] == "trajectory":
        said = [sentences.path_text(body["indicators"]["energy"], lang), *said]
    elif "change" in entry:
        said = [sentence(trend_text(entry, lang)) + ".", *said]
    elif entry["id"] == "sober_hosting":
        said = [sentences.hosting_text(entry, lang), *said]
    if entry["id"] == "per_service" and entry.get("hidden"):
        said.append(t("synthese.hidden", lang, n=entry["hidden"]))
    return [line for line in said if line]
