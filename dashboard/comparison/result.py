"""Result of a comparison: the option that meets the need with least, its chart, its numbers, the exclusions."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard.comparison.estimator_gateway import ComparedScenario, example_scenario
from dashboard.shared import html_parts, svg_charts
from dashboard.shared.scenario_url import LONGEST_LINK, NAME, token
from dashboard.shared.scenario_url import plain as plain_of
from dashboard.shared.svg_charts import ChartRow
from dashboard.shared.templates import render
from dashboard.shared.texts import both, sentence, t
from estimator.comparison.option_inventory import MINUTES_APART
from estimator.comparison.scenario import Scenario
from estimator.comparison.verdict_rules import SETTLED
from estimator.comparison.verdict_text import no_lead
from estimator.core.number_format import share_text, tick_text, two_figures

PAGE = "comparer"
BESIDE = ("water", "adpe", "gwp")  # besides electricity, never summed
INDICATORS = ("energy", *BESIDE)


def link(scenario: Scenario, lang: str, **query: str) -> str:
    """The URL of this comparison; for the example, the bare page; "" when too long."""
    if plain_of(scenario) == plain_of(example_scenario()):
        return html_parts.address(PAGE, lang, **query)
    state = token(scenario)
    return html_parts.address(PAGE, lang, **{NAME: state}, **query) if 0 < len(state) <= LONGEST_LINK else ""


def head(found: ComparedScenario, lang: str) -> Markup:
    """The question; in one sentence the reference against its nearest rival; then the scope, and the options with
    longer working time than counted screen time."""
    return render("comparer_head", lang, body=found.body, answer=answer(found.body, lang), MINUTES_APART=MINUTES_APART)


def answer(body: Mapping[str, Any], lang: str) -> str:
    """The paired ratio in words, then the verdict; or why no option leads."""
    told = nearest(suitable(body["lead"], body), lang)
    if told:
        return told
    refused = [pair for pair in body["lead"] if pair["words"][lang]]
    why = sentence(both(refused[0]["words"], lang)) + "." if refused else ""
    key, alone = no_lead(body)
    return f"{t(f'compare.{key}', lang, **alone)} {why}".strip()


def screens(body: Mapping[str, Any], lang: str) -> str:
    """Share of user screens in the electricity of each option that counts some; "" without any."""
    shares = {option["label"]: option["screens_share"] for option in body["options"] if option["screens_share"]}
    if not shares:
        return ""
    told = ", ".join(
        t("compare.screens_of", lang, label=label, share=share_text(s, lang)) for label, s in shares.items()
    )
    return t("compare.screens", lang, shares=told)


def suitable(pairs: Sequence[Mapping[str, Any]], body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The pairs of options that reach the threshold; else of those not known to miss it; else all. An option outside
    the wanted zone, or with too few hours, is among the last."""
    unable = {option["id"] for option in body["options"] if option["outside"] or option["too_small"]}
    for missing in ((False, None), (False,)):
        left = unable | {option["id"] for option in body["options"] if option["meets_threshold"] in missing}
        found = [pair for pair in pairs if pair["ratio"] and not {pair["a"], pair["b"]} & left]
        if found:
            return found
    return pairs


def nearest(pairs: Sequence[Mapping[str, Any]], lang: str) -> str:
    """The pair with the ratio nearest to one, in words, with quality and verdict; "" when none has a ratio."""
    known = [pair for pair in pairs if pair["ratio"]]
    return (
        told_pair(min(known, key=lambda p: max(p["ratio"]["median"], 1 / p["ratio"]["median"])), lang) if known else ""
    )


def told_pair(pair: Mapping[str, Any], lang: str) -> str:
    """A paired ratio in words, then its verdict."""
    return t("compare.told", lang, ratio=both(pair["sentence"], lang), verdict=both(pair["words"], lang))


