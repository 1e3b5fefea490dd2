"""Terminal texts of the commands, in French or English."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from estimator.catalogue.load import load
from estimator.catalogue.published_figures import figure_label
from estimator.cli.streams import json_of
from estimator.core.errors import one_of, say, sentences
from estimator.core.interval import Interval
from estimator.core.number_format import (
    as_computed,
    count_text,
    exact_text,
    interval_text,
    pair_text,
    partly_text,
    spoken_numbers,
)
from estimator.core.typography import printable, some_of
from estimator.ledger.rows import RowsAlike

if TYPE_CHECKING:
    from estimator.catalogue.models import Model
    from estimator.catalogue.quality_checks import Problem
    from estimator.catalogue.schema import Factor, Source, Subject
    from estimator.catalogue.tables import Catalogue
    from estimator.ingestion.importing import ImportReport
    from estimator.ledger.append import Account

Json = Annotated[bool, Option("--json", help="json")]
Columns = Annotated[list[str] | None, Option(help="columns", metavar="OURS=THEIRS")]
SHOWN_GROUPS = 20


def show(body: Mapping[str, Any], as_json: bool, text: Callable[[], str]) -> None:
    """JSON for machines, with its version, or the text for people, on standard output."""
    print(json_of(body, 1) if as_json else printable(text()))


INDICATORS = ("energy", "water", "adpe", "gwp", "primary_energy")


def figures_text(indicators: Mapping[str, Interval], lang: str) -> str:
    """One line a figure: its name, its interval, or why it cannot be estimated."""
    lines = []
    for name in INDICATORS:
        if name in indicators:
            lines.append(f"  {say('figures', name, lang):<34} {amount_text(indicators[name], lang)}")
    return "\n".join(lines)


def parts_text(parts: Mapping[str, Interval], lang: str) -> str:
    """The electricity of each line of a use, by name; empty without any."""
    told = [(say("use_parts", name, lang), interval_text(amount, lang)) for name, amount in parts.items()]
    lines = [f"  {pair_text(name, text, lang)}" for name, text in told]
    return "\n".join([say("use_parts", "title", lang), *lines]) if lines else ""


def amount_text(amount: Interval, lang: str) -> str:
    """« entre a et b (valeur centrale : c) », or « non estimable : raison »; a partial total gives its coverage."""
    return ", ".join(filter(None, (interval_text(amount, lang), partly_text(amount, lang))))


def aside_lines(quarantined: int, lang: str) -> list[str]:
    """Rows in quarantine, out of every total, and the command that says why; nothing without any."""
    return [say("cli", "aside", lang, count=quarantined)] if quarantined else []


def waiting_lines(account: "Account", lang: str) -> list[str]:
    """Known rows that are still in quarantine or that were withdrawn, rows of before that no longer count or count
    again, and that no row was accepted, if so."""
    counts = {"still_aside": account.waiting, "known_withdrawn": account.withdrawn}
    counts |= {"supersedes": account.supersedes, "again": account.again, "none_accepted": account.barren}
    return [say("cli", key, lang, count=count) for key, count in counts.items() if count]


def sample_lines(sample: bool, lang: str) -> list[str]:
    """The mark of sample data, above figures; nothing for other data."""
    return [say("cli", "sample", lang)] if sample else []


def steps_text(steps: Sequence[Mapping[str, Any]], lang: str) -> str:
    """Each step: its label, the formula in words, the same in numbers."""
    lines = [say("cli", "steps", lang)]
    for step in steps:
        lines.append(f"  {step['label'][lang]} = {step['formula'][lang]}")
        if step["formula"].get("numbers"):
            lines.append(f"    = {spoken_numbers(step['formula']['numbers'], lang)}")
        lines.append(f"    = {as_computed(step['value'], step['low'], step['high'], step['unit'], lang)}")
    return "\n".join(lines)


def used_text(factors: Sequence[Mapping[str, Any]], lang: str) -> str:
    """Each factor: value, bounds, what it stands in for where it is wider, source, locator."""
    lines = [say("cli", "factors", lang)]
    for item in factors:
        value = as_computed(item["value"], item["low"], item["high"], item["unit"], lang)
        source = item["source"]
        wider = say("cli", "wider", lang, asked=load().label(item["asked"], lang)) if item["fallback_level"] else ""
        lines.append(f"  {item['label'][lang]} ({item['subject'][lang]}{wider}) : {value}  {item['id']}")
        lines.append(f"    {source['title']}, {source['publisher']}, {source['year'] or 's.d.'} ; {item['locator']}")
    return "\n".join(lines)


def published_text(entries: Sequence[Mapping[str, Any]], lang: str) -> str:
    """Each published figure with ours for the same request, why they differ, and its source; empty without any."""
    lines = [say("published", "title", lang)] if entries else []
    for item in entries:
        figure = figure_label(item["figure"], lang)
        told = {"measured": item["measured"][lang], "value": exact_text(item["value"], item["unit"], lang)}
        lines.append(
            say("published", "line", lang, figure=figure, ours=interval_text(Interval.read(item["ours"]), lang), **told)
        )
        lines.append(say("published", "request", lang, request=item["request"][lang]))
        lines += [f"    {reason[lang]}" for reason in item["why"]]
        reading = say("published", "second_hand", lang) if item["second_hand"] else ""
        source = {name: item["source"][name] for name in ("title", "publisher", "year")}
        lines.append(say("published", "source", lang, locator=item["locator"], reading=reading, **source))
    return "\n".join(lines)


def import_text(report: "ImportReport", lang: str) -> str:
    """The account of an import, then quarantined rows and remarks by file and reason, and the unreadable files."""
    lines = [say("cli", "imported", lang, **report.account.as_dict()), *waiting_lines(report.account, lang)]
    lines += _told_lines("refusals", report.faults, "more_refused", lang)
    groups: dict[tuple[str, str], RowsAlike] = {}
    for remark in report.remarks:
        groups.setdefault((remark.file, remark.code), RowsAlike(remark.line, remark.facts)).add(remark.facts)
    lines += _told_lines("remarks", groups, "more_remarks", lang)
    lines += [f"! {error.message(lang)}" for error in report.errors]
    if report.left:
        from estimator.ingestion.left_files import packed

        lines.append(say("cli", "not_recognised", lang, count=len(report.left), names=some_of(report.left)))
        if shut := packed(report.left):
            lines.append(say("why_left", "packed", lang, names=some_of(shut)))
    return "\n".join(lines)


def _told_lines(section: str, groups: Mapping[Any, RowsAlike], more: str, lang: str) -> Iterator[str]:
    """A line for each file and reason: its first row, how many it is said of, its sentence; then how many are left."""
    for (file, code, *_), told in list(groups.items())[:SHOWN_GROUPS]:
        times = f" (× {count_text(told.count, lang)})" if told.count > 1 else ""
        where = rows_where(file, told, lang) if section == "refusals" else f"{file}:{told.line}{times}"
        yield f"  {where} {one_of(told.unlike, 'for_instance', sentences(section, code, **told.facts))[lang]}"
    left = sum(told.count for told in list(groups.values())[SHOWN_GROUPS:])
    if left:
        yield say("cli", more, lang, count=left)


def rows_where(file: str, told: RowsAlike, lang: str, mark: str = "") -> str:
    """« a.csv:2 », or « a.csv, 10 lignes dont la 2 : » of several; mark: what follows the file, as its hash."""
    if told.count == 1:
        return f"{file}:{told.line}{mark}"
    return say("cli", "rows_where", lang, file=f"{file}{mark}", count=told.count, line=told.line)


def factors_text(found: Sequence["Factor"], lang: str) -> str:
    """One line a factor."""
    return "\n".join(f"{f.id}\t{_value(f, lang)}\t{f.source}" for f in found) or say("cli", "nothing_found", lang)


def row_text(row: Mapping[str, object], source: "Source | None", lang: str) -> str:
    """The cells of a row that is supposed, under the names of its columns, then its source."""
    told = [(name, value) for name, value in row.items() if name != "source" and value not in (None, "")]
    lines = [f"  {pair_text(name, value, lang)}" for name, value in told]
    return "\n".join([*lines, *([f"  {source.title}, {source.publisher}", f"  {source.url}"] if source else [])])


def factor_text(item: "Factor", catalogue: "Catalogue", lang: str) -> str:
    """The text of a factor, with its rivals."""
    source = catalogue.sources[item.source]
    quantity = next(q for q in catalogue.quantities.values() if q.factor == item.quantity)
    lines = [
        f"{quantity.label(lang)}, {catalogue.label(item.subject, lang)}",
        f"  {_value(item, lang)}",
        say(
            "cli",
            "validity" + "_from" * bool(item.valid_from) + "_to" * bool(item.valid_to),
            lang,
            first=item.valid_from,
            last=item.valid_to,
            geography=item.geography or "-",
        ),
        say("cli", "bounds", lang, bounds=catalogue.bounds_text(item, lang)) if item.bounds_kind else "",
        say(
            "cli",
            "source",
            lang,
            title=source.title,
            publisher=source.publisher,
            year=source.year or "s.d.",
            locator=item.locator,
        ),
        f"  {source.url}",
        say("cli", "licence", lang, licence=source.licence, accessed=source.accessed, review=item.review_by or "-"),
        f"  {item.note}" if item.note else "",
    ]
    rivals = catalogue.rivals(item)
    if rivals:
        lines.append(say("cli", "rivals", lang))
        lines += [f"    {_value(f, lang):<44} {f.id}  ({catalogue.sources[f.source].title})" for f in rivals]
    return "\n".join(line for line in lines if line)


def _value(item: "Factor", lang: str) -> str:
    if item.value is None:
        return say("cli", "no_value", lang, reason=say("missing", str(item.missing_reason), lang))
    return as_computed(item.value, item.low, item.high, item.unit, lang)


def models_text(found: Sequence["Model"], lang: str) -> str:
    """One line a model: id, name, billions of parameters (bounds of a guess), or why they are unknown."""
    from estimator.catalogue.models import size

    lines = []
    for model in found:
        sizes = size(model)
        told = sizes.why(lang)
        if not told and sizes.total is not None:
            ends = (sizes.total_low, sizes.total_high) if sizes.guessed else (sizes.total, sizes.total)
            told = say("cli", "billions", lang, count=as_computed(sizes.total, *ends, "1", lang), n=ends[1])
        lines.append(f"{model.id}\t{model.name}\t{told}")
    return "\n".join(lines) or say("cli", "nothing_found", lang)


def subjects_text(found: Sequence["Subject"], lang: str) -> str:
    """One line a site or device: id, name, zone."""
    lines = [f"{s.id}\t{s.label(lang)}\t{s.zone}" for s in found]
    return "\n".join(lines) or say("cli", "nothing_found", lang)


def validation_text(body: Mapping[str, Any], lang: str) -> str:
    """How many published cases were evaluated, and why the others were not."""
    facts = body["summary"]
    lines = [say("cli", "validated", lang, **{k: facts[k] for k in ("cases", "families", "outputs", "valued")})]
    lines += [f"  {count} × {say('missing', code, lang)}" for code, count in facts["not_estimable"].items()]
    lines += [f"  {count} × {say('faults', word, lang)}" for word, count in facts["warnings"].items()]
    return "\n".join(lines)


def check_text(catalogue: "Catalogue", found: Sequence["Problem"], lang: str) -> str:
    """The text of `sobria factors check`."""
    lines = [f"{'✗' if p.fatal else '!'} {p.text(lang)}" for p in found]
    unknown = sum(f.value is None for f in catalogue.factors)
    facts = {
        "factors": len(catalogue.factors),
        "sources": len(catalogue.sources),
        "unknown": unknown,
        "version": catalogue.version,
    }
    key = "check_bad" if any(p.fatal for p in found) else "check_good"
    return "\n".join([*lines, say("cli", key, lang, count=sum(p.fatal for p in found), **facts)])
