"""The page « Registre »: what people see, what they can write, and what stops them."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from streamlit.testing.v1 import AppTest

from dashboard.register import form_fields
from dashboard.register.form_fields import KEPT
from dashboard.register.routes import ROUTES
from dashboard.register.sentences import event_text, when_text
from dashboard.server.app import FILES
from dashboard.shared import estimator_gateway, permissions
from dashboard.shared.document_links import ADDRESSES, OF_A_USE
from dashboard.shared.texts import t
from estimator.comparison.scenario_link import decode
from estimator.core.errors import say
from estimator.core.event_log import make_event
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.register.register import Register, author
from tests.dashboard.test_comparer import plain_spaces
from tests.home import HOSTILE, copied
from tests.support import kept, waited

FRAME = Path(__file__).resolve().parents[2] / "dashboard" / "pages" / "frame.py"
LANGUAGES = ("fr", "en")
DSI = author("Direction du numérique", "essai")
FACTS: dict[str, Any] = {
    "name": "Tri du courrier",
    "task": "Classer les courriers",
    "unit": "un courrier classé",
    "service": "Relations usagers",
    "commune": "54395",
    "owner_role": "Responsable du courrier",
}
ANSWER = {"answer": "etudiee_et_ecartee", "description": "à la main", "reason": "deux jours de retard"}
CELLS = {
    "nom": "Tri du courrier",
    "tache": "Classer les courriers",
    "unite": "un courrier classé",
    "service": "Relations usagers",
    "commune": "54395",
    "responsable": "Responsable du courrier",
}


@pytest.fixture
def register(real_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    """The register of a home with a build, where people may write."""
    monkeypatch.setenv("SOBRIA_HOME", str(copied(real_home, tmp_path)))
    monkeypatch.setattr(permissions, "may_write", lambda: True)
    monkeypatch.setattr("dashboard.register.forms.may_write", lambda: True)
    estimator_gateway._open_build.cache_clear()
    yield Register(tmp_path)
    estimator_gateway._open_build.cache_clear()


SCRIPT, PRINTS = re.compile("<script[^>]*>"), '<script src="./parts.js">'  # the button that prints a document


def screen(lang: str = "fr", **query: str) -> AppTest:
    """The page at an address, which must not have raised."""
    at = AppTest.from_file(str(FRAME), default_timeout=120)
    at.switch_page("registre.py")
    for key, value in {"lang": lang, **query}.items():
        at.query_params[key] = value
    return whole(at.run())


def whole(at: AppTest) -> AppTest:
    assert not at.exception, at.exception[0].message
    return at


def text(at: AppTest) -> str:
    return "\n".join(block.proto.body for block in at.get("html"))


def fill(at: AppTest, **values: Any) -> None:
    """Type values into the fields of the form."""
    for field in (*at.text_input, *at.text_area, *at.radio, *at.date_input, *at.selectbox):
        name = (field.key or "").removeprefix(KEPT)
        if name in values:
            field.set_value(values.pop(name))
    assert not values, f"no such field: {sorted(values)}"


def check(at: AppTest, **values: Any) -> AppTest:
    """Fill the form and have it read back, or refused."""
    fill(at, **values)
    (button,) = (b for b in at.button if b.label in {t("register_forms.check", lang) for lang in LANGUAGES})
    button.click()
    return whole(at.run())


def send(at: AppTest, **values: Any) -> AppTest:
    """Fill the form, and confirm what is read back, unless it was refused or is confirmed already."""
    if values or len(at.button) == 1:
        at = check(at, **values)
    if len(at.button) < 2:
        return at
    at.button[0].click()  # the other one is to correct
    return whole(at.run())


def ask(path: str, query: str = "") -> tuple[int, Headers, bytes]:
    """What one of our own routes answers: status, headers, body."""
    sent: list[Any] = []

    async def keep(message: Any) -> None:
        sent.append(message)

    async def nothing() -> dict[str, str]:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
    waited(Starlette(routes=ROUTES)(scope, nothing, keep))
    return sent[0]["status"], Headers(raw=sent[0]["headers"]), b"".join(m.get("body", b"") for m in sent[1:])


def test_a_use_case_goes_from_an_idea_to_a_decision(register: Register) -> None:
    at = send(screen(faire="ajouter"), **CELLS, who="Direction du numérique", why="demande du service")
    assert "Tri du courrier : où en est" in text(at).replace("\u00a0", " ")
    case = register.use_case("tri-du-courrier")
    assert (case.stage, case.service) == ("idee", "Relations usagers")
    step = {"stage": "experimentation"}
    at = send(screen(cas=case.id, faire="etape"), who="DSI", why="essayer", target=step["stage"])
    assert t("use_case.rule_answered", "fr") in text(at) and "Existe-t-il des solutions alternatives" in text(at)
    assert register.use_case(case.id).stage == "idee"
    assert f"registre?cas={case.id}&amp;faire=sans-ia" in text(at)
    assert "<h1><q>«" in text(screen(cas=case.id, faire="sans-ia")), "the charter's own words (RGAA 9.4)"
    answer = {"alternative_reponse": "etudiee_et_ecartee", "alternative_raison": "deux jours de retard", "who": "DSI"}
    at = send(screen(cas=case.id, faire="sans-ia"), **answer)
    assert t("use_case.saved", "fr") in text(at)
    assert register.use_case(case.id).alternative.reason == "deux jours de retard"
    send(screen(cas=case.id, faire="etape"), who="DSI", why="essayer", target=step["stage"])
    assert register.use_case(case.id).stage == "experimentation"
    decided = {"what": "fait_sans_ia", "reasons": "des règles suffisent", "body": "Comité numérique", "who": "DSI"}
    at = send(screen(cas=case.id, faire="decision"), **decided)
    assert register.use_case(case.id).outcome == "fait_sans_ia"
    assert "le besoin est servi autrement" in text(at)
    assert "1 usage, dont 1 fait sans IA" in text(screen())


WRITTEN = {  # by each form: what is typed, and what is read back of it
    "qualite": (
        {"value": "47 sur 60", "test": "relus", "by": "Courrier", "date_test": date(2026, 3, 2)},
        "2 mars 2026",
    ),
    "revue": (
        {"by_review": "DSI", "done": date(2026, 3, 1), "conclusion": "bien\nen 2027", "planned": date(2027, 3, 1)},
        "1er mars 2027",
    ),
    "decision": ({"what": "lancer", "reasons": "utile", "body": "Comité", "date": date(2026, 3, 1)}, "Lancer"),
    "modifier": ({"volume_mensuel": "1 800", "why": "cadrage", "unite": "un courrier lu"}, "1 800"),
    "sans-ia": ({"alternative_reponse": "etudiee_et_ecartee", "alternative_raison": "lent"}, "Étudiée et écartée"),
    "etape": ({"target": "experimentation", "why": "essayer"}, "Expérimentation"),
    "rattacher": ({"service_key": "assistant-courrier", "why": "mesures"}, "assistant-courrier"),
    "detacher": ({"attachment": "", "why": "erreur"}, "tri-*"),
    "ajouter": (CELLS | {"nom": "Résumés", "why": "demande"}, "un courrier classé"),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_what_will_be_written_is_read_back_then_corrected_or_confirmed(register: Register, form: str) -> None:
    """RGAA 11.12, of each form: nothing is written before it is read back; « Corriger » gives every field back."""
    case = register.create(FACTS | {"alternative": ANSWER | {"date": "2026-01-10"}}, DSI)
    attached = register.attach(case.id, {"service_key": "tri-*"}, DSI).attachments[0].id
    before = len(register.store.read()[0])
    typed, told = WRITTEN[form]
    typed = {name: attached if name == "attachment" else value for name, value in typed.items()} | {"who": "DSI"}
    at = check(screen(faire=form, **({} if form == "ajouter" else {"cas": case.id})), **typed)
    read = plain_spaces(text(at)).partition(t("register_forms.read_title", "fr"))[2]
    assert told in read and "<dd>DSI</dd>" in read and len(register.store.read()[0]) == before
    assert "\\n" not in read and (form != "revue" or "<dd><p>bien</p><p>en 2027</p></dd>" in read)
    labels = set(map(unescape, re.findall("<dt>(.*?)</dt>", read)))
    asked = {plain_spaces(t(f"register_forms.{name}", "fr")) for name in typed}
    assert all(any(label.startswith(one) for one in labels) for label in asked), "each under its label in the form"
    assert form not in ("ajouter", "modifier") or {"Unité de service rendu", "Qui écrit"} <= labels
    assert not [label for label in labels if set("(:;") & set(label)], "how to fill a field is not what it is"
    at.button[1].click()
    at = whole(at.run())
    fields = {(f.key or "").removeprefix(KEPT): f for f in (*at.text_input, *at.text_area, *at.radio, *at.selectbox)}
    assert fields["who"].proto.autocomplete == "organization-title", "RGAA 11.13"
    held = {name: field.value for name, field in fields.items() if name in typed}
    assert held == {name: value for name, value in typed.items() if name in fields} and len(held) > 1
    assert t("register_forms.read_title", "fr") not in text(at) and len(register.store.read()[0]) == before
    assert t("use_case.saved", "fr") in text(send(at, who="Courrier"))
    written = register.store.read()[0][before:]
    assert len(written) == (2 if form == "revue" else 1) and {event.who for event in written} == {"Courrier"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_day_that_is_refused_is_said_as_days_are(register: Register, lang: str) -> None:
    """A day of next year, chosen in a calendar, was said back as « 2027-01-31 »; of none, what to type was asked. What
    the calendar itself refuses, it says in English, and sends the day before instead."""
    case, ahead = register.create(FACTS, DSI), date(date.today().year + 1, 1, 31)
    typed = {"value": "0,9" if lang == "fr" else "0.9", "test": "relus", "by": "Courrier", "who": "DSI"}
    refused = text(check(screen(lang, cas=case.id, faire="qualite"), **typed, date_test=ahead)).split('role="alert"')[1]
    assert (f"31/01/{ahead.year}" if lang == "fr" else f"31 Jan {ahead.year}") in plain_spaces(refused).partition(
        "</div>"
    )[0]
    refused = text(check(screen(lang, cas=case.id, faire="qualite"), **typed, date_test=None)).split('role="alert"')[1]
    label = t("state.label", lang, label=t("register_forms.date_test", lang))
    assert t("state.choose", lang, field=label) in unescape(refused) and not register.use_case(case.id).qualities
    at = screen(lang, cas=case.id, faire="qualite")
    (field,) = at.date_input
    assert field.min <= date(1914, 1, 1) and field.max >= date(2099, 1, 1), "far days are refused by the register"
    refused = text(check(at, date_test=date(2099, 1, 1))).split('role="alert"')[1].partition("</div>")[0]
    assert "2099" in refused and refused.count("<li>") == 5, "with all that is empty: who, value, test and service"


def test_a_form_that_changes_nothing_is_read_back_too_and_says_so(register: Register) -> None:
    case = register.create(FACTS, DSI)
    at = check(screen(cas=case.id, faire="modifier"), who="DSI", why="relecture")
    assert t("register_forms.read_nothing", "fr") in text(at) and t("use_case.saved", "fr") not in text(at)
    assert t("use_case.saved", "fr") in text(send(at)) and len(register.history(case.id)) == 1


def test_the_code_of_a_foreign_country_is_told_with_the_other_faults(register: Register, tmp_path: Path) -> None:
    """99001 was told once all the rest was right."""
    said = text(check(screen(faire="ajouter"), **(CELLS | {"commune": "99001", "nom": ""}), who="DSI"))
    faults = said.split('role="alert"')[1].partition("</div>")[0].split("<li>")[1:]
    names = ("nom", "commune", "why")
    assert all(any(t(f"register_forms.{n}", "fr") in unescape(f) for f in faults) for n in names) and len(faults) == 3
    assert any("aucune commune n’a un code en 99" in plain_spaces(fault) for fault in faults)
    case = register.create(FACTS, DSI)
    told = text(check(screen(cas=case.id, faire="modifier"), commune="99001", volume_mensuel="-1", who="DSI", why="x"))
    assert told.split('role="alert"')[1].partition("</div>")[0].count("<li>") == 2


@pytest.mark.parametrize(
    ("form", "name", "typed"),
    [
        ("modifier", "volume_mensuel", "9 999 999 999 999 999"),
        ("modifier", "simultaneite", "-1 200,50"),
        ("modifier", "seuil_valeur", "-90,0 %"),
        ("qualite", "value", "-0,90"),
    ],
)
def test_a_number_that_is_refused_is_quoted_as_it_was_typed(
    register: Register, form: str, name: str, typed: str
) -> None:
    """9 999 999 999 999 999 was quoted as 9999999999999999."""
    case = register.create(FACTS, DSI)
    said = text(check(screen(cas=case.id, faire=form), **{name: typed}, who="DSI")).split('role="alert"')[1]
    assert f"« {typed} » a été lu" in plain_spaces(said)


def test_numbers_are_read_as_people_write_them(register: Register) -> None:
    case = register.create(FACTS, DSI)
    values = {"seuil_valeur": "0,9", "seuil_test": "200 courriers", "volume_mensuel": "1 800", "revue_mois": "6"}
    send(screen(cas=case.id, faire="modifier"), **values, who="DSI", why="cadrage")
    case = register.use_case(case.id)
    assert case.threshold and (case.threshold.value, case.volume_per_month, case.review_months) == (0.9, 1800, 6)
    send(screen(cas=case.id, faire="qualite"), value="0,92", by="Relations usagers", who="DSI")
    at = screen(cas=case.id)
    assert "92\u00a0%" in text(at) and say("use_sheets", "reached", "fr").capitalize() in text(at)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_wrong_is_said_without_the_names_of_columns_and_nothing_is_written(
    register: Register, lang: str
) -> None:
    at = send(screen(lang, faire="ajouter"), **(CELLS | {"commune": "Nancy"}), who="DSI", why="essai")
    said = text(at).split('role="alert"')[1]
    assert "« Nancy »" in said.replace("\u00a0", " ") or "“Nancy”" in said
    assert "(commune)" not in said and register.use_cases() == []
    at = send(at, commune="54395", who="marie@exemple.fr")
    assert "marie@exemple.fr" not in text(at) and register.use_cases() == []
    send(at, who="DSI")
    assert len(register.use_cases()) == 1


def test_a_review_says_when_the_next_one_is_due(register: Register) -> None:
    case = register.create(FACTS | {"alternative": ANSWER | {"date": "2026-01-10"}}, DSI)
    register.move(case.id, "experimentation", DSI)
    next_day = date.today() + timedelta(days=40)
    values = {"by_review": "DSI", "conclusion": "poursuivre", "planned": next_day, "who": "DSI"}
    send(screen(cas=case.id, faire="revue"), **values)
    case = register.use_case(case.id)
    assert case.review and case.review.done == date.today() and case.next_review == next_day


def test_an_idea_says_from_when_it_is_reviewed(register: Register) -> None:
    """Nothing to review yet, and the months of its form once it is more than an idea: never « none planned » alone."""
    register.create(FACTS | {"review_months": 6}, DSI)
    assert plain_spaces(t("register.no_review", "fr", n=6)) in plain_spaces(text(screen()))
    assert "6 mois" in t("register.no_review", "fr", n=6)


def test_a_service_of_the_ledger_is_attached_then_detached(register: Register) -> None:
    case = register.create(FACTS, DSI)
    at = send(screen(cas=case.id, faire="rattacher"), service_key="assistant-courrier", who="DSI", why="mesures")
    assert "explication?id=service.assistant-courrier.energy" in text(at)
    assert "mesures?service=assistant-courrier" in text(at)
    attachment = register.use_case(case.id).attachments[0]
    at = screen(cas=case.id, faire="detacher")
    assert at.radio[0].options[0].startswith(f"{FACTS['name']} ("), "by the name of its use, as everywhere"
    send(at, attachment=attachment.id, who="DSI", why="erreur")
    assert register.use_case(case.id).attachments == ()


def test_a_service_whose_name_looks_like_a_pattern_is_attached_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, given in ((form_fields.st, "selectbox", "lot[1]*"), (form_fields, "day", None)):
        monkeypatch.setattr(module, name, lambda *_, given=given, **__: given)
    monkeypatch.setattr(form_fields.estimator_gateway, "services_by_name", dict)
    assert form_fields.attach_fields(None, "fr") == {"service_key": "lot[[]1][*]", "since": None}


def test_two_people_at_once_are_told_and_neither_is_lost(register: Register) -> None:
    case = register.create(FACTS, DSI)
    at = screen(cas=case.id, faire="modifier")
    register.change(case.id, {"unit": "un courrier lu", "model": "petit"}, author("Courrier", "précision"))
    at = send(at, unite="un courrier répondu", who="DSI", why="autre unité")
    assert "Courrier" in text(at).split('role="alert"')[1] and register.use_case(case.id).unit == "un courrier lu"
    at = send(at)
    case = register.use_case(case.id)
    assert (case.unit, case.model) == ("un courrier répondu", "petit")
    assert "« un courrier lu » (Courrier), puis « un courrier répondu » (DSI)" in text(at).replace("\u00a0", " ")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_nothing_can_be_written_it_is_said_and_no_form_shows(
    register: Register, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permissions, "may_write", lambda: False)
    assert t("register.read_only", lang) in text(screen(lang))
    case = register.create(FACTS, DSI)
    for query in ({}, {"cas": case.id}, {"cas": case.id, "faire": "decision"}, {"faire": "ajouter"}):
        at = screen(lang, **query)
        assert t("register.read_only", lang) in text(at)
        assert len(at.button) == 0 and not re.search(r"registre\?[^\"]*faire=", text(at))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_empty_register_says_the_next_step(register: Register, lang: str) -> None:
    said = text(screen(lang))
    assert t("register.empty_title", lang) in said and "registre?faire=ajouter" in said
    assert t("register.unknown_title", lang) in text(screen(lang, cas="nulle-part"))


@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_a_hostile_name_stays_text(register: Register, lang: str) -> None:
    hostile = {name: HOSTILE for name in ("name", "task", "unit", "service", "owner_role", "benefit", "model", "host")}
    case = register.create(FACTS | hostile | {"alternative": ANSWER | {"date": "2026-01-10"}}, author(HOSTILE, HOSTILE))
    register.attach(case.id, {"service_key": HOSTILE}, DSI)
    register.decide(case.id, {"what": "ne_pas_faire", "date": "2026-02-01", "reasons": HOSTILE, "by": HOSTILE}, DSI)
    pages = [text(screen(lang, **query)) for query in ({}, {"cas": case.id}, {"cas": case.id, "faire": "modifier"})]
    pages.append(ask("/fiche-usage", f"cas={case.id}&lang={lang}")[2].decode())
    for page in pages:
        assert set(SCRIPT.findall(page)) <= {PRINTS} and 'href="javascript' not in page
        assert "&lt;script&gt;" in page


def test_filters_come_from_the_address(register: Register) -> None:
    register.create(FACTS, DSI)
    register.create(FACTS | {"name": "Résumés", "service": "Voirie", "commune": "metropole"}, DSI)
    for query in ({"service": "Voirie"}, {"commune": "metropole"}):
        table = text(screen(**query)).split("<table>")[1]
        assert "Résumés" in table and "Tri du courrier" not in table
    assert t("register.none", "fr") in text(screen(etape="pilote"))


def test_results_are_counted_and_lead_to_their_use_cases(register: Register) -> None:
    case = register.create(FACTS | {"alternative": ANSWER | {"date": "2026-01-10"}}, DSI)
    register.create(FACTS | {"name": "Résumés"}, DSI)
    register.decide(case.id, {"what": "ne_pas_faire", "date": "2026-02-01", "reasons": "inutile", "by": "DSI"}, DSI)
    page = text(screen())
    assert "2 usages, dont 1 clos" in page
    assert "2 usages, dont 1 abandonné en connaissance de cause" in page
    table = text(screen(issue="ne_pas_faire")).split("<table>")[1]
    assert "Tri du courrier" in table and "Résumés" not in table
    opened = text(screen(cas=case.id))
    assert t("use_case.closed_here", "fr") in opened and t("use_case.ahead", "fr") not in opened
    assert t("use_case.conditions_caption", "fr") not in opened and t("use_case.closed_note", "fr") in opened


def test_a_quality_is_held_to_the_threshold_only_by_its_own_test(register: Register) -> None:
    case = register.create(FACTS | {"threshold": {"value": 0.9, "test": "200 courriers"}}, DSI)
    found = {"value": 0.95, "test": "autre", "date": "2026-02-02", "by": "Courrier"}
    register.record_quality(case.id, found, DSI)
    assert "95\u00a0% par un autre test" in text(screen())
    register.record_quality(case.id, found | {"value": 0.8, "test": "200 Courriers", "date": "2026-02-01"}, DSI)
    page = text(screen())
    assert "80\u00a0% pour un seuil de\u00a090\u00a0%" in page and say("use_sheets", "not_reached", "fr") in page


def test_a_use_case_in_service_is_not_pushed_out_and_a_late_review_is_said(register: Register) -> None:
    case = register.create(
        FACTS
        | {"alternative": ANSWER | {"date": "2025-01-10"}, "threshold": {"value": 0.9, "test": "t"}}
        | {"model": "m", "host": "h", "consulted": "agents", "human_contact": "accueil"},
        DSI,
    )
    register.record_quality(case.id, {"value": 0.95, "date": "2025-02-02", "by": "Courrier"}, DSI)
    register.review(case.id, {"done": "2025-02-03", "by": "Courrier", "conclusion": "bien"}, DSI)
    decided = {"what": "changer_etape", "date": "2025-03-01", "reasons": "utile", "by": "DSI"}
    register.decide(case.id, decided, DSI)
    for stage in ("experimentation", "pilote", "generalisation"):
        register.move(case.id, stage, DSI)
    page = text(screen(cas=case.id))
    assert "l’usage est en service" in page and t("use_case.conditions_last", "fr") in page
    assert re.search(r'class="warn">Revue en retard de', page)


def test_the_documents_of_a_use_case_are_one_link_away(register: Register, tmp_path: Path, root: Path) -> None:
    case = register.create(FACTS, DSI)
    assert t("documents.no_scenario", "fr") in text(screen(cas=case.id))
    register.change(case.id, {"scenario": "s.toml"}, DSI)
    assert "« s.toml » a été lu" in text(screen(cas=case.id)).replace("\u00a0", " ")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "s.toml").write_text("title = 1", "utf-8")
    assert "ne se lit pas" in text(screen(cas=case.id))
    (tmp_path / "scenarios" / "s.toml").write_bytes((root / "docs" / "scenario.toml").read_bytes())
    page = text(screen(cas=case.id))
    for name in ADDRESSES.values():
        assert f'href="{name}?cas={case.id}"' in page
    token = re.search(r"comparer\?scenario=([\w-]+)", page)
    assert token and decode(token.group(1)).use_case == case.id


def test_a_table_comes_back_as_it_went(register: Register) -> None:
    case = register.create(FACTS | {"benefit": "=1+1", "alternative": ANSWER | {"date": "2026-01-10"}}, DSI)
    _, headers, body = ask("/registre.csv")
    table = body.decode("utf-8-sig")
    assert 'rel="describedby"' in headers["link"] and "'=1+1" in table
    assert headers["content-disposition"] == 'attachment; filename="registre-interne.csv"'
    at = send(screen(faire="importer"), rows=table, who="DSI", why="reprise")
    assert "1 inchangé" in text(at)
    changed = table.replace("un courrier classé", "un courrier rangé")
    pasted = "\n".join(line.replace(";", "\t") for line in changed.splitlines())
    send(screen(faire="importer"), rows=pasted, who="DSI", why="reprise")
    assert (register.use_case(case.id).unit, register.use_case(case.id).benefit) == ("un courrier rangé", "=1+1")
    at = send(screen(faire="importer"), rows="nom,tache\na,b", who="DSI", why="reprise")
    assert 'role="alert"' in text(at)


def test_the_schema_served_and_the_documented_one_are_one_file(root: Path) -> None:
    documented = root / "docs" / "table-schemas" / "register.json"
    [served] = [path for path, kind in FILES.items() if kind == "application/json"]
    assert documented.resolve() == root / "dashboard" / "static" / served.lstrip("/")
    assert f"<{served.lstrip('/')}>" in ask("/registre.csv")[1]["link"]


def test_the_sheet_holds_the_record_and_an_unknown_one_is_told_so(register: Register) -> None:
    case = register.create(FACTS, DSI)
    page = ask("/fiche-usage", f"cas={case.id}")[2].decode()
    assert "Tri du courrier" in page and "Contester" in page and SCRIPT.findall(page) == [PRINTS]
    assert ask("/fiche-usage", "cas=rien")[0] == 404


@pytest.mark.parametrize("period", ["2031", "hier", "2026-13"])
def test_a_document_of_no_period_is_refused_and_not_that_of_another(register: Register, period: str) -> None:
    asked = f"cas={register.create(FACTS, DSI).id}&periode={period}"
    for name in OF_A_USE.values():
        status, _, body = ask(f"/{name}", asked)
        assert status == 400 and period in body.decode() and "années" in body.decode(), name


def test_the_state_of_a_closed_use_leads_to_its_evaluation(register: Register, tmp_path: Path) -> None:
    case = register.create(FACTS | {"alternative": ANSWER | {"date": "2026-01-10"}}, DSI)
    assert ask("/evaluation-usage", f"cas={case.id}")[0] == 400, "it goes on"
    assert f"evaluation-usage?cas={case.id}" not in text(screen()) + text(screen(cas=case.id))
    register.decide(case.id, {"what": "arreter", "date": "2026-02-01", "reasons": "inutile", "by": "DSI"}, DSI)
    assert f"evaluation-usage?cas={case.id}" in text(screen())
    opened = text(screen(cas=case.id))
    assert f'href="evaluation-usage?cas={case.id}&amp;format=md"' in opened and "pas encore au journal" in opened
    assert "inutile" in ask("/evaluation-usage", f"cas={case.id}")[2].decode()
    about = {"what": "evaluation", "date": "2026-02-02", "build": "a" * 16, "factors_version": "b" * 16}
    Commitments(tmp_path).publish(about | {"address": "fin.html", "use_case": case.id}, DSI)
    assert "fin.html" in text(screen(cas=case.id))


@pytest.mark.parametrize(
    ("days", "fr", "en"),
    [(-21, "en retard de 3 semaines", "3 weeks late"), (60, "dans 2 mois", "in 2 months"), (0, "aujourd’hui", "today")],
)
def test_a_review_is_said_late_or_to_come_in_words(days: int, fr: str, en: str) -> None:
    today = date(2026, 3, 1)
    said = [when_text(today + timedelta(days=days), today, lang).replace("\u00a0", " ") for lang in LANGUAGES]
    assert said == [fr, en]


def test_no_field_asks_for_a_person(register: Register) -> None:
    case = register.create(FACTS, DSI)
    at = screen(cas=case.id, faire="modifier")
    assert t("register_forms.persons", "fr") in text(at)
    labels = [field.label for field in (*at.text_input, *at.text_area)]
    assert not [label for label in labels if re.search(r"prénom|courriel|téléphone", label, re.IGNORECASE)]


def test_the_history_keeps_the_capitals_of_an_abbreviation() -> None:
    fields = {"use_case": "u", "kind": "changed", "who": "DSI", "why": "essai", "previous": None}
    event = make_event(fields | {"data": {"risk_class": "limite", "users": "habitants"}}, datetime.now(UTC))
    assert "classe de risque du règlement sur l’IA" in event_text(event, "fr").replace("'", "’")


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
@pytest.mark.parametrize("form", WRITTEN)
def test_a_refusal_names_a_field_as_its_label_and_a_list_by_its_choices(
    register: Register, form: str, lang: str
) -> None:
    """RGAA 11.11, of each form sent empty but for who writes and why: « raison » was not on the page, and a list was
    said to await a text."""
    case = register.create(FACTS | {"alternative": ANSWER | {"date": "2026-01-10"}}, DSI)
    register.attach(case.id, {"service_key": "tri-*"}, DSI)
    at = screen(lang, faire=form, **({} if form == "ajouter" else {"cas": case.id}))
    asked = [*at.text_input, *at.text_area, *at.radio, *at.date_input, *at.selectbox]
    labels = {t("state.label", lang, label=field.label): field for field in asked}
    faults: set[str] = set()
    for empty in ({}, {"who": "DSI"} | {f: "essai" for f in ("why", "test", "conclusion") if KEPT + f in keys(asked)}):
        for field in (*at.text_input, *at.text_area):
            field.set_value("")
        for field in (*at.radio, *at.date_input):
            field.set_value(None)
        at = check(at, **empty)
        refused = text(at).partition('role="alert"')[2].partition("</div>")[0]
        told = [unescape(li).strip() for li in re.findall(r"<li>(.*?)</li>", refused, re.DOTALL)]
        assert not faults or set(told) < faults, "what is empty is said at once, with who writes"
        faults = set(told)
        for fault in told:
            named = [label for label in labels if label in fault]
            assert named, fault
            if labels[named[0]].type in ("radio", "selectbox"):
                assert fault == t("state.choose", lang, field=named[0])


def keys(asked: Sequence[Any]) -> list[str]:
    """The keys of these fields."""
    return [field.key for field in asked]
