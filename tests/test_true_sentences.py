"""Sentences that said more than was known: of an empty ledger, of no verdict, of no threshold."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison import hosting_sites
from dashboard.comparison import result as compare_view
from dashboard.comparison.verdict_sections import smallest
from dashboard.shared import estimator_gateway
from dashboard.shared.scenario_url import plain
from dashboard.shared.texts import t, words
from dashboard.shared.widgets import proof_sentence
from estimator.builds.build import build
from estimator.catalogue.load import load
from estimator.cli.app import application
from estimator.comparison.answer import Answer, Sufficient
from estimator.comparison.decision_sheet import decision
from estimator.comparison.five_fields import SETS, scenario_from
from estimator.comparison.scenario import Asked, Scenario, scenario_of
from estimator.comparison.site_comparison import extremes
from estimator.comparison.verdict_text import smallest_words
from estimator.governance.indicators.practices import fits, right_sized
from estimator.governance.indicators.scope import Scope
from estimator.governance.register.register import Register, author
from estimator.reporting.documents.document import Table, TableCell
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.project.context import facts_of
from estimator.reporting.project.evaluation import evaluation
from estimator.reporting.summary.one_page import document
from estimator.reporting.summary.summary import synthesis
from tests.reporting.test_synthesis import case, run, scope
from tests.support import kept

FORBIDDEN = re.compile(  # said nowhere: « ça monte » has its words, and nothing is claimed of what was not emitted
    r"de moins à .* de plus|aucune comparaison ne mène|laissée?s? dehors|dite?s? comme telle?s?|équivalent arbres"
    r"|CO.? évité|\bneutre en|\bverte? IA|IA verte"
)
PLACE = re.compile(  # RGAA 10.9: who sees no page is told what a thing is, not where it stands
    r"(plus|en) (haut|bas)( de la page)?[.,]|du haut|ci-dess|à (gauche|droite)|, dessous|at the (top|bottom)|, below\."
    r"|(left|right) of|on the (left|right)|in the rows above"
)
LABELS = ("Par", "Essai")  # of no field: by whom, of what?
ROOT = Path(__file__).resolve().parents[1]
FRAME = ROOT / "dashboard" / "pages" / "frame.py"
LANGUAGES = ("fr", "en")
DAY = date(2026, 11, 28)
SITES = ("dcml/vandoeuvre", "scaleway/fr-par-2", "aws/us-east-1")
USES = {"petit": "qwen3-8b", "grand": "mistral-large-latest"}


def told(words: Mapping[str, Any]) -> Iterator[str]:
    """Every text of a file of words."""
    for value in words.values():
        yield from told(value) if isinstance(value, Mapping) else [str(value)]


def test_no_forbidden_phrase_is_in_our_words() -> None:
    """But between quotation marks: what may not be said is then quoted."""
    for file in (*ROOT.glob("dashboard/words/*.fr.toml"), *ROOT.glob("estimator/words/*.fr.toml")):
        for text in told(tomllib.loads(file.read_text("utf-8"))):
            assert not FORBIDDEN.search(re.sub(r"« .*? »", "", text)), f"{file.name}: {text}"
            assert text not in LABELS, file.name


def test_no_word_of_the_screens_says_a_thing_by_its_place() -> None:
    for file in ROOT.glob("dashboard/words/*.toml"):
        said = [text for text in told(tomllib.loads(file.read_text("utf-8"))) if PLACE.search(text)]
        assert said == [], file.name


@pytest.mark.parametrize(("lang", "counted"), [("fr", r"\busages? en service"), ("en", r"\buse(s| cases?) in service")])
def test_uses_that_are_counted_are_in_trial_or_in_service(lang: str, counted: str) -> None:
    """« En service » alone is the last stage, for one use: a pilot is counted, so what counts says both."""
    for file in (*ROOT.glob(f"dashboard/words/*.{lang}.toml"), *ROOT.glob(f"estimator/words/*.{lang}.toml")):
        found = [text for text in told(tomllib.loads(file.read_text("utf-8"))) if re.search(counted, text, re.I)]
        assert found == [], file.name


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path))
    estimator_gateway._open_build.cache_clear()
    return tmp_path


def page(name: str, lang: str, **query: str) -> str:
    at = AppTest.from_file(str(FRAME), default_timeout=120)
    at.switch_page(name)
    for key, value in {"lang": lang, **query}.items():
        at.query_params[key] = value
    at.run()
    assert not at.exception, at.exception[0].message
    return "\n".join(block.proto.body for block in at.get("html"))


def two_models(threshold: float | None = None, quality: float | None = 0.9, **more: Any) -> Scenario:
    """A small and a large model, described alike."""
    options: list[dict[str, Any]] = [{"id": "sans-ia", "label": "sans IA", "method": "none", "status": "not_studied"}]
    for name, model in USES.items():
        use = {"model": model, "host": "scaleway/fr-par-2", "device": "gpu/h100", "concurrency": 16}
        options.append({"id": name, "label": f"le {name}", "method": "model", "use": use} | more)
        options[-1] |= {"quality": {"value": quality}} if quality is not None else {}
    limits = {"quality": {"value": threshold}} if threshold is not None else {}
    need = {"unit": "une réponse", "volume": 1000, "output_tokens": 300, "input_tokens": 800}
    day = date(2026, 6, 1)
    return scenario_of({"title": "essai", "day": day, "need": need, "constraints": limits, "options": options})


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_an_empty_ledger_is_neither_measured_in_full_nor_without_a_gap(home: Path, lang: str) -> None:
    build(home)
    text = page("mesures.py", lang)
    assert t("state.empty_title", lang) in text
    assert t("coverage.gaps_none", lang) not in text and words(lang)["home"]["proof_all"].split("}")[1] not in text
    told = CliRunner().invoke(application(), ["ledger", "verify"], obj={"home": home, "lang": lang}).output
    assert ("rien à prouver" if lang == "fr" else "nothing to prove") in told
    assert "se retrouve" not in told and "can be found" not in told


@pytest.mark.parametrize("lang", LANGUAGES)
def test_electricity_of_which_nothing_is_known_is_not_measured_in_full(lang: str) -> None:
    nothing = dict.fromkeys(("measured", "estimated", "declared", "unknown"), 0.0)
    told = proof_sentence(nothing, t("measures.their", lang), lang)
    assert ("n’est pas connue" if lang == "fr" else "is not known") in told
    assert told != proof_sentence(nothing | {"measured": 1.0}, t("measures.their", lang), lang)
    little = proof_sentence(nothing | {"measured": 0.001, "declared": 0.999}, t("measures.their", lang), lang)
    assert little.startswith("Moins de 1" if lang == "fr" else "Less than 1") or "<1" in little
    mixed = {"measured": 0.3, "estimated": 0.2, "declared": 0.496, "unknown": 0.004}
    assert t("home.rest_unknown", lang) in proof_sentence(mixed, t("measures.their", lang), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_names_no_option_that_suffices_without_a_threshold(lang: str) -> None:
    for quality in (None, 0.9):
        found = compare_data.compared(two_models(None, quality), "fr")
        text = str(smallest(found, lang))
        assert smallest_words(found, lang) in text
        assert t("compare.suffices", lang) not in text
    found = compare_data.compared(two_models(0.8), "fr")
    assert smallest_words(found, lang) in str(smallest(found, lang))


@pytest.mark.parametrize(
    ("model", "threshold", "concurrency", "right"),
    [("qwen3-8b", 0.8, 16, True), ("mistral-large-latest", 0.8, 16, False), ("qwen3-8b", None, 16, None)],
)
def test_a_model_is_right_sized_by_a_threshold_and_no_other_way(
    tmp_path: Path, model: str, threshold: float | None, concurrency: int, right: bool | None
) -> None:
    found = used(tmp_path, two_models(threshold), model)
    assert fits(found, found.cases[0]) is right
    value = right_sized(found)["value"]
    assert value["numerator"] == (500 if right else 0)
    assert value["unknown"] == (1 if fits(found, found.cases[0]) is None else 0)


def test_a_larger_model_that_cannot_be_told_from_the_smallest_is_not_right_sized(tmp_path: Path) -> None:
    """34 and 40 billion parameters: what nobody measured of either is more than their difference."""
    values = plain(two_models(0.8))
    for option in values["options"][1:]:
        option["use"] |= {
            "model": "yi-34b" if option["id"] == "petit" else "falcon-40b",
            "concurrency": None,
        }
    found = used(tmp_path, scenario_of(values), "falcon-40b")
    body = found.sources.compared(found.cases[0]).answer  # type: ignore[union-attr]
    assert body.smallest_sufficient == Sufficient(status="found", id="petit", tied=("grand",), threshold=0.8)
    assert fits(found, found.cases[0]) is None and right_sized(found)["unknown"] == [found.cases[0].id]


def test_requests_are_judged_by_the_model_that_served_them(tmp_path: Path) -> None:
    """100 requests that the large model was measured to serve, 500 of the small one that the register holds: 500 of
    600, not all of them; and the same of the large one held, where the small one served those 100."""
    for model, other, right in (("qwen3-8b", "mistral-large-latest", 500), ("mistral-large-latest", "qwen3-8b", 100)):
        (home := tmp_path / model).mkdir()
        served: dict[str, Any] = {"host": "scaleway/fr-par-2", "zone": None}
        rows = [run("a", 1, "2026-01", requests=100.0, model=other, **served)]
        rows += [run("a", 1, requests=500.0, model=model, **served)]
        found = right_sized(used(home, two_models(0.8), model, *rows))
        assert (found["value"]["numerator"], found["value"]["denominator"]) == (right, 600)
        assert not found["unknown"] and len(found["silent"]) == 1


def used(home: Path, scenario: Scenario, model: str, *rows: Any) -> Scope:
    """A use case that makes 500 requests with a model, or these, to which a scenario is attached."""
    from estimator.comparison.scenario_toml import scenario_toml

    register = Register(home)
    id = case(register, "A", "Courrier")
    (home / "scenarios").mkdir()
    (home / "scenarios" / "a.toml").write_text(scenario_toml(scenario), "utf-8")
    register.change(id, {"model": model, "scenario": "a.toml"}, author("Service numérique", "essai"))
    return scope(home, *(rows or [run("a", 1, requests=500.0)]))


def pairs(**verdicts: tuple[str | None, ...]) -> Any:
    """An answer of which each impact has pairs a/b, then c/d, whose lower option is the one said, None: undecided."""
    return SimpleNamespace(
        pairs={
            figure: [
                SimpleNamespace(a=n[0], b=n[1], verdict="lower_always" if low else "undecided", lower=low)
                for n, low in zip(("ab", "cd"), lows, strict=False)
            ]
            for figure, lows in verdicts.items()
        }
    )


@pytest.mark.parametrize(
    ("energy", "gwp", "key"),
    [
        ((None,), (None,), None),
        (("a", None), ("a", None), "agree"),
        ((None,), ("b",), "more_settled"),
    ],
)
def test_impacts_agree_only_where_a_verdict_says_something(energy: Any, gwp: Any, key: str | None) -> None:
    body = pairs(energy=energy, water=energy, adpe=energy, gwp=gwp)
    for lang in LANGUAGES:
        told = compare_view.agreement(body, lang)
        known = {k: t(f"compare.{k}", lang, list="#").split("#")[0][:30] for k in ("agree",)}
        known |= {k: t(f"compare.{k}", lang, list="#").split("#")[0][:20] for k in ("less_settled", "more_settled")}
        assert [k for k, start in known.items() if told.startswith(start)] == ([key] if key else [])
        assert bool(told) is (key is not None)


def test_untested_options_are_compared_and_their_quality_is_said_to_be_checked() -> None:
    asked = two_models(None, None)
    found = compare_data.compared(asked, "fr")
    assert compare_view.agreement(found, "fr") == t("compare.agree", "fr")
    assert "qualité à vérifier" in compare_view.head(found, "fr").replace("\u00a0", " ")


def test_the_lines_of_the_sheet_add_up_to_its_total_and_a_group_has_its_amount(tmp_path: Path) -> None:
    """Four known services, two small ones together that weigh 5 kWh of 21, two outside the register, one unknown."""
    register = Register(tmp_path)
    for name in ("A", "B", "C", "D", "S1", "S2", "U"):
        case(register, name, name)
    rows = [run(name.lower(), kwh, requests=9000.0) for name, kwh in (("A", 6), ("B", 4), ("C", 2), ("D", 1))]
    rows += [run("s1", 2, requests=59.0), run("s2", 3, requests=59.0), run("x", 1.5), run("y", 1.5)]
    rows.append(run("u", 1, requests=9000.0, host=None, zone=None))
    body = synthesis(scope(tmp_path, *rows, territory="all"))
    tables = [block for part in document(body, "fr").sections for block in part.blocks if isinstance(block, Table)]
    found = next(table for table in tables if table.columns[0] == "Usage")
    bars = [cell.bar for row in found.rows for cell in row if isinstance(cell, TableCell) and cell.bar]
    printed = sum(bar.amount["central"] for bar in bars)
    assert printed == pytest.approx(body["indicators"]["energy"]["value"]["central"])
    assert printed == pytest.approx(sum(u["energy"]["central"] or 0 for u in body["uses"]))
    text = rendered(document(body, "fr"), "md")
    assert "Autres usages réunis (2)" in text and "plus petites" not in text
    assert "Hors du total : U, " in text.replace("\u00a0", " ")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_plain_words_say_no_more_than_the_measured_sentence(lang: str) -> None:
    """« À ce rythme, … serait dépassée » is about the end of the year, not about now."""
    for verdict in ("over", "under"):
        assert ("Si cela continue" if lang == "fr" else "If this goes on") in t(f"simple.answer_{verdict}", lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_screens_are_told_beside_and_left_out_of_every_figure(home: Path, lang: str) -> None:
    found = compare_data.compared(compare_data.example_scenario(lang), lang)
    assert compare_view.people(found, lang) in page("comparer.py", lang, exemple="oui")
    assert t("explain.always_out", lang) in page("comparer.py", lang, exemple="oui", calcul="leger.energy")
    said = "une comparaison dit les autres à côté" if lang == "fr" else "a comparison tells the others beside"
    assert said in t("footer.method", lang)


def varied(number: int) -> Scenario:
    """The example, the example with another model, and two models nobody tested."""
    example = compare_data.example_scenario()
    if number == 2:
        return two_models(None, None, people={"screen_minutes": 5})
    values = plain(example)
    if number == 1:
        values["options"][1]["use"]["model"] = "mistral-small-latest"
    return scenario_of(values)


@pytest.mark.parametrize("number", range(3))
def test_the_command_and_the_page_give_the_same_verdicts_between_sites(home: Path, number: int) -> None:
    scenario = varied(number)
    option = "petit" if number == 2 else "leger"
    shown = compare_data.placed(scenario, option, SITES, "fr")
    told = decision(scenario, home, (option, SITES))
    assert verdicts(shown) == verdicts(told) and len(verdicts(told)) == 15
    assert smallest_words(compare_data.compared(scenario, "fr"), "fr") == smallest_words(decision(scenario, home), "fr")


def verdicts(body: Answer) -> set[tuple[Any, ...]]:
    return {(name, p.a, p.b, p.verdict, p.lower, p.reason) for name, found in body.pairs.items() for p in found}


@pytest.mark.parametrize("room", ["estimator", "dashboard"])
def test_an_id_of_the_tables_that_a_sentence_gives_as_an_example_is_in_them(room: str) -> None:
    """`gpu/h100-sxm` was not: what follows a prefix of the tables is a row of them, or an example of one's own."""
    subjects = load().subjects
    prefixes = {name.partition("/")[0] for name in subjects} - {"model"}
    for path in (Path(__file__).resolve().parents[1] / room / "words").glob("*.toml"):
        text = path.read_text("utf-8")
        said = {
            f"{prefix}/{rest}"
            for prefix, rest in re.findall(r"(?<![\w/.-])([a-z]+)/([a-z0-9][a-z0-9.-]*[a-z0-9])", text)
        }
        assert [name for name in sorted(said) if name.partition("/")[0] in prefixes and name not in subjects] == []


