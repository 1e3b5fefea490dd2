"""Documentation pages of what is read and of the Python names, generated from the readers and from `sobria` itself."""

import inspect
from collections.abc import Callable

import sobria

from estimator.ingestion.readers import READERS, format_name
from estimator.ingestion.usage import otel_metrics
from scripts.messages import sentence_in


def _head(word: Callable[[str], str], made: str) -> list[str]:
    """The title of a page, how it is made and what it is of, in the words of its section."""
    return [f"# {word('title')}", "", made, "", word("what"), ""]


def formats(lang: str, made: str) -> str:
    """Every format that `sobria import` reads, in the order in which a file is tried on them."""

    def word(key: str) -> str:
        return sentence_in(lang, "formats_page", key)

    lines = [*_head(word, made), word("folders"), "", f"| {word('head')} |", "|---|---|"]
    lines += [f"| `{name}` | {format_name(name, lang)} |" for name in dict.fromkeys(reader.name for reader in READERS)]
    names = ", ".join(f"`{name}`" for name in otel_metrics.SUMS)
    notes = [sentence_in(lang, "formats_page", "metrics", names=names)]
    notes += [word(key) for key in ("dates", "tokens", "cache", "months", "places", "others")]
    return "\n".join([*lines, *(text for note in notes for text in ("", note))]) + "\n"


def python_names(lang: str, made: str) -> str:
    """Each public name once: the first paragraph of its docstring, then, on the site, its parameters (mkdocstrings)."""

    def word(key: str) -> str:
        return sentence_in(lang, "python_page", key)

    lines = [*_head(word, made), "```python", "from sobria import Request, estimate", ""]
    lines += ['answer = estimate(Request(it_energy_kwh=100, zone="FRA", pue=1.5))', "```"]
    for name in sorted(sobria.__all__, key=str.lower):
        found = getattr(sobria, name)
        first = (inspect.getdoc(found) or "").partition("\n\n")[0].replace("\n", " ")
        lines += ["", f"## {name}", "", first, "", f"::: {found.__module__}.{found.__qualname__}"]
    return "\n".join(lines) + "\n"
