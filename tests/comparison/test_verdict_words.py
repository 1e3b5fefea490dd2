"""Verdicts and ratios as people read them, in French and English."""

import numpy as np
import pytest

from estimator.comparison.answer import AnsweredOption
from estimator.comparison.verdict_rules import Comparison, OptionPair, OptionRatio, compare
from estimator.comparison.verdict_text import ratio_words, rejected_words, verdict_words
from tests.core.test_numbers import spaced

NAMES = ("le modèle léger", "le grand")
OPTIONS = ("the light model", "the large one")


@pytest.mark.parametrize(
    ("low", "high", "fr", "en"),
    [
        (8, 20, "8 à 20 fois moins d'électricité que", "8 to 20 times less electricity than"),
        (2.34, 17.6, "2,3 à 18 fois moins d'électricité que", "2.3 to 18 times less electricity than"),
        # 1 - 1/1.25 = 20 %, 1 - 1/1.6 = 37.5 %
        (1.25, 1.6, "20 à 38 % d'électricité de moins que", "20 to 38% less electricity than"),
        # 32 % less is 1 / (1 - 0.32) = 1.47 times less; both ends are said in times, once one is
        (1 / 0.68, 33, "1,5 à 33 fois moins d'électricité que", "1.5 to 33 times less electricity than"),
        (1.04, 8, "1 à 8 fois moins d'électricité que", "1 to 8 times less electricity than"),
        # 1 - 1/(5/3) = 40 %; half as much is 2 times more
        (0.5, 5 / 3, "entre 40 % de moins et 2 fois plus d'électricité que", None),
        (0.5, 5 / 3, None, "between 40% less and 2 times more electricity than"),
        # 1/0.8 - 1 = 25 %
        (0.8, 1.25, "entre 20 % de moins et 25 % de plus d'électricité que", None),
        (0.1, 0.25, "4 à 10 fois plus d'électricité que", "4 to 10 times more electricity than"),
        (0.4, 0.8, "1,3 à 2,5 fois plus d'électricité que", None),
        (0.5, 0.5, "2 fois plus d'électricité que", "2 times more electricity than"),
        (8.01, 8.02, "environ 8 fois moins d'électricité que", None),
        (1, 1, "autant d'électricité que", "as much electricity as"),
        (1, 1.25, "jusqu'à 20 % d'électricité de moins que", "up to 20% less electricity than"),
        (0.8, 1, "jusqu'à 25 % d'électricité de plus que", "up to 25% more electricity than"),
        # beyond a thousand, no number
        (
            2.3e7,
            5.3e8,
            "plus de 1 000 fois moins d'électricité que",
            "more than 1,000 times less electricity than",
        ),
        (500, 1e12, "500 à plus de 1 000 fois moins d'électricité que", None),
        (1e-9, 1e-8, "plus de 1 000 fois plus d'électricité que", None),
        (1000, 1000, "1 000 fois moins d'électricité que", None),
        (1.999, 4, "2 à 4 fois moins d'électricité que", None),
    ],
)
def test_a_ratio_is_read_as_people_say_it(low: float, high: float, fr: str | None, en: str | None) -> None:
    result = Comparison("undecided", None, OptionRatio(low, low, high, low))
    if fr:
        assert spaced(ratio_words(result, NAMES, "energy", "fr")) == f"Le modèle léger : {fr} le grand."
    if en:
        assert spaced(ratio_words(result, OPTIONS, "energy", "en")) == f"The light model: {en} the large one."


def test_the_sentence_is_about_the_option_that_is_lower_and_elides() -> None:
    result = compare(OptionPair(10.0, 1.0, 10.0, 1.0))
    names = ("un grand modèle", "l'autre")
    assert spaced(ratio_words(result, names, "gwp", "fr")) == (
        "L'autre : 10 fois moins de gaz à effet de serre qu'un grand modèle."
    )
    assert spaced(verdict_words(result, names, "fr")) == "plus bas dans tous les cas étudiés : l'autre"


def test_a_verdict_prints_its_share_or_its_reason() -> None:
    most = compare(OptionPair(np.ones(10_000), np.repeat([0.5, 2.0], [700, 9_300]), 1.0, 2.0))
    assert spaced(verdict_words(most, NAMES, "fr")) == "plus bas dans la plupart des cas (93 %) : le modèle léger"
    assert verdict_words(most, OPTIONS, "en") == "lower in most cases (93%): the light model"
    corners_disagree = compare(OptionPair(np.ones(10_000), np.full(10_000, 2.0), 1.0, 2.0, [(1.0, 2.0), (1.5, 1.0)]))
    assert spaced(verdict_words(corners_disagree, NAMES, "fr")) == (
        "plus bas dans la plupart des cas (plus de 99 %) : le modèle léger"
    )
    unknown = compare(OptionPair(1.0, None, 1.0, None))
    assert spaced(verdict_words(unknown, NAMES, "fr")) == "non comparable : rien n'est estimable pour le grand"
    other = Comparison("not_comparable", reason="other_service")
    assert verdict_words(other, ("A", "B"), "en") == "not comparable: A and B do not give the same service"
    assert verdict_words(Comparison("not_studied"), NAMES, "fr") == "non étudié"


def test_a_zero_leaves_no_ratio() -> None:
    nothing = compare(OptionPair(0.0, 3.0, 0.0, 3.0))
    assert spaced(ratio_words(nothing, NAMES, "water", "fr")).startswith("Rapport sans objet : une des deux valeurs")
    assert ratio_words(nothing, OPTIONS, "water", "en").startswith("No ratio: one of the two values is zero")


@pytest.mark.parametrize(
    ("quality", "fr", "en"),
    [
        (None, "Écartée sans essai : trop rigide", "Set aside without a test: trop rigide"),
        ({"value": 0.4}, "Écartée sans essai : trop rigide", "Set aside without a test: trop rigide"),
        (
            {"value": 0.4, "test": "200 demandes", "date": "2026-09-15", "by": "Accueil"},
            "Écartée après essai (200 demandes, 2026-09-15, Accueil) : trop rigide",
            "Set aside after a test (200 demandes, 2026-09-15, Accueil): trop rigide",
        ),
    ],
)
def test_an_option_is_rejected_on_a_test_or_without_one(quality: dict[str, object] | None, fr: str, en: str) -> None:
    told = {"id": "faq", "label": "la FAQ", "method": "none", "status": "rejected", "why": "trop rigide"}
    option = AnsweredOption.model_validate(told | {"quality": quality})
    assert [spaced(rejected_words(option, lang)) for lang in ("fr", "en")] == [spaced(fr), spaced(en)]
