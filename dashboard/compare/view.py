"""The answer of a comparison: which option meets the need with least, its picture, its numbers, what was left aside."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from dashboard import charts, parts
from dashboard.charts import Bar
from dashboard.compare.data import Compared, example_scenario
from dashboard.compare.quality import quality_text
from dashboard.compare.state import LONGEST_LINK, NAME, token
from dashboard.compare.state import plain as plain_of
from dashboard.dates import short_day
from dashboard.texts import both, sentence, t
from estimator.compare.scenario import Scenario
from estimator.numbers import Step, count_text, interval_text, plain, range_text, step_for, tick_text, with_unit

PAGE = "comparer"
BESIDE = ("water", "adpe", "gwp")  # beside electricity, never summed
INDICATORS = ("energy", *BESIDE)
MINUTE = Step(Decimal(1), "min", scaled=False)
SETTLED = ("lower_always", "lower_mostly")


def link(scenario: Scenario, lang: str, **query: str) -> str:
    """The address of this very comparison; of the example, the bare page; "" when it is too long for a link."""
    if plain_of(scenario) == plain_of(example_scenario()):
        return parts.address(PAGE, lang, **query)
    state = token(scenario)
    return parts.address(PAGE, lang, **{NAME: state}, **query) if 0 < len(state) <= LONGEST_LINK else ""


def example_banner(lang: str) -> Markup:
    """The mark of the example, on the screen."""
    return Markup('<p class="banner"><b>{}</b> <span>{}</span></p>').format(
        t("compare.example", lang), t("compare.example_what", lang)
    )


def head(found: Compared, lang: str) -> Markup:
    """The question; in one sentence the reference against its nearest rival; then what it is about."""
    body = found.body
    need = body["scenario"]["need"]
    volume = t(
        "compare.volume", lang, n=count_text(round(need["volume"]), lang), unit=need["unit"], period=need["period"]
    )
    about = Markup('<b>{}</b>. {} <a href="#besoin">{}</a>').format(
        body["scenario"]["title"], volume, t("compare.change", lang)
    )
    return parts.head(t("compare.title", lang), answer(body, lang), about)


def answer(body: Mapping[str, Any], lang: str) -> str:
    """The paired ratio in words, the verdict after it; or why no option leads."""
    told = [pair for pair in body["lead"] if pair["ratio"]]
    if not told:
        refused = [pair for pair in body["lead"] if pair["words"][lang]]
        why = sentence(both(refused[0]["words"], lang)) + "." if refused else ""
        return f"{t('compare.no_reference', lang)} {why}".strip()
    nearest = min(told, key=lambda pair: _closeness(pair["ratio"]["median"]))
    return f"{both(nearest['sentence'], lang)} {sentence(both(nearest['words'], lang))}."


def _closeness(ratio: float) -> float:
    return max(ratio, 1 / ratio)


def picture(found: Compared, scenario: Scenario, lang: str) -> Markup:
    """Electricity for one unit, then water, metals and greenhouse gases beside it, and whether they agree."""
    body = found.body
    title = t("compare.picture", lang, unit=body["unit"])
    main = charts.interval_chart(bars(found, scenario, "energy", lang), title, lang)
    beside = Markup().join(
        Markup("<div><h3>{}</h3>{}</div>").format(
            parts.figure_name(name, lang),
            charts.interval_chart(bars(found, scenario, name, lang, whole=False), parts.figure_name(name, lang), lang),
        )
        for name in BESIDE
    )
    rest = Markup('<h3 class="beside-title">{}</h3><p class="small">{}</p><div class="beside">{}</div>').format(
        t("compare.beside", lang), agreement(body, lang), beside
    )
    return parts.section(title, main + rest)


def bars(found: Compared, scenario: Scenario, name: str, lang: str, whole: bool = True) -> list[Bar]:
    """A bar an option for one unit, in the order given; what has no figure stands without one, unless not `whole`."""
    made = []
    for option in found.body["options"]:
        amount = option["per_unit"].get(name)
        if amount is None:
            if whole:
                made.append(Bar(option["label"], {"central": None, "unit": "kWh"}, aside=_aside(option, found, lang)))
            continue
        made.append(
            Bar(
                option["label"],
                amount,
                option["proof"] or {"estimated": 1.0},
                said=_proof(option, lang) if whole and amount["central"] is not None else "",
                href=link(scenario, lang, calcul=f"{option['id']}.{name}"),
                more=option["label"],
            )
        )
    return made


def _proof(option: Mapping[str, Any], lang: str) -> str:
    return parts.proof_text(option["proof"] or {"estimated": 1.0}, lang)


def _aside(option: Mapping[str, Any], found: Compared, lang: str) -> str:
    """Why an option has no bar."""
    if option["id"] in found.refused:
        return t("compare.not_computed", lang, why=found.refused[option["id"]][lang])
    why = option["why"]
    status = t(f"compare.{option['status']}", lang)
    if option["status"] == "studied":
        return t("compare.nothing_described", lang)
    return t("compare.because", lang, status=status, why=why) if why else status


def agreement(body: Mapping[str, Any], lang: str) -> str:
    """Do water, metals and greenhouse gases say the same as electricity, pair by pair? If not, which say what."""
    against = []
    energy = {(p["a"], p["b"]): p for p in body["pairs"]["energy"]}
    for name in BESIDE:
        for pair in body["pairs"][name]:
            said = energy.get((pair["a"], pair["b"]))
            if said and said["verdict"] in SETTLED and pair["verdict"] in SETTLED and said["lower"] != pair["lower"]:
                against.append(
                    t(
                        "compare.against",
                        lang,
                        figure=parts.figure_name(name, lang).lower(),
                        words=both(pair["words"], lang),
                    )
                )
    if against:
        return t("compare.disagree", lang, list=" ; ".join(dict.fromkeys(against)))
    unsettled = [name for name in BESIDE if _less_settled(body["pairs"][name], energy)]
    if unsettled:
        names = parts.alternatives([parts.figure_name(name, lang).lower() for name in unsettled], lang)
        return t("compare.less_settled", lang, list=names)
    return t("compare.agree", lang)


def _less_settled(pairs: Sequence[Mapping[str, Any]], energy: Mapping[tuple[str, str], Mapping[str, Any]]) -> bool:
    said = [(energy.get((pair["a"], pair["b"])), pair) for pair in pairs]
    return any(e and e["verdict"] in SETTLED and p["verdict"] not in SETTLED for e, p in said)


def numbers(found: Compared, scenario: Scenario, lang: str) -> Markup:
    """The same numbers as a table: figures for one unit, the electricity of the period, quality and minutes beside."""
    body = found.body
    heads = [t("compare.option", lang)]
    heads += [t("compare.period_energy", lang, period=body["scenario"]["need"]["period"])]
    heads += [parts.figure_name(name, lang) for name in INDICATORS]
    heads += [t(f"compare.{key}", lang) for key in ("quality", "minutes")]
    rows = [_row(option, scenario, lang) for option in body["options"] if option["per_unit"]]
    table = parts.table(t("compare.table_caption", lang, unit=body["unit"]), heads, rows)
    return parts.section(t("compare.table", lang), table + _left_aside(found, lang) + _warnings(body, lang))


def _row(option: Mapping[str, Any], scenario: Scenario, lang: str) -> list[Any]:
    label = Markup('{}<br><span class="small">{}</span>').format(option["label"], _proof(option, lang))
    if option["why"]:
        label += Markup('<br><span class="small">{}</span>').format(parts.cut(option["why"]))
    cells = [_cell(option["figures"]["energy"], option, "energy", (scenario, lang))]
    cells += [_cell(option["per_unit"][name], option, name, (scenario, lang)) for name in INDICATORS]
    return [label, *cells, quality_cell(option, lang), _minutes(option, lang)]


def _cell(amount: Mapping[str, Any], option: Mapping[str, Any], name: str, where: tuple[Scenario, str]) -> Markup:
    """The central value over its interval; both open the calculation."""
    scenario, lang = where
    address = link(scenario, lang, calcul=f"{option['id']}.{name}")
    unseen = f"{option['label']}, {parts.figure_name(name, lang)}"
    if amount["central"] is None:
        shown: Any = interval_text(amount, lang)
    else:
        step = step_for(amount["unit"], amount["central"], lang)
        central = with_unit(plain(amount["central"], step, lang), step)
        shown = Markup('{}<br><span class="small">{}</span>').format(central, range_text(amount, lang))
    if not address:
        return Markup("{}").format(shown)
    return Markup('<a class="number" href="{}">{}<span class="unseen">, {}</span></a>').format(address, shown, unseen)


def quality_cell(option: Mapping[str, Any], lang: str) -> Markup | str:
    """What a test found, which test, when and by whom, and whether it reaches the threshold."""
    found = option["quality"]
    if found is None:
        return t("compare.quality_unknown", lang)
    meets = option["meets_threshold"]
    about = [found["test"], short_day(found["date"], lang) if _is_day(found["date"]) else found["date"], found["by"]]
    if meets is not None:
        about.append(t("compare.meets" if meets else "compare.misses", lang))
    return Markup('{}<br><span class="small">{}</span>').format(
        quality_text(found["value"], lang), ", ".join(part for part in about if part)
    )


def _is_day(text: str) -> bool:
    return len(text) == 10 and text[4] == text[7] == "-" and text.replace("-", "").isdecimal()


def _minutes(option: Mapping[str, Any], lang: str) -> str:
    found = option["minutes"]
    return t("dates.none", lang) if found is None else with_unit(tick_text(found, charts.RATIO, lang), MINUTE)


def named(name: str, said: str, lang: str) -> Markup:
    """What is said of something, after its name."""
    return Markup(t("numbers.pair", lang)).format(name=Markup("<b>{}</b>").format(name), value=said)


def _left_aside(found: Compared, lang: str) -> Markup:
    """Options without figures: rejected, not studied, not computed, each with why."""
    out = [option for option in found.body["options"] if not option["per_unit"]]
    if not out:
        return Markup()
    entries = [named(option["label"], _aside(option, found, lang), lang) for option in out]
    return Markup('<h3 class="under">{}</h3>{}').format(t("compare.left_aside", lang), parts.items(entries))


def _warnings(body: Mapping[str, Any], lang: str) -> Markup:
    """What had to be supposed, once each, with the options it concerns."""
    told: dict[str, list[str]] = {}
    for option in body["options"]:
        for warning in option["warnings"]:
            told.setdefault(both(warning, lang), []).append(option["label"])
    if not told:
        return Markup()
    entries = [
        Markup("{} <span class=small>({})</span>").format(text, ", ".join(names)) for text, names in told.items()
    ]
    return parts.details(t("compare.supposed", lang, n=len(told)), parts.items(entries))
