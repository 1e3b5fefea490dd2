"""The documents of a project's file: the comparison's own digits, nothing of the user that is taken for code, two A4
pages at most."""

import csv
import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

from estimator.cli.compare_text import compare_text
from estimator.comparison.answer import Pair
from estimator.comparison.columns import column_units
from estimator.comparison.decision_sheet import decision
from estimator.comparison.five_fields import scenario_from
from estimator.comparison.scenario import Asked, ModelPlace, Scenario, parse_scenario, read_scenario, scenario_of
from estimator.comparison.verdict_text import parts_words
from estimator.core.column_units import in_column
from estimator.core.errors import LANGUAGES, say
from estimator.core.number_format import interval_text
from estimator.core.proof_shares import proof_words
from estimator.core.typography import typeset
from estimator.governance.indicators.scenarios import ScenarioDecision, retained
from estimator.governance.register.register import Register, author
from estimator.places.supplier_answers import read_answers
from estimator.reporting.documents.document import Table
from estimator.reporting.documents.pictures import round_top, small_ones
from estimator.reporting.documents.rendering import FORMATS, FormatUnknown, rendered, save
from estimator.reporting.documents.room import BROKEN, LINE, PAGE, height, lines_of
from estimator.reporting.project.context import FOUR, SheetFacts, clipped, facts_of
from estimator.reporting.project.evaluation import evaluation
from estimator.reporting.project.questionnaire import questions
from estimator.reporting.project.rgesn import CRITERIA, rgesn
from estimator.reporting.project.sentences import conclusions, decided, lead, sovereignty
from estimator.reporting.project.sheets import SHEETS
from estimator.reporting.project.tender import points
from estimator.reporting.project.unknowns import not_counted, unknowns
from estimator.results.proofs import impact_proof_words
from tests.support import activity, built, kept, refuses, sobria, spread
from tests.test_one_answer import plain

SETS = ("set/light", "set/large")
APART = tuple(
    ModelPlace(model=model, place=place)
    for model, place in zip(SETS, ("class/server-room", "class/hyperscale"), strict=True)
)
HOSTILE = "<script>alert(1)</script>\"'|*_[x](javascript:1)`&=1"
QUESTION = "Existe-t-il des solutions alternatives, ne recourant pas à l'IA, pouvant produire les mêmes effets ?"
TEST = "200 courriers"

page, markdown, table = (partial(rendered, format=name) for name in ("html", "md", "csv"))

A4_WIDTH = 711  # pixels between the margins of page.css: (210 − 22) mm × 96 / 25.4
MODELS = ("ministral-3-8b", "mistral-large-2")
STRUCK = """() => [...document.querySelectorAll("td svg")].filter(bar => {
    const ink = Math.max(...[...bar.querySelectorAll("rect")].map(e => e.getBoundingClientRect().bottom));
    const under = bar.closest("td").querySelector(".small");
    return under && under.getBoundingClientRect().top < ink + 1 }).length"""
LEAST = """() => Math.min(...[...document.querySelectorAll("body *")]
  .filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim()))
  .map(e => parseFloat(getComputedStyle(e).fontSize) * 0.75))"""  # the smallest type [pt]
WIDER = """() => [...document.querySelectorAll("main, table, td, th, svg:not(.stamp)")]
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.outerHTML.slice(0, 90))"""


def option(name: str, label: str, model: str, quality: float | None = 0.94, **more: Any) -> dict[str, Any]:
    """A described option at a site that publishes its PUE."""
    use = {"model": model, "host": "scaleway/fr-par-2", "device": "gpu/h100", "concurrency": 16}
    found = {"value": quality, "test": TEST, "date": "2026-05-02", "by": "Service courrier"}
    body = {"id": name, "label": label, "method": "model", "acceptance": 0.94, "use": use}
    return body | ({"quality": found} if quality is not None else {}) | more


def scenario(*options: dict[str, Any], **more: Any) -> Scenario:
    """A need with an option without AI, set aside, then these (default: a light and a large model)."""
    none = {
        "id": "sans-ia",
        "label": "les réponses types",
        "method": "none",
        "status": "rejected",
        "why": "trop rigide",
    }
    both = (option("leger", "le modèle léger", "qwen3-8b"), option("grand", "le grand modèle", "mistral-large-latest"))
    body: dict[str, Any] = {"title": "Répondre aux courriers", "day": "2026-11-25"}
    body["need"] = {"unit": "une réponse acceptée", "volume": 20000, "input_tokens": 800, "output_tokens": 300}
    body["constraints"] = {"quality": {"value": 0.9, "test": TEST}}
    return scenario_of(body | {"options": [none, *(options or both)]} | more)


def facts(lang: str = "fr", *options: dict[str, Any], **more: Any) -> SheetFacts:
    return facts_of(scenario(*options, **more), lang)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


