"""A text as people search it: without case, accents or marks, a hyphen being a space; here and in SQL."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")


def searched(text: str) -> str:
    """« Comptes-rendus de l'Été » and « comptes rendus de l ete » are one."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    return " ".join(_WORD.findall(bare.lower()))


def is_found(words: str, text: str) -> bool:
    """Whether a text holds what is searched; nothing holds marks alone (« ??? »), which say nothing to search."""
    return bool(wanted := searched(words)) and wanted in searched(text)


def searched_sql(text: str) -> str:
    """The same of an SQL text."""
    return rf"TRIM(REGEXP_REPLACE(LOWER(STRIP_ACCENTS({text})), '[^\p{{L}}\p{{N}}]+', ' ', 'g'))"
