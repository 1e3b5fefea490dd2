"""Documents about one use: the resident's sheet, the evaluation of its end, its carbon intensity, its evidence."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.register.sentences import result_text
from dashboard.register.use_case_detail import record_pairs
from dashboard.summary.plain_language import _footprint
from estimator.catalogue.load import load
from estimator.comparison.scenario import scenario_of
from estimator.comparison.scenario_toml import scenario_toml
from estimator.core.errors import LANGUAGES, say
from estimator.core.periods import Period
from estimator.core.typography import lowered
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.indicators import sheet
from estimator.governance.indicators.anonymity import small
from estimator.governance.register.register import Register
from estimator.ledger import Ledger
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.project.context import facts_of
from estimator.reporting.project.sentences import sovereignty
from estimator.reporting.summary.sentences import value_text
from estimator.reporting.summary.summary import synthesis
from estimator.reporting.uses.context import UseFacts, every_use, use_facts
from estimator.reporting.uses.evidence import CRITERIA, evidence, evidence_file
from estimator.reporting.uses.resident import resident, state_text
from estimator.reporting.uses.sci import CarbonIntensity, sci
from estimator.reporting.uses.stopped import stopped
from tests.reporting.authority import ADEME, STUDIED, WHO, case, plain, rows_of, run, settle
from tests.reporting.test_sheets import LEAST
from tests.support import append, built, kept, refuses, sobria

IDEA = {"name": "Idée", "task": "répondre", "unit": "une réponse", "owner_role": "Responsable", "service": "Courrier"}
IDEA |= {"commune": "metropole"}


def facts(home: Path, lang: str = "fr", use: str = "courriers", period: str = "2026") -> UseFacts:
    """As of a day after 2026."""
    found = use_facts(home, use, lang, period)
    sources = replace(found.scope.sources, today=date(2028, 1, 5))
    return replace(found, scope=replace(found.scope, sources=sources))


def page(document: Any, format: str = "html") -> str:
    return plain(rendered(document, format))


# The resident's sheet

MOST_WORDS = 400
LARGE = 1e4  # uses of many agents in a month


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_sheet_says_each_number_with_its_proof_and_who_fills_what_is_missing(home: Path, lang: str) -> None:
    """1 + 2 kWh at desks for 10 + 30 answers, read on a meter: 3 kWh, 75 Wh each."""
    found = facts(home, lang)
    written = rendered(resident(found), "md")
    text = plain(written)
    assert found.figures["energy"]["at_factor_values"] == pytest.approx(3)
    lines = [plain(line) for line in written.splitlines()]
    [counted] = [line for line in lines if {"fr": "100 % mesuré", "en": "100% measured"}[lang] in line]
    assert counted.startswith("40 unit") and {"fr": "74 à 76 Wh", "en": "74 to 76 Wh"}[lang] in counted
    assert [sum(f"{unit} |" in line for line in lines) for unit in ("kWh", "CO₂e")] == [1, 1]
    missing = {"fr": ": non renseigné", "en": ": not given"}
    assert {"fr": "reste à remplir : Responsable.", "en": "left to fill in: Responsable."}[lang] in text
    # the benefit, who decides, the quality, the risk, the data, the model, what trained it, the way without AI, another
    # way in, a person, a place to write
    assert text.count(missing[lang]) == 11 and {"fr": "lieu : France, inconnu :", "en": "place: France, "}[lang] in text


def test_a_field_of_the_register_is_said_in_place_of_what_is_missing(home: Path) -> None:
    said = {"who_decides": "Un agent décide", "contact": "Mairie, guichet 2", "human_contact": "Accueil"}
    Register(home).change("courriers", said | {"risk_class": "limite"}, WHO)
    text = page(resident(facts(home)), "txt")
    assert all(f": {value}" in text for value in said.values()) and ": limité" in text


def test_models_and_places_that_were_measured_are_said_and_what_indexes_answers_nobody(home: Path) -> None:
    """31 nights of indexing and 3,000 answers at one place: 3,000 answers, of two models, in one room."""
    served = {"host": "class/server-room", "items": None, "month": "2026-04"}
    append(
        Ledger(home),
        [
            run("recherche", 1, model="baai/bge-m3", requests=31.0, **served),
            run("recherche", 1, model="mistral-ai/mistral-small-2506", requests=3000.0, **served),
        ],
    )
    register = Register(home)
    register.create(IDEA | {"name": "Recherche"}, WHO, "recherche")
    register.attach("recherche", {"service_key": "recherche"}, WHO)
    text = page(resident(facts(home, use="recherche")), "txt")
    assert "Modèle : BGE-M3, Mistral Small 3.2, d'après les mesures" in text
    assert "Salle informatique, d'après les mesures" in text and "3 000 requêtes comptées" in text


@pytest.mark.parametrize(("host", "supposed"), [("class/national-cloud", False), ("", False), ("", True)])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_comparison_says_of_a_place_is_known_to_the_resident(
    home: Path, host: str, supposed: bool, lang: str
) -> None:
    """A use of which nothing is measured: its sheet said « inconnu : lieu », and its evaluation « lieu : France »."""
    use = {"model": "qwen3-8b", "host": "class/national-cloud", "zone": "FRA"}
    first = {"id": "sans", "label": "sans", "method": "none", "status": "rejected", "why": "essai"}
    option = {"id": "a", "label": "a", "method": "model", "use": use, "zone_supposed": supposed}
    need = {"unit": "u", "volume": 1000, "input_tokens": 800, "output_tokens": 300}
    made = scenario_of({"title": "t", "need": need, "options": [first, option]})
    (home / "scenarios").mkdir()
    (home / "scenarios" / "s.toml").write_text(scenario_toml(made), "utf-8")
    case = Register(home).create(IDEA | {"model": "qwen3-8b", "host": host, "scenario": "s.toml"}, WHO)
    found, compared = facts(home, lang, case.id), facts_of(made, lang, home)
    (told,) = sovereignty(compared, compared.answer.option("a"))
    text = page(resident(found))
    assert plain(told) in text and ("(suppos" in told) is supposed
    where = load().label("class/national-cloud", lang)
    assert plain(where if host else say("use_sheets", "as_compared", lang, names=where)) in text


def test_what_the_rows_of_a_small_use_would_say_is_not_published_and_not_unknown(home: Path) -> None:
    """Its rows say France, and are not told: their place is « non publié », whether there are any or not."""
    shown, small = facts(home), facts(home)
    vars(small)["hidden"] = True
    assert "lieu : France" in page(resident(shown), "txt")
    text = page(resident(small), "txt")
    said = re.search("non publié : [^:]*lieu, droit de l'hébergeur", text)
    assert "France" not in text and said
    none = replace(small, scope=replace(small.scope, period=Period("2020")))
    vars(none)["hidden"] = True
    assert said[0] in page(resident(none), "txt")


@pytest.mark.parametrize(
    ("told", "model", "place"),
    [
        ({"other_mode": "mode/declared"}, "Mistral Small 3.2, d'après la déclaration", "d'après la déclaration"),
        ({"other_mode": "mode/constant"}, "Mistral Small 3.2, d'après les données importées", "données importées"),
        ({"host": None, "provider": "openai"}, "Mistral Small 3.2, d'après les mesures", "supposé d'après les tables"),
    ],
)
def test_what_nothing_measured_is_not_said_to_be(home: Path, told: dict[str, Any], model: str, place: str) -> None:
    """1 kWh declared, 1 kWh of a default, and 1 kWh of a meter at a provider whose room only the tables suppose."""
    append(Ledger(home), [run("bourg", 1, "2026-04", **{"model": "mistral-ai/mistral-small-2506"} | told)])
    register = Register(home)
    register.create(IDEA | {"name": "Bourg"}, WHO, "bourg")
    register.attach("bourg", {"service_key": "bourg"}, WHO)
    text = page(resident(facts(home, use="bourg")), "txt")
    where = text.partition(" : Mistral Small 3.2")[2].partition("Qui la fournit")[0].partition(" : ")[2]
    assert f"Modèle : {model}" in text and place in where and "d'après les mesures" not in where


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_electricity_without_any_request_is_not_divided_by_requests(home: Path, lang: str) -> None:
    """3 kWh with 300 requests and 1 kWh of an indexing without any: 3,000 ÷ 300 = 10 Wh each, 25 % apart."""
    rows = [run("courriers", 3, "2027-01", items=None, requests=300.0)]
    built(home, *rows, run("courriers", 1, "2027-02", items=None))
    text = page(resident(facts(home, lang, period="2027")), "txt")
    assert {"fr": "300 requêtes comptées, 9,9 à 10 Wh", "en": "300 requests counted, 9.9 to 10 Wh"}[lang] in text
    assert {
        "fr": ": 25 % de l'électricité, où rien de tel n'est compté",
        "en": ": 25% of the electricity, where no such unit",
    }[lang] in text
    Register(home).change("courriers", {"threshold": {"value": 0.7, "test": "relus"}}, WHO)
    Register(home).record_quality("courriers", {"value": 0.8, "date": "2026-03-01", "by": "RH"}, WHO)
    told = plain(evidence(facts(home, lang, period="2027"))["9.3"].evidence)
    assert {"fr": "d'une unité : 9,9 à 10 Wh", "en": "of one unit: 9.9 to 10 Wh"}[lang] in told


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_requests_without_electricity_do_not_divide_it(home: Path, lang: str) -> None:
    """3 kWh with 300 requests, and 900 requests of a model nobody knows: 3,000 ÷ 300 = 10 Wh each, 900 apart."""
    unknown = {"cpu_energy_kwh": None, "other_energy_kwh": None, "other_mode": "mode/none", "machine_hours": None}
    unknown |= {"model": "inconnu/x", "input_tokens": 9e5, "output_tokens": 3e5, "items": None, "requests": 900.0}
    built(home, run("courriers", 3, "2027-01", items=None, requests=300.0), run("courriers", 1, "2027-02", **unknown))
    text = page(resident(facts(home, lang, period="2027")), "txt")
    assert {"fr": "300 requêtes comptées, 9,9 à 10 Wh", "en": "300 requests counted, 9.9 to 10 Wh"}[lang] in text
    assert {"fr": "900 dont l'électricité n'est pas connue", "en": "900 whose electricity is not known"}[lang] in text


def test_the_image_is_the_electricity_over_that_of_a_phone(home: Path) -> None:
    """2.96 to 3.04 kWh: 2.96 ÷ 0.02025 = 146 to 3.04 ÷ 0.009 = 338 phones for a day, said of the electricity alone."""
    told = "l'électricité de 150 à 340 téléphones rechargés pendant un jour (estimé"
    assert told in page(resident(facts(home)))
    [line] = [line for line in rendered(resident(facts(home)), "md").splitlines() if "rechargés" in line]
    assert line.startswith("| Électricité") and "kWh" in line
    english = page(resident(facts(home, "en")))
    assert "the electricity of 150 to 340 phones recharged for a day (estimated" in english


def words(document: Any) -> int:
    """The words that a page shows: what holds a letter or a figure between two spaces, a unit being a word."""
    shown = re.sub("<[^>]+>", " ", re.sub("(?s)<(style|title|svg).*?</\\1>", " ", rendered(document, "html")))
    return sum(any(map(str.isalnum, word)) for word in shown.split())


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_a_sheet_holds_400_words(metropole: Path, home: Path, lang: str) -> None:
    """Each use of the invented metropolis; and one with every field filled in by a sentence of twelve words."""
    assert max(words(resident(found)) for found in every_use(metropole, lang)) <= MOST_WORDS
    names = ("task", "benefit", "who_decides", "contact", "human_contact", "other_way", "data_sensitivity")
    Register(home).change("courriers", dict.fromkeys((*names, "training_data"), "un texte " * 6), WHO)
    assert words(resident(facts(home, lang))) <= MOST_WORDS


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_an_idea_whose_uses_are_counted_is_not_said_to_be_unused(tmp_path: Path, lang: str) -> None:
    """Both are said, and the one who makes the sheet is told; before any count, it is an idea under study."""
    made = Register(tmp_path).create(IDEA, WHO).id
    built(tmp_path, run("autre", 1))
    study, counted = {"fr": ("idée à l'étude", "déjà été comptés"), "en": ("idea under study", "already been")}[lang]
    assert study in page(resident(facts(tmp_path, lang, made)))
    Register(tmp_path).attach(made, {"service_key": "essais"}, WHO)
    built(tmp_path, run("essais", 1))
    text = page(resident(facts(tmp_path, lang, made)))
    assert counted in text and study not in text
    warned = sobria(tmp_path, "report", "resident", made, "--json", lang=lang)
    assert made in warned.stderr and "sobria register move" in warned.stderr and json.loads(warned.stdout)


@pytest.mark.parametrize("uses", [40.0, 1e5])
def test_an_idea_of_too_few_people_is_said_as_the_register_says_it(tmp_path: Path, uses: float) -> None:
    """Of the trials of a few, 40 uses in a month or a team of 2, the sheet is that of before any; of no one else."""
    made = Register(tmp_path).create(IDEA | {"service": "Cabinet"}, WHO).id
    stated = {"service": "Cabinet", "date": "2026-01-02", "trained": 1, "with_access": 2, "kind": "essai"}
    if uses > LARGE:
        Commitments(tmp_path).state_training(stated, voter("RH", "déclaration"))
    Register(tmp_path).attach(made, {"service_key": "essais"}, WHO)
    built(tmp_path, run("autre", 1, requests=LARGE))
    state = state_text(facts(tmp_path, use=made))
    built(tmp_path, run("essais", 1, requests=uses))
    assert state_text(facts(tmp_path, use=made)) == state and "idée à l'étude" in plain(state)


@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_a_footprint_without_the_manufacture_of_its_machines_is_said_to_be_a_part(tmp_path: Path, lang: str) -> None:
    """A kWh told without any hour: its metals are those of the electricity alone, and no page prints them as all.

    Two hours of a desk the month after: 1 of 2 kWh has its manufacture in, so half of the electricity."""
    made = Register(tmp_path).create(IDEA, WHO).id
    Register(tmp_path).attach(made, {"service_key": "essais"}, WHO)
    built(tmp_path, run("essais", 1, machine_hours=None, items=1e5))
    alone = {"fr": "fabrication inconnue", "en": "manufacture unknown"}[lang]
    found = facts(tmp_path, lang, made)
    assert page(resident(found)).count(alone) == 2  # metals, greenhouse gases
    assert ("2 sur 4", "2 of 4")[lang == "en"] in str(evidence(found))
    assert "minimum" in " ".join(sci(CarbonIntensity(found)).lead)
    told = sobria(tmp_path, "totals", lang=lang).stdout
    assert told.count(alone) == 4  # and primary energy, and the cover
    body = sheet(found.scope)["indicators"]
    assert alone in value_text(body["adpe"], lang) and alone not in value_text(body["energy"], lang)
    easy = " ".join(_footprint(synthesis(found.scope), "adpe", lang))
    assert {"fr": "Elle n’est pas comptée.", "en": "It is not counted."}[lang] in easy
    built(tmp_path, run("essais", 1, "2026-04", machine_hours=2.0, items=1e5))
    half = {"fr": "fabrication connue : 50 %", "en": "manufacture known: 50%"}[lang]
    assert page(resident(facts(tmp_path, lang, made))).count(half) == 2


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_cards_without_their_machine_are_a_manufacture_known_in_part(tmp_path: Path, lang: str) -> None:
    """Hours of a card alone: no page says that its manufacture is unknown, nor that it is whole.

    Then a kWh of a desk with its hours, whole, and two kWh with no hour: 1 of 4 kWh whole, 1 of 4 in part."""
    made = Register(tmp_path).create(IDEA, WHO).id
    Register(tmp_path).attach(made, {"service_key": "essais"}, WHO)
    cards = {"machine": None, "machine_hours": None, "device": "gpu/a100-pcie-40", "device_hours": 10.0}
    built(tmp_path, run("essais", 1, items=1e5, **cards))
    some = {"fr": "fabrication connue en partie", "en": "manufacture known in part"}[lang]
    found = facts(tmp_path, lang, made)
    assert page(resident(found)).count(some) == 2  # metals, greenhouse gases
    told = sobria(tmp_path, "totals", lang=lang).stdout
    assert told.count(some) == 4  # and primary energy, and the cover
    score = sci(CarbonIntensity(found))
    assert "minimum" in " ".join(score.lead) and page(score).count(some) == 1
    easy = " ".join(_footprint(synthesis(found.scope), "adpe", lang))
    assert {"fr": "une partie des ordinateurs", "en": "of some of the computers"}[lang] in easy
    silent = run("essais", 2, "2026-05", machine=None, machine_hours=None)
    built(tmp_path, run("essais", 1, "2026-04", machine_hours=2.0), silent)
    parts = {"fr": "fabrication connue : 25 %, en partie : 25 %", "en": "manufacture known: 25%, in part: 25%"}[lang]
    assert sobria(tmp_path, "totals", lang=lang).stdout.replace("\u00a0", " ").count(parts) == 4


@pytest.mark.parametrize("asked", [("resident", "courriers"), ("evidence", "courriers"), ("evidence",)])
def test_json_is_the_document_with_its_parts(home: Path, asked: tuple[str, ...]) -> None:
    """README says --json of all that displays: each section has its title and its blocks."""
    body = json.loads(sobria(home, "report", *asked, "--json").stdout)
    assert body["lang"] == "fr" and body["title"] and all(part["title"] for part in body["sections"])
    assert all(part["blocks"] for part in body["sections"])


def test_a_number_is_opened_by_the_command_that_engineers_print_and_residents_do_not(home: Path) -> None:
    assert "sobria explain" not in page(resident(facts(home)), "txt")
    [number] = re.findall(r"sobria explain (\S+)", page(evidence_file([facts(home)]), "txt"))
    opened = json.loads(sobria(home, "explain", number, "--json").stdout)
    assert opened["amount"]["central"] == facts(home).figures["energy"]["central"]
    assert sobria(home, "explain", "use.courriers.2026.gwp.use", "--json")
    assert "courriers" in sobria(home, "explain", "sheet.all.2026.energy").stdout
    assert sobria(home, "explain", "use.rien.2026.energy", code=1)


def test_figures_of_too_few_people_are_in_no_document(tmp_path: Path) -> None:
    """Nobody stated heads, and 40 answers in two months are fewer than 5 agents once a working day."""
    home = settle(tmp_path / "home")
    for entry in Commitments(home).store.read()[0]:
        if entry.kind == "training":
            Commitments(home).withdraw(entry.event, voter("RH", "essai"))
    found = facts(home)
    assert found.hidden and "ne sont pas publiés un par un" in page(resident(found))
    with refuses("score_without_figures", "not published one by one"):
        sci(CarbonIntensity(found))
    assert small(found.scope) == {"courriers"} and small(facts(settle(tmp_path / "other")).scope) == frozenset()
    assert "kWh" not in page(resident(found)) and evidence(found)["1.5"].state == "missing"
    assert "retenu" in sobria(home, "explain", "use.courriers.2026.energy", code=1).stderr


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_what_opens_hidden_figures_is_said_on_the_terminal_where_no_agents_are_declared(
    tmp_path: Path, lang: str
) -> None:
    """Never to residents, and not of the 2 agents that are declared: the rule then hides them, not a silence."""
    home = settle(tmp_path / "home")
    for entry in Commitments(home).store.read()[0]:
        if entry.kind == "training":
            Commitments(home).withdraw(entry.event, voter("RH", "essai"))
    made = sobria(home, "report", "resident", "courriers", lang=lang)
    assert "sobria commitments training" not in made.stdout and "sobria commitments training" in made.stderr
    stated = {"service": "Courrier", "date": "2026-01-02", "trained": 1, "with_access": 2, "kind": "essai"}
    Commitments(home).state_training(stated, voter("RH", "déclaration"))
    assert facts(home).hidden and not facts(home).how_to_open
    made = sobria(home, "report", "resident", "courriers", lang=lang)
    assert "commitments training" not in made.stdout + made.stderr
    sobria(home, "report", "sci", "courriers", code=1)


def test_a_task_reads_inside_a_sentence() -> None:
    assert [lowered(text) for text in ("Répondre aux lettres.", "OCR de plans", "À trier")] == [
        "répondre aux lettres",
        "OCR de plans",
        "à trier",
    ]


@pytest.mark.parametrize("task", ["question-rag", "task/question-rag"])
def test_a_task_of_the_tables_is_said_by_its_name(home: Path, task: str) -> None:
    register = Register(home)
    register.change("courriers", {"task": task}, WHO)
    assert "sert à ceci : question sur ses documents." in page(resident(facts(home)), "txt")
    told = dict(record_pairs(register.use_case("courriers"), "en"))
    assert told["Task"] == "Question on one's documents"


# A use that was stopped


def stop(home: Path, day: str = "2026-02-10") -> None:
    said = {"what": "arreter", "date": day, "reasons": "seuil non tenu", "by": "Conseil"}
    Register(home).decide("courriers", said, WHO)


def test_a_use_that_goes_on_has_no_evaluation_of_its_end(home: Path) -> None:
    with refuses("use_not_stopped", "goes on|outcome"):
        stopped(facts(home))


def test_the_evaluation_counts_its_whole_life_and_what_ran_after_the_decision(home: Path) -> None:
    """4 kWh in 2025 and 3 in 2026 are 7; of the months, March 2026 is after the decision of 10 February."""
    stop(home)
    assert not facts(home).counted_early
    Register(home).change("courriers", {"task": "chat"}, WHO)
    made = stopped(facts(home))
    text = page(made, "md")
    assert (
        "à ceci : conversation." in text.replace("\u00a0", " ")
        and "seuil non tenu" in text
        and "Conseil, 10 février 2026" in text
    )
    assert (
        "mars 2025 à mars 2026 (3 mois sur 13)" in text
        and "Mois mesurés après la décision du 10 février 2026 : 1." in text
        and "Ils sont comptés dans « Ce qu'il a consommé »" in text
    )
    until = next(part for part in made.sections if "mars 2025" in part.title)
    years = [row for block in until.blocks if getattr(block, "columns", ("",))[0] == "Année" for row in block.rows]
    assert [plain(row[0]) for row in years] == ["année 2025 (1 mois sur 12)", "année 2026 (2 mois sur 12)"]
    opened = json.loads(sobria(home, "explain", "use.courriers.2025-03..2026-03.energy", "--json").stdout)
    assert opened["amount"]["at_factor_values"] == pytest.approx(7)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_use_retired_without_a_decision_of_its_own_has_no_date(home: Path, lang: str) -> None:
    """A change of stage was decided on 3 March 2025, when it went to all, and nothing since: neither that day, nor its
    reasons, are those of the end, no month is after it, and the year is not cut at it. The decision that comes later is
    of its own day."""
    register, said = Register(home), {"date": "2025-03-03", "by": "Bureau"}
    register.change(
        "courriers", {"threshold": {"value": 0.7, "test": "relus"}, "model": "m", "host": "class/desk"}, WHO
    )
    register.change("courriers", {"host": "class/desk", "consulted": "agents", "human_contact": "Accueil"}, WHO)
    register.record_quality("courriers", {"value": 0.8, "date": "2025-02-01", "by": "RH"}, WHO)
    register.review("courriers", {"done": "2025-02-02", "by": "RH", "conclusion": "bon"}, WHO)
    register.decide("courriers", said | {"what": "changer_etape", "reasons": "ouvrir à tous"}, WHO)
    for stage in ("pilote", "generalisation", "retrait"):
        case = register.move("courriers", stage, WHO)
    assert case.is_over and case.closed_on is None
    told = {"fr": "ne dit ni quand, ni par qui", "en": "does not say when, nor by whom"}[lang]
    end = page(stopped(facts(home, lang)), "txt")
    for text in (page(resident(facts(home, lang)), "txt"), end, plain(result_text(case, lang))):
        assert told in text and "Bureau" not in text and "None" not in text
    assert "ouvrir à tous" not in end and {"fr": "Mois mesurés après", "en": "after the decision"}[lang] not in end
    assert {"fr": "Décidé par : non renseigné", "en": "Decided by: not given"}[lang] in end
    register.decide("courriers", {"what": "arreter", "date": "2026-02-10", "reasons": "cher", "by": "Conseil"}, WHO)
    dated = page(stopped(facts(home, lang)), "txt")
    assert {"fr": "10 février 2026", "en": "10 February 2026"}[lang] in dated and "cher" in dated and told not in dated


def test_the_evaluation_says_its_place_in_the_log_of_publications(home: Path, tmp_path: Path) -> None:
    stop(home)
    out = tmp_path / "evaluation.html"
    told = sobria(home, "report", "stopped", "courriers", "--out", str(out)).stdout
    [command] = re.findall(r"sobria (commitments publication .*)", told)
    sobria(home, *command.replace("SERVICE", "Secrétariat").split())
    assert "Publiée le" in page(stopped(facts(home)))
    assert "Publiée le" in sobria(home, "report", "stopped", "courriers", "--out", str(out)).stdout
    assert "pas encore" in sobria(home, "report", "resident", "courriers", "--out", str(out)).stdout.lower()


# Software carbon intensity


RACK = 1249 / (5 * 8766)  # kgCO2e of an hour of a rack server: factors/hardware tables, 5 years of 365.25 days


def score(home: Path, unit: str = "unit", period: str = "2026") -> CarbonIntensity:
    return CarbonIntensity(facts(home, period=period), unit)


def test_the_score_by_hand(home: Path) -> None:
    """E = 1 + 2 kWh at desks, I = 0.0461 kg, M = 2 hours of a rack server, R = 10 + 30 answers:
    (3 × 0.0461 + 2 × 1249 ÷ 43,830) ÷ 40 = (0.1383 + 0.0570) ÷ 40 = 0.00488 kg, at the factor values."""
    body = score(home).as_dict()
    assert body["E"]["at_factor_values"] == pytest.approx(3)
    assert body["I"]["at_factor_values"] == pytest.approx(ADEME)
    assert body["E×I"]["at_factor_values"] == pytest.approx(3 * ADEME)
    assert body["M"]["at_factor_values"] == pytest.approx(2 * RACK)
    assert body["R"] == 40 and body["basis"] == "location"
    assert body["score"]["at_factor_values"] == pytest.approx((3 * ADEME + 2 * RACK) / 40)
    ends = [body["score"][end] for end in ("low", "central", "high")]
    assert ends == sorted(ends) and body["proof"]["measured"] == 1 and body["M"]["covers"] == 1


def test_the_terms_are_the_figures_that_explain_opens(home: Path) -> None:
    """E × I is gwp.use and M is gwp.machines of the same use and period, draw by draw: the same medians."""
    body = score(home).as_dict()
    opened = {n: json.loads(sobria(home, "explain", n, "--json").stdout)["amount"] for n in body["explain"][:2]}
    names = dict(zip(body["explain"][:2], ("E", "E×I"), strict=True))
    assert all(opened[number]["central"] == body[name]["central"] for number, name in names.items())


def test_units_without_emissions_are_not_in_the_score_and_silent_electricity_is(home: Path) -> None:
    """In 2027: 5 answers in an unknown country are left out of R; 1 kWh of 4 has no answer: 25 % of E."""
    rows = [run("courriers", 3, "2027-01", items=10.0), run("courriers", 1, "2027-02")]
    built(home, *rows, run("courriers", 9, "2027-03", items=5.0, zone=None))
    body = score(home, period="2027").as_dict()
    assert (body["R"], body["R_left_out"], body["E_without_R"]) == (10, 5, pytest.approx(0.25))
    assert body["E"]["at_factor_values"] == pytest.approx(4)
    text = page(sci(score(home, period="2027")), "txt")
    assert "laissées hors de R : 5." in text and "25 %" in text


def test_manufacture_that_nobody_described_makes_a_minimum(home: Path) -> None:
    """Of 3 kWh of 2027, 1 has no machine: M covers two thirds, and the report says a minimum."""
    rows = [run("courriers", 2, "2027-01", items=1.0)]
    built(home, *rows, run("courriers", 1, "2027-02", items=1.0, machine=None, machine_hours=None))
    found = score(home, period="2027")
    assert found.made_covers == pytest.approx(2 / 3) and "un minimum" in page(sci(found), "txt")
    assert "un minimum" not in page(sci(score(home)), "txt")


def test_a_quality_of_another_test_than_the_threshold_is_told_as_such(home: Path) -> None:
    """0.88 by one test, a threshold of 0.85 by another: both are told, and not compared; without a threshold, so."""
    register = Register(home)
    found = {"value": 0.88, "test": "40 pages relues", "date": "2026-03-01", "by": "RH"}
    register.record_quality("courriers", found, WHO)
    assert "88 %, sans seuil fixé (40 pages relues" in plain(page(resident(facts(home, "fr")), "txt"))
    register.change("courriers", {"threshold": {"value": 0.85, "test": "relus par deux élus"}}, WHO)
    assert "; le seuil, 85 %, est d'un autre test" in plain(page(resident(facts(home, "fr")), "txt"))


def test_the_residents_sheet_says_a_small_test_does_not_assure_its_threshold(home: Path) -> None:
    """44 of 50 for 85 %: Wilson at 90 %, (0.88 + 0.02706)/1.05411 = 0.8605, ± √(0.88 × 0.12 × 0.05411 +
    0.05411²/4)/1.05411 = 0.0761: from 0.784 to 0.937, as the register says it."""
    register = Register(home)
    register.change("courriers", {"threshold": {"value": 0.85, "test": "relus"}}, WHO)
    register.record_quality("courriers", {"value": "44 sur 50", "test": "relus", "date": "2026-03-01", "by": "RH"}, WHO)
    told = plain(page(resident(facts(home, "fr")), "txt"))
    assert "88 % pour un seuil de 85 % (relus ; 1er mars 2026, RH)" in told
    assert "seuil non assuré : 50 cas, de 78 % à 94 % possible" in told


def test_an_accepted_unit_is_a_unit_times_the_tested_share(home: Path) -> None:
    """80 % of 40 answers are 32; tested as « 80 (%) », the same."""
    register = Register(home)
    for value, test in ((0.8, "relus"), (80, "relus (%)")):
        register.change("courriers", {"threshold": {"value": value, "test": test}}, WHO)
        register.record_quality("courriers", {"value": value, "test": test, "date": "2026-03-01", "by": "RH"}, WHO)
        assert score(home, "accepted").units == pytest.approx(32)
    assert "déclare le dernier essai" in page(sci(score(home, "accepted")), "txt")


def test_a_unit_that_nothing_counts_is_refused_with_those_that_are(home: Path) -> None:
    with refuses("unit_not_counted", r"unit \(40\)"):
        score(home, "1000-tokens").as_dict()
    assert "audio-hour" in sobria(home, "report", "sci", "courriers", "--per", "audio-hour", code=1).stderr
    with refuses("score_without_figures", "no measurement"):
        score(home, period="2024").as_dict()
    built(home, run("courriers", 1, "2024-02", zone=None))
    with refuses("score_unknown", "by location are unknown"):
        score(home, period="2024").as_dict()
    built(home, run("courriers", 1, "2023-02", other_energy_kwh=None, other_mode="mode/not_declared"))
    with refuses("score_without_energy", "its electricity is unknown.*neither electricity"):
        score(home, period="2023").as_dict()
    built(home, run("courriers", 0, "2027-01", machine_hours=None))
    with refuses("nothing_counted", "volume_mensuel"):
        score(home, "", "2027").as_dict()


def test_requests_are_not_the_unit_of_the_register(home: Path) -> None:
    """300 requests and no answer: the score is for a request, and one for the unit of the register is refused."""
    built(home, run("courriers", 3, "2027-01", items=None, requests=300.0))
    assert (score(home, "", "2027").unit, score(home, "", "2027").unit_name) == ("request", "requête")
    for lang, said in (("fr", "n'est pas compté"), ("en", "is not counted")):
        asked = ("report", "sci", "courriers", "--per", "unit", "--period", "2027")
        told = plain(sobria(home, *asked, lang=lang, code=1).stderr)
        assert f"unit ({facts(home).case.unit})" in told and said in told and "request (300)" in told


def test_a_use_that_counts_nothing_has_a_score_by_hour_or_by_declared_volume(home: Path) -> None:
    """In 2027: 2 and 1 hours of a machine, no count; 50 answers a month declared, over two months: 100."""
    built(home, run("courriers", 3, "2027-01", machine_hours=2.0), run("courriers", 1, "2027-02"))
    assert (score(home, "", "2027").unit, score(home, "", "2027").units) == ("machine-hour", 3)
    Register(home).change("courriers", {"volume_per_month": 50}, WHO)
    found = score(home, "", "2027")
    assert (found.unit, found.units, found.left_out) == ("declared", 100, 0)
    assert "déclaré au registre" in page(sci(found), "txt")


def test_heard_sound_is_counted_in_hours(home: Path) -> None:
    """7,200 s of sound that a speech model heard are 2 hours, in the score and on the sheet."""
    heard: dict[str, Any] = {
        "host": "class/shared-regional",
        "machine": None,
        "machine_hours": None,
        "cpu_energy_kwh": None,
        "other_energy_kwh": None,
        "other_mode": "mode/none",
    }
    built(
        home,
        run("courriers", 0, "2027-01", model="whisper-large-v3", audio_s=7200.0, device="gpu/a100-sxm-80", **heard),
    )
    assert score(home, "audio-hour", "2027").units == pytest.approx(2)
    assert "2 heures de son comptées, " in page(resident(use_facts(home, "courriers", "fr", "2027")), "txt")


def test_an_intensity_of_a_supplier_is_said(home: Path, tmp_path: Path) -> None:
    table = tmp_path / "answers.csv"
    table.write_text(
        "hote;champ;valeur;unite;date;repondant;document\n"
        "scaleway/fr-par-2;grid_gwp;20;gCO2e/kWh;2026-01-01;Scaleway;réponse.pdf\n",
        "utf-8",
    )
    sobria(home, "places", "answers", str(table), "--who", "DSI")
    found = CarbonIntensity(facts(home, use="voirie"), "unit")
    assert found.from_suppliers and not score(home).from_suppliers


# Evidence


def test_evidence_is_verified_declared_missing_or_without_object(home: Path) -> None:
    held = evidence(facts(home))
    assert held.keys() == CRITERIA.keys()
    assert (held["1.1"].state, held["1.5"].state, held["8.3"].state) == ("declared", "verified", "missing")
    # a desk has no country of its own: its rows say France, 46.1 g of 100
    assert held["8.6"].state == "declared" and "lieu dit avec les lignes" in plain(held["8.6"].evidence)
    assert held["1.4"].who == "Responsable" and "100 % mesuré" in plain(held["1.5"].evidence)
    said = {"model": "mistral-small-3.2", "host": "scaleway/fr-par-2", "threshold": {"value": 0.7, "test": "relus"}}
    register = Register(home)
    register.change("courriers", said, WHO)
    register.record_quality("courriers", {"value": 0.8, "date": "2026-03-01", "by": "RH"}, WHO)
    register.review("courriers", {"done": "2026-03-02", "by": "DSI", "conclusion": "bien"}, WHO)
    held = evidence(facts(home))
    states = {name: held[name].state for name in ("1.4", "8.6", "9.3", "9.4")}
    assert states == {"1.4": "declared", "8.6": "verified", "9.3": "declared", "9.4": "not_applicable"}
    assert "Scaleway" in held["8.6"].evidence and "Wh (100 % mesuré)" in plain(held["9.3"].evidence)


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_the_evidence_of_afnor_is_by_number_and_nothing_is_called_frugal(home: Path, lang: str) -> None:
    found = [facts(home, lang)]
    rows = rows_of(rendered(evidence_file(found), "csv"), ";")
    practices = [row for row in rows if row["referentiel"] == "AFNOR SPEC 2314"]
    assert [row["numero"] for row in practices[:-1]] == ["BP01", "BP13", "BP31"]
    assert all(re.fullmatch(r"(même preuve que|same evidence as) RGESN \d\.\d", r["preuve"]) for r in practices[:-1])
    assert practices[-1]["etat"] in ("manquant", "missing")
    counted = {"fr": "Critères du RGESN examinés", "en": "Criteria of the RGESN examined"}[lang]
    told = re.search(rf"{counted}\W*(\d+)", plain(page(evidence_file(found), "txt")))
    assert told and int(told[1]) == len(rows) - len(practices)
    assert {"fr": "il ne qualifie aucun usage", "en": "it qualifies no use"}[lang] in page(evidence_file(found))


def test_every_use_is_on_one_list_with_its_numbers(home: Path, tmp_path: Path) -> None:
    assert len(every_use(home, "fr")) == 2
    text = sobria(home, "report", "evidence").stdout
    assert "Courriers" in text and "Voirie" in text and "9.4" in text
    sobria(tmp_path / "empty", "report", "evidence", code=1)


def test_the_evidence_of_several_says_the_months_of_all_and_opens_their_territory(tmp_path: Path) -> None:
    """« Accueil » has January alone, « Voirie » January to March: 3 months of the year, and no number of one alone."""
    for name in ("Accueil", "Voirie"):
        case(Register(tmp_path), name)
    months = {"accueil": (1,), "voirie": (1, 2, 3)}
    built(tmp_path, *(run(key, 1, f"2026-{n:02}", requests=500.0) for key, some in months.items() for n in some))
    said = plain(sobria(tmp_path, "report", "evidence", "--period", "2026").stdout)
    assert "année 2026 (3 mois sur 12)" in said and "sobria explain sheet.all.2026.energy" in said
    assert "(1 mois sur 12)" not in said and "explain use." not in said
    alone = plain(sobria(tmp_path, "report", "evidence", "accueil", "--period", "2026").stdout)
    assert "(1 mois sur 12)" in alone and "sobria explain use.accueil.2026.energy" in alone


# Printed, and safe


@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_a_hostile_register_stays_text(home: Path, lang: str) -> None:
    hostile = "<script>alert(1)</script>|`=1+1`"
    names = ("name", "task", "unit", "owner_role", "benefit", "who_decides", "contact", "model", "host", "other_way")
    Register(home).change("courriers", dict.fromkeys(names, hostile) | {"alternative": STUDIED}, WHO)
    stop(home)
    found = facts(home, lang)
    for made in (resident(found), stopped(found), sci(CarbonIntensity(found, "unit")), evidence_file([found])):
        assert "<script" not in rendered(made, "html") and "<script" not in rendered(made, "md")


@pytest.mark.browser
@pytest.mark.parametrize(("length", "pages"), [(1, 1), (14, 1), (50, 2)])
def test_the_sheet_is_one_page(screen: Any, home: Path, tmp_path: Path, length: int, pages: int) -> None:
    """Also with texts that are long for such a sheet, about thirty words a field; longer, on a second page and in a
    type that is read, of 8 pt at least."""
    names = ("task", "benefit", "who_decides", "contact", "human_contact", "other_way", "data_sensitivity")
    Register(home).change("courriers", dict.fromkeys(names, "un texte " * length), WHO)
    stop(home)
    for name, document in (("resident", resident), ("stopped", stopped)):
        file = tmp_path / f"{name}.html"
        file.write_text(rendered(document(facts(home)), "html"), "utf-8")
        screen.goto(file.as_uri())
        screen.emulate_media(media="print")
        assert screen.evaluate(LEAST) >= 8, name
        screen.emulate_media(media="null")
        made = len(re.findall(rb"/Type\s*/Page\b(?!s)", screen.pdf(prefer_css_page_size=True)))
        assert made == (pages if name == "resident" else 1), name
        screen.set_viewport_size({"width": 320, "height": 800})
        assert screen.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_declaration_is_said_as_what_it_is(tmp_path: Path) -> None:
    """2 × 115 kWh at the site and 10,000 requests each: 20,000 requests and no answer counted, no machine described.

    Manufacture and network are in no figure: neither text counts them. The PUE of 1.25 is the declaration's own."""
    names = "service;start;end;provider;model;zone;host;requests;energy_kwh;energy_boundary;energy_basis;pue;document"
    months = (
        f"courriers;2026-0{n}-01;2026-0{n + 1}-01;X;;FRA;class/national-cloud;10000;115;site;measured;1,25;r"
        for n in (1, 2)
    )
    (tmp_path / "declared.csv").write_text("\n".join((names, *months)), "utf-8")
    register = Register(tmp_path)
    register.create(IDEA | {"name": "Courriers"}, WHO, "courriers")
    register.attach("courriers", {"service_key": "courriers"}, WHO)
    sobria(tmp_path, "import", str(tmp_path / "declared.csv"))
    sobria(tmp_path, "build")
    said = page(sci(score(tmp_path, "")), "txt").replace("\u00a0", " ")
    assert "20 000 × « requête »" in said.replace("\u202f", " ") and "une réponse" not in said
    assert "part de leur fabrication" not in said and "Non compté : fabrication des machines, réseau" in said
    assert "20 000 requêtes comptées" in page(resident(facts(tmp_path)), "txt").replace("\u202f", " ").replace(
        "\u00a0", " "
    )
    sobria(tmp_path, "report", "reen", "--period", "2026", "--out", str(tmp_path / "reen.txt"))
    said = (tmp_path / "reen.txt").read_text("utf-8")
    outside = re.search(r"Ne sont pas comptés.*", said)
    assert outside and "fin de vie" in outside[0] and "compté en partie" not in said  # no manufacture, so none in it
    assert outside and "fabrication des serveurs et des cartes" in outside[0] and "réseau" in outside[0]
    opened = sobria(tmp_path, "explain", "use.courriers.2026.energy").stdout
    assert "(déclaré) : 1,25" in opened.replace("\u00a0", " ") and "Valeur déclarée avec la consommation" in opened
    assert "Valeur saisie" not in opened and "given" not in opened
