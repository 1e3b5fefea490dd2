"""The one-page summary, and the same figures as a machine-readable table."""

from collections.abc import Iterator, Mapping
from typing import Any

from babel.lists import format_list

from estimator.catalogue.schema import PROOFS
from estimator.core.errors import say
from estimator.core.language import DEFAULT
from estimator.core.number_format import NO_BREAK, WHOLE, figure, interval_text, step_for, tick_text, with_unit
from estimator.core.typography import typeset
from estimator.reporting.documents.document import (
    Document,
    IntervalBar,
    Picture,
    Points,
    Record,
    Row,
    Section,
    Table,
    TableCell,
)
from estimator.reporting.documents.pictures import round_top
from estimator.reporting.summary.ceilings import ceilings
from estimator.reporting.summary.months import LARGE, axis, history_of, months_svg, samples
from estimator.reporting.summary.months_text import month_name, months_alt, months_table
from estimator.reporting.summary.sentences import (
    added_text,
    amount_text,
    answer,
    is_partly_unknown,
    limit_texts,
    objective_text,
    proof_text,
    share_of_total,
    shared,
    tell,
    territory_text,
    value_text,
    verdict,
    weighs_title,
)
from estimator.reporting.summary.standing import caveat, outside_of
from estimator.reporting.summary.statements import of_whom, read_out, told_status
from estimator.reporting.summary.use_cases import TOLD

COLUMNS = ("rubrique", "objet", "mois", "bas", "central", "haut", "unite", "texte", "objectif", "preuve")
LIGHTER = ("smaller", "lighter")  # kinds of decisions by which a use is served by a model that is enough
MOSTLY = 0.2  # measured share under which the sheet is labelled as an estimate
Body = Mapping[str, Any]


def document(body: Body, lang: str) -> Document:
    """The summary sheet in one language: the answer, three sentences to say, two pictures, the first decision and
    promise, and nothing cut."""
    return Document(
        kind=tell("kind", lang, scope=of_whom(body, lang)),
        title=tell("title", lang),
        lang=lang,
        lead=tuple(_lead(body, lang)),
        sections=tuple(_sections(body, lang)),
        foot=tuple(_foot(body, lang)),
        columns=COLUMNS,
        records=tuple(_records(body, lang)),
        mark=tell("mark", lang) if body["sample"] else "",
        small=True,
        dense=True,  # when names are long: its lists take more space than their characters
        plain=True,
    )


def _lead(body: Body, lang: str) -> Iterator[str]:
    known = body["indicators"]["energy"]["value"]["central"] is not None
    yield verdict(body, lang) if known else answer(body, lang)
    if is_mostly_estimated(body):
        yield tell("little_measured", lang)
    yield from (text for _, text in ceilings(body, lang))


def is_mostly_estimated(body: Body) -> bool:
    """Whether some electricity is known, and less than a fifth of it measured."""
    entry = body["indicators"]
    known = entry["energy"]["value"]["central"] is not None
    measured = entry["coverage"]["proof"]["measured"]
    return known and measured is not None and bool(measured < MOSTLY)


def _sections(body: Body, lang: str) -> Iterator[Section]:
    if body["aloud"]:
        yield Section(tell("to_say", lang), (Points(tuple(read_out(body, lang))),))
    if history_of(body, "energy").known:
        yield Section(tell("by_month", lang), (_months(body, lang),))
    if weighed(body):
        yield Section(weighs_title(body, lang), (_uses(body, lang),))
    if body["added"]:
        yield Section(tell("added", lang), (Points(tuple(added_text(one, lang) for one in body["added"])),))
    told = [
        f"{found['title'][lang].rstrip('.')}. {found.get('paper', found['proof'])[lang]}"
        for found in body["decisions"][:1]
    ]
    not_held = [c for c in body["charter"] if c["status"] == "not_held"]
    for check in not_held[:1]:
        what = tell("same_decision", lang) if _is_first_decision(check, body, lang) else check["to_do"][lang]
        facts = {"name": read_name(check, lang), "what": what, "n": len(not_held)}
        told.append(tell("first_not_held", lang, **facts))
    yield Section(tell("decisions", lang), (Points(tuple(told or [tell("no_decision", lang)])),))


def _is_first_decision(check: Body, body: Body, lang: str) -> bool:
    """Whether what would hold a promise is the first decision, told just above: a smaller model, for the same use."""
    cases = [found["cases"] for found in body["decisions"][:1] if found["kind"] in LIGHTER]
    names = [use["name"] for use in body["uses"] if [use["id"]] in cases]
    return any(check["to_do"][lang] == typeset(say("charter_do", "right_sized", lang, names=n), lang) for n in names)


