"""Result of a comparison: the option that meets the need with least, its chart, its numbers, the exclusions."""

from markupsafe import Markup

from dashboard.comparison.estimator_gateway import example_scenario
from dashboard.comparison.form_values import by_labels
from dashboard.shared import html_parts, svg_charts
from dashboard.shared.scenario_url import EXAMPLE, LONGEST_LINK, NAME, token
from dashboard.shared.scenario_url import plain as plain_of
from dashboard.shared.svg_charts import ChartRow
from dashboard.shared.templates import render
from dashboard.shared.texts import both, sentence, t
from estimator.comparison.answer import Answer, AnsweredOption
from estimator.comparison.scenario import Scenario
from estimator.comparison.sentences import absent_words, ratios, screens_facts
from estimator.comparison.verdict_rules import NOT_COMPARABLE, SETTLED
from estimator.comparison.verdict_text import barred_words, standing_words, told, work_facts
from estimator.core.errors import listed, say
from estimator.core.interval import Interval
from estimator.core.number_format import common_step, range_text, said_in_sentence, share_text, tick_text, two_figures
from estimator.core.typography import typeset

PAGE = "comparer"
BESIDE = ("water", "adpe", "gwp")  # besides electricity, never summed
INDICATORS = ("energy", *BESIDE)


def link(scenario: Scenario, lang: str, **query: str) -> str:
    """The URL of this comparison; ""  when too long."""
    if plain_of(scenario) == plain_of(example_scenario(lang)):
        return html_parts.address(PAGE, lang, **{EXAMPLE: "oui"}, **query)
    state = token(scenario)
    return html_parts.address(PAGE, lang, **{NAME: state}, **query) if 0 < len(state) <= LONGEST_LINK else ""


def head(answer: Answer, lang: str) -> Markup:
    """The option without which more runs, against its nearest rival; what the figures are about."""
    return render("comparer_head", lang, body=answer, answer=answer.said("lead", lang)[0])


def facts(answer: Answer, lang: str) -> list[str]:
    """What is lowest of all where the first sentence does not say it, else the ratio nearest to one beside it; the
    pairs of which another impact leans the other way, else whether the impacts agree."""
    lead = answer.said("lead", lang)[0]
    pairs = {told(pair, lang): pair for pair in ratios(answer) if pair.ratio and not answer.one_program(pair)}
    others = sorted((pair for text, pair in pairs.items() if text not in lead), key=lambda pair: pair.distance)
    led = [pair for pair in others if answer.reference in (pair.a, pair.b)]
    below = [pair for pair in led if pair.verdict in SETTLED and pair.lower != answer.reference]
    first = sorted(others, key=lambda pair: pair not in below[-1:])[:1]
    said = [both(pair.sentence, lang) if pair.verdict in SETTLED else told(pair, lang) for pair in first]
    leaning = answer.said("leaning", lang) or [agreement(answer, lang)]
    return [text for text in (*said, *leaning) if text]


def people(answer: Answer, lang: str) -> str:
    """Beside the options that count some, those of the same amounts together: the electricity of screens; the work, but
    for that of options that are nothing else, which the first sentence says; whose minutes nobody stated."""
    by: dict[tuple[str, ...], list[str]] = {}
    for o in answer.options:
        told = [t("compare.people_of", lang, **screens_facts(answer, o, lang))] if o.people else []
        if o.minutes is not None and o.status == "studied" and not o.only_people:
            told.append(t("compare.work_of", lang, **work_facts(answer, o, lang)))
        by.setdefault(tuple(told), []).append(o.label)
    each = typeset(listed((", ".join([*of, *told]) for told, of in by.items() if told), lang), lang)
    period = answer.scenario.need.period
    said = [t("compare.people", lang, each=each, period=period), *answer.said("desk", lang)] if each else []
    return " ".join([*said, *answer.said("checking", lang)])


