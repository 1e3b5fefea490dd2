"""HTML components: header, figure, table, banner, footer, empty states; every text is escaped."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

from markupsafe import Markup, escape

from dashboard.shared.texts import DEFAULT, known_text, t
from estimator.catalogue.load import load as load_catalogue
from estimator.catalogue.schema import PROOFS
from estimator.core.errors import SobriaError
from estimator.core.interval import Interval
from estimator.core.number_format import impossible_text, interval_text
from estimator.core.periods import days_said
from estimator.core.proof_shares import parts_of_whole
from estimator.core.refusals import ListedRefusal, field_label, on_a_page
from estimator.core.typography import typeset
from estimator.results.proofs import ELECTRICITY, impact_proof_words
from estimator.results.totals import ServiceTotals

ALMOST_ALL = 0.995
PER_PAGE = 25  # rows of a page of a long table
LABELS = tomllib.loads(Path(__file__).with_name("field_labels.toml").read_text("utf-8"))
DAYS = ("future", "day_far")  # faults of a day that is chosen, not typed


def address(page: str, lang: str, /, **query: str) -> str:
    """A link to a page in the same language; relative, so that it works under any prefix."""
    asked = {name: value for name, value in query.items() if value} | ({"lang": lang} if lang != DEFAULT else {})
    return (page or "./") + ("?" + urlencode(asked) if asked else "")


def factor_link(factor_id: str, name: str, lang: str) -> str | Markup:
    """The name of a factor, a link where it has a page: what is given or computed for a model is a row of no table."""
    link = address("facteurs", lang, facteur=factor_id)
    return Markup('<a href="{}">{}</a>').format(link, name) if factor_id in load_catalogue().by_id else name


def quoted(text: str, lang: str = "") -> Markup:
    """A text of a source, what it quotes marked up as a quotation; lang: that of what it quotes, where it is known."""
    mark = f'<q lang="{lang}">' if lang else "<q>"
    return Markup(re.sub("«[^»]*»|“[^”]*”", rf"{mark}\g<0></q>", str(escape(text))))  # noqa: S704 (escaped)


def explain_link(number: str, lang: str) -> str:
    """URL of the explanation of a figure."""
    return address("explication", lang, id=number)


def figure_name(figure_id: str, lang: str) -> str:
    """« Eau consommée sur place » for water.onsite; a part without its own label follows that of its figure."""
    whole, _, part = figure_id.partition(".")
    own = known_text("figures." + figure_id.replace(".", "_"), lang)
    return own or f"{t('figures.' + whole, lang)}, {t('parts.' + part, lang)}"


def publications_name(family: str, lang: str) -> str:
    """Label of a family of publications; unchanged when there is none."""
    key = "publications." + re.sub(r"[^a-z0-9]+", "_", family.lower()).strip("_")
    return known_text(key, lang) or family


def number(amount: Interval, number_id: str, name: str, lang: str) -> Markup:
    """An interval in a sentence or a cell, linked to its explanation."""
    return opened(explain_link(number_id, lang), interval_text(amount, lang), name)


def unknown_part(service: ServiceTotals, lang: str) -> str:
    """« sans celle de 2 exécutions, non connue »: what the electricity of a service does not hold, if any."""
    there = service.unknown and service.indicators["it_energy"].known
    return t("coverage.unknown_runs", lang, n=service.unknown) if there else ""


def opened(link: str, value: str, name: str) -> Markup:
    """A figure that opens its explanation; name: of what it is, for those who are read it alone."""
    return Markup('<a class="number" href="{}">{}<span class="unseen">, {}</span></a>').format(link, value, name)


def proof_text(proof: Mapping[str, float], lang: str) -> str:
    """« 38 % mesuré, 62 % estimé », or a single word for 100 %."""
    there = [(p, proof.get(p, 0.0)) for p in PROOFS if proof.get(p)]
    if len(there) == 1:
        return t(f"proof.{there[0][0]}", lang)
    shares = zip(parts_of_whole([share for _, share in there], lang), there, strict=True)
    return ", ".join(t("proof.part", lang, share=share, word=t(f"proof.{p}", lang)) for share, (p, _) in shares)


def impact_proof_text(impact: str, proof: Mapping[str, float], lang: str) -> str:
    """The same of the shares of an impact that may be no electricity."""
    return proof_text(proof, lang) if impact in ELECTRICITY else typeset(impact_proof_words(impact, proof, lang), lang)


def how_read(impossible: float | None, lang: str) -> str:
    """The key of what bars say of the true value."""
    return "explain.how_impossible" if impossible_text(impossible, lang) else "chart.how"


def impossible_note(share: float | None, lang: str) -> Markup:
    """What of an electricity cannot be, where it weighs, and a link to what corrects it."""
    said, link = impossible_text(share, lang), address("mesures", lang, voir="corriger")
    return Markup('<a class="warn" href="{}">{}</a>').format(link, said) if said else Markup()


def alternatives(words: Sequence[str], lang: str, key: str = "home.and") -> str:
    """« estimé, déclaré ou de méthode inconnue »; key: of what stands before the last one."""
    return t(key, lang, first=", ".join(words[:-1]), last=words[-1]) if len(words) > 1 else words[0]


def head(title: str, answer: str | Markup, note: str | Markup = "") -> Markup:
    """The question of a page, and its answer in one sentence, announced to screen readers when it changes."""
    below = Markup('<p class="note">{}</p>').format(note) if note else Markup()
    return Markup('<header class="head"><h1>{}</h1><p class="answer" role="status">{}</p>{}</header>').format(
        title, answer, below
    )


def fault_text(item: Mapping[str, str], lang: str, labels: Mapping[str, str]) -> str:
    """A fault of a refusal, its field named by its label on the page. labels: field or fault -> keys of the words."""
    name, code = item.get("field", ""), item["code"]
    keys = (labels.get(name) or labels.get(code, "")).split()
    named = [t("state.label", lang, label=t(key, lang)) for key in keys]
    label = alternatives(named, lang) if keys else field_label(name, lang)
    if keys and code in LABELS["pages"]["nothing"].split() and set(keys) <= set(LABELS["pages"]["lists"].split()):
        return t("state.choose", lang, field=label)
    said = item[lang].replace(field_label(name, lang), label, 1)
    return typeset(on_a_page(days_said(said, lang) if name and code in DAYS else said), lang)


def refusal_text(error: SobriaError, lang: str) -> str:
    """Why something was refused, as a page says it."""
    return typeset(on_a_page(error.message(lang)), lang)


def refusal(error: SobriaError, lang: str, labels: Mapping[str, str] | None = None) -> Markup:
    """Why nothing was written, announced at once, its faults in a list."""
    said, *faults = re.split(r"\n +- ", refusal_text(error, lang))
    if isinstance(error, ListedRefusal):
        faults = [fault_text(item, lang, LABELS["pages"] | dict(labels or {})) for item in error.items]
    listed = Markup("").join(Markup("<li>{}</li>").format(fault) for fault in dict.fromkeys(faults))
    body = Markup('<p>{}</p><ul class="plain">{}</ul>' if faults else "{}{}").format(said, listed)
    return Markup('<div class="warn" role="alert" style="white-space: pre-line">{}</div>').format(body)