def plain_text(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def light_and_large(light: float = 47 / 60) -> Scenario:
    """A light model with 47 good answers out of 60 under a threshold of 80 %, and one untested large model in a large
    data centre, of France and of the United States."""
    asked = Asked(people=100, uses=10, per="month", task="rewrite", models=SETS, place="class/hyperscale")
    values = plain(scenario_from(asked, "fr"))
    small, large = (option for option in values["options"] if option["method"] == "model")
    person = {"id": "alternative/by-hand", "existing_server": True, "zone": "FRA"}
    first = {"id": "main", "label": "le travail d'un agent", "method": "none", "alternative": person}
    small |= {"quality": {"value": light, "cases": 60}}
    large["use"]["zone"] = "FRA"
    there = large | {"id": "large-2", "use": large["use"] | {"zone": "USA"}}
    limits = {"quality": {"value": 0.8}}
    return scenario_of(values | {"constraints": limits, "options": [first, small, large, there]})


def test_options_of_one_name_are_told_apart_by_country_and_what_decides_between_them_is_said() -> None:
    """The same electricity in both countries, and about five times the greenhouse gases (a factor of each grid)."""
    facts = facts_of(light_and_large(), "fr")
    assert [o.label for o in facts.answer.options[2:]] == ["un grand modèle (France)", "un grand modèle (États-Unis)"]
    pair = facts.answer.pair("large", "large-2", "gwp")
    assert pair and pair.ratio and pair.ratio.median == pytest.approx(5.2, abs=0.3)
    but = "en médiane un grand modèle (France), 5,2 fois moins de gaz à effet de serre"
    told = plain_text(rendered(evaluation(facts), "md"))
    assert but in plain_text(" ".join(facts.answer.said("leaning", "fr"))) and but in told
    assert "un grand modèle (États-Unis) : Grand centre de données (hyperscale), États-Unis, PUE" in told
    values = plain(light_and_large())
    del values["options"][1]
    only = decision(scenario_of(values), today=DAY)
    assert but in plain_text(only.said("lead", "fr")[0])  # the two alone: in the headline itself


def test_the_headline_sets_the_smallest_model_that_may_suffice_against_the_largest() -> None:
    """47 out of 60 is 78.33 %, with 68 to 86 % left possible: under 80 %, not surely. 30 out of 60 is surely under."""
    found = decision(light_and_large(), today=DAY)
    lead = plain_text(found.said("lead", "fr")[0])
    assert lead.startswith("Un modèle léger : ") and "qu’un grand modèle (États-Unis) (" in lead
    assert "sous le seuil (78,33 %, attendu 80 %), sans que l’essai l’assure." in lead and "faute d’assez" not in lead
    assert not plain_text(decision(light_and_large(0.5), today=DAY).said("lead", "fr")[0]).startswith("Un modèle léger")


def test_a_site_without_a_country_is_judged_on_the_one_that_its_option_states() -> None:
    """A server room has no country of its own; the option says France, which the document and the page then judge."""
    found = decision(light_and_large(), sites=("large", ["class/server-room"]), today=DAY)
    host, by = "class/server-room", ("le scénario", "essai")
    alone, judged = (compare_data.hosting(host, DAY, *said) for said in ((), (found.options[0], by)))
    assert [c.status for c in alone.criteria if c.id == "8.6"] == ["unknown"]
    assert {c.id: c.status for c in judged.criteria} == found.sites[0].criteria
    assert found.sites[0].criteria["8.6"] != "unknown" and judged.distance == "country"
    supposed = found.options[0].model_copy(update={"zone_supposed": True})
    assert compare_data.hosting(host, DAY, supposed, by) == alone


def test_the_quality_of_one_model_is_not_set_against_itself() -> None:
    found = compare_data.placed(light_and_large(0.95), "light", ("scaleway/fr-par-2", "aws/us-east-1"), "fr")
    pair = extremes(found, "gwp")
    assert pair and "fois plus" in pair.sentence["fr"] and "qualité" not in pair.sentence["fr"]
    assert "quality" not in pair.sentence["en"] and not pair.sentence["en"].endswith(")")
    of_two = decision(light_and_large(), today=DAY).pair("light", "large", "energy")
    assert of_two and "qualité" in of_two.sentence["fr"]


def test_sites_say_the_requests_together_that_their_kind_makes_suppose() -> None:
    hosts = ("scaleway/fr-par-2", "aws/us-east-1")
    found = compare_data.placed(light_and_large(), "light", hosts, "fr")
    known = {host: compare_data.hosting(host, DAY) for host in hosts}
    page = plain_text(str(hosting_sites._sites_compared(found, known, "gwp", "fr")))
    for told in ("24 à la fois (de 4 à 144)", "256 à la fois (de 64 à 1 024)"):
        assert told in page
    assert page.count("le vrai nombre la confirme, ou non") == 2