def picture(found: ComparedScenario, scenario: Scenario, lang: str) -> Markup:
    """Electricity per unit, then water, metals and greenhouse gases, and whether they agree."""
    return render(
        "comparer_picture",
        lang,
        body=found.body,
        bars=lambda name, whole=True: bars(found, scenario, name, lang, whole),
        screens=screens(found.body, lang),
        agreement=agreement(found.body, lang),
        BESIDE=BESIDE,
    )


def bars(found: ComparedScenario, scenario: Scenario, name: str, lang: str, whole: bool = True) -> list[ChartRow]:
    """One bar an option per unit, in the given order; options without figure stay, without bar, only if `whole`."""
    made = []
    for option in found.body["options"]:
        amount = option["per_unit"].get(name)
        if amount is None:
            if whole:
                absent = {"central": None, "unit": "kWh"}
                why = why_absent(option, found, lang)
                made.append(
                    ChartRow(sentence(option["label"]), absent, said=_kind(option, lang), aside=why.rstrip("."))
                )
            continue
        made.append(
            ChartRow(
                sentence(option["label"]),
                amount,
                option["proof"] or {"estimated": 1.0},
                said=_proof_text(option, lang) if whole and amount["central"] is not None else "",
                href=link(scenario, lang, calcul=f"{option['id']}.{name}"),
                more=option["label"],
            )
        )
    return made


def _proof_text(option: Mapping[str, Any], lang: str) -> str:
    """Proof, and insufficient reserved hours if so."""
    too_few = option["occupancy"] and occupancy(option["occupancy"], lang)
    return f"{proof_of(option, lang)}, {too_few[1]}" if too_few and too_few[0] else proof_of(option, lang)


def occupancy(found: Mapping[str, Any], lang: str) -> tuple[str, str]:
    """(mark, occupancy of reserved accelerators); marked when insufficient."""
    if found["central"] > 1:
        times = tick_text(float(two_figures(found["central"])), svg_charts.RATIO, lang)
        return " warn", t("compare.overbooked", lang, times=times)
    low, central, high = (share_text(min(found[bound] or 0.0, 1.0), lang) for bound in ("low", "central", "high"))
    return "", t(f"compare.busy{'' if low == high else '_between'}", lang, low=low, central=central, high=high)


def proof_of(option: Mapping[str, Any], lang: str) -> str:
    """« sans IA, estimé »"""
    said = html_parts.proof_text(option["proof"] or {"estimated": 1.0}, lang)
    return ", ".join(text for text in (_kind(option, lang), said) if text)


def _kind(option: Mapping[str, Any], lang: str) -> str:
    return t("compare.no_ai", lang) if option["method"] == "none" else ""


def why_absent(option: Mapping[str, Any], found: ComparedScenario, lang: str) -> str:
    """Why an option has no bar."""
    if option["id"] in found.refused:
        return t("compare.not_computed", lang, why=found.refused[option["id"]][lang])
    why = option["why"]
    status = t(f"compare.{option['status']}", lang)
    if option["status"] == "studied":
        return t("compare.nothing_described", lang)
    return t("compare.because", lang, status=status, why=why) if why else status


def agreement(body: Mapping[str, Any], lang: str) -> str:
    """Whether water, metals and greenhouse gases agree with electricity, pair by pair; if not, which disagree.

    "" when neither electricity nor they are conclusive.
    """
    energy = {(p["a"], p["b"]): settled(p) for p in body["pairs"]["energy"]}
    against: list[str] = []
    kinds: dict[str, list[str]] = {"less_settled": [], "more_settled": []}
    for name in BESIDE:
        pairs = [(energy.get((p["a"], p["b"])), settled(p), p) for p in body["pairs"][name]]
        figure = html_parts.figure_name(name, lang).lower()
        against += [
            t("compare.against", lang, figure=figure, words=both(p["words"], lang))
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


def settled(pair: Mapping[str, Any]) -> str | None:
    """The lower option of a verdict, None when it names none."""
    return str(pair["lower"]) if pair["verdict"] in SETTLED else None
