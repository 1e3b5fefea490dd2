"""One answer, rendered as command-line text, JSON, page and evaluation sheet: the same verdicts, refusals and order."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dashboard.comparison import result, results_table, verdict_sections, volume_growth
from dashboard.shared.texts import t
from estimator.cli.compare_text import compare_text
from estimator.comparison.answer import Answer
from estimator.comparison.decision_sheet import decision
from estimator.comparison.scenario import Scenario, scenario_of
from estimator.comparison.verdict_text import barred_words, smallest_words
from estimator.core.errors import LANGUAGES
from estimator.core.number_format import range_text
from estimator.reporting.documents import rendering
from estimator.reporting.project.context import SheetFacts, facts_of
from estimator.reporting.project.evaluation import evaluation
from estimator.reporting.project.sentences import conclusions
from tests.support import kept

SCHEMA = json.loads((Path(__file__).parents[1] / "docs" / "reponse.schema.json").read_text("utf-8"))
SITE = {"zone": "FRA", "host": "class/server-room"}
FAQ = {"id": "alternative/static-page", "existing_server": True, **SITE}
HAND = {"id": "alternative/by-hand", "existing_server": True, "zone": "FRA"}
PEOPLE = {"screen_minutes": 45, "work_minutes": 45}
THRESHOLD = {"quality": {"value": 0.9}}
INSIDE = THRESHOLD | {"location": "FRA"}
WORDS = {  # of the four ways to name a lower option or none, read back from any text
    "fr": r"plus bas dans tous les cas étudiés : |plus bas dans la plupart des cas \([^)]*\) : "
    r"|équivalents|on ne peut pas trancher|non comparable : ",
    "en": r"lower in all cases studied: |lower in most cases \([^)]*\): |equivalent|cannot be decided|not comparable: ",
}


def faq(**more: Any) -> dict[str, Any]:
    return {
        "id": "faq",
        "label": "la page FAQ",
        "method": "none",
        "alternative": FAQ,
        "quality": {"value": 0.92},
    } | more


def model(name: str, kwh: float, quality: float | None = 0.95, **more: Any) -> dict[str, Any]:
    found = {"id": name, "label": f"modèle {name}", "method": "model", "use": {"it_energy_kwh": kwh, **SITE}}
    return found | ({"quality": {"value": quality}} if quality is not None else {}) | more


LIGHT, LARGE = model("petit", 0.001), model("grand", 0.02, 0.97)
ABROAD = {"use": {"it_energy_kwh": 0.001, "zone": "POL", "pue": 1.2}}
UNKNOWN = model("inconnu", 1, use={"model": "modele-9000", **SITE})
RESERVED = model("reserve", 1, use={"model": "qwen3-8b", "device": "gpu/h100", **SITE}, reserved_hours=8766)
OPTIONS: Mapping[str, list[dict[str, Any]]] = {
    "a town": [faq(), LIGHT, LARGE],
    "people": [faq(people=PEOPLE), LIGHT | {"people": {"screen_minutes": 1}}, LARGE],
    "letter": [faq(alternative=None, people=PEOPLE), LIGHT, LARGE],
    "by hand": [faq(alternative=HAND, people=PEOPLE), LIGHT, LARGE],
    "untested": [faq(quality=None), model("petit", 0.001, None), model("grand", 0.02, None)],
    "below": [faq(quality={"value": 0.5}), LIGHT, LARGE],
    "abroad": [faq(status="not_studied", alternative=None), LIGHT | ABROAD, LARGE],
    "leaning": [
        faq(),
        model("petit", 0.001, use={"it_energy_kwh": 0.001, **SITE, "zone": "POL"}),
        model("moyen", 0.002),
    ],
    "one": [faq()],
    "none": [faq(status="rejected", why="trop rigide", alternative=None)],
    "refused": [faq(), UNKNOWN, LARGE],
    "all refused": [faq(alternative=FAQ | {"id": "alternative/nothing"}), UNKNOWN],
    "dedicated": [faq(alternative=FAQ | {"existing_server": False}), RESERVED, LARGE],
    "held by sharing": [faq(alternative=FAQ | {"existing_server": False, "shared_by": 50}), model("petit", 0.00003)],
    "told by sharing": [faq(alternative=FAQ | {"existing_server": False, "shared_by": 2}), model("petit", 0.0002)],
    "told alone": [faq(alternative=FAQ | {"existing_server": False}), model("petit", 0.0004)],
    "too small": [faq(), RESERVED | {"reserved_hours": 0.001}, LARGE],
    "near": [faq(), model("a", 0.001), model("b", 0.00102)],
    "other service": [faq(), LIGHT | {"unit": "une page"}, LARGE],
    "all below": [faq(quality={"value": 0.5}), *(model(n, k, 0.4) for n, k in (("petit", 0.001), ("grand", 0.02)))],
    "stated": [faq(), LIGHT | {"acceptance": 0.6, "acceptance_why": "essai à blanc"}, LARGE],
    "tuned": [faq(), LIGHT | {"fine_tuning": {"device": "gpu/h100", "device_hours": 40, **SITE}}, LARGE],
    "six": [faq(), *(model(f"m{n}", 0.001 * 2**n) for n in range(5))],
}
FIRST = {"fr": "Semble suffire sans IA : la page FAQ.", "en": "Seems sufficient without AI: la page FAQ."}
CASES = [(name, limits) for name in OPTIONS for limits in ({}, INSIDE)]
TOLD = kept(
    [(*case, lang) for case in CASES for lang in LANGUAGES],
    *((*case, LANGUAGES[(n // 2 + n) % 2]) for n, case in enumerate(CASES)),
)


def scenario(name: str, limits: Mapping[str, Any]) -> Scenario:
    need = {"unit": "une réponse", "volume": 36_000, "input_tokens": 800, "output_tokens": 300}
    body = {"title": name, "day": date(2026, 6, 1), "need": need, "options": OPTIONS[name], "constraints": limits}
    return scenario_of(body)


@cache
def answered(name: str, imposed: bool) -> SheetFacts:
    """The answer to a scenario, made once for every door and language."""
    return facts_of(scenario(name, INSIDE if imposed else {}), "fr")


def plain(text: str) -> str:
    """A text without tags, marks nor typography."""
    bare = html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("’", "'").replace("\\", "")
    return re.sub(r"\s+", " ", bare.replace("**", ""))


def rendered(name: str, limits: Mapping[str, Any], lang: str) -> tuple[Answer, dict[str, str]]:
    """The answer, and what a reader sees of it on the command line, on the page and on the sheet."""
    known = answered(name, bool(limits)) if limits in ({}, INSIDE) else facts_of(scenario(name, limits), lang)
    facts = replace(known, lang=lang)
    found, asked = facts.answer, facts.scenario
    page = (
        result.head(found, lang),
        result.picture(found, asked, lang),
        results_table.numbers(found, asked, lang),
        verdict_sections.ratios(found, lang),
        verdict_sections.hinges(found, lang),
        verdict_sections.smallest(found, lang),
        volume_growth.growth(found, lang),
    )
    texts = {"command": compare_text(found, lang), "page": " ".join(page)}
    sheet = evaluation(facts)
    texts["sheet"] = "".join(rendering.rendered(sheet, kind) for kind in ("md", "csv"))  # what fits, then all
    return found, {medium: plain(text) for medium, text in texts.items()}


@pytest.mark.parametrize(("name", "limits", "lang"), TOLD)
def test_one_answer_is_told_alike_by_every_door(name: str, limits: Mapping[str, Any], lang: str) -> None:
    found, texts = rendered(name, limits, lang)
    jsonschema.validate(json.loads(found.model_dump_json()), SCHEMA)
    whole = {p.words[lang] for pairs in found.pairs.values() for p in pairs}
    for medium, text in texts.items():
        assert plain(found.said("lead", lang)[0]) in text, medium
        for pair in found.pairs["energy"]:
            left = pair.verdict == "not_studied" or (found.beside(pair) and medium != "sheet")
            assert plain(pair.words[lang]).casefold() in text.casefold() or left, medium
        for pair in found.lead if medium != "page" else [p for p in (found.opening(),) if p]:
            assert plain(pair.sentence[lang]) in text or found.beside(pair), medium
        assert all(plain(said) in text for said in found.said("again", lang)), medium
        for option in found.options:
            assert not option.refusal or plain(option.refusal[lang]).rstrip(".") in text, (medium, option.id)
            assert all(plain(said) in text for said in barred_words(option, lang)), (medium, option.id)
        if not limits:
            told = text.replace(plain(smallest_words(found, lang)), "").replace(plain(t("compare.smallest", lang)), "")
            assert not re.search(r"\b(?:suffit|suffices)\b", told), medium
        grown = {p.words[lang] for found_at in found.growth for p in (*found_at.pairs, *found_at.undecided)}
        heads = {plain(words).split(" : ")[0].casefold() for words in whole | grown}
        for verdict in re.findall(WORDS[lang], text):  # and nothing else is told
            assert any(head.startswith(verdict.split(" : ")[0].split(":")[0].casefold()) for head in heads), verdict


def test_the_line_of_growth_is_never_cut_on_the_sheet() -> None:
    """The amount first; the verdicts at each volume where they fit whole."""
    told = [text for name in ("a town", "near", "six", "dedicated") for text in conclusions(answered(name, True))]
    grown = [text for text in told if "fois ce volume" in text]
    assert len(grown) >= 3 and not [text for text in grown if "…" in text]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_person_at_their_desk_is_told_beside_once_with_the_electricity_of_the_year(lang: str) -> None:
    """36,000 answers of 45 minutes, 92 % accepted: 27,000 / 0.92 hours, and as many times the electricity of one; no
    verdict repeats that nothing compares it, and what the models' readers take is said not to be counted."""
    found, texts = rendered("by hand", {}, lang)
    clerk = found.option("faq")
    each, year = clerk.people["energy"].ends, clerk.people_period["energy"].ends
    assert year == pytest.approx([36_000 * end for end in each])
    assert found.hours(clerk) == pytest.approx(36_000 * 45 / 60 / 0.92)
    amount = plain(range_text(clerk.people_period["energy"], lang))
    never = {"fr": "non comparable", "en": "not comparable"}[lang]
    texts["sheet"] = plain(rendering.rendered(evaluation(replace(answered("by hand", False), lang=lang)), "md"))
    for medium, text in texts.items():
        assert text.count(never) == 1 and amount in text.split(never)[0].rpartition("45 min")[2], medium
        assert plain(found.said("checking", lang)[0]) in text and text.count(amount) >= 2, medium
    assert {o.id for o in found.options if o.only_people} == {"faq"} and len(found.said("checking", lang)) == 1
    some = answered("people", False).answer.said("checking", lang)[0]  # the minutes of the light one are known
    assert "modèle grand" in some and "modèle petit" not in some


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_option_without_ai_is_named_first_where_it_suffices(lang: str) -> None:
    """In figures or not: the FAQ that runs on a server that exists, and the letter of which nothing is described."""
    for name, start in (("a town", {"fr": "L'option qui semble", "en": "The option that seems"}), ("letter", FIRST)):
        found, texts = rendered(name, THRESHOLD, lang)
        said = plain(smallest_words(found, lang))
        assert said.startswith(start[lang]) and all(said in text for text in texts.values())
        assert found.smallest_sufficient is not None and found.smallest_sufficient.without_ai == ("faq",)
        assert said.index("la page FAQ") < said.find("modèle petit") or "modèle petit" not in said


