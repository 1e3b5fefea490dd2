"""Messages of the scripts, in the language of the terminal; standard library only."""

import os
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORDS = ROOT / "scripts" / "words"
DEFAULT = "fr"
LANGUAGES = (DEFAULT, *sorted({path.stem for path in WORDS.glob("*.toml")} - {DEFAULT}))


def language() -> str:
    """That of the locale where there are words in it, else French, as in the command `sobria`."""
    code = next(filter(None, map(os.environ.get, ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))), DEFAULT)[:2].lower()
    return code if code in LANGUAGES else DEFAULT


def sentence(section: str, key: str, /, **facts: object) -> str:
    """The text `key` of a section of scripts/words, its placeholders filled with facts."""
    return sentence_in(language(), section, key, **facts)


def sentence_in(lang: str, section: str, key: str, /, **facts: object) -> str:
    """The same, in the language that is asked for."""
    words = tomllib.loads((WORDS / f"{lang}.toml").read_text("utf-8"))
    filled: str = words[section][key].format(**facts)
    return filled


def say(section: str, key: str, /, **facts: object) -> None:
    """Print a message on stderr: stdout is for results."""
    print(sentence(section, key, **facts), file=sys.stderr, flush=True)
