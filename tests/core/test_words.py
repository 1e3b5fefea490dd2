"""Texts: a section alone is what it is among all."""

import re
from pathlib import Path

from estimator.core.errors import LANGUAGES, texts, words

ROOT = Path(__file__).resolve().parents[2]


def test_nine_times_out_of_ten_is_never_said_without_its_condition() -> None:
    """An interval holds the true value so often if the bounds of the factors are right: each sentence says so."""
    said = re.compile(r"9 fois sur 10|neuf fois sur dix|9 times out of 10|nine times in ten")
    lines = [line for path in ROOT.glob("*/words/*.toml") for line in path.read_text("utf-8").splitlines()]
    told = [line for line in lines if said.search(line)]
    assert len(told) >= 12
    assert not [line for line in told if not re.search("si les bornes|if the bounds", line)]


def test_a_section_read_alone_is_the_section_of_all_files() -> None:
    for lang in LANGUAGES:
        assert len(words(lang)) > 50
        for section, entries in words(lang).items():
            assert texts(section, lang) == entries, section
