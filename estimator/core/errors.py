"""Refusals: a code for machines, a sentence in French and English for people."""

import errno
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

LANGUAGES = ("fr", "en")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@cache
def words(lang: str) -> dict[str, dict[str, str]]:
    """All texts of the estimator in one language, by section and key."""
    return words_of(resources.files("estimator") / "words", lang)


@cache
def texts(section: str, lang: str) -> dict[str, str]:
    """The texts of one section, by key; what else stands in the files is not parsed."""
    return {k: v for block in _blocks(lang).get(section, ()) for k, v in tomllib.loads(block).items()}


@cache
def _blocks(lang: str) -> dict[str, list[str]]:
    """What stands below each `[section]` of the files, unparsed."""
    found: dict[str, list[str]] = {}
    for file in _files(resources.files("estimator") / "words", lang):
        for section, block in toml_blocks(file.read_text("utf-8")).items():
            found.setdefault(section, []).append(block)
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


def say(section: str, key: str, lang: str, **facts: object) -> str:
    """The text `key` of a section, its placeholders filled with facts."""
    return texts(section, lang)[key].format(**facts)


def said_in(lang: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of a text, those that are {"fr", "en"} in one language."""
    return {name: told[lang] if isinstance(told, dict) and lang in told else told for name, told in facts.items()}


def sentences(section: str, key: str, **facts: object) -> dict[str, str]:
    """The same text for machines and people: {"code", "fr", "en"}."""
    return {"code": key} | {lang: say(section, key, lang, **facts) for lang in LANGUAGES}


def several(section: str, keys: Iterable[str]) -> dict[str, str]:
    """The texts of several keys as one, its code that of each joined by `+`."""
    return {**_several(section, tuple(dict.fromkeys(keys)))}


@cache
def _several(section: str, keys: tuple[str, ...]) -> dict[str, str]:
    told = [sentences(section, key) for key in keys]
    between = {lang: say("numbers", "between_items", lang) for lang in LANGUAGES} | {"code": "+"}
    return {name: joint.join(said[name] for said in told) for name, joint in between.items()}


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
        super().__init__(self.message("en"))

    def message(self, lang: str) -> str:
        """What was read, what was expected and what to do, in one language."""
        return say("errors", self.code, lang, **said_in(lang, self.facts))

    def as_dict(self) -> dict[str, Any]:
        """{"code", "fr", "en"}"""
        return {"code": self.code} | {lang: self.message(lang) for lang in LANGUAGES}


def of_disk(error: OSError, place: object) -> SobriaError:
    """What a disk refuses, said: that it is full, or that a file of this place cannot be used."""
    key = "disk_full" if error.errno in NO_ROOM else "file_unusable"
    return SobriaError(key, file=error.filename or place, reason=error.strerror or error)
