"""Texts: a section alone is what it is among all."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from estimator.core.errors import LANGUAGES, MissingWord, filled, form, say, texts, words
from estimator.core.language import plural, plural_categories

ROOT = Path(__file__).resolve().parents[2]


def test_nine_times_out_of_ten_is_never_said_without_its_condition() -> None:
    """An interval holds the true value so often if the bounds of the factors are right: each sentence says so."""
    said = re.compile(r"9 fois sur 10|neuf fois sur dix|9 times out of 10|nine times in ten")
    lines = [line for path in ROOT.glob("*/words/*.toml") for line in path.read_text("utf-8").splitlines()]
    told = [line for line in lines if said.search(line)]
    assert len(told) >= 12
    assert not [line for line in told if not re.search("si les bornes|if the bounds", line)]


def test_no_preposition_stands_before_a_role_that_was_typed() -> None:
    """« par Chargée de mission » lacks an article, which nobody knows: « Signé : Chargée de mission »."""
    bare = re.compile(r"\b(?:par|by) (?:« |“)?\{(?:by|who)\}")
    lines = [line for path in ROOT.glob("*/words/*.toml") for line in path.read_text("utf-8").splitlines()]
    assert [line for line in lines if bare.search(line)] == []


def test_no_word_leaves_its_plural_to_the_reader() -> None:
    files = [*ROOT.glob("*/words/*.toml"), *(ROOT / "estimator" / "public").glob("*/words.toml")]
    assert len(files) > 40
    left = re.compile(r"\w\((?:s|x|e|es|ne|nt|ies)\)")
    assert [line for file in files for line in file.read_text("utf-8").splitlines() if left.search(line)] == []


@pytest.mark.parametrize(
    ("lang", "counts"),
    [
        ("fr", {"one": (0, 1, 1.5), "other": (2, 10, 101)}),
        ("en", {"one": (1,), "other": (0, 1.5, 2, 101)}),
        ("pl", {"one": (1,), "few": (2, 3, 22), "many": (0, 5, 12, 101), "other": (1.5,)}),
    ],
)
def test_a_count_calls_for_the_form_of_its_language(lang: str, counts: dict[str, tuple[float, ...]]) -> None:
    """By the rules of CLDR, unicode.org/cldr/charts: French has the singular of 0 and of 1.5."""
    assert {name: {plural(n, lang) for n in each} for name, each in counts.items()} == {n: {n} for n in counts}
    assert plural_categories(lang) == {"other", *counts}


def test_every_word_that_a_count_changes_has_the_forms_of_its_language() -> None:
    seen = 0
    for lang in LANGUAGES:
        for path in ROOT.glob(f"*/words/*.{lang}.toml"):
            for section, entries in tomllib.loads(path.read_text("utf-8")).items():
                for key, entry in entries.items() if isinstance(entries, dict) else ():
                    if isinstance(entry, dict) and "one" in entry:
                        assert plural_categories(lang) == entry.keys(), (path.name, section, key)
                        seen += 1
    assert seen > 250


def test_a_sentence_of_several_counts_has_the_form_of_each() -> None:
    facts = {"runs": 1, "services": 1200, "first": "a", "last": "b"}
    assert say("cli", "totals_head", "fr", **facts) == "1 exécution de 1\u202f200 services, du a au b"
    assert say("cli", "totals_head", "en", **facts) == "1 run of 1,200 services, from a to b"
    assert say("cli", "totals_head", "fr", **facts | {"runs": 0}).startswith("0 exécution de")
    assert say("cli", "totals_head", "en", **facts | {"runs": 0}).startswith("0 runs of")
    assert say("cli", "totals_head", "en", **facts | {"runs": np.int64(3)}).startswith("3 runs of"), "as arrays count"


def test_a_sentence_of_one_count_has_its_form_and_its_thousands() -> None:
    forms = {"one": "{n} ligne est lue", "other": "{n} lignes sont lues"}
    said = {n: filled(form(forms, "fr", {"n": n}), "fr", {"n": n}) for n in (0, 1, 2, 1_000_000)}
    assert list(said.values()) == [
        "0 ligne est lue", "1 ligne est lue", "2 lignes sont lues", "1\u202f000\u202f000 lignes sont lues"
    ]  # fmt: skip
    assert f"{filled('{year}', 'fr', {'year': 2026})}" == "2026", "a year is no count"


def test_a_word_that_is_not_there_is_said_and_no_other_language_stands_in() -> None:
    with pytest.raises(MissingWord, match=r"estimator/words/\*\.en\.toml: \[cli\] has no nothing_of_the_kind"):
        say("cli", "nothing_of_the_kind", "en")


def test_a_section_read_alone_is_the_section_of_all_files() -> None:
    for lang in LANGUAGES:
        assert len(words(lang)) > 50
        for section, entries in words(lang).items():
            assert texts(section, lang) == entries, section