def _months(body: Body, lang: str) -> Picture:
    """The electricity by month."""
    history = history_of(body, "energy", LARGE)
    top, scale = axis(history, lang)
    drawn, name = samples(history, limited=history.limit is not None), say("figures", "energy", lang)
    return Picture(
        drawn=months_svg(history, top, scale),
        alt=months_alt(history, lang),
        marks={round(y): text for y, text in scale.items()},
        ends=(month_name(min(history.months), lang), month_name(max(history.months), lang)),
        legend={picture: tell(key, lang) for key, picture in drawn.items()},
        values=months_table(name, history, lang),
        opens=tell("months_values", lang),
    )


def _uses(body: Body, lang: str) -> Table:
    """Use cases by electricity, each with its interval on one axis, the lines adding up to the total.

    The row tells the share and the kinds of proof: the amount and the share of each kind are told with the bar.
    """
    known = weighed(body)
    top = _top(max((use["energy"]["high"] for use in known), default=1.0))
    rows: list[Row] = []
    for use in known:
        said = (interval_text(use["energy"], lang), proof_text(use["proof"], lang))
        bar = IntervalBar(use["energy"], use["proof"], top, alt=tell("joined_limits", lang).join(filter(None, said)))
        shown = TableCell(proof_kinds(use, lang), bar=bar)
        rows.append((_short_name(use, lang), share_of_total(use["share"], lang, "share") or weight(use, lang), shown))
    step = step_for("kWh", top, lang)
    scale = (tell("scale", lang), "", TableCell("", scale=with_unit(tick_text(top, step, lang), step)))
    merged = tell("merged_why", lang) if any(use["kind"] == "others" for use in body["uses"]) else ""
    caption = " ".join(filter(None, (merged, left_out(body, lang))))
    weighs = tell("of_all", lang) if any(use["share"] for use in known) else say("figures", "energy", lang)
    column = tell("use_elsewhere" if body["elsewhere"] else "use", lang)
    return Table(caption, (column, weighs, tell("proof", lang)), tuple(rows), (scale,))


def left_out(body: Body, lang: str) -> str:
    """The uses that no total holds, then those that one holds without a line of theirs, each with why; empty without
    any: unknown is named, never a zero."""
    found: dict[str, list[str]] = {"uses_unknown": [], "uses_in_total": []}
    for use in body["uses"]:
        if use["energy"]["central"] is None:
            code = (use["energy"].get("missing") or {}).get("code")
            told = tell("left_out", lang, name=use_name(use, lang), why=interval_text(use["energy"], lang))
            found["uses_in_total" if code == "year_alone" else "uses_unknown"].append(told)
    joined = tell("joined_limits", lang)
    return " ".join(tell(key, lang, names=joined.join(names)) for key, names in found.items() if names)


def weight(use: Body, lang: str, form: str = "of_total") -> str:
    """« entre 46 et 61 % du total, 3,3 MWh »."""
    value = figure(use["energy"], lang)
    return ", ".join(filter(None, (share_of_total(use["share"], lang, form), f"{value.value}{NO_BREAK}{value.unit}")))


def proof_kinds(use: Body, lang: str) -> str:
    """« mesuré, estimé »: the proofs that a use has, but traces of them."""
    if not use["proof"]:
        return tell("proof_untold", lang)
    kinds = [kind for kind, share in use["proof"].items() if share >= 1 - WHOLE]
    names = [tell("every_proof", lang)] if {*kinds} == {*PROOFS} else [say("proofs", kind, lang) for kind in kinds]
    return ", ".join(names)


def weighed(body: Body) -> list[Body]:
    """The lines of known electricity, largest first, the small ones as one: they add up to the total."""
    known = [use for use in body["uses"] if use["energy"]["central"] is not None]
    return [*known[:TOLD], body["uses_rest"]] if body["uses_rest"] else known


def _top(value: float) -> float:
    worth = float(step_for("kWh", value, DEFAULT).worth)
    return round_top(value / worth) * worth


def use_name(use: Body, lang: str) -> str:
    """The name of a use case, of an authority, or of the merged group."""
    if use["kind"] == "elsewhere":
        return " ".join(filter(None, (territory_text(use["id"], lang), use["name"])))
    if use["kind"] == "case":
        return str(use["name"])
    return tell("others_loose" if use["loose"] else use["kind"], lang, count=use["count"])


