"""A text as people search it: without case, accents or marks, a hyphen being a space; here and in SQL."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_TYPED_APART = str.maketrans({"œ": "oe", "æ": "ae"} | dict.fromkeys("ʹʼʻʽˈ", "'"))  # and letters that are apostrophes


def searched(text: str) -> str:
    """« Comptes-rendus de l'Été » and « comptes rendus de l ete » are one."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    return " ".join(_WORD.findall(bare.lower()))


def as_compared(name: str) -> str:
    """A name as it is compared with another, whoever typed either: « DIRECTION DE L'EAU » is « Direction de l’eau »."""
    folded = "".join(mark for mark in name if unicodedata.category(mark) != "Cf").casefold()
    return searched(folded.translate(_TYPED_APART)) or folded


def is_found(words: str, text: str) -> bool:
    """Whether a text holds what is searched; nothing holds marks alone (« ??? »), which say nothing to search."""
    return bool(wanted := searched(words)) and wanted in searched(text)


def searched_sql(text: str) -> str:
    """The same of an SQL text."""
    return rf"TRIM(REGEXP_REPLACE(LOWER(STRIP_ACCENTS({text})), '[^\p{{L}}\p{{N}}]+', ' ', 'g'))"
