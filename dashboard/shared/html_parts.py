"""HTML components: header, figure, table, banner, footer, empty states; every text is escaped."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from dashboard.accessibility.audit import audit
from dashboard.shared.dates import day_text
from dashboard.shared.texts import DEFAULT, has_text, t
from estimator.catalogue.schema import PROOFS
from estimator.core.number_format import ReadableAmount, figure, interval_text, share_text

ALMOST_ALL = 0.995
LEAST_SHOWN = 0.005
PER_PAGE = 25  # rows of a page of a long table
WHOLE_CELL = 60  # a longer cell is truncated, with its whole text on demand


def address(page: str, lang: str, /, **query: str) -> str:
    """A link to a page in the same language; relative, so that it works under any prefix."""
    asked = {name: value for name, value in query.items() if value} | ({"lang": lang} if lang != DEFAULT else {})
    return (page or "./") + ("?" + urlencode(asked) if asked else "")


def explain_link(number: str, lang: str) -> str:
    """URL of the explanation of a figure."""
    return address("explication", lang, id=number)


def figure_name(figure_id: str, lang: str) -> str:
    """« Eau consommée sur place » for water.onsite; a part without its own label follows that of its figure."""
    key = "figures." + figure_id.replace(".", "_")
    if has_text(key, lang):
        return t(key, lang)
    whole, _, part = figure_id.partition(".")
    return f"{t('figures.' + whole, lang)}, {t('parts.' + part, lang)}"


def publications_name(family: str, lang: str) -> str:
    """Label of a family of publications; unchanged when there is none."""
    key = "publications." + re.sub(r"[^a-z0-9]+", "_", family.lower()).strip("_")
    return t(key, lang) if has_text(key, lang) else family


def number(amount: ReadableAmount, number_id: str, name: str, lang: str) -> Markup:
    """An interval in a sentence or a cell, linked to its explanation."""
    return Markup('<a class="number" href="{}">{}<span class="unseen">, {}</span></a>').format(
        explain_link(number_id, lang), interval_text(amount, lang), name
    )


def proof_text(proof: Mapping[str, float], lang: str) -> str:
    """« 38 % mesuré, 62 % estimé », or a single word for 100 %."""
    there = [(p, proof.get(p, 0.0)) for p in PROOFS if proof.get(p, 0.0) >= LEAST_SHOWN]
    if len(there) == 1:
        return t(f"proof.{there[0][0]}", lang)
    return ", ".join(t("proof.part", lang, share=share_text(s, lang), word=t(f"proof.{p}", lang)) for p, s in there)


def derived_proof_text(proof: Mapping[str, float], lang: str) -> str:
    """« calculé à partir d'une énergie mesurée à 38 % », for figures that are not an energy."""
    there = [p for p in PROOFS if proof.get(p, 0.0) >= LEAST_SHOWN]
    if not there:
        return ""
    if len(there) == 1:
        return t("proof.from_energy", lang, kind=t(f"proof.{there[0]}_f", lang))
    if "measured" not in there:
        return t("proof.from_none", lang, list=alternatives([t(f"proof.{p}_f", lang) for p in there], lang))
    return t("proof.from_part", lang, share=share_text(proof.get("measured", 0.0), lang))


def alternatives(words: Sequence[str], lang: str) -> str:
    """« estimé, déclaré ou de méthode inconnue »"""
    return t("home.and", lang, first=", ".join(words[:-1]), last=words[-1]) if len(words) > 1 else words[0]


def head(title: str, answer: str | Markup, note: str | Markup = "") -> Markup:
    """The question of a page, and its answer in one sentence, announced to screen readers when it changes."""
    below = Markup('<p class="note">{}</p>').format(note) if note else Markup()
    return Markup('<header class="head"><h1>{}</h1><p class="answer" role="status">{}</p>{}</header>').format(
        title, answer, below
    )


def section(heading: str, body: Markup, note: str | Markup = "") -> Markup:
    """A part of a page under its heading."""
    below = Markup('<p class="note">{}</p>').format(note) if note else Markup()
    return Markup("<section><h2>{}</h2>{}{}</section>").format(heading, below, body)


def tile(name: str, amount: ReadableAmount, number_id: str, lines: Sequence[str | Markup], lang: str) -> Markup:
    """A figure: label, value, interval, proof and coverage, with a link to its explanation."""
    shown = figure(amount, lang)
    if shown.missing:
        body = Markup('<p class="missing">{}</p>').format(shown.missing)
    else:
        under = shown.interval
        if shown.rough:
            under = t("numbers.rough_central", lang, central=shown.central)
        value = Markup('<p class="value">{}\u00a0<span>{}</span></p><p>{}</p>')
        body = value.format(shown.value, shown.unit, under)
    small = Markup().join(Markup('<p class="small">{}</p>').format(line) for line in lines if line)
    link = Markup('<p class="small"><a href="{}">{}<span class="unseen"> {}</span></a></p>').format(
        explain_link(number_id, lang), t("nav.explain", lang), name
    )
    return Markup('<div class="tile" data-number="{}"><h3>{}</h3>{}{}{}</div>').format(
        number_id, name, body, small, link
    )


def tiles(items: Sequence[Markup]) -> Markup:
    """Figures side by side."""
    return Markup('<div class="tiles">{}</div>').format(Markup().join(items))