def _short_name(use: Body, lang: str) -> str:
    """Label of a line."""
    short = use["kind"] == "others" and not use["loose"]
    return tell("others_short", lang, count=use["count"]) if short else use_name(use, lang)


def asked_text(entry: Body, lang: str, elsewhere: object) -> str:
    """The objective of an indicator, else the regulatory limit, else « objectif non fixé »; elsewhere: as in
    `objective_text`."""
    none = objective_text(entry["objective"], lang, elsewhere)
    if entry["objective"] or not entry["limits"]:
        return none
    told = tell("joined_limits", lang).join(limit_texts(entry["limits"], lang))
    return tell("asked", lang, none=none, limits=told)


def read_name(check: Body, lang: str) -> str:
    """« agents formés, parmi ceux qui ont accès à l'IA »: the share that a phrase reads."""
    return typeset(say("charter_reads", check["reads"], lang), lang)


def proof_of(check: Body, lang: str) -> str:
    """« agents formés, parmi ceux qui ont accès à l'IA, 63 % (793 sur 1 257) »."""
    reads = read_name(check, lang)
    return f"{reads}, {shared(check, lang)}" if check["share"] is not None else reads


def _foot(body: Body, lang: str) -> Iterator[str]:
    yield caveat(body, lang, months=body["indicators"]["energy"]["value"]["central"] is None)
    untold = [tell("quoted", lang, name=read_name(c, lang)) for c in body["charter"] if c["withheld"]]
    if untold:
        yield tell("promises_untold", lang, n=len(untold), names=format_list(untold, locale=lang))
    for found in body["decisions"][:1]:
        if "since" in found:
            yield tell("gain_since", lang, period=found["since"][lang])
    yield tell("scope", lang)
    yield tell("made", lang, build=body["build"], version=body["factors_version"][:12])


def _records(body: Body, lang: str) -> Iterator[Record]:
    """The indicators, the months, what none of them holds, the use cases and the charter, numbers to their last
    digit."""
    for key, entry in body["indicators"].items():
        asked = asked_text(entry, lang, body["elsewhere"])
        said = value_text(entry, lang)
        if "low" in entry["value"]:
            yield ("indicateur", key, "", *_ends(entry["value"]), said, asked, proof_text(entry["proof"], lang, key))
        else:
            yield ("indicateur", key, "", *_share_ends(entry["value"]), "1", said, asked, "")
        for month, amount in entry.get("months", {}).items():
            if amount:
                yield ("mois", key, month, *_ends(amount), interval_text(amount, lang), "", "")
    if outside := outside_of(body, lang):
        yield ("limite", "", "", None, None, None, "", outside, "", "")
    for one in body["added"]:
        proved = proof_text(one["proof"], lang, one["of"])
        yield ("indicateur ajouté", one["id"], "", *_ends(one["value"]), added_text(one, lang), one["plug_in"], proved)
    for found, text in ceilings(body, lang):
        about = found.get("use_case") or found.get("territory") or body["territory"]
        ends = _ends(found["projected"]) if found.get("projected") else (None, None, None, found["unit"])
        asked = tell("ceiling_at_most", lang, value=amount_text(found["ceiling"], found["unit"], lang))
        yield ("plafond", f"{found['indicator']}, {about}", "", *ends, text, asked, "")
    for use in body["uses"]:
        said, proved = interval_text(use["energy"], lang), proof_text(use["proof"], lang)
        yield ("usage", use["id"] or use["kind"], "", *_ends(use["energy"]), said, use_name(use, lang), proved)
    for check in body["charter"]:
        said = tell(f"status_{told_status(check)}", lang)
        yield ("charte", check["id"], "", None, check["share"], None, "1", said, check["target"], proof_of(check, lang))


def _ends(amount: Body) -> tuple[Any, ...]:
    return amount["low"], amount["central"], amount["high"], amount["unit"]


def _share_ends(value: Body) -> tuple[float | None, float | None, float | None]:
    """A share between what is known and that with what is not, which is no zero; where it is not told, no end above."""
    share, unknown = _share(value), value.get("unknown")
    if share is None or not is_partly_unknown(value):
        return None, share, None
    return share, None, share + unknown if unknown else None


def _share(value: Body) -> float | None:
    if "share" in value:
        return None if value["share"] is None else float(value["share"])
    return value["numerator"] / value["denominator"] if value["denominator"] else None
