"""Documentation page of the method: boundary, indicators, formulas, and the figures of others that differ from it."""

from estimator.assessment.method_documentation import Term, boundary, coefficients, formulas, indicators
from estimator.catalogue import published_figures
from estimator.catalogue.published_figures import BOUNDARY, boundary_text, figure_label
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import say
from estimator.core.number_format import exact_text
from scripts.messages import sentence_in


def method(catalogue: Catalogue, lang: str, made: str) -> str:
    """The method page: system boundary, indicators, formulas in words and in symbols."""

    def word(key: str, **facts: object) -> str:
        return sentence_in(lang, "method_page", key, **facts)

    lines = [f"# {word('title')}", "", made, "", word("average"), ""]
    lines += [f"## {word('boundary')}", "", f"| {word('boundary_head')} |", "|---|---|---|"]
    lines += [f"| {row.name} | {row.counted} | {row.how} |" for row in boundary(lang)]
    lines += ["", f"## {word('figures')}", "", f"| {word('figures_head')} |", "|---|---|---|"]
    for figure in indicators(catalogue, lang):
        terms = " + ".join(_term(term, word("or")) + (" *" if term.optional else "") for term in figure.terms)
        lines.append(f"| `{figure.id}` | {figure.unit} | {terms} |")
    lines += ["", word("either"), "", word("optional"), ""]
    lines += [f"## {word('formulas')}", "", word("formulas_what"), ""]
    for rule in formulas(catalogue, lang):
        lines += [f"### {rule.label} [{rule.unit}]", "", rule.words, ""]
        lines += [f"$$\\mathrm{{{rule.name.replace('_', chr(92) + '_')}}} = {rule.symbols}$$", ""]
        lines += [word("reference", reference=rule.reference), ""]
    lines += [f"## {word('coefficients')}", "", word("coefficients_what"), ""]
    lines += [f"- `{rule.name}` = {rule.symbols} ({rule.unit})" for rule in coefficients(catalogue, lang)]
    lines += ["", f"## {word('published')}", "", word("published_what"), "", word("published_ours"), ""]
    return "\n".join([*lines, *_published(catalogue, lang)]) + "\n"


def _term(term: Term, either: str) -> str:
    """One term of a sum; in brackets where it is the first known of several results."""
    ways = f" {either} ".join(f"`{name}`" for name in term.results)
    return f"({ways})" if len(term.results) > 1 else ways


def _published(catalogue: Catalogue, lang: str) -> list[str]:
    """The figures of others, their boundary column by column."""
    first, last = (sentence_in(lang, "method_page", key) for key in ("published_head", "source"))
    colon, copied = (sentence_in(lang, "method_page", key) for key in ("colon", "second_hand"))
    heads = " | ".join(say("published_boundary", column, lang) for column in BOUNDARY)
    lines = [f"| {first} | {heads} | {last} |", "|---" * (5 + len(BOUNDARY)) + "|"]
    for row in published_figures.load():
        source = catalogue.sources[row.source]
        where = f"[{source.title}]({source.url}), {row.locator}" + (copied if row.reading == "second_hand" else "")
        models = ", ".join(f"`{m}`" for m in row.model_ids)
        cells = [models, f"{figure_label(row.figure, lang)}{colon}{row.measured(lang)}"]
        cells += [exact_text(row.value, row.unit, lang), row.request(lang)]
        cells += [boundary_text(column, code, lang) for column, code in row.boundary.items()]
        lines.append("| " + " | ".join([*cells, where]) + " |")
    return lines
