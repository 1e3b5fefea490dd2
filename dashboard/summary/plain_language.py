"""The summary in plain language: short sentences, no abbreviation, units in full."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from markupsafe import Markup

from dashboard.shared import html_parts
from dashboard.shared.svg_charts import interval_chart
from dashboard.shared.templates import phrase, render
from dashboard.shared.texts import sentence, t
from dashboard.summary.full_page import Body, use_bars
from estimator.core.interval import Interval
from estimator.core.number_format import exact_text, figure, share_text, step_in_full
from estimator.governance.commitments.schema import Objective
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.reporting.summary import ceilings
from estimator.reporting.summary.change_sentences import over_text, than_text, way_of
from estimator.reporting.summary.charter_status import STATUSES
from estimator.reporting.summary.one_page import weighed
from estimator.reporting.summary.sentences import (
    LEAST_SHARE,
    covered_period_text,
    judged,
    minimum,
    period_text,
    share_of_total,
    shares_text,
    territory_text,
    unjudged,
)
from estimator.reporting.summary.statements import made_of, promises, told_status


def simple(body: Body, here: Mapping[str, str], lang: str) -> tuple[Markup, Markup]:
    """The whole page: the parts above and below the choices. here: the territory and the period in a URL."""
    energy = body["indicators"]["energy"]
    weighs = t("simple.weighs", lang, period=period_text(body["period"], lang))
    vote = energy["path"] if energy["objective"] else energy["budget"]
    answer = minimum(vote or {}, t(f"simple.answer_{_verdict(body)}", lang), lang)
    below = render(
        "synthese_simple",
        lang,
        footprints={key: _footprint(body, key, lang) for key in FOOTPRINTS},
        votes=[line for found in ceilings.voted(body) for line in _vote(found, lang)],
        charter=list(_charter(body, lang)),
        decisions=[found["title"][lang] for found in body["decisions"]] or [t("simple.no_decision", lang)],
        picture=_picture(body, weighs, lang),
        weighs=weighs,
        one_a_line=re.compile(r"(?<=\.) ").split,
    )
    full = html_parts.address("synthese", lang, **here)
    note = phrase("simple.note", lang, where=t("simple.where", lang, **_where(body, lang)), full=full)
    return html_parts.head(t("simple.title", lang), answer, note), below


def aloud(body: Body, lang: str) -> list[str]:
    """What can be said aloud, where the summary says anything: three texts at most."""
    if not body["aloud"]:
        return []
    energy, trend, (counted, total) = body["indicators"]["energy"], way_of(body, "energy"), promises(body)
    charter = [t(f"simple.say_{key.removesuffix('_first')}", lang, n=count) for key, count in counted.items()]
    facts = _where(body, lang) | {"value": spelled(energy["value"], lang), "total": total}
    keys = ("used", *([trend] if trend in ("up", "down", "open") else []), "promises")
    *said, promised = (t(f"simple.say_{key}", lang, **facts) for key in keys)
    return [*said, " ".join([promised, *charter])]


def _where(body: Body, lang: str, key: str = "energy") -> dict[str, str]:
    found = {"territory": territory_text(body["territory"], lang), "period": covered_period_text(body, lang)}
    return found | {"than": than_text(body, lang), "over": over_text(body, lang, key)}


def _picture(body: Body, title: str, lang: str) -> Markup:
    """What weighs, as on the full page, its shares in words."""
    percent = t("simple.percent", lang)
    bars = [
        replace(bar, href="", aside=share_of_total(use["share"], lang).replace("%", percent))
        for bar, use in zip(use_bars(body, lang), weighed(body), strict=True)
    ]
    return interval_chart(bars, title, lang) if bars else Markup()


def _verdict(body: Body) -> str:
    """The key of the answer: against the objective, else against the ceiling, else why neither judges it."""
    energy = body["indicators"]["energy"]
    if energy["objective"]:
        return judged(energy["path"] or {})
    if energy["budget"]:
        found = judged(energy["budget"])
        return found if found in ("open", "least", "unknown") else f"ceiling_{found}"
    return unjudged(body)


def _footprint(body: Body, key: str, lang: str) -> list[str]:
    entry = body["indicators"][key]
    amount, change, between = entry["value"], entry["change"], ""
    value, reach = spelled(amount, lang), f"made_{made_of(amount)}"
    if not value:
        reach = "withheld" if amount.withheld else "unknown" if body["in_use"] or body["measured"] else "none_in_use"
    trend = "untold" if change["months"] is None and body["previous"] else way_of(body, key)
    if trend in ("up", "down") and change.get("relative"):
        low, high = sorted(abs(change["relative"][end]) for end in ("low", "high"))
        shown = shares_text(low, high, lang).replace("%", t("simple.percent", lang))
        between = t("simple.by_little" if high < LEAST_SHARE else f"simple.by_{trend}", lang, between=shown)
    way = t(f"simple.trend_{trend}", lang, **_where(body, lang, key))
    told = [value, t(f"simple.{reach}", lang), way, between, _objective(body, entry, lang)]
    return [text for text in (t(f"simple.about_{key}", lang), *told) if text]


def _objective(body: Body, entry: Body, lang: str) -> str:
    """What is voted of a footprint, with its figure and its year."""
    if not entry["objective"]:
        return t(f"simple.no_objective{'_elsewhere' * body['elsewhere']}", lang)
    found = Objective.model_validate(entry["objective"])
    if found.change_percent is None:
        value, unit = found.target(None), entry["value"]["unit"]
        return t("simple.objective_value", lang, value=_in_full(value, unit, lang), due=str(found.due_year))
    change = share_text(abs(found.change_percent) / 100, lang).replace("%", t("simple.percent", lang))
    facts = {"change": change, "due": str(found.due_year), "reference": str(found.reference_year)}
    return t(f"simple.objective_{'up' if found.change_percent > 0 else 'down'}", lang, **facts)


def _vote(found: Body, lang: str) -> list[str]:
    """A voted ceiling: of which use or territory, its figure, whether it would be kept."""
    ceiling, of = _in_full(found["ceiling"], found["unit"], lang), ceilings.whose(found, lang)
    state = t(f"simple.vote_{ceilings.state_of(found)}", lang, **ceilings.passing(found, lang))
    said = [of and f"{of}.", t("simple.vote", lang, year=str(found["year"]), ceiling=ceiling)]
    return [text for text in (*said, minimum(found, state, lang), ceilings.supposed_text(found, lang)) if text]


def spelled(amount: Interval, lang: str) -> str:
    """« Entre 4,9 et 6,9 mégawattheures. », empty for an unknown value."""
    if not amount.known:
        return ""
    return sentence(figure(amount, lang, step_in_full(amount.unit, amount.central, lang)).interval) + "."


def _in_full(value: float | None, unit: str, lang: str) -> str:
    """« 6,5 mégawattheures »"""
    return exact_text(value, unit, lang, step_in_full(unit, value, lang))


def _charter(body: Body, lang: str) -> Iterator[str]:
    yield t("simple.charter_what", lang)
    checked, others = len(body["charter"]), sum(map(len, body["unchecked"].values()))
    yield t("simple.charter_all", lang, total=checked + others, n=checked, others=others)
    for status in (*STATUSES, "withheld"):
        if count := sum(told_status(check) == status for check in body["charter"]):
            yield t(f"simple.charter_{status}", lang, n=count)
    trained = body["indicators"]["trained"]["value"]["share"]
    if trained is not None:
        yield t("simple.trained", lang, share=share_text(trained, lang).replace("%", t("simple.percent", lang)))
