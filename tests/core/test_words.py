"""Texts: a section alone is what it is among all."""

from estimator.core.errors import LANGUAGES, texts, words


def test_a_section_read_alone_is_the_section_of_all_files() -> None:
    for lang in LANGUAGES:
        assert len(words(lang)) > 50
        for section, entries in words(lang).items():
            assert texts(section, lang) == entries, section
