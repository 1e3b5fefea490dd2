"""The second half of the page: the indicators, the charter, decisions, what can be said, where it comes from."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from dashboard.shared import html_parts
from dashboard.shared.dates import short_day
from dashboard.shared.texts import sentence, t
from dashboard.summary.answer import asked_lines, opens
from estimator.core.typography import typeset
from estimator.reporting.summary.one_page import proof_of
from estimator.reporting.summary.sentences import (
    against_text,
    amount_text,
    counted_indicators,
    hosting_text,
    how_to_read,
    name,
    path_text,
    trend_text,
    value_text,
)

FAMILIES = ("footprint", "choice", "process")
Body = Mapping[str, Any]


def indicators(body: Body, lang: str) -> Markup:
    """All of them, by family: what they are worth, what is asked, how to read them."""
    tables: Markup = Markup()
    for family in FAMILIES:
        entries = [entry for entry in body["indicators"].values() if entry["family"] == family]
        title = t(f"synthese.family_{family}", lang)
        heads = [t(f"synthese.{key}", lang) for key in ("indicator", "value", "asked", "read")]
        table = html_parts.table(title, heads, [_row(entry, body, lang) for entry in entries], quiet=True)
        tables += Markup('<h3 class="under">{}</h3>{}').format(title, table)
    note = t("synthese.indicators_note", lang, against=against_text(body, lang) or t("synthese.no_previous", lang))
    title = sentence(t("synthese.indicators", lang, counted=counted_indicators(lang)))
    return html_parts.section(title, Markup('<div class="twelve">{}</div>').format(tables), note)


def _row(entry: Body, body: Body, lang: str) -> list[Any]:
    label = Markup('<span id="{}">{}</span>').format(
        anchor(entry["id"]), f"{entry['number']}. {name(entry['id'], lang)}"
    )
    asked = Markup("<br>").join(asked_lines(entry, lang))
    read = [how_to_read(entry["id"], lang)]
    if "change" in entry:
        read.insert(0, _trend(entry, lang))
    if entry["id"] == "trajectory":
        read[0] = path_text(body["indicators"]["energy"], lang)
    if entry["id"] == "sober_hosting":
        read.insert(0, hosting_text(entry, lang))
    hidden = entry.get("hidden")
    if entry["id"] == "per_service" and hidden:
        read.append(t("synthese.hidden", lang, n=hidden))
    value: Any = value_text(entry, lang)
    if entry["kind"] == "footprint" and entry["value"]["central"] is not None:
        figure = "energy" if entry["id"] == "trajectory" else entry["id"]
        value = opens(body, figure, body["period"], value, lang)
    return [label, value, asked, Markup("<br>").join(line for line in read if line)]


def _trend(entry: Body, lang: str) -> str:
    told = trend_text(entry, lang)
    return f"{told[:1].upper()}{told[1:]}."


def anchor(indicator: str) -> str:
    """Anchor of an indicator on the page."""
    return f"indicateur-{indicator}"


def charter(body: Body, lang: str) -> Markup:
    """The phrases of the charter, each with its status, its proof and its next review."""
    heads = [t(f"synthese.{key}", lang) for key in ("phrase", "status", "proof", "next_review")]
    rows = [_charter_row(check, lang) for check in body["charter"]]
    table = html_parts.table(t("synthese.charter_caption", lang), heads, rows, quiet=True)
    inside = Markup('<div class="checks">{}</div>').format(table)
    return html_parts.section(t("synthese.charter", lang), inside, t("synthese.charter_note", lang))


def _charter_row(check: Body, lang: str) -> list[Any]:
    gloss = Markup('<br><span class="small">{}</span>').format(check["gloss"]) if lang != "fr" else Markup()
    phrase = Markup('<q lang="fr">« {} »</q>{}').format(typeset(check["phrase"], "fr"), gloss)
    status = Markup('<b class="status {}">{}</b>').format(
        check["status"], t(f"synthese.status_{check['status']}", lang)
    )
    proof = Markup('{}<br><a href="#{}">{}</a>').format(
        proof_of(check, lang), anchor(check["indicator"]), name(check["indicator"], lang)
    )
    target = t(
        "synthese.by_vote" if check["voted"] else "synthese.by_target",
        lang,
        share=amount_text(check["target"], "share", lang),
    )
    review = short_day(check["next_review"], lang) if check["next_review"] else t("synthese.no_review", lang)
    return [phrase, Markup('{}<br><span class="small">{}</span>').format(status, target), proof, review]


def decisions(body: Body, lang: str) -> Markup:
    """At most three, each with its evidence and a link to where it is taken."""
    title = t("synthese.decisions", lang)
    if not body["decisions"]:
        return html_parts.section(title, Markup("<p>{}</p>").format(t("synthese.no_decision", lang)))
    items = [
        Markup('<li><h3>{}</h3><p>{}</p><p class="small"><a href="{}">{}</a></p></li>').format(
            found["title"][lang],
            found["proof"][lang],
            html_parts.address("registre", lang, cas=found["cases"][0] if len(found["cases"]) == 1 else ""),
            t("synthese.to_register", lang),
        )
        for found in body["decisions"]
    ]
    inside = Markup('<ol class="decisions">{}</ol>').format(Markup().join(items))
    return html_parts.section(title, inside, t("synthese.decisions_note", lang))


def claims(body: Body, lang: str) -> Markup:
    """Claims that can be made in public, and those that cannot, side by side."""
    columns = Markup().join(
        Markup("<div><h3>{}</h3>{}</div>").format(
            t(f"synthese.{key}", lang), html_parts.items([c[lang] for c in body[key]])
        )
        for key in ("say", "not_say")
    )
    return html_parts.section(t("synthese.claims", lang), Markup('<div class="halves">{}</div>').format(columns))


def sources(files: Mapping[str, str], lang: str) -> Markup:
    """Sources of the figures: files with all digits, the method, the explanation of the electricity."""
    entries = [(address, t(f"synthese.{key}", lang), t(f"synthese.{key}_what", lang)) for key, address in files.items()]
    return html_parts.section(
        t("nav.explain", lang), html_parts.onward_links(entries), t("synthese.sources_note", lang)
    )
