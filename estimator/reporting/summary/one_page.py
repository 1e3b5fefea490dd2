"""The one-page summary, and the same figures as a machine-readable table."""

from collections.abc import Iterator, Mapping
from typing import Any

from estimator.core.errors import say
from estimator.core.number_format import interval_text, step_for, tick_text, with_unit
from estimator.core.typography import typeset
from estimator.governance.indicator_list import FOOTPRINTS, OTHERS
from estimator.reporting.documents.document import Document, IntervalBar, Points, Record, Row, Section, Table, TableCell
from estimator.reporting.documents.svg_bars import round_top
from estimator.reporting.project.context import clipped
from estimator.reporting.summary.sentences import (
    against_text,
    answer,
    budget_text,
    hosting_text,
    limit_texts,
    name,
    objective_text,
    path_lines,
    path_text,
    period_text,
    proof_text,
    share_of_total,
    shared,
    tell,
    territory_text,
    trend_text,
    use_budget_text,
    used,
    value_text,
)
from estimator.reporting.summary.use_cases import TOLD

COLUMNS = ("rubrique", "objet", "mois", "bas", "central", "haut", "unite", "texte", "objectif", "preuve")
STATUSES = ("held", "covered", "partly", "not_held", "not_measured")
MOST_PATHS, MOST_NOT_SAID, MOST_PROOFS = 2, 4, 6
OBJECTIVE, ASKED, DECIDED, NAMED = 60, 72, 96, 36  # maximum characters, to fit on one page
MOSTLY = 0.2  # measured share under which the sheet is labelled as an estimate
Body = Mapping[str, Any]


def document(body: Body, lang: str) -> Document:
    """The summary sheet in one language."""
    return Document(
        kind=tell("kind", lang),
        title=tell("title", lang),
        lang=lang,
        lead=tuple(_lead(body, lang)),
        sections=tuple(_sections(body, lang)),
        foot=tuple(_foot(body, lang)),
        columns=COLUMNS,
        records=tuple(_records(body, lang)),
        mark=tell("mark", lang) if body["sample"] else "",
        one_page=True,
        dense=True,  # its lists take more space than their characters
    )


def _lead(body: Body, lang: str) -> Iterator[str]:
    yield answer(body, lang)
    if is_mostly_estimated(body):
        yield tell("little_measured", lang)


def is_mostly_estimated(body: Body) -> bool:
    """Whether some electricity is known, and less than a fifth of it measured."""
    entry = body["indicators"]
    known = entry["energy"]["value"]["central"] is not None
    return known and bool(entry["coverage"]["proof"]["measured"] < MOSTLY)


def _sections(body: Body, lang: str) -> Iterator[Section]:
    yield Section(tell("four", lang), (_four(body, lang), *_paths(body, lang)))
    if body["uses"]:
        yield Section(tell("by_use", lang), (_uses(body, lang),))
    yield Section(tell("others_title", lang), (_others(body, lang),))
    yield Section(tell("charter", lang), (Points(tuple(charter_lines(body, lang))),))
    told = [
        f"{clipped(found['title'][lang], DECIDED)} {clipped(found['proof'][lang], DECIDED)}"
        for found in body["decisions"]
    ]
    yield Section(tell("decisions", lang), (Points(tuple(told or [tell("no_decision", lang)])),))
    yield Section(tell("say", lang), (Points(tuple(_claims(body, lang))),))
    yield Section(tell("not_say", lang), (Points(tuple(found[lang] for found in body["not_say"][:MOST_NOT_SAID])),))


def _claims(body: Body, lang: str) -> Iterator[str]:
    """Claims that can be made, without those already on the sheet."""
    energy = body["indicators"]["energy"]
    already = {answer(body, lang), used(body, lang), path_text(energy, lang)}
    if energy["budget"]:
        already.add(budget_text(energy["budget"], energy["value"]["unit"], lang))
    yield from (found[lang] for found in body["say"] if found[lang] not in already)


def _four(body: Body, lang: str) -> Table:
    columns = tuple(tell(key, lang) for key in ("indicator", "value", "trend", "objective"))
    rows: list[Row] = []
    for key in FOOTPRINTS:
        entry = body["indicators"][key]
        trend = trend_text(entry, lang)
        objective = clipped(objective_text(entry["objective"], lang), OBJECTIVE)
        rows.append((name(key, lang), value_text(entry, lang), trend, objective))
    against = against_text(body, lang)
    return Table(tell("read_against", lang, against=against) if against else "", columns, tuple(rows))


def _paths(body: Body, lang: str) -> tuple[Points, ...]:
    """Objectives and budgets at the pace of the year, for the indicators that have one."""
    told = []
    for key in FOOTPRINTS:
        lines = path_lines(body["indicators"][key], lang)
        told += [tell("about", lang, name=name(key, lang), text=line) for line in lines]
    told += [use_budget_text(b, lang) for b in body["use_budgets"] if b["near"] or b["verdict"] in ("over", "passed")]
    return (Points(tuple(told[:MOST_PATHS])),) if told else ()


def _uses(body: Body, lang: str) -> Table:
    """Use cases by electricity, each with its interval on one axis, the lines adding up to the total."""
    known = weighed(body)
    unknown = sum(use["energy"]["central"] is None for use in body["uses"])
    top = _top(max((use["energy"]["high"] for use in known), default=1.0))
    rows: list[Row] = []
    for use in known:
        bar = IntervalBar(use["energy"], use["proof"], top)
        shown = TableCell(proof_text(use["proof"], lang), bar=bar)
        told = ", ".join(filter(None, (interval_text(use["energy"], lang), share_of_total(use["share"], lang))))
        rows.append((clipped(_short_name(use, lang), NAMED), told, shown))
    step = step_for("kWh", top, lang)
    scale = (tell("scale", lang), "", TableCell("", scale=with_unit(tick_text(top, step, lang), step)))
    caption = tell("uses_unknown_one" if unknown == 1 else "uses_unknown", lang, count=unknown) if unknown else ""
    return Table(caption, tuple(tell(key, lang) for key in ("use", "electricity", "proof")), tuple(rows), (scale,))