def picture(answer: Answer, scenario: Scenario, lang: str) -> Markup:
    """Electricity of what runs over the period, an option a bar; the screens beside; what else is a fact."""
    title, drawn = t("compare.picture", lang, period=scenario.need.period), bars(answer, scenario, lang)
    step = common_step([bar.amount for bar in drawn], lang)
    return render(
        "comparer_picture",
        lang,
        title=title,
        figure_html=svg_charts.interval_chart(drawn, title, lang, "", step),
        people=people(answer, lang),
        facts=facts(answer, lang),
    )


def bars(answer: Answer, scenario: Scenario, lang: str) -> list[ChartRow]:
    """One bar an option over the period, in the given order and in one unit; an option without figure says why."""
    made, amounts = [], [option.service.get("energy") for option in answer.options]
    step = common_step([amount for amount in amounts if amount is not None], lang)
    for option, amount in zip(answer.options, amounts, strict=True):
        label, none = sentence(option.label), Interval(unit="kWh")
        if amount is None or not amount.known:
            why = why_absent(option, lang) if amount is None else absent_words(answer, option, lang)
            made.append(ChartRow(label, none, said=_barred(answer, option, lang), aside=why))
            continue
        made.append(
            ChartRow(
                label,
                amount,
                option.proof,
                said=_barred(answer, option, lang),
                href=link(scenario, lang, calcul=f"{option.id}.energy"),
                aside=said_in_sentence(amount, lang, step)[0],
                more=option.label,
            )
        )
    return made


def _barred(answer: Answer, option: AnsweredOption, lang: str) -> str:
    """Why an option is never retained, or is not known to suffice; what a server supposed shared uses alone."""
    too_few = option.occupancy and occupancy(option.occupancy, lang)
    told = [*([too_few[1]] if too_few and too_few[0] else []), *barred_words(option, lang)]
    if answer.scenario.constraints.quality and option.quality and option.meets_threshold is None:
        told.append(t("compare.other_test", lang))
    if option.alone:
        told.append(both(say("sharing", "beside", lang, amount=range_text(option.alone, lang)), lang))
    return listed(told, lang)


def occupancy(found: Interval, lang: str) -> tuple[str, str]:
    """(mark, occupancy of reserved accelerators); marked when insufficient."""
    if found.central and found.central > 1:
        times = tick_text(float(two_figures(found.central)), svg_charts.RATIO, lang)
        return " warn", t("compare.overbooked", lang, times=times)
    low, central, high = (share_text(min(found[bound] or 0.0, 1.0), lang) for bound in ("low", "central", "high"))
    return "", t(f"compare.busy{'' if low == high else '_between'}", lang, low=low, central=central, high=high)


def why_absent(option: AnsweredOption, lang: str) -> str:
    """Why an option has no bar: its standing, and the reason that it was given, as sentences."""
    if option.refusal:
        return t("compare.not_computed", lang, why=by_labels(both(option.refusal, lang), lang))
    said, ends = standing_words(option, lang), "" if option.why[-1:] in (*".…?!",) else "."
    return f"{sentence(said)}. {sentence(both(option.why, lang))}{ends}" if option.why else said


def agreement(answer: Answer, lang: str) -> str:
    """Whether water, metals and greenhouse gases settle the same pairs as electricity, alike.

    "" when neither electricity nor they are conclusive, and where they contradict each other.
    """
    energy = {(p.a, p.b): p.lower for p in answer.pairs["energy"]}
    kinds: dict[str, list[str]] = {"apart": [], "less_settled": [], "more_settled": []}
    opposed = False
    for name in BESIDE:
        apart = [p for p in answer.pairs[name] if p.verdict == NOT_COMPARABLE and energy.get((p.a, p.b))]
        pairs = [(energy.get((p.a, p.b)), p.lower) for p in answer.pairs[name] if p not in apart]
        figure = html_parts.figure_name(name, lang).lower()
        opposed = opposed or any(said and found and said != found for said, found in pairs)
        kinds["apart"] += [figure] if apart else []
        kinds["less_settled"] += [figure] if any(said and not found for said, found in pairs) else []
        kinds["more_settled"] += [figure] if any(found and not said for said, found in pairs) else []
    told = [t(f"compare.{key}", lang, list=", ".join(names)) for key, names in kinds.items() if names]
    return " ".join(told) or (t("compare.agree", lang) if any(energy.values()) and not opposed else "")
