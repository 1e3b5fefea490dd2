"""Result of a comparison: the option that meets the need with least, its chart, its numbers, the exclusions."""

from markupsafe import Markup

from dashboard.comparison.estimator_gateway import example_scenario
from dashboard.shared import html_parts, svg_charts
from dashboard.shared.scenario_url import LONGEST_LINK, NAME, token
from dashboard.shared.scenario_url import plain as plain_of
from dashboard.shared.svg_charts import ChartRow
from dashboard.shared.templates import render
from dashboard.shared.texts import both, sentence, t
from estimator.comparison.answer import Answer, AnsweredOption, Interval, Pair
from estimator.comparison.scenario import Scenario
from estimator.comparison.verdict_rules import SETTLED
from estimator.comparison.verdict_text import barred_words
from estimator.core.number_format import interval_text, share_text, tick_text, two_figures

PAGE = "comparer"
BESIDE = ("water", "adpe", "gwp")  # besides electricity, never summed
INDICATORS = ("energy", *BESIDE)


def link(scenario: Scenario, lang: str, **query: str) -> str:
    """The URL of this comparison; for the example, the bare page; "" when too long."""
    if plain_of(scenario) == plain_of(example_scenario(lang)):
        return html_parts.address(PAGE, lang, **query)
    state = token(scenario)
    return html_parts.address(PAGE, lang, **{NAME: state}, **query) if 0 < len(state) <= LONGEST_LINK else ""


def head(answer: Answer, lang: str) -> Markup:
    """The question; the reference against its nearest rival; then, of five answers, each case; the scope."""
    lead = answer.said("lead", lang)[0]
    cases = [text for text in answer.said("ratio", lang) if text != lead] if answer.scenario.asked else []
    return render("comparer_head", lang, body=answer, answer=lead, cases=cases)


def people(answer: Answer, lang: str) -> str:
    """Electricity of people's screens beside each option that counts some, for one unit; "" without any."""
    counted = [(o.label, o.people["energy"]) for o in answer.options if o.people]
    if not counted:
        return ""
    each = ", ".join(t("compare.people_of", lang, label=n, amount=interval_text(a, lang)) for n, a in counted)
    return t("compare.people", lang, each=each)


def picture(answer: Answer, scenario: Scenario, lang: str) -> Markup:
    """Electricity per unit, then water, metals and greenhouse gases, and whether they agree."""
    return render(
        "comparer_picture",
        lang,
        body=answer,
        bars=lambda name, whole=True: bars(answer, scenario, name, lang, whole),
        people=people(answer, lang),
        agreement=agreement(answer, lang),
        BESIDE=BESIDE,
    )


def bars(answer: Answer, scenario: Scenario, name: str, lang: str, whole: bool = True) -> list[ChartRow]:
    """One bar an option per unit, in the given order; options without figure stay, without bar, only if `whole`."""
    made = []
    for option in answer.options:
        amount = option.per_unit.get(name)
        if amount is None:
            if whole:
                absent = {"central": None, "unit": "kWh"}
                why = why_absent(option, lang)
                made.append(
                    ChartRow(sentence(option.label), absent, said=without_ai(option, lang), aside=why.rstrip("."))
                )
            continue
        made.append(
            ChartRow(
                sentence(option.label),
                amount,
                option.proof or {"estimated": 1.0},
                said=_proof_text(option, lang) if whole and amount["central"] is not None else "",
                href=link(scenario, lang, calcul=f"{option.id}.{name}"),
                more=option.label,
            )
        )
    return made


def _proof_text(option: AnsweredOption, lang: str) -> str:
    """Proof, and insufficient reserved hours if so."""
    too_few = option.occupancy and occupancy(option.occupancy, lang)
    said = f"{proof_of(option, lang)}, {too_few[1]}" if too_few and too_few[0] else proof_of(option, lang)
    return " ; ".join((said, *barred_words(option, lang)))


def occupancy(found: Interval, lang: str) -> tuple[str, str]:
    """(mark, occupancy of reserved accelerators); marked when insufficient."""
    if found.central and found.central > 1:
        times = tick_text(float(two_figures(found.central)), svg_charts.RATIO, lang)
        return " warn", t("compare.overbooked", lang, times=times)
    low, central, high = (share_text(min(found[bound] or 0.0, 1.0), lang) for bound in ("low", "central", "high"))
    return "", t(f"compare.busy{'' if low == high else '_between'}", lang, low=low, central=central, high=high)


def proof_of(option: AnsweredOption, lang: str) -> str:
    """« sans IA, estimé »"""
    said = html_parts.proof_text(option.proof or {"estimated": 1.0}, lang)
    return ", ".join(text for text in (without_ai(option, lang), said) if text)


def without_ai(option: AnsweredOption, lang: str) -> str:
    """« sans IA », or nothing."""
    return t("compare.no_ai", lang) if option.method == "none" else ""


def why_absent(option: AnsweredOption, lang: str) -> str:
    """Why an option has no bar."""
    if option.refusal:
        return t("compare.not_computed", lang, why=both(option.refusal, lang))
    status = t(f"compare.{option.status}", lang)
    return t("compare.because", lang, status=status, why=option.why) if option.why else status


def agreement(answer: Answer, lang: str) -> str:
    """Whether water, metals and greenhouse gases agree with electricity, pair by pair; if not, which disagree.

    "" when neither electricity nor they are conclusive.
    """
    energy = {(p.a, p.b): settled(p) for p in answer.pairs["energy"]}
    against: list[str] = []
    kinds: dict[str, list[str]] = {"less_settled": [], "more_settled": []}
    for name in BESIDE:
        pairs = [(energy.get((p.a, p.b)), settled(p), p) for p in answer.pairs[name]]
        figure = html_parts.figure_name(name, lang).lower()
        against += [
            t("compare.against", lang, figure=figure, words=both(p.words, lang))
            for said, found, p in pairs
            if said and found and said != found
        ]
        kinds["less_settled"] += [figure] if any(said and not found for said, found, _ in pairs) else []
        kinds["more_settled"] += [figure] if any(found and not said for said, found, _ in pairs) else []
    if against:
        return t("compare.disagree", lang, list=" ; ".join(dict.fromkeys(against)))
    told = [
        t(f"compare.{key}", lang, list=html_parts.alternatives(names, lang)) for key, names in kinds.items() if names
    ]
    return " ".join(told) or (t("compare.agree", lang) if any(energy.values()) else "")


def settled(pair: Pair) -> str | None:
    """The lower option of a verdict, None when it names none."""
    return str(pair.lower) if pair.verdict in SETTLED else None