def words(text: str) -> str:
    """What a reader sees of a page."""
    body = re.sub(r"<style>.*?</style>|<title>.*?</title>", "", text, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_table_and_comparison_hold_the_same_digits(lang: str) -> None:
    found = facts(lang)
    sheet = evaluation(found)
    shown, cells = words(page(sheet)), rows(table(sheet))
    assert len(found.studied) == 2
    for body in found.studied:
        for name in FOUR:
            for reach, amount in (("periode", body.service[name]), ("unite", body.per_unit[name])):
                key = (body.label, name, reach)
                cell = next(c for c in cells if (c["objet"], c["indicateur"], c["portee"]) == key)
                ends = [float(cell[end].replace(",", ".")) for end in ("bas", "central", "haut")]
                assert ends == [amount["low"], amount["central"], amount["high"]]
                assert cell["texte"] == interval_text(amount, lang)
            step, _ = column_units(found.studied, name, lang)
            assert interval_text(body.service[name], lang, in_column(body.service[name], step)) in shown
    for pair in found.answer.lead:
        assert pair.sentence[lang] in shown


def test_the_command_writes_what_compare_says(tmp_path: Path) -> None:
    from estimator.comparison.scenario_toml import scenario_toml

    (tmp_path / "s.toml").write_text(scenario_toml(scenario()), "utf-8")

    def run(*arguments: str) -> Any:
        return json.loads(sobria(tmp_path / "home", *arguments, "--json").stdout)

    said = run("compare", str(tmp_path / "s.toml"))
    for kind in SHEETS:
        for format in FORMATS:
            out = tmp_path / f"{kind}.{format}"
            done = run("sheet", kind, str(tmp_path / "s.toml"), "--out", str(out))
            assert (done["file"], done["bytes"]) == (str(out), out.stat().st_size)
    cells = rows((tmp_path / "evaluation.csv").read_text("utf-8-sig"))
    light = next(o for o in said["options"] if o["id"] == "leger")
    cell = next(c for c in cells if (c["objet"], c["indicateur"], c["portee"]) == ("le modèle léger", "gwp", "unite"))
    assert float(cell["central"].replace(",", ".")) == light["per_unit"]["gwp"]["central"]
    declared = rows((tmp_path / "rgesn.csv").read_text("utf-8-sig"))
    values = [c["valeur"].replace(",", ".") for c in declared if c["critere"] == "1.5" and c["indicateur"] == "gwp"]
    assert float(values[0]) == light["service"]["gwp"]["central"]
    assert "sobria sheet evaluation s.toml" in (tmp_path / "evaluation.csv").read_text("utf-8-sig")
    paper = (tmp_path / "evaluation.html").read_text("utf-8")
    assert "rouvrir s.toml sur la page Comparer" in paper and "sobria sheet" not in paper


@pytest.mark.parametrize(("kind", "lang"), spread(list(SHEETS), LANGUAGES))
def test_no_text_of_the_user_is_taken_for_code(kind: str, lang: str) -> None:
    base = option("leger", HOSTILE[:80], "qwen3-8b", attempts=2)
    base["quality"] = {"value": 0.94, "test": HOSTILE, "by": HOSTILE, "date": HOSTILE}
    more = {"title": HOSTILE, "use_case": HOSTILE, "need": {"unit": HOSTILE[:80], "volume": 9, "output_tokens": 9}}
    none = {"id": "n", "label": HOSTILE[:80], "method": "none", "status": "rejected", "why": "\n# " + HOSTILE}
    found = facts(lang, base, **more, options=[none, base], constraints={"location": HOSTILE})
    sheet = SHEETS[kind](found)
    written = page(sheet)
    assert "<script" not in written and "&lt;script" in written
    assert re.findall(r"<(?:a|img|link|iframe|object|form|base)\b", written) == []
    text = markdown(sheet)
    assert "<script" not in text and "\n# <" not in text and "](javascript" not in text.replace("\\](", "")
    assert sum(line.startswith("# ") for line in text.splitlines()) == 1
    for line in (line for line in text.splitlines() if line.startswith("| ")):
        assert len(re.findall(r"(?<!\\)\|", line)) in (4, 5, 6, 7)
    plain = dict.fromkeys(("=", "+", "-", "@"), 0)
    for row in csv.reader(io.StringIO(table(sheet), newline=""), delimiter=";"):
        assert not any(cell[:1] in plain and not re.fullmatch(r"-?[\d,e-]+", cell) for cell in row)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", list(SHEETS))
def test_an_example_is_marked_in_every_format(kind: str, lang: str) -> None:
    mark = {"fr": "EXEMPLE, DONNÉES FICTIVES", "en": "EXAMPLE, FICTITIOUS DATA"}[lang]
    sheets = {marked: SHEETS[kind](facts(lang, example=marked)) for marked in (True, False)}
    for format in FORMATS:
        assert mark in rendered(sheets[True], format) and mark not in rendered(sheets[False], format)
    assert page(sheets[True]).count(mark) == 2  # above the title, and across the printed page
    assert all(row["marque"] == mark for row in rows(table(sheets[True])))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", list(SHEETS))
def test_a_page_is_whole_by_itself(kind: str, lang: str) -> None:
    written = page(SHEETS[kind](facts(lang)))
    assert f'<html lang="{lang}">' in written and written.count("<h1") == 1
    assert "://" not in written and "<script" not in written and "url(" not in written.replace("url(#", "")
    for found in re.findall(r"<table.*?</table>", written):
        assert '<th scope="col">' in found and '<th scope="row">' in found
    assert len(written.encode()) < 20_000 or kind in ("rgesn", "questionnaire")


def test_the_question_of_the_charter_is_a_quotation_in_its_words() -> None:
    """RGAA 9.4: a heading of the sheet; of the extracts, criteria 1.1 and 9.1, where it is not translated."""
    asked = f'<q lang="fr">{html.escape(typeset(QUESTION, "fr"))}</q>'
    for lang in LANGUAGES:
        extracts = page(SHEETS["rgesn"](facts(lang)))
        assert extracts.count(asked) == (2 if lang == "fr" else 0)
        written = page(evaluation(facts(lang)))
        assert f">{asked}</h2>" in written and written.count("<q") == 1
    assert "les réponses types" in words(written) and "trop rigide" in words(written)


@pytest.mark.parametrize(
    ("status", "said"),
    [("studied", "Étudiée"), ("rejected", "Écartée sans essai"), ("not_studied", "Pas encore étudiée")],
)
def test_each_answer_about_the_alternative_is_said(status: str, said: str) -> None:
    none = {"id": "n", "label": "un formulaire", "method": "none", "status": status, "why": "raison"}
    light = option("leger", "le modèle léger", "qwen3-8b")
    assert f"{said} : un formulaire" in words(page(evaluation(facts("fr", options=[none, light])))).replace(
        "\u00a0", " "
    )
    untested = "mêmes effets : non testé" in words(page(evaluation(facts("fr", options=[none, light])))).replace(
        "\u00a0", " "
    )
    assert untested == (status == "studied")


def test_the_register_says_what_it_holds(tmp_path: Path) -> None:
    register = Register(tmp_path)
    case = register.create(
        {"name": "Courriers", "task": "répondre", "unit": "réponse", "service": "Courrier", "commune": "metropole",
         "owner_role": "chef de service",
         "alternative": {"answer": "etudiee_et_ecartee", "description": "un modèle de lettre", "reason": "trop long",
                         "date": "2026-01-02"}},
        author("Courrier", "essai"),
    )  # fmt: skip
    decided = {"what": "lancer", "date": date(2026, 6, 1), "reasons": "utile", "by": "comité"}
    register.decide(case.id, decided, author("Courrier", "essai"))
    text = words(page(evaluation(facts_of(scenario(use_case=case.id), "fr", tmp_path))))
    for said in (
        "Courriers, Courrier",
        "un modèle de lettre",
        "trop long",
        "Lancer, le 01/06/2026. Signé\u00a0: comité",
    ):
        assert said in text
    fact = "proposer un objectif de volume au conseil, et le correcteur sans IA par défaut"
    register.decide(case.id, decided | {"reasons": f"Continuer ; {fact}."}, author("Courrier", "essai"))
    assert fact in words(page(evaluation(facts_of(scenario(use_case=case.id), "fr", tmp_path))))
    elsewhere = words(page(evaluation(facts_of(scenario(use_case="ailleurs"), "fr", tmp_path))))
    assert "n’est pas au registre" in elsewhere


def test_the_retained_option_is_on_the_sheet_and_those_left_out_have_their_electricity(tmp_path: Path) -> None:
    """Three rows for names so long: without AI, the lowest, and the retained one, which is the highest."""
    models = {"a": "qwen3-8b", "b": "mistral-small-latest", "c": "gpt-4o", "d": "mistral-large-latest"}
    options = [option(name, f"{name} {'x' * 65}", model) for name, model in models.items()]
    register = Register(tmp_path)
    told = {"name": "Courriers", "task": "répondre", "unit": "réponse", "service": "Courrier", "commune": "metropole",
            "owner_role": "chef de service", "model": models["d"]}  # fmt: skip
    case = register.create(told, author("Courrier", "essai"))
    found = facts_of(scenario(*options, use_case=case.id), "fr", tmp_path)
    assert max(found.studied, key=lambda o: o.service["energy"].central).id == found.retained == "d"
    sheet = evaluation(found)
    rows = next(b for part in sheet.sections for b in part.blocks if isinstance(b, Table)).rows
    assert [row[0].text[0] for row in rows[:3]] == ["l", "a", "d"] and sheet.title == "Courriers"
    text = plain(words(page(sheet)))
    assert f"Option retenue au registre : d {'x' * 65}." in text
    for name in "bc":
        amount = interval_text(found.answer.option(name).service["energy"], "fr")
        assert f"{name} {'x' * 65}, {plain(amount)}" in text.partition("Hors du tableau : ")[2]
    unsaid = evaluation(facts("fr", *options))
    assert unsaid.title == "Répondre aux courriers" and "Option retenue" not in words(page(unsaid))


def test_the_register_retains_a_model_at_its_host_or_the_option_without_ai(tmp_path: Path) -> None:
    sites = ("scaleway/fr-par-2", "class/server-room")
    use = {"model": "qwen3-8b", "device": "gpu/h100", "concurrency": 16}
    options = [option(f"o{n}", f"o{n}", "", use=use | {"host": host}) for n, host in enumerate(sites)]
    none = {"id": "n", "label": "un formulaire", "method": "none"}
    asked = scenario(options=[none, *options])
    told = {"name": "Courriers", "task": "répondre", "unit": "réponse", "service": "Courrier", "commune": "metropole",
            "owner_role": "chef de service", "model": "qwen3-8b", "host": sites[1]}  # fmt: skip
    case = Register(tmp_path).create(told, author("Courrier", "essai"))
    assert retained(asked, case) == "o1"
    elsewhere = case.model_copy(update={"host": "class/desk"})
    assert retained(asked, elsewhere) is None, "its model at a host that nobody retained is another option"
    compared = ScenarioDecision(asked, decision(asked, tmp_path))
    assert [compared.present(one) for one in (case, elsewhere)] == ["o1", None], "in use today, by model and host"
    assert compared.present(case.model_copy(update={"host": sites[0]})) == "o0"
    told = facts_of(asked, "fr", tmp_path)
    assert decided(replace(told, use_case=case)) == ("Option retenue au registre : o1.",)
    [said] = decided(replace(told, use_case=elsewhere))
    assert said.startswith("Au registre : Qwen3 8B, ") and "aucune option de cette comparaison" in said
    assert retained(asked, case.model_copy(update={"host": ""})) is None, "two options have its model"
    [said] = decided(replace(told, use_case=case.model_copy(update={"host": ""})))
    assert said.startswith("Au registre : Qwen3 8B ; plusieurs options"), said
    assert (
        retained(asked.model_copy(update={"options": asked.options[:2]}), case.model_copy(update={"host": ""})) == "o0"
    )
    ours = case.model_copy(update={"host": "notre salle du Haut"})
    assert (retained(asked, ours), compared.present(ours)) == (None, None), "in words that name no place that we know"
    [said] = decided(replace(told, use_case=ours))
    assert said == (
        "Au registre : Qwen3 8B, « notre salle du Haut » (lieu que SobrIA ne connaît pas). Écrivez-y"
        " l'hébergement de l'option en service, l'une de celles qui ont ce modèle : o0 ; o1."
    )
    one = asked.model_copy(update={"options": asked.options[:2]})
    assert retained(one, ours) == ScenarioDecision(one, decision(one, tmp_path)).present(ours) == "o0"
    assert retained(one, elsewhere) is None, "a place that we know, and another one"
    assert retained(asked, case.model_copy(update={"host": "salle informatique"})) == "o1", "by its name"
    assert retained(asked, case.model_copy(update={"model": ""})) is None
    kept_none = case.alternative.model_copy(update={"answer": "trouvee_et_retenue"})
    assert retained(asked, case.model_copy(update={"alternative": kept_none})) == "n"


def test_a_quality_that_is_only_typed_is_said_stated_and_reaches_nothing_for_sure() -> None:
    """No test, no day, no service, no cases; one of them known, the words of a test come back."""
    typed = [
        option(n, n, m) | {"quality": {"value": 0.94}} for n, m in (("a", "qwen3-8b"), ("b", "mistral-large-latest"))
    ]
    limits = {"quality": {"value": 0.9}}
    text = plain(words(page(evaluation(facts("fr", *typed, constraints=limits)))))
    for said in (
        "atteindrait le seuil, sans essai connu",
        "qualité indiquée : 94 % contre 94 %",
        "semble",
        "Sans essai",
    ):
        assert said in text
    assert not re.search("seuil atteint|constatée|qui suffi", text)
    dated = [o | {"quality": {"value": 0.94, "date": "2026-05-02"}} for o in typed]
    text = plain(words(page(evaluation(facts("fr", *dated, constraints=limits)))))
    assert "seuil atteint, sur un nombre de cas non dit" in text and "Nombre de cas de l'essai non dit" in text
    assert "qualité constatée" in text and "sans essai connu" not in text
    counted = [o | {"quality": {"value": 0.94, "cases": 5000}} for o in typed]
    text = plain(words(page(evaluation(facts("fr", *counted, constraints=limits)))))
    assert "seuil atteint" in text and "non dit" not in text
    mixed = plain(words(page(evaluation(facts("fr", typed[0], dated[1], constraints=limits)))))
    assert "qualité, l'une sans essai connu : 94 %" in mixed


@pytest.mark.parametrize(
    ("lang", "one", "two"), [("fr", "s'il raisonne", "s'ils raisonnent"), ("en", "if it", "if they")]
)
def test_tokens_that_nobody_read_are_said_of_one_option_or_of_several(lang: str, one: str, two: str) -> None:
    both = option("a", "GPT-5", "gpt-5"), option("b", "GPT-5 mini", "gpt-5-mini")
    for asked, said in ((both[:1], one), (both, two)):
        [text] = facts(lang, *asked).answer.said("unread", lang)
        assert said in plain(text)


def test_what_is_unknown_is_said_and_never_zero() -> None:
    nowhere = option("cache", "le modèle caché", "qwen3-32b", quality=None)
    text = words(page(evaluation(facts("fr", option("leger", "le modèle léger", "qwen3-8b"), nowhere))))
    assert "Qualité non testée : le modèle caché" in text.replace("\u00a0", " ")
    assert "qualité : non testée" in text.replace("\u00a0", " ") and "contre non testée" in text
    assert "Réseau : non décrit, donc non compté." in text.replace("\u00a0", " ")


OF_RESIDENTS = Asked(
    people=40000, uses=3, per="month", task="question-rag", models=("set/light", "gpt-5"), place="class/server-room"
)


@pytest.mark.parametrize(("place", "alone"), [("class/shared-regional", 2), ("class/server-room", 1)])
def test_a_program_on_a_server_of_its_own_is_told_against_the_models_too(place: str, alone: int) -> None:
    """The search on the server that exists against each model, then on one for it alone; but for a model in a server
    room of one's own, which is only supposed to share its server: that is no verdict."""
    told = lead(facts_of(scenario_from(OF_RESIDENTS.model_copy(update={"place": place}), "fr"), "fr"))
    assert len(told) >= 2 + alone
    assert [line for line in told if "serveur pour cela seul" in line] == [*told[2 : 2 + alone]]
    assert all("un modèle léger" in line or "GPT-5" in line for line in told[: 2 + alone])


@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_the_unknowns_that_are_not_on_the_page_are_counted(lang: str) -> None:
    """What is told and what is counted make all of what the table has; what no model says comes first after the places;
    a page with room tells more; no word is cut."""
    found = facts(lang, option("a", "A", "qwen3-8b"), option("b", "GPT-5", "gpt-5"), option("c", "C", "qwen3-8b"))
    every = unknowns(found, most=None)
    for room in (0, 5, 1_000):  # lines
        told = unknowns(found, room=room)
        counted = int(re.findall(r"\d+", told[-1])[-1]) if len(told) < len(every) else 0
        assert len(told) - bool(counted) + counted == len(every), room
    hidden = {"fr": "jetons de raisonnement", "en": "reasoning tokens"}[lang]
    assert hidden in every[0] and hidden not in " ".join(every[1:]) and "_tokens" not in " ".join(every)
    for brief in (True, False):  # beside its figures, and first of what to measure
        beside, _, measured = compare_text(found.answer, lang, brief=brief).partition(say("compare", "matters", lang))
        assert "--reasoning-tokens" in beside and hidden in measured.split("\n")[1]
    assert clipped("la fabrication des machines", 20) == "la fabrication des…"
    assert clipped("un premier membre assez long ; un second coupé", 40) == "un premier membre assez long…"
    assert clipped("le coût de la veille ; ordre de grandeur, entre 1,4 et 29 kWh", 40) == "le coût de la veille…"


def test_a_model_at_two_places_is_told_by_two_names_where_its_training_is() -> None:
    """Both were « Mistral Small 3.2 (serveur… »: a name cut to that of another is whole."""
    names = [f"Mistral Small 3.2 (serveur partagé, {place})" for place in ("Salle informatique", "Hébergeur national")]
    use = {"model": "mistral-small-3.2", "zone": "FRA"}
    hosts = ("class/server-room", "class/national-cloud")
    found = facts("fr", *(option(f"o{n}", names[n], "", use=use | {"host": hosts[n]}) for n in (0, 1)))
    [trained] = [line for line in not_counted(found) if line.startswith("Entraînement par les éditeurs")]
    assert all(f"{name} " in trained for name in names) and "…" not in trained


def test_what_only_some_impacts_lack_names_them_and_a_supposed_place_is_said() -> None:
    """The network's greenhouse gases have a source, its metals and primary energy none; nobody says where it runs."""
    api = {"model": "mistral-large-latest", "provider": "mistral", "data_gb": 0.00001, "network": "network/fixed-fra"}
    found = facts("fr", option("api", "le service en ligne", "", use=api))
    [network] = [line for line in not_counted(found) if line.startswith("Réseau")]
    why = "aucune source trouvée ne donne cette valeur."
    assert network.replace("\u00a0", " ") == f"Réseau, métaux et minéraux, énergie primaire : {why}"
    assert unknowns(found, room=9)[0].startswith("Mistral AI : calcul supposé fait à")


def test_days_places_and_reasons_are_written_for_people() -> None:
    aside = option("loin", "le service lointain", "qwen3-8b", status="rejected", why="Les données doivent rester ici.")
    light = option("leger", "le modèle léger", "qwen3-8b")
    limits = {"location": "FRA", "quality": {"value": 0.9, "test": TEST}}
    for lang, day, place, said in (
        ("fr", "02/05/2026", "France", "Écartées avant le calcul\u00a0: le service lointain (Les données doivent"),
        ("en", "2 May 2026", "France", "Set aside before the calculation: le service lointain (Les données doivent"),
    ):
        sheet = evaluation(facts(lang, light, aside, constraints=limits))
        text = words(page(sheet)).replace("\u00a0", " ")
        assert day in text and place in text and said.replace("\u00a0", " ") in text
        assert not re.search(r"2026-05-02|\bFRA\b", text)


def test_the_indicators_of_the_statement_hold_the_digits_of_the_comparison() -> None:
    found = facts()
    tables = [b for b in rgesn(found).sections[1].blocks if isinstance(b, Table)]
    assert [len(made.rows) for made in tables] == [5, 5]  # primary energy, gases, water, metals, electricity
    for made, body in zip(tables, found.studied, strict=True):
        assert body.label in made.caption
        for name, (_, whole, each, _proof) in zip(("primary_energy", "gwp", "water"), made.rows, strict=False):
            steps = zip((body.service[name], body.per_unit[name]), column_units(found.studied, name, "fr"), strict=True)
            assert (whole, each) == tuple(interval_text(a, "fr", in_column(a, step)) for a, step in steps)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_amounts_of_one_document_are_in_one_unit(lang: str) -> None:
    """A model of 8 billion parameters, one of 123: litres and cubic metres of water, kilowatt-hours and megawatt-hours
    of one column stood in two tables of the statement, or in one sentence of the sheet."""
    of = {name: {"model": name, "host": "scaleway/fr-par-2", "device": "gpu/h100"} for name in MODELS}
    options = [
        {"id": f"o{n}", "label": name, "method": "model", "use": use} for n, (name, use) in enumerate(of.items())
    ]
    first = {"id": "sans", "label": "sans", "method": "none", "status": "rejected", "why": "essai"}
    need = {"unit": "u", "volume": 300_000, "input_tokens": 4000, "output_tokens": 600}
    found = facts_of(scenario_of({"title": "t", "need": need, "options": [first, *options]}), lang)
    small, large = (option.service["water"].ends for option in found.studied)
    assert small.high < 900 and large.low > 100, "litres"
    tables = [b for b in rgesn(found).sections[1].blocks if isinstance(b, Table)]
    for one, other in zip(*(made.rows for made in tables), strict=True):
        told = [[units_in(str(text)) for text in row[1:3]] for row in (one, other)]
        assert all(told[0]) and told[0] == told[1], one[0]
    (grown,) = (text for text in conclusions(found) if {"fr": "À 10 fois", "en": "At 10 times"}[lang] in text)
    assert len(set(re.findall(r"[kMG]Wh", grown))) == 1, grown
    trained = [re.findall(r"[kMm]?Wh", parts_words(found.answer, option, lang)[-1]) for option in found.studied]
    assert trained[0] and trained[0] == trained[1], trained


@pytest.mark.parametrize(("lang", "said"), [("fr", "Réponse attendue : ans"), ("en", "Expected answer: years")])
def test_a_unit_that_a_supplier_is_asked_for_is_in_words(lang: str, said: str) -> None:
    """How many years a server is kept was asked for in « year »."""
    assert said in [plain(line).strip() for line in rendered(questions(facts(lang)), "txt").splitlines()]


def units_in(text: str) -> set[str]:
    """The units of an amount in words: what follows a number and is one."""
    return set(re.findall(r"\d[\s\u00a0\u202f]*((?:[kMGmµ]?(?:Wh|L|J|g)\b|m³)(?: CO₂e| éq\. Sb| Sb eq)?)", text))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_table_of_the_statement_says_what_it_is_of(lang: str) -> None:
    """RGAA 5.5: the number of a criterion says nothing of what is in its table."""
    tables = [b for part in rgesn(facts(lang)).sections for b in part.blocks if isinstance(b, Table)]
    assert len(tables) > 3 and all(made.caption for made in tables)
    assert len({made.caption for made in tables}) == len(tables)


def test_every_criterion_is_there_with_what_is_unknown() -> None:
    wanted = ["1.1", "1.5", *(f"8.{n}" for n in (1, 2, 3, 4, 5, 6, 7, 10)), *(f"9.{n}" for n in range(1, 8))]
    assert list(CRITERIA) == wanted
    for lang in LANGUAGES:
        sheet = rgesn(facts(lang))
        assert [part.title.split()[1] for part in sheet.sections] == wanted
        assert set(wanted) == {record[0] for record in sheet.records}
        text = markdown(sheet)
        # the site publishes a PUE of 1.16, not whether it is measured; its country is below 100 g
        assert ("1,16" if lang == "fr" else "1.16") in text and "100" in text
        assert not re.search(r"\bc[189]_\d|rgesn_", text)  # no key of the words


def test_without_a_site_criteria_are_unknown_and_nobody_is_questioned() -> None:
    light = option("leger", "le modèle léger", "qwen3-8b")
    del light["use"]["host"]
    found = facts("fr", light)
    assert "aucun hébergement" in markdown(rgesn(found)).replace("’", "'")
    for lang, said in (("fr", "ne nomme aucun hébergement"), ("en", "names no hosting site")):
        with refuses("no_host_in_scenario") as refusal:
            questions(found)
        assert said in refusal.value.message(lang)


def test_the_publisher_of_seats_is_asked_what_is_supposed() -> None:
    """A product has no site of its own: its publisher is asked five things, in both languages."""
    suite = {"id": "suite", "label": "la suite", "method": "model", "use": {"product": "m365-copilot", "zone": "FRA"}}
    for lang, said in (("fr", "Combien de jetons lus"), ("en", "How many tokens read")):
        written = markdown(questions(facts(lang, suite)))
        assert "Microsoft 365" in written and said in written


def test_the_questionnaire_asks_what_is_unknown_and_nothing_of_our_own_desks() -> None:
    """The country of an API is supposed by a third party, so asked; sound is by the hour; a closed text model is asked
    its size and its reasoning; our own desks are asked nothing."""
    sound = Asked(people=1, uses=48, per="year", task="transcribe", place="class/desk", models=(
        "whisper-large-v3-turbo", "gpt-4o-mini-transcribe"))  # fmt: skip
    at = (ModelPlace(model="gpt-4o-mini-transcribe", place="openai"),)
    heard = rendered(questions(facts_of(scenario_from(sound.model_copy(update={"at": at}), "fr"), "fr")), "txt")
    assert "Poste de travail" not in heard and "Dans quel pays" in heard and "par heure de son" in heard
    assert "1000 tokens" not in heard
    text = sound.model_copy(update={"task": "chat", "models": ("gpt-5",), "place": "class/server-room"})
    assert "jetons de raisonnement" in rendered(questions(facts_of(scenario_from(text, "fr"), "fr")), "txt")


def test_the_questionnaire_names_what_runs_at_a_site_without_ai_too(root: Path) -> None:
    """The form of the example runs in the server room, as the light model kept there: each is named, with one stop."""
    text = (
        (root / "docs" / "scenario.toml")
        .read_text("utf-8")
        .replace('label = "la foire aux questions"', 'label = "Chat, FAQ."')
    )
    found = plain(rendered(questions(facts_of(parse_scenario(text), "fr")), "md"))
    assert "Pour : Chat, FAQ ; le modèle léger réservé." in found and ".." not in found


def test_the_questionnaire_filled_in_is_read_back() -> None:
    for example in (True, False):
        filled = rows(table(questions(facts(example=example))))
        asked = next(row for row in filled if row["champ"] == "commissioned")
        asked |= {"valeur": "2023", "date": "2026-11-20", "repondant": "Exploitation", "document": "contrat"}
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, list(filled[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(filled)
        [answer] = read_answers(out.getvalue())
        assert (answer.host, answer.field, answer.value) == ("scaleway/fr-par-2", "commissioned", "2023")


def pair(a: str, b: str, verdict: str, lower: str | None = None) -> Pair:
    none = dict.fromkeys(("reason", "share", "ratio"))
    return Pair(a=a, b=b, indicator="energy", verdict=verdict, lower=lower, words={}, sentence={}, **none)


@pytest.mark.parametrize(
    ("pairs", "shares"),
    [
        ([pair("a", "b", "equivalent")], {"a": 1, "b": 1}),
        ([pair("a", "b", "undecided")], {"a": 1, "b": 1}),
        ([pair("a", "b", "lower_always", "a")], {"a": 1, "b": 0}),  # 1 − 1/1
        ([pair("a", "b", "lower_mostly", "b")], {"a": 0.5, "b": 1}),  # 1 − ½/1
        # c loses 1 to a and ½ to b: 1 − 1.5/2
        ([pair("a", "b", "undecided"), pair("a", "c", "lower_always", "a"), pair("b", "c", "lower_mostly", "b")],
         {"a": 1, "b": 1, "c": 0.25}),
        ([pair("a", "b", "not_comparable"), pair("a", "c", "lower_always", "a"), pair("b", "c", "not_comparable")],
         {"a": 1, "c": 0}),
        ([], {"a": 1}),
    ],
)  # fmt: skip
def test_points_follow_from_verdicts(pairs: list[Pair], shares: dict[str, float]) -> None:
    assert points(pairs, list(shares | {p.a: 0 for p in pairs} | {p.b: 0 for p in pairs})) == shares


@given(st.lists(st.sampled_from(["equivalent", "undecided", "not_comparable"]), min_size=3, max_size=3))
def test_offers_that_cannot_be_told_apart_have_the_same_points(verdicts: list[str]) -> None:
    sides = (("a", "b"), ("a", "c"), ("b", "c"))
    pairs = [pair(*side, verdict) for side, verdict in zip(sides, verdicts, strict=True)]
    apart = [{p.a, p.b} for p in pairs if p.verdict == "not_comparable"]
    judged = {0: {"a", "b", "c"}, 2: {"a", "b", "c"} - set.intersection(*apart) if apart else set()}  # one is the odd
    assert points(pairs, ["a", "b", "c"]) == dict.fromkeys(judged.get(len(apart), set()), 1.0)


def test_an_offer_that_most_cannot_be_compared_with_has_no_points() -> None:
    """Two programs compared with each other alone, three models among themselves: 100 % for none of the programs."""
    models = [pair(a, b, "undecided") for a, b in (("x", "y"), ("x", "z"), ("y", "z"))]
    programs = [pair("p", "q", "lower_always", "p")]
    between = [pair(a, b, "not_comparable") for a in "pq" for b in "xyz"]
    assert points([*models, *programs, *between], list("pqxyz")) == {"x": 1, "y": 1, "z": 1}
    assert points([*programs, pair("x", "y", "undecided"), *(p for p in between if p.b != "z")], list("pqxy")) == {}


def test_the_tender_tries_the_rule_and_names_the_refused_claims() -> None:
    text = markdown(SHEETS["tender"](facts()))
    assert re.search(r"\| le modèle léger( \| 100\s%){4} \|", text)
    assert re.search(r"\| le grand modèle( \| 0\s%){4} \|", text)
    for said in ("L.2152-7", "neutre en carbone", "frugal", "Analyse de cycle de vie", "on ne peut pas trancher"):
        assert said in text


@given(st.floats(1e-12, 1e12))
def test_a_scale_ends_at_a_round_number_at_or_above(value: float) -> None:
    top = round_top(value)
    assert value * (1 - 1e-8) <= top <= 1.7 * value
    assert re.fullmatch(r"[1-9](\.5)?e[+-]\d+", f"{top:.1e}".replace(".0e", "e"))


def test_small_options_are_drawn_again() -> None:
    """1 is more than twenty times smaller than 21, 2 is not than 40."""
    assert small_ones([1, 21]) == {1} and small_ones([2, 40]) == frozenset() and small_ones([]) == frozenset()
    found = next(b for part in evaluation(facts()).sections for b in part.blocks if isinstance(b, Table))
    assert any("agrandi" in cell.text for row in found.picture for cell in row[:1] if not isinstance(cell, str))


@given(st.text(max_size=400), st.integers(1, 300))
def test_a_clipped_text_is_one_short_line(text: str, longest: int) -> None:
    found = clipped(text, longest)
    assert len(found) <= longest and "\n" not in found


def test_a_format_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    for lang, said in (("fr", "html, md, csv"), ("en", "Formats expected: html, md, csv")):
        with pytest.raises(FormatUnknown) as refusal:
            save(evaluation(facts()), tmp_path / "fiche.pdf")
        assert said in refusal.value.message(lang)
    assert list(tmp_path.iterdir()) == []


def heavy(longest: int, count: int) -> Scenario:
    """As much as fits: long names, every constraint, several sites, a reserved server, an unknown quality."""
    filling = " au nom long et complet, avec des mots pour remplir toute la place"
    models = ("qwen3-8b", "mistral-large-latest", "mistral-small-latest", "gpt-4o")
    options: list[dict[str, Any]] = [
        {"id": "n", "label": ("sans IA" + filling)[:longest].strip(), "method": "none", "status": "rejected",
         "why": "trop de cas différents, des réponses jugées trop froides par les habitants. " * 9},
    ]  # fmt: skip
    for number in range(1, count):
        made = option(f"o{number}", (f"option {number}" + filling)[:longest].strip(), models[number % 4])
        made["quality"] |= {"by": "Service du courrier et de l'accueil des habitants"}
        made["use"] |= {"host": ("scaleway/fr-par-2", "class/server-room")[number % 2], "zone": "FRA"}
        if number == 2:
            made |= {"reserved_hours": 8766, "quality": None}
        options.append(made)
    need = {"unit": ("une réponse acceptée, relue" + filling)[:80], "volume": 20000, "output_tokens": 300}
    limits = {"quality": {"value": 0.9, "test": TEST}, "delay_s": 10, "data": "sensitive", "location": "FRA"}
    title = ("Répondre aux courriers des habitants" + filling)[:120]
    return scenario(options=options, title=title, need=need, constraints=limits, example=True, use_case="ailleurs")


def test_a_set_says_what_is_true_of_its_models_and_our_own_site_is_ours_to_check() -> None:
    """All weights of the light set are published, those of the large one are not all: no room runs a closed model. The
    publisher of a set is nobody; our server room has no supplier."""
    asked = Asked(people=1, uses=400, per="month", task="summarise", models=SETS, place="class/server-room", at=APART)
    found = facts_of(scenario_from(asked, "fr"), "fr")
    light, large = (plain(" ".join(sovereignty(found, o))) for o in found.studied[-2:])
    assert "poids du modèle : publiés" in light and "selon le modèle : éditeur, licence" in light
    assert "selon le modèle : éditeur, poids du modèle, licence" in large and "fermés" not in light + large
    ours, theirs = (line for line in map(plain, unknowns(found, most=None)) if "d'abord : Quel est" in line)
    assert ours.startswith("À vérifier par nous-mêmes, sur notre site : Salle informatique (20)")
    assert theirs.startswith("Questions aux fournisseurs : Grand centre de données")
    titles = [plain(part.title) for part in questions(found).sections]
    assert [title.partition(" : ")[0] for title in titles] == ["À vérifier par nous-mêmes", "Questions au fournisseur"]
    assert "à vérifier par nous, Salle informatique" in plain(markdown(rgesn(found)))


def test_the_growth_is_of_each_option_while_they_fit_a_line() -> None:
    """Ten times 20,000 answers: the electricity of each of two models, not of the lowest alone; of eight long names,
    the lowest, and each in the table."""
    [line] = [text for text in map(plain, conclusions(facts())) if "10 fois ce volume" in text]
    assert "le modèle léger" in line and "le grand modèle" in line and line.count(" à ") >= 2
    wide = facts_of(heavy(80, 6), "fr")
    [every] = [text for text in map(plain, conclusions(wide, most=None)) if "10 fois ce volume" in text]
    narrow = [text for text in map(plain, conclusions(wide)) if "10 fois ce volume" in text]
    assert every.count("Wh") >= 3 and all("valeur centrale" in text for text in narrow)


def test_a_page_holds_every_unknown_while_there_is_room_for_its_lines() -> None:
    """Two models are far from filling two pages: nothing is left for a file; a chat for residents leaves some, and says
    where."""
    for found, left in ((facts(), False), (facts_of(scenario_from(OF_RESIDENTS, "fr"), "fr"), True)):
        sheet, every = evaluation(found), unknowns(found, most=None)
        text = plain(rendered(sheet, "txt"))
        assert ("Autres inconnues" in text) is left and (plain(every[-1]) in text) is not left
        room = 2 * PAGE - BROKEN - height(sheet)
        assert room > 2 * LINE and left is (room < 12 * LINE)
    assert lines_of("mot " * 10) == 1 and lines_of("mot " * 100) == 4  # 400 letters, about 123 a line


@pytest.mark.browser
@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_the_evaluation_sheet_prints_on_two_pages_in_a_type_that_is_read(
    screen: Page, tmp_path: Path, lang: str
) -> None:
    """In 8 pt at least: the example that ships, an ordinary one (on one page), the heaviest of each length."""
    from dashboard.comparison.estimator_gateway import example_scenario

    five = scenario_from(OF_RESIDENTS, lang)
    made = [example_scenario(), scenario(), five, *(heavy(*size) for size in ((18, 7), (40, 6), (60, 8), (80, 9)))]
    asked: list[str] = []
    screen.on("request", lambda request: asked.append(request.url))
    for number, found in enumerate(made):
        written = page(evaluation(facts_of(found, lang)))
        assert len(written.encode()) < 30_000
        file = tmp_path / f"{number}.html"
        file.write_text(written, "utf-8")
        screen.goto(file.as_uri())
        screen.set_viewport_size({"width": 680, "height": 960})  # a sheet of A4 between its margins
        screen.emulate_media(media="print")
        assert screen.evaluate(STRUCK) == 0, number  # no bar over the text beneath it
        assert screen.evaluate(LEAST) >= 8, number
        screen.emulate_media(media="null")
        printed = screen.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == (1 if number == 1 else 2), number
        screen.set_viewport_size({"width": 320, "height": 800})
        assert screen.evaluate("document.documentElement.scrollWidth") <= 320
    assert all(url.startswith("file:") for url in asked)


@pytest.mark.browser
@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_every_document_is_accessible_and_no_table_is_cut(screen: Page, tmp_path: Path, lang: str) -> None:
    """Read on a telephone, on a screen, and on the paper of the width that its style asks for."""
    from axe_playwright_python.sync_playwright import Axe

    for kind, made in SHEETS.items():
        file = tmp_path / f"{kind}.html"
        file.write_text(page(made(facts_of(heavy(60, 5), lang))), "utf-8")
        screen.goto(file.as_uri())
        assert Axe().run(screen).response["violations"] == [], kind
        for width in (320, 1280):
            screen.set_viewport_size({"width": width, "height": 800})
            assert screen.evaluate(WIDER) == [], (kind, width)
        screen.set_viewport_size({"width": A4_WIDTH, "height": 800})
        screen.emulate_media(media="print")
        assert screen.evaluate(WIDER) == [], kind
        screen.emulate_media(media="null")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Any]:
    """Asks the dashboard's own route."""
    from starlette.requests import Request

    from dashboard.comparison.document_routes import ROUTES

    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path))
    routes = {route.path: route for route in ROUTES}

    def ask(query: str, path: str = "/fiche-evaluation") -> Any:
        scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": query.encode()}
        return routes[path].endpoint(Request(scope))

    return ask


