"""What the word files of a language lack beside those of the default one: python -m scripts.missing_words [LANG…]."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from importlib import resources
from string import Formatter
from typing import Any

from estimator.catalogue import models, published_figures
from estimator.catalogue.load import shipped
from estimator.core.errors import texts, words_of
from estimator.core.language import DEFAULT, LANGUAGES, plural_categories

PACKAGES = ("estimator", "dashboard")
FORMS = {"zero", "one", "two", "few", "many", "other"}  # of CLDR


def lacking(lang: str) -> list[str]:
    """A line for each word, plural form, fact or name that a language lacks, or has too many of."""
    found = []
    for package in PACKAGES:
        there, here = (dict(_flat(words_of(resources.files(package) / "words", one))) for one in (DEFAULT, lang))
        where = f"{package}/words/*.{lang}.toml"
        found += [f"{where}: {key} is missing" for key in there.keys() - here.keys()]
        unknown = {key for key in here.keys() - there.keys() if not key.startswith(("labels.", "counts."))}
        found += [f"{where}: {key} is no word of ours" for key in unknown]
        for key in there.keys() & here.keys():
            found += [f"{where}: {key}: {fault}" for fault in _faults(there[key], here[key], lang)]
    said = texts("labels", lang)
    found += [f"estimator/words/*.{lang}.toml: labels.{key} is missing: {name}" for key, name in names(lang).items()
              if key not in said]  # fmt: skip
    return sorted(found)


def names(lang: str) -> dict[str, str]:
    """What the tables say in the languages of their columns alone, by its key in `[labels]`: none of a proper name, the
    same in each; none where they have a column of this language."""
    book = shipped()
    rows: list[tuple[str, Any, str]] = [(q.id, q, "label") for q in book.quantities.values()]
    rows += [(s.id, s, "label") for s in book.subjects.values()] + [(z.zone, z, "label") for z in book.zones.values()]
    rows += [(one.id, one, "label") for one in models.load().sets]
    rows += [(f"{one.id}.{n}", one, n) for one in published_figures.load() for n in ("measured", "request")]
    told = {key: _columns(row, column) for key, row, column in rows}
    told |= {name: {n: v for n, v in rule.items() if isinstance(v, str)} for name, rule in book.bounds_rules.items()}
    return {key: said[DEFAULT] for key, said in told.items() if lang not in said and len({*said.values()}) > 1}


def _columns(row: Any, column: str) -> dict[str, str]:
    start = f"{column}_"
    return {n.removeprefix(start): str(getattr(row, n)) for n in type(row).model_fields if n.startswith(start)}


def _flat(entries: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Each word under its whole key, with its plural forms as one."""
    for key, entry in entries.items():
        if isinstance(entry, Mapping) and not entry.keys() <= FORMS:
            yield from _flat(entry, f"{before}{key}.")
        else:
            yield f"{before}{key}", entry


def _faults(there: Any, here: Any, lang: str) -> Iterator[str]:
    if isinstance(there, Mapping) != isinstance(here, Mapping):
        yield "has plural forms, or none, unlike the default language"
        return
    if isinstance(here, Mapping):
        yield from (f"has no form {name}" for name in sorted(plural_categories(lang) - here.keys()))
    given, asked = (set().union(*map(_facts, _forms(text))) for text in (there, here))
    yield from (f"{{{name}}} is not a fact of this text" for name in sorted(asked - given))


def _forms(text: Any) -> list[str]:
    return list(text.values()) if isinstance(text, Mapping) else [str(text)]


def _facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def main() -> int:
    """Print what each language lacks; 1 when one does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("languages", nargs="*", default=[lang for lang in LANGUAGES if lang != DEFAULT])
    found = [line for lang in parser.parse_args().languages for line in lacking(lang)]
    print(*found, sep="\n", end="\n" * bool(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