def test_an_option_outside_the_imposed_place_is_barred_on_every_door() -> None:
    found, texts = rendered("abroad", INSIDE, "fr")
    assert found.option("petit").barred == ("outside",) and found.reference == "grand"
    assert all("hors du lieu imposé, jamais retenue" in text for text in texts.values())


def test_minutes_of_people_change_no_verdict_on_the_service() -> None:
    """45 minutes of an agent on the lower option: every pair and figure of the service is what it was."""
    bare, people = (decision(scenario(name, THRESHOLD)) for name in ("a town", "people"))
    assert (bare.pairs, bare.lead, bare.reference) == (people.pairs, people.lead, people.reference)
    assert [o.service for o in bare.options] == [o.service for o in people.options]
    assert people.option("faq").people and not bare.option("faq").people


def test_a_refused_option_is_told_and_the_command_says_so_by_its_status(tmp_path: Path) -> None:
    from estimator.comparison.scenario_toml import scenario_toml
    from tests.support import sobria

    path = tmp_path / "s.toml"
    path.write_text(scenario_toml(scenario("refused", THRESHOLD)), "utf-8")
    done = sobria(tmp_path / "home", "compare", str(path), code=1)
    assert "modele-9000" in done.stdout and "Traceback" not in done.stderr
    assert "plus bas dans tous les cas étudiés : la page FAQ" in plain(done.stdout)