def test_the_route_serves_the_sheet_of_the_address(asked: Callable[[str], Any], tmp_path: Path) -> None:
    from estimator.comparison.scenario_link import encode

    found = asked(f"lang=en&scenario={encode(scenario())}")
    body, written = found.body.decode(), page(evaluation(facts_of(scenario(), "en", tmp_path)))
    [inside] = re.findall("<main.*</main>", written)
    assert found.status_code == 200 and written.split("<main")[0] in body and inside in body
    assert f'<a href="comparer?scenario={encode(scenario())}&amp;lang=en">Back to “Compare”</a>' in body
    example = asked("lang=fr")
    assert example.status_code == 200 and "EXEMPLE, DONNÉES FICTIVES" in example.body.decode()


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_every_document_has_an_address_in_every_format(asked: Callable[..., Any], tmp_path: Path, lang: str) -> None:
    from dashboard.shared.document_links import ADDRESSES, document_links
    from estimator.comparison.scenario_link import encode

    token, found = encode(scenario()), facts_of(scenario(), lang, tmp_path)
    links = document_links(lang, scenario=token)
    assert set(ADDRESSES) == set(SHEETS)
    for kind, name in ADDRESSES.items():
        for format in FORMATS:
            answer = asked(f"lang={lang}&scenario={token}&format={format}", f"/{name}")
            written = rendered(SHEETS[kind](found), format)  # a page has its way back before, and its foot after
            part = re.findall("<main.*</main>", written)[0] if format == "html" else written
            assert answer.status_code == 200 and part in answer.body.decode()
            assert ("attachment" in answer.headers.get("content-disposition", "")) is (format != "html")
        assert links.count(f'href="{name}?') == 3
    refusal = asked(f"lang={lang}&format=pdf")
    assert refusal.status_code == 400 and "html, md, csv" in refusal.body.decode()


