"""Refusals: a code for machines, a sentence in each language for people; and the words that all sentences are from.

A word that a count changes has its plural forms, named by the categories of CLDR: `file.one`, `file.other`, and what
else the language has. Alone, the count is `n`; in a sentence of several, `{read:rows}` is the form of `rows` in
`[counts]` that the fact `read` calls for, with this count as its `{n}`. `{since:day}` is a day as people write it.
"""

import errno
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from numbers import Integral, Real
from typing import Any

from estimator.core.language import LANGUAGES, OF_PROGRAMS, decimal_text, plural

__all__ = ("LANGUAGES",)
_OF_NEAR = re.compile(r" [^.]*{near}\.")  # the sentence of names that are alike, where there are none
_BREAKS = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
NAMED = ("file", "files", "where", "target")  # facts that are names of files, or hold some
_DAYS = re.compile(r"{(\w+):day}")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@cache
def words(lang: str) -> dict[str, dict[str, str]]:
    """All texts of the estimator in one language, by section and key."""
    return words_of(resources.files("estimator") / "words", lang)


@cache
def texts(section: str, lang: str) -> dict[str, str]:
    """The texts of one section, by key; what else stands in the files is not parsed."""
    found: dict[str, Any] = {}
    for key, block in _blocks(lang).get(section, ()):
        found |= {key: tomllib.loads(block)} if key else tomllib.loads(block)
    return found


@cache
def written(key: str) -> str:
    """The ways in which people write something in any language, from `[written]`, as one regular expression."""
    ways = {way for lang in LANGUAGES for way in texts("written", lang)[key].split("|")}
    return "|".join(re.escape(way) for way in sorted(ways, key=len, reverse=True))


@cache
def _blocks(lang: str) -> dict[str, list[tuple[str, str]]]:
    """What stands below each `[section]` and `[section.key]` of the files, unparsed."""
    found: dict[str, list[tuple[str, str]]] = {}
    for file in _files(resources.files("estimator") / "words", lang):
        for name, block in toml_blocks(file.read_text("utf-8")).items():
            section, _, key = name.partition(".")
            found.setdefault(section, []).append((key, block))
    return found


def toml_blocks(text: str) -> dict[str, str]:
    """What stands below each `[section]` line of a TOML file, unparsed: to parse takes far longer than to find."""
    _, *told = re.split(r"^\[([^\]\n]+)\]$", text, flags=re.MULTILINE)
    return dict(zip(told[::2], told[1::2], strict=True))


def words_of(folder: Traversable, lang: str) -> dict[str, dict[str, Any]]:
    """The texts of the `*.{lang}.toml` files of a folder, merged by section and key. ValueError on a duplicate key."""
    merged: dict[str, dict[str, Any]] = {}
    for file in _files(folder, lang):
        for section, entries in tomllib.loads(file.read_text("utf-8")).items():
            known = merged.setdefault(section, {})
            twice = known.keys() & entries.keys()
            if twice:
                raise ValueError(f"{file.name}: [{section}] repeats {sorted(twice)}")
            known.update(entries)
    return merged


def _files(folder: Traversable, lang: str) -> list[Traversable]:
    return sorted((f for f in folder.iterdir() if f.name.endswith(f".{lang}.toml")), key=lambda f: f.name)


class MissingWord(LookupError):
    """A text that the word files of a language do not have; no other language stands in for it."""


def say(section: str, key: str, lang: str, **facts: object) -> str:
    """The text `key` of a section, its placeholders filled with facts: of {lang: text}, its own. MissingWord."""
    found = texts(section, lang).get(key)
    if found is None:
        raise MissingWord(f"estimator/words/*.{lang}.toml: [{section}] has no {key}")
    text = form(found, lang, facts)
    if facts.get("near") == "":
        text = _OF_NEAR.sub("", text)
    return filled(text, lang, said_in(lang, facts))


def form(found: str | Mapping[str, str], lang: str, facts: Mapping[str, Any]) -> str:
    """A text, or of its plural forms the one that the fact `n` calls for."""
    return found if isinstance(found, str) else _form(found, facts["n"], lang)


def filled(text: str, lang: str, facts: Mapping[str, object], grouped: Collection[str] = ("n",)) -> str:
    """A text with its facts, the names of files on one line. grouped: those whose thousands are apart."""
    told = {
        name: fact if isinstance(fact, bool) or not isinstance(fact, Real) else _Counted(fact, lang, name in grouped)
        for name, fact in facts.items()
    }
    named = {name: on_a_line(fact) for name in NAMED if isinstance(fact := facts.get(name), str)}
    days = {name: _day(facts[name], lang) for name in _DAYS.findall(text)} if ":day}" in text else {}
    return text.replace(":day}", "}").format(**{**told, **named, **days})


