"""« Votre besoin »: who, how often, for which task; the rest where it is asked for."""

import streamlit as st
from markupsafe import Markup

from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison import option_cards
from dashboard.comparison.changes import with_asked
from dashboard.comparison.fields import FormPart, need_changed, rewrite, shown, typed
from dashboard.comparison.form_values import NEED, NotANumber, Unreadable, count, number_text
from dashboard.comparison.scenario_session import BLANK, COUNTS, View, edited, refuse, say_error, set_scenario
from dashboard.shared.html_parts import address
from dashboard.shared.scenario_url import plain
from dashboard.shared.texts import known_text, t
from estimator.comparison.five_fields import supposed_tokens
from estimator.comparison.period import PER_YEAR
from estimator.comparison.scenario import Asked, Scenario, ScenarioRefused, part_of
from estimator.core.errors import LANGUAGES, say
from estimator.core.number_format import uses_text

NEED_PLACE, FIVE = "need", "five"
DATA = ("open", "ordinary", "personal", "sensitive")


def show(view: View, lang: str) -> None:
    """The questions of the need, each change computed at once."""
    scenario, form = view.scenario, FormPart(NEED_PLACE, lang, need_changed)
    to = Markup("" if view.missing else '<a href="{}">{}</a>').format(address("comparer", lang), t("compare.new", lang))
    said = '<div class="titled"><h2>{}</h2>{}</div><p class="small">{}</p>'
    note = t("compare_form.five_at_once" if scenario.asked else "compare_form.at_once", lang)
    st.html(Markup(said).format(t("compare_form.need", lang), to, note))
    if scenario.asked:
        _five(scenario.asked, view.missing, lang)
    else:
        _volume(form, scenario)
    with st.expander(
        t("compare_form.more_need", lang), key="compare_need", on_change="rerun", bind="query-params"
    ) as more:
        if more.open:
            _more(form, scenario)
    for place in (FIVE, NEED_PLACE):
        say_error(place, lang)


def _volume(form: FormPart, scenario: Scenario) -> None:
    """How many times, said by day, week, month or year where the period is the year; else by the period as written."""
    volume, period = st.columns([3, 2])
    if scenario.need.period not in {say("five", "year", lang) for lang in LANGUAGES}:
        with volume:
            _text(form, "volume", scenario)
        with period:
            _text(form, "period", scenario)
        return
    per = typed(NEED_PLACE, "per") or "year"
    with volume:
        form.text("volume", number_text(scenario.need.volume / PER_YEAR[per], form.lang))
    with period:
        form.listed("per", {name: t(f"compare_form.per_{name}", form.lang) for name in PER_YEAR}, per)


def _five(asked: Asked, missing: tuple[str, ...], lang: str) -> None:
    form, periods = FormPart(FIVE, lang, answered), {name: t(f"compare_form.per_{name}", lang) for name in PER_YEAR}
    said = {name: number_text(None if name in missing else getattr(asked, name), lang) for name in COUNTS}
    form.text("people", said["people"])
    uses, per = st.columns(2)
    with uses:
        form.text("uses", said["uses"])
    with per:
        form.listed("per", periods, asked.per)
    total = Markup("<b>{}</b>").format(t("compare_form.five_total", lang, n=uses_text(asked.volume, lang)))
    st.html(Markup('<p class="small">{}</p>').format(t("compare_form.five_note", lang) if missing else total))
    names = {key: known_text(f"task_also.{key}", lang) or name for key, name in compare_data.task_names(lang).items()}
    form.listed("task", names, asked.task.removeprefix("task/"))


def answered(place: str, name: str, lang: str) -> None:
    """The scenario of the answers as they now are, or what is wrong next to the fields."""
    view, wrong = edited(lang), dict[str, Unreadable]()
    scenario, empty = view.scenario, [each for each in COUNTS if not typed(FIVE, each)]
    asked = (scenario.asked or BLANK).model_copy(update={each: typed(FIVE, each) for each in ("per", "task")})
    for each in COUNTS:
        try:
            given = getattr(BLANK, each) if each in empty else count(typed(FIVE, each), each)
            asked = part_of(Asked, asked.model_dump() | {each: given})
        except (NotANumber, ScenarioRefused) as error:
            wrong[each] = error
    missing = tuple(each for each in COUNTS if each in empty or (each in wrong and each in view.missing))
    kept = wrong and asked == (scenario.asked or BLANK)
    changed = None if kept else set_scenario(with_asked(scenario, asked, lang), FIVE, lang, missing)
    if wrong:  # what is still to be given is said too
        refuse(FIVE, wrong | {each: NotANumber(each, "") for each in empty})
    if changed is not None and name == "task":
        option_cards.refresh(scenario, changed, lang)
        texts = ({field: shown(field, one, path, lang) for field, path in NEED.items()} for one in (changed, scenario))
        rewrite(NEED_PLACE, *texts)


def _more(form: FormPart, scenario: Scenario) -> None:
    for name in ("name", "unit", "threshold", "threshold_test"):
        _text(form, name, scenario)
    kinds = {kind: t(f"compare_form.data_{kind}", form.lang) for kind in DATA}
    form.listed("data", kinds, scenario.constraints.data)
    for name in ("location", "input_tokens", "output_tokens"):
        _text(form, name, scenario)
    if scenario.example:
        st.button(t("compare_form.not_example", form.lang), on_click=_own, args=(form.lang,))


def _own(lang: str) -> None:
    """The example becomes a project of one's own: nothing marks it any more."""
    view = edited(lang)
    set_scenario(plain(view.scenario) | {"example": False}, NEED_PLACE, lang, view.missing)


def _text(form: FormPart, name: str, scenario: Scenario) -> None:
    n = supposed_tokens(name, scenario.need.task, form.lang)
    said = n and t(f"compare_form.{name}_supposed", form.lang, count=n)
    form.text(name, shown(name, scenario, NEED[name], form.lang), said)