def test_a_use_case_opens_the_documents_of_its_scenario(asked: Callable[..., Any], tmp_path: Path) -> None:
    from estimator.comparison.scenario_toml import scenario_toml

    cells = {"name": "Courriers", "task": "répondre", "unit": "réponse", "service": "Courrier", "owner_role": "chef"}
    register, who = Register(tmp_path), author("Courrier", "essai")
    case = register.create(cells | {"commune": "metropole", "scenario": "s.toml"}, who)
    refusal = asked(f"cas={case.id}")
    said = html.unescape(refusal.body.decode()).replace("\u00a0", " ")
    assert refusal.status_code == 400 and "« s.toml » a été lu" in said
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "s.toml").write_text(scenario_toml(scenario()), "utf-8")
    text = words(asked(f"cas={case.id}").body.decode())
    assert "Courriers, Courrier, étape" in text and "rouvrir s.toml" in text
    assert asked("cas=rien").status_code == 400


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_route_says_what_it_cannot_read(asked: Callable[[str], Any], lang: str) -> None:
    for token in ("AAAA", "%3Cscript%3E", "é"):
        found = asked(f"lang={lang}&scenario={token}")
        assert (
            found.status_code == 400
            and f'<html lang="{lang}">' in found.body.decode()
            and "<script>" not in found.body.decode()
        )