def weighed(body: Body) -> list[Body]:
    """The lines of known electricity, largest first, the small ones as one: they add up to the total."""
    known = [use for use in body["uses"] if use["energy"]["central"] is not None]
    return [*known[:TOLD], body["uses_rest"]] if body["uses_rest"] else known


def _top(value: float) -> float:
    worth = float(step_for("kWh", value, "fr").worth)
    return round_top(value / worth) * worth


def use_name(use: Body, lang: str) -> str:
    """The name of a use case, or of the merged group."""
    return str(use["name"]) if use["kind"] == "case" else tell(use["kind"], lang, count=use["count"])


def _short_name(use: Body, lang: str) -> str:
    """Label of a line."""
    return tell("others_short", lang, count=use["count"]) if use["kind"] == "others" else use_name(use, lang)


def _others(body: Body, lang: str) -> Table:
    """The indicators that are not totals: value and target."""
    rows: list[Row] = []
    for key in OTHERS:
        entry = body["indicators"][key]
        beside = hosting_text(entry, lang) if key == "sober_hosting" else clipped(asked_text(entry, lang), ASKED)
        rows.append((name(key, lang), value_text(entry, lang), beside))
    return Table("", tuple(tell(key, lang) for key in ("indicator", "value", "asked_title")), tuple(rows))


def asked_text(entry: Body, lang: str) -> str:
    """The objective of an indicator, else the regulatory limit, else « objectif non fixé »."""
    if entry["objective"] or not entry["limits"]:
        return objective_text(entry["objective"], lang)
    told = tell("joined_limits", lang).join(limit_texts(entry["limits"], lang))
    return tell("asked", lang, none=objective_text(None, lang), limits=told)


def charter_lines(body: Body, lang: str) -> Iterator[str]:
    """How many phrases have each status, then the evidence of the first that are not held, and partly."""
    of = {status: [check for check in body["charter"] if check["status"] == status] for status in STATUSES}
    counts = [f"{tell(f'status_{status}', lang)} {len(found)}" for status, found in of.items() if found]
    counts += [f"{tell(group, lang)} {len(found)}" for group, found in body["unchecked"].items() if found]
    total = sum(map(len, (*of.values(), *body["unchecked"].values())))
    yield tell("charter_counts", lang, total=total, counts=tell("joined_limits", lang).join(counts))
    for status in ("not_held", "partly"):
        told = tell("joined_limits", lang).join(proof_of(check, lang) for check in of[status][:MOST_PROOFS])
        if told:
            word = tell(f"status_{status}", lang)
            yield tell("charter_line", lang, status=word[:1].upper() + word[1:], count=len(of[status]), phrases=told)


def read_name(check: Body, lang: str) -> str:
    """« agents formés, parmi ceux qui ont accès à l'IA »: the share that a phrase reads."""
    return typeset(say("charter_reads", check["reads"], lang), lang)


def to_do(check: Body, lang: str) -> str:
    """What raises the share that a phrase reads."""
    return typeset(say("charter_do", check["reads"], lang), lang)


def proof_of(check: Body, lang: str) -> str:
    """« agents formés, parmi ceux qui ont accès à l'IA, 63 % (793 sur 1 257) »."""
    reads = read_name(check, lang)
    return f"{reads}, {shared(check, lang)}" if check["share"] is not None else reads


def _foot(body: Body, lang: str) -> Iterator[str]:
    facts = {"territory": territory_text(body["territory"], lang), "period": period_text(body["period"], lang)}
    yield tell("made", lang, build=body["build"], version=body["factors_version"][:12], **facts)
    asked = f"sobria indicators --period {body['period']} --territory {body['territory']} --lang {lang}"
    yield tell("again", lang, command=f"{asked} --out fiche.html")
    yield tell("scope", lang)


def _records(body: Body, lang: str) -> Iterator[Record]:
    """The indicators, the months, the use cases and the charter, numbers to their last digit."""
    proof = proof_text(body["indicators"]["coverage"]["proof"], lang)
    for key, entry in body["indicators"].items():
        asked = asked_text(entry, lang)
        said = value_text(entry, lang)
        if "low" in entry["value"]:
            yield ("indicateur", key, "", *_ends(entry["value"]), said, asked, proof)
        else:
            yield ("indicateur", key, "", None, _share(entry["value"]), None, "1", said, asked, "")
        for month, amount in entry.get("months", {}).items():
            if amount:
                yield ("mois", key, month, *_ends(amount), interval_text(amount, lang), "", "")
    for use in body["uses"]:
        said, proved = interval_text(use["energy"], lang), proof_text(use["proof"], lang)
        yield ("usage", use["id"] or use["kind"], "", *_ends(use["energy"]), said, use_name(use, lang), proved)
    for check in body["charter"]:
        told = tell(f"status_{check['status']}", lang)
        yield ("charte", check["id"], "", None, check["share"], None, "1", told, check["target"], proof_of(check, lang))


def _ends(amount: Body) -> tuple[Any, ...]:
    return amount["low"], amount["central"], amount["high"], amount["unit"]


def _share(value: Body) -> float | None:
    if "share" in value:
        return None if value["share"] is None else float(value["share"])
    return value["numerator"] / value["denominator"] if value["denominator"] else None
