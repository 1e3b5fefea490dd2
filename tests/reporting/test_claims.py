"""Claims that may not be made: no sentence of ours makes one, and each term finds what it forbids."""

import re
from pathlib import Path

import pytest

from estimator.core.errors import LANGUAGES, words
from estimator.reporting.publications.forbidden_claims import claims
from tests.test_architecture import ROOT, WORDS, flat, name

# Where a forbidden term stands with good reason: file, key or line -> why.
QUOTED = {"claims"}  # the section that tells people what not to say
EXCEPTIONS = {
    ("estimator/words/governance", "commitments_whats.budget_vert"): "« budget vert » is the name of a budget annex",
    ("estimator/words/reporting", "help.budget-vert"): "« transition écologique » is in the title of that annex",
    ("estimator/words/reporting", "report.budget_kind"): "« transition écologique » is in the title of that annex",
    ("estimator/words/ingestion", "refusals.declared_date"): "the offset of a time zone",
    ("dashboard/words/shared", "codes.offset"): "the offset of a time zone",
    ("estimator/words/governance", "indicators_read.gwp"): "says that such contracts are not deducted",
}
PAGES = ("README.md", "docs/methode.md")
FILES = [path for folder in WORDS for path in sorted(folder.glob("*.toml"))]

MADE = {
    "neutral": {"fr": "Un service neutre en carbone", "en": "a zero-carbon service"},
    "green": {"fr": "Une IA verte et écologique", "en": "Greener AI"},
    "avoided": {"fr": "3 tonnes de CO2 évitées, des émissions évitées", "en": "avoided emissions"},
    "offset": {"fr": "nos émissions sont compensées", "en": "we offset the rest"},
    "trees": {"fr": "soit 12 arbres plantés", "en": "the equivalent of 12 trees"},
    "score": {"fr": "Classe B", "en": "a score from A to E"},
    "frugal": {"fr": "Une IA frugale", "en": "frugal AI"},
    "label": {"fr": "Label européen A", "en": "EU label"},
    "lca": {"fr": "d'après notre analyse de cycle de vie", "en": "our LCA says"},
}
FINE = {
    "fr": (
        "Budget voté pour les espaces verts. Une classe d'hébergement. Ce n'est pas une analyse de cycle de vie. "
        "Estimation à l'échelle d'un service, ni analyse de cycle de vie ni allégation. Entre 20 et 90 kWh, mesuré. "
        "Prestation de compensation du handicap. Score au test : 94 %. Ouvert au public. Une solution sobre."
    ),
    "en": (
        "Neither a life cycle assessment nor a claim. An official class of hosting. Between 20 and 90 kWh, measured. "
        "The score of the test is 94%. Use less."
    ),
}


def test_every_claim_has_a_source_and_a_sentence_in_both_languages() -> None:
    assert {claim.id for claim in claims()} == set(MADE)
    for claim in claims():
        assert len(claim.source) > 20, claim.id
        for lang in LANGUAGES:
            assert claim.terms[lang] and words(lang)["claims"][claim.id], (claim.id, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_claim_is_found_and_plain_words_are_not(lang: str) -> None:
    for claim in claims():
        assert claim.found_in(MADE[claim.id][lang], lang), claim.id
        assert claim.found_in(FINE[lang], lang) == [], claim.id


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_sentence_of_ours_makes_a_claim(path: Path) -> None:
    lang = "fr" if path.name.endswith("fr.toml") else "en"
    file = re.sub(r"\.?(fr|en)\.toml$", "", name(path))
    for key, text in flat(path).items():
        if key.partition(".")[0] not in QUOTED and (file, key) not in EXCEPTIONS:
            found = [(claim.id, term) for claim in claims() for term in claim.found_in(text, lang)]
            assert found == [], f"{name(path)}, {key}: {text}"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_of_ours_makes_a_claim(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert [(claim.id, term) for claim in claims() for term in claim.found_in(text, "fr")] == []
    assert [(claim.id, term) for claim in claims() for term in claim.found_in(text, "en")] == []


def test_an_exception_names_a_sentence_that_exists() -> None:
    there = {(re.sub(r"\.?(fr|en)\.toml$", "", name(path)), key) for path in FILES for key in flat(path)}
    assert set(EXCEPTIONS) <= there