@pytest.mark.parametrize(("zones", "known"), [(("FRA",), True), (("FRA", "POL"), False), ((None,), False)])
def test_the_country_that_the_scenario_states_for_a_site_is_known(zones: tuple[str | None, ...], known: bool) -> None:
    """A class of sites has no country of its own: its options say it, when they agree."""
    use = {"model": "qwen3-8b", "host": "class/server-room"}
    named = [
        {"id": f"o{n}", "label": f"o{n}", "method": "model", "use": use | ({"zone": zone} if zone else {})}
        for n, zone in enumerate(zones)
    ]
    facts = facts_of(scenario(*named), "fr")
    (text,) = (record[2] for record in rgesn(facts).records if record[0] == "8.6")
    assert ("pays du site" in text) is not known


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_sheet_says_where_each_option_runs_and_amounts_that_are_read(lang: str) -> None:
    """A search of 3.28 µWh is told for a thousand, in watt-hours; its place, its PUE and its proof are in one list."""
    asked = Asked(
        people=40_000, uses=3, per="month", task="question-rag", models=("gpt-5",), place="class/national-cloud"
    )
    told = plain(page(evaluation(facts_of(scenario_from(asked, lang), lang))))
    said = {
        "fr": (
            "Hébergeur national, France (supposée), PUE 1,35 (1,15 à 1,55), électricité : 100 % estimé",
            "par millier : ",
        ),
        "en": (
            "National cloud, France (supposed), PUE 1.35 (1.15 to 1.55), electricity: 100% estimated",
            "per thousand: ",
        ),
    }[lang]
    assert all(text in told for text in said) and "OpenAI (Microsoft) (" in told
    assert "µWh" not in told and " fg " not in told and " nL" not in told