def _day(fact: object, lang: str) -> str:
    from estimator.core.periods import short_day  # it is made of words

    return short_day(str(fact), lang)


def on_a_line(name: str) -> str:
    """A name that was read, what breaks a line written out, « \\n »: a ledger of before may have such ones."""
    return _BREAKS.sub(lambda found: found[0].encode("unicode_escape").decode(), name)


def _form(forms: Mapping[str, str], count: float, lang: str) -> str:
    """A category that is left out is `other`, as CLDR has it: a test names those that must be there."""
    return forms.get(plural(count, lang)) or forms["other"]


class _Counted:
    """A count in a text: `{read:rows}` is its form among `[counts]`; written as any number otherwise."""

    def __init__(self, count: Real, lang: str, grouped: bool) -> None:
        self._count = int(count) if isinstance(count, Integral) else float(count)
        self._lang, self._grouped = lang, grouped

    def __format__(self, asked: str) -> str:
        forms: Any = texts("counts", self._lang).get(asked) if asked else None
        if forms is not None:
            return _form(forms, self._count, self._lang).format(n=self._told())
        return self._told() if self._grouped and not asked else format(self._count, asked)

    def _told(self) -> str:
        return decimal_text(self._count if isinstance(self._count, int) else Decimal(repr(self._count)), self._lang)


def said_in(lang: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of a text, those that are {lang: text} in one language."""
    return {name: told[lang] if isinstance(told, dict) and lang in told else told for name, told in facts.items()}


def sentences(section: str, key: str, **facts: object) -> dict[str, str]:
    """The same text for machines and people: {"code"} and each language."""
    return {"code": key} | {lang: say(section, key, lang, **facts) for lang in LANGUAGES}


def listed(items: Iterable[str], lang: str) -> str:
    """Items that may hold commas, in one line: « un, deux ; trois »."""
    return say("numbers", "between_items", lang).join(items)


def several(section: str, keys: Iterable[str]) -> dict[str, str]:
    """The texts of several keys as one, its code that of each joined by `+`."""
    return {**_several(section, tuple(dict.fromkeys(keys)))}


@cache
def _several(section: str, keys: tuple[str, ...]) -> dict[str, str]:
    told = [sentences(section, key) for key in keys]
    codes = "+".join(said["code"] for said in told)
    return {"code": codes} | {lang: listed((said[lang] for said in told), lang) for lang in LANGUAGES}


def one_of(count: int, key: str, said: dict[str, str]) -> dict[str, str]:
    """A sentence with the figures of one case among several, marked as such: `at_worst`, `for_instance`."""
    if count < 2:  # noqa: PLR2004
        return said
    return said | {lang: say("possible", key, lang, said=said[lang][:1].lower() + said[lang][1:]) for lang in LANGUAGES}


class SobriaError(Exception):
    """Every refusal: a code, and the facts that fill its sentence. A class of its own only where one is caught apart;
    its code is then its name, NoBuild as no_build, unless it sets another."""

    code: str

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        cls.code = vars(cls).get("code") or re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, code: str = "", /, **facts: object) -> None:
        self.code = code or self.code
        self.facts = facts
        super().__init__(self.message(OF_PROGRAMS))

    def message(self, lang: str) -> str:
        """What was read, what was expected and what to do, in one language."""
        return say("errors", self.code, lang, **self.facts)

    def as_dict(self) -> dict[str, Any]:
        """{"code"} and each language."""
        return {"code": self.code} | {lang: self.message(lang) for lang in LANGUAGES}


def of_disk(error: OSError, place: object) -> SobriaError:
    """What a disk refuses, said: that it is full, or that a file of this place cannot be used."""
    key = "disk_full" if error.errno in NO_ROOM else "file_unusable"
    return SobriaError(key, file=error.filename or place, reason=reason_of(error))


def reason_of(error: OSError) -> dict[str, str]:
    """Why a system refuses something, in each language: in its own words, English most often, where it is rare."""
    name = errno.errorcode.get(error.errno or 0, "")
    said = error.strerror or str(error) or type(error).__name__
    return {lang: texts("system", lang).get(name, said) for lang in LANGUAGES}