def table(
    caption: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], right: Sequence[int] = (), quiet: bool = False
) -> Markup:
    """An HTML table: caption, column headers, first cell of each row its header. On a narrow page each row is a block.

    right: columns of numbers. quiet: the caption repeats the heading above, so only screen readers get it.
    """
    columns = Markup().join(
        Markup('<th scope="col"{}>{}</th>').format(_align(i, right), name) for i, name in enumerate(heads)
    )
    lines = Markup().join(_line(row, heads, right) for row in rows)
    return Markup("<table><caption{}>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
        Markup(' class="unseen"') if quiet else "", caption, columns, lines
    )


def details(summary: str, body: Markup, opened: bool = False) -> Markup:
    """A block that opens on demand."""
    return Markup("<details{}><summary>{}</summary>{}</details>").format(
        Markup(" open") if opened else "", summary, body
    )


def definitions(pairs: Sequence[tuple[str, Any]]) -> Markup:
    """Labels and values of a record; a pair without value is left out."""
    rows = [Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(k, v) for k, v in pairs if v not in (None, "")]
    return Markup('<dl class="record">{}</dl>').format(Markup().join(rows))


def items(entries: Sequence[str | Markup]) -> Markup:
    """A plain list."""
    return Markup('<ul class="plain">{}</ul>').format(Markup().join(Markup("<li>{}</li>").format(e) for e in entries))


def onward_links(entries: Sequence[tuple[str, str, str]]) -> Markup:
    """Links to next pages: (URL, action, description)."""
    links = [Markup('<li><a href="{}">{}</a><span>{}</span></li>').format(*entry) for entry in entries]
    return Markup('<ul class="doors">{}</ul>').format(Markup().join(links))


def banner(lang: str, key: str = "state.sample") -> Markup:
    """The mark of sample data, on every screen; or of another kind of example."""
    return Markup('<p class="banner"><b>{}</b> <span>{}</span></p>').format(t(key, lang), t(f"{key}_what", lang))


def footer(facts: Mapping[str, str | None], lang: str) -> Markup:
    """Basis of the page: factors, build, day of the last data; limits; accessibility.

    facts: "factors", "build", "until" (ISO day), each absent when there is no build.
    """
    line = [
        t("footer.factors", lang, version=(facts.get("factors") or "–")[:12]),
        t("footer.build", lang, build=str(facts["build"])[:12]) if facts.get("build") else t("footer.no_build", lang),
    ]
    if facts.get("until"):
        line.append(t("footer.until", lang, day=day_text(facts["until"], lang)))
    facts_line = Markup().join(Markup("<li>{}</li>").format(entry) for entry in line)
    return Markup('<footer><h2 class="unseen">{}</h2><ul>{}</ul><p>{}</p><p><a href="{}">{}</a></p></footer>').format(
        t("footer.label", lang),
        facts_line,
        t("footer.method", lang),
        address("accessibilite", lang),
        t(f"accessibility.mention_{audit().state}", lang),
    )


def command(text: str) -> Markup:
    """A command to copy."""
    return Markup('<pre tabindex="0"><code>{}</code></pre>').format(text)


def shortened(text: str) -> Markup:
    """A text from a file, truncated to the width of a cell, with the whole text on demand."""
    if len(text) <= WHOLE_CELL:
        return Markup('<span class="wild">{}</span>').format(text)
    return Markup('<details class="wild"><summary>{}…</summary>{}</details>').format(text[: WHOLE_CELL - 1], text)


def _line(row: Sequence[Any], heads: Sequence[str], right: Sequence[int]) -> Markup:
    first = Markup('<th scope="row" data-head="{}"{}>{}</th>').format(heads[0], _align(0, right), row[0])
    rest = Markup().join(
        Markup('<td data-head="{}"{}>{}</td>').format(heads[i], _align(i, right), cell)
        for i, cell in enumerate(row[1:], 1)
    )
    return Markup("<tr>{}{}</tr>").format(first, rest)


def _align(index: int, right: Sequence[int]) -> Markup:
    return Markup(' class="right"') if index in right else Markup()


def nothing_yet(lang: str) -> Markup:
    """A page of a home without measurements."""
    link = Markup('<a href="{}">{}</a>').format(address("", lang), t("state.how_to_start", lang))
    return head(t("state.empty_title", lang), t("state.empty_answer", lang), link)


def unknown(lang: str) -> Markup:
    """A URL with a figure or a run unknown to this build."""
    links = [(address("", lang), t("nav.home", lang)), (address("mesures", lang), t("nav.measures", lang))]
    ways = Markup(", ").join(Markup('<a href="{}">{}</a>').format(*link) for link in links)
    answer = t("state.unknown_answer", lang)
    return head(t("state.unknown_title", lang), answer, Markup("{} {}").format(t("state.unknown_next", lang), ways))


def paging(page_name: str, page: int, total: int, where: Mapping[str, str], lang: str) -> Markup:
    """Range of the rows shown, with links to the previous and next ones. where: the current filters."""
    first, last = (page - 1) * PER_PAGE + 1, min(page * PER_PAGE, total)
    steps = [("previous", page - 1)] * (page > 1) + [("next", page + 1)] * (last < total)
    links = [
        Markup('<a href="{}">{}</a>').format(
            address(page_name, lang, **where, page=str(number)), t(f"paging.{step}", lang)
        )
        for step, number in steps
    ]
    shown = t("paging.shown", lang, first=first, last=last, total=total)
    return Markup('<p class="paging"><span>{}</span> {}</p>').format(shown, Markup(" ").join(links))
