"""Forms that write to the register: one URL each; author, reason, and concurrent changes by others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.register import estimator_gateway as register
from dashboard.register import form_fields as fields
from dashboard.register.sentences import event_text
from dashboard.shared import estimator_gateway, html_parts
from dashboard.shared.permissions import may_write
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from dashboard.shared.widgets import writer
from estimator.core.errors import SobriaError
from estimator.core.fields import Author
from estimator.governance.register.register import Register
from estimator.governance.register.schema import UseCase

Values = Mapping[str, Any]
Save = Callable[[Register, str, Values, Author], str]
ALONE, FORMS, REPAIR = (fields.TABLES[name] for name in ("alone", "forms", "repair"))
MOST_WRONG = 20  # maximum lines of a refusal on the screen
SAID, SEEN, TOLD, READ = "saved", *(fields.KEPT + name for name in ("seen", "told", "read"))


@dataclass(frozen=True)
class Form:
    """How a form is drawn and stored. `reason`: the field that gives the reason, when not asked separately."""

    draw: Callable[[UseCase | None, str], dict[str, Any]]
    save: Save
    reason: str = "why"


def show_form(name: str, case: UseCase | None, lang: str) -> bool:
    """The form of this name, and its processing once sent; False when there is none."""
    word = (FORMS if case else ALONE).get(name)
    if word is None:
        return False
    left = html_parts.address("registre", lang, cas=case.id if case else "")
    back = Markup('<a href="{}">{}</a>').format(left, t("register_forms.cancel", lang))
    facts = {"stage": register.word("stages", case.stage, lang)} if word == "stage" and case else {}
    answer = t(f"register_forms.{word}_answer", lang, **facts)
    name_line = Markup("<b>{}</b> · {}").format(case.name, back) if case else back
    st.html(html_parts.head(html_parts.quoted(t(f"register_forms.{word}_title", lang)), answer, name_line))
    if word == "attach" and not estimator_gateway.services_by_name():
        st.html(Markup("<p>{}</p>").format(t("register_forms.attach_none", lang)))
        return True
    place = st.container(key="told")
    seen = st.session_state.setdefault(SEEN, case.head) if case else None
    for key in [key for key in st.session_state if str(key).startswith(fields.KEPT)]:
        st.session_state[key] = st.session_state[key]  # else a field is empty once it was not drawn
    with st.container(key="form"):
        if READ in st.session_state:
            values, new = st.session_state[READ]
            sent = fields.confirmed(new, READ, t(f"register_forms.{word}_save", lang), lang)
        else:
            values, sent = _typed(word, case, lang)
    if sent and may_write():
        told = _submission_result(word, case, seen, values, lang)
        with place:
            st.html(told)
    return True


def _typed(word: str, case: UseCase | None, lang: str) -> tuple[dict[str, Any], bool]:
    """The fields of a form: their values, and whether they were sent."""
    with st.form(word, border=False, enter_to_submit=False):
        st.html(Markup('<p class="small">{}</p>').format(t("register_forms.persons", lang)))
        values = _FORMS[word].draw(case, lang)
        values["who"] = writer(fields.KEPT + "who", lang)
        if _FORMS[word].reason == "why":
            values["why"] = fields.text("why", lang)
        return values, st.form_submit_button(t("register_forms.check", lang), type="primary")


def _submission_result(word: str, case: UseCase | None, seen: str | None, values: Values, lang: str) -> Markup:
    """Try the sent values, then read back; once confirmed, store them and leave. Else say why nothing was written."""
    if case and case.head != seen and st.session_state.get(TOLD) != case.head:
        st.session_state[TOLD] = case.head
        return _news(case, seen, lang)
    form = _FORMS[word]
    try:
        tried, trial = register.register().trial()
        write = partial(form.save, tried, case.id if case else "", values)
        said = write(register.author_of_what(values["who"], values[form.reason], write, seen))
        if READ not in st.session_state:
            st.session_state[READ] = values, trial.new
            st.rerun()
        trial.keep()
    except SobriaError as error:
        said, wrong = register.refusal(error, lang, {"author_why": f"register_forms.{form.reason}"})
        wrong, left = wrong[:MOST_WRONG], len(wrong) - MOST_WRONG
        lines = [t("register_forms.more_wrong", lang, n=left)] if left > 0 else []
        return render("register_refusal", lang, said=said, wrong=wrong, lines=lines, case=case, REPAIR=REPAIR)
    for key in [key for key in st.session_state if str(key).startswith(fields.KEPT)]:
        del st.session_state[key]
    st.session_state[SAID] = _change_text(said, word, lang)
    st.query_params.pop("faire", None)
    if case is None and word == "add":
        st.query_params["cas"] = said
    st.rerun()


def _change_text(said: str, word: str, lang: str) -> str:
    if word != "import":
        return t("use_case.saved", lang)
    created, changed, unchanged = map(int, said.split())
    return t("register_forms.imported", lang, created=created, changed=changed, unchanged=unchanged)


def _news(case: UseCase, seen: str | None, lang: str) -> Markup:
    """Changes by others since the form was opened."""
    told = register.register().history(case.id)
    place = next((i for i, event in enumerate(told, 1) if event.event == seen), 0)
    facts = [{"event": event_text(event, lang), "who": event.who, "why": event.why} for event in told[place:]]
    lines = [t("register_forms.news_item", lang, **fact) for fact in facts]
    return render("register_refusal", lang, said=t("register_forms.news", lang), lines=lines, wrong=())


def _only(values: Values, names: Sequence[str]) -> dict[str, Any]:
    return {name: values[name] for name in names}


def _change(held: Register, id: str, values: Values, author: Author) -> str:
    cells = {name: value for name, value in values.items() if name not in ("who", "why")}
    return held.change(id, register.facts(cells, held.use_case(id)), author).id


def _review(held: Register, id: str, values: Values, author: Author) -> str:
    case = held.review(id, _only(values, ("done", "by", "conclusion")), author)
    if values["planned"]:
        case = held.review(id, {"due": values["planned"]}, author.model_copy(update={"seen": case.head}))
    return case.id


def _told(write: Callable[[Register, str, dict[str, Any], Author], UseCase], *names: str) -> Save:
    """What the register writes with the values of these names."""
    return lambda held, id, values, author: write(held, id, _only(values, names), author).id


def _detach(held: Register, id: str, values: Values, author: Author) -> str:
    until = date.fromisoformat(values["until"]) if values["until"] else None
    return held.detach(id, values["attachment"], author, until).id


def _import(held: Register, _: str, values: Values, author: Author) -> str:
    done = register.import_csv(held, register.table_of(values["rows"]), author)
    return f"{done.created} {done.changed} {done.unchanged}"


_FORMS = {
    "add": Form(
        lambda _, lang: {name: fields.text(name, lang) for name in fields.NEW},
        lambda held, _, said, by: held.create(register.facts(_only(said, fields.NEW)), by).id,
    ),
    "change": Form(fields.all_fields, _change),
    "alternative": Form(fields.alternative_fields, _change, "alternative_raison"),
    "stage": Form(fields.stage_fields, lambda held, id, said, by: held.move(id, said["stage"], by).id),
    "quality": Form(fields.quality_fields, _told(Register.record_quality, "value", "test", "date", "by"), "test"),
    "review": Form(fields.review_fields, _review, "conclusion"),
    "decision": Form(fields.decision_fields, _told(Register.decide, "what", "reasons", "date", "by"), "reasons"),
    "attach": Form(fields.attach_fields, _told(Register.attach, "service_key", "since")),
    "detach": Form(fields.detach_fields, _detach),
    "import": Form(lambda _, lang: {"rows": fields.text("rows", lang)}, _import),
}