@pytest.mark.parametrize(("lang", "read", "written"), [
    ("fr", "jetons lus : 1 350", "jetons écrits : 300 (120 à 800), supposés"),
    ("en", "tokens read: 1,350", "tokens written: 300 (120 to 800), supposed"),
])  # fmt: skip
def test_the_sheet_says_the_tokens_that_were_used_and_which_are_supposed(lang: str, read: str, written: str) -> None:
    """1,350 tokens read are given; those written are the 300 (120 to 800) of a summary, by its row."""
    asked = Asked(people=1, uses=400, per="month", task="summarise", models=("set/light",), place="class/server-room")
    made = scenario_from(asked, lang)
    stated = made.model_copy(update={"need": made.need.model_copy(update={"input_tokens": 1350.0})})
    told = plain(page(evaluation(facts_of(stated, lang))))
    assert read in told and written in told


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_nobody_said_of_a_place_is_said_to_be_supposed(lang: str) -> None:
    """Nobody said that a server room is shared, nor that a national cloud is in France: the sheet says both, with
    what the room would take kept on for this alone; and no criterion of RGESN is met by it. A country that the
    scenario states is one."""
    alone = {"fr": "gardé allumé pour cela seul : ", "en": "kept on for this alone: "}[lang]
    supposed = {"fr": "France (supposée)", "en": "France (supposed)"}[lang]
    asked = Asked(people=1, uses=400, per="month", task="summarise", models=("set/light",), place="class/server-room")
    facts = facts_of(scenario_from(asked, lang), lang)
    (option,) = (one for one in facts.answer.options if one.method == "model")
    told = plain(page(evaluation(facts)))
    assert option.alone and plain(alone + interval_text(option.alone, lang)) in told and supposed in told
    cloud = scenario_from(asked.model_copy(update={"place": "class/national-cloud"}), lang)
    said = tuple(option.model_copy(update={"zone_supposed": False}) for option in cloud.options)
    stated = cloud.model_copy(update={"options": said})
    says = plain(say("sheet", "scenario_says", lang))
    assert says not in plain(page(rgesn(facts_of(cloud, lang)))) and says in plain(page(rgesn(facts_of(stated, lang))))
    assert supposed not in plain(page(evaluation(facts_of(stated, lang))))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_amount_of_an_option_has_the_proof_of_its_own_impact(tmp_path: Path, lang: str) -> None:
    """10 kWh metered in France and 10 supposed in Poland: half of the electricity is measured, and less of the metals
    of a grid; the documents had the halves beside each. A screen is supposed, whatever the service rests on."""
    ran = {"service_key": "courrier", "host": "class/desk", "items": 1.0, "cpu_energy_kwh": 10.0}
    supposed = {"cpu_mode": "mode/constant", "zone": "POL"}
    built(tmp_path, activity(cpu_mode="mode/meter", **ran), activity("2026-03-02T10:00:00", **ran, **supposed))
    people = {"screen_minutes": 5, "terminal": "terminal/laptop-with-screen", "zone": "FRA"}
    service = {"id": "m", "label": "m", "method": "model", "measured": {"service": "courrier"}, "people": people}
    first = {"id": "sans", "label": "sans", "method": "none", "status": "rejected", "why": "essai"}
    need = {"unit": "u", "volume": 1000}
    facts = facts_of(scenario_of({"title": "t", "need": need, "options": [first, service]}), lang, tmp_path)
    (_, option) = facts.answer.options
    told = {(r[2], r[3]): r[9] for r in evaluation(facts).records if r[0] == "chiffre"}
    halves = proof_words({"measured": 0.5, "estimated": 0.5}, lang)
    assert plain(told["energy", "periode"]) == plain(told["energy", "unite"]) == plain(halves)
    assert option.proofs["adpe.use"]["measured"] < 0.4
    for name in ("water", "adpe", "gwp", "adpe.use"):
        assert told[name, "periode"] == typeset(impact_proof_words(name, option.proofs[name], lang), lang), name
    assert told["energy", "postes"] == typeset(proof_words({"estimated": 1.0}, lang), lang)
    tables = (block for section in evaluation(facts).sections for block in section.blocks if isinstance(block, Table))
    bars = [getattr(cell, "bar", None) for found in tables for row in found.rows for cell in row]
    assert [bar.proof for bar in bars if bar] == [option.proofs[name] for name in FOUR]
    lines = {r[3]: r[8] for r in rgesn(facts).records if r[0] == "1.5" and r[3]}
    assert lines and all(lines[name] == told[name, "periode"] for name in FOUR)


@pytest.mark.parametrize(("name", "lang"), [("scenario.toml", "fr"), ("scenario.en.toml", "en")])
def test_what_every_option_rests_on_is_on_the_sheet(name: str, lang: str, root: Path) -> None:
    """Four options at three places: their 600 characters were cut after the third, and nothing told where the large
    model runs."""
    told = plain(page(evaluation(facts_of(read_scenario(root / "docs" / name), lang))))
    rests, concluded = (told.index(plain(say("sheet", key, lang))) for key in ("rests", "conclusions"))
    assert "Scaleway fr-par-2" in told[rests:concluded] and "…" not in told[rests:concluded]
