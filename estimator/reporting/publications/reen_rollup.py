"""The yearly review of a whole territory as a document: sums, what they cover, what is missing or in no sum."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from shlex import join

from estimator.builds.published_review import COUNTED
from estimator.core.errors import listed, say
from estimator.core.interval import Interval
from estimator.core.number_format import interval_text, partly_text, range_text, share_text
from estimator.core.typography import typeset
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.reporting.documents.document import Document, Points, Record, Row, Section, Table, TableCell
from estimator.reporting.documents.pictures import round_top
from estimator.reporting.publications.printed import amount_cell
from estimator.reporting.publications.reen_file import CommuneFile
from estimator.reporting.publications.territory_review import OtherMonths, TerritoryReview, Twice
from estimator.reporting.summary.sentences import (
    count_of,
    covered_period_text,
    in_use_text,
    period_text,
    proof_text,
    shared,
    territory_text,
)
from estimator.reporting.summary.standing import outside_sentences, outside_text, twice_names
from estimator.results.totals import Outside

COLUMNS = ("territoire", "indicateur", "bas", "central", "haut", "unite", "couvre", "couvre_environ", "preuve", "texte")
NO_FIGURE = (None, None, None, "", None, "", "")  # from « bas » to « preuve »


def rollup(found: TerritoryReview, lang: str) -> Document:
    """The review as a document: the sums, each commune in the order of its code, and what they do not say."""
    period = typeset(found.period.label(lang), lang)
    shares = tuple(
        (TableCell(say("indicators", name, lang), (_tell(f"of_{name}", lang),)), shared(found.share(name), lang))
        for name in COUNTED
    )
    sections = (
        Section(_tell("sums", lang), (_sums(found, lang),)),
        Section(_tell("communes", lang), (_communes(found, lang),)),
        Section(_tell("practices", lang), (Table("", (_tell("indicator", lang), period), shares),)),
        Section(_tell("twice", lang), (_twice(found, lang),)),
        *([Section(_tell("left_out_title", lang), (Points(tuple(_left_out(found, lang))),))] if found.left_out else []),
        Section(_tell("how", lang), (Points(tuple(_how(found, lang))),)),
    )
    covered = covered_period_text({"period": str(found.period), "measured": found.measured}, lang)
    marks, whole = {file.mark for file in found.files if file.mark}, "merged" if found.source.merged else "whole"
    return Document(
        kind=_tell("kind", lang, whole=_tell(f"kind_{whole}", lang), period=covered),
        title=_tell(f"title_{whole}", lang),
        lang=lang,
        lead=tuple(_lead(found, lang)),
        sections=sections,
        foot=(say("report", "nature", lang),),
        columns=COLUMNS,
        records=tuple(_records(found, lang)),
        mark=say("report", "mark", lang) if marks else "",
    )


def _tell(key: str, lang: str, **facts: object) -> str:
    return typeset(say("reen_rollup", key, lang, **facts), lang)


def _lead(found: TerritoryReview, lang: str) -> Iterator[str]:
    """Who handed over a file, who did not, who recorded nothing, and what is in no sum."""
    came = len({file.territory for file in found.files}.intersection(found.expected))
    said = {"there": len(found.files), "expected": len(found.expected), "came": came}
    yield _tell("lead" if found.expected else "lead_unsaid", lang, **said)
    if unknown := [code for code in found.missing if code not in found.source.own_of]:
        yield _tell("missing", lang, count=len(unknown), names=listed(_missing(found, unknown, lang), lang))
    for code in (code for code in found.missing if code not in unknown):
        yield _tell("left_out_of", lang, name=territory_text(code, lang), told=_no_file(found, code, lang)) + "."
    if found.unexpected:
        names = listed([territory_text(code, lang) for code in found.unexpected], lang)
        yield _tell("unexpected", lang, count=len(found.unexpected), names=names)
    if nothing := [territory_text(file.territory, lang) for file in found.files if file.nothing]:
        yield _tell("nothing", lang, count=len(nothing), names=", ".join(nothing))
    twice = found.source.outside.counted_twice  # not by these sums, which hold none of what the home itself counts
    outside = found.source.outside._replace(counted_twice=None)
    yield from filter(None, [outside_text(outside, lang), left_out_text(found, lang)])
    if found.source.own:
        told = {"kwh": interval_text(found.source.own, lang), "names": twice_names(twice, lang) if twice else ""}
        yield _tell("own_twice" if twice else "own", lang, **told)


def _missing(found: TerritoryReview, codes: Sequence[str], lang: str) -> Iterator[str]:
    """Each of these communes without a file of the period, with the periods that it handed over."""
    for code in codes:
        others = [period_text(one.period, lang) for one in found.left_out if one.territory == code]
        name = territory_text(code, lang)
        yield _tell("handed", lang, name=name, periods=", ".join(others)) if others else name


def _no_file(found: TerritoryReview, code: str, lang: str) -> str:
    """What is known of a commune without a file: nothing, or what this home counts of it, which is in no sum."""
    own = found.source.own_of.get(code)
    return _tell("own_no_file", lang, kwh=interval_text(own, lang)) if own else _tell("no_file", lang)


def left_out_text(found: TerritoryReview, lang: str) -> str:
    """Which period the review is of, and how much of what was handed over is of other months; empty where none is."""
    if not found.left_out:
        return ""
    periods = dict.fromkeys(period_text(one.period, lang) for one in sorted(found.left_out, key=lambda one: one.period))
    told = {"period": period_text(str(found.period), lang), "periods": ", ".join(periods)}
    share = found.left_out_share
    if not share:
        return _tell("left_out_empty", lang, **told)
    return _tell("left_out", lang, **told, share=share_text(share, lang))


def _left_out(found: TerritoryReview, lang: str) -> Iterator[str]:
    """What each authority handed over of other months."""
    mine: dict[str, list[OtherMonths]] = {}
    for one in found.left_out:
        mine.setdefault(one.territory, []).append(one)
    for code, parts in sorted(mine.items()):
        told = listed([_other(one, lang) for one in parts], lang)
        yield _tell("left_out_of", lang, name=territory_text(code, lang), told=told)


def _other(one: OtherMonths, lang: str) -> str:
    """« année 2025, entre 3 et 4 kWh (valeur centrale : 3,5) »."""
    energy = say("authorities", "nothing", lang) if one.nothing else interval_text(one.energy, lang)
    return _tell("left_out_part", lang, period=period_text(one.period, lang), energy=energy)


def again_text(found: TerritoryReview, lang: str) -> str:
    """For who writes the review, and not in it: how to have in it what the home counts itself, how to take out what is
    in it twice, then the command that makes it again."""
    asked = ["sobria", "report", "reen-rollup", *filter(None, [found.source.folder]), "--period", str(found.period)]
    asked += ["--communes", ",".join(found.asked)] if found.asked else []
    folder, own = found.source.folder, _tell("own_how", lang) if found.source.own else ""
    key = "replay_beside" if folder else "replay_merged" if found.source.merged else "replay"
    replay = _tell(key, lang, folder=folder, command=join(asked), period=found.period)
    twice = _tell("twice_how", lang) if any(one.certain for one in found.twice()) else ""
    return " ".join(filter(None, (own, twice, replay)))


def _sums(found: TerritoryReview, lang: str) -> Table:
    """Each footprint of all files, drawn from zero, with how many communes know it."""
    rows: list[Row] = []
    for name in FOOTPRINTS:
        amount = found.figure(name)
        top = round_top(amount.high or 0.0)
        counted = count_of(len(found.knowing(name)), len(found.files), lang)
        for key, some in (("known_partly", found.knowing_partly(name)), ("known_unsaid", found.knowing_unsaid(name))):
            counted = _tell(key, lang, counted=counted, count=len(some)) if some else counted
        rows.append((say("indicators", name, lang), amount_cell(amount, {}, top, lang), counted))
    columns = tuple(_tell(name, lang) for name in ("indicator", "sum", "known"))
    return Table(
        _tell("proof", lang, proof=proof_text(found.proof, lang) or _tell("proof_none", lang)), columns, tuple(rows)
    )


def _communes(found: TerritoryReview, lang: str) -> Table:
    """One row a commune, by code; those without a file are unknown."""
    columns = (_tell("commune", lang), *(say("figures", name, lang) for name in FOOTPRINTS), _tell("uses", lang))
    rows: list[tuple[str, Row]] = []
    for file in found.files:
        label = territory_text(file.territory, lang)
        span = covered_period_text({"period": file.period, "measured": file.months or file.handed}, lang)
        head = TableCell(label, tuple(filter(None, (file.administration, span, *_lacks(file, lang)))))
        figures = (file.figures[name] for name in FOOTPRINTS)
        cells = [
            TableCell(range_text(f, lang), tuple(filter(None, (partly_text(f, lang, file.roughly),)))) for f in figures
        ]
        with_data, uses = file.shares["coverage"]
        counted = in_use_text({"numerator": with_data, "denominator": uses, "apart": max(0.0, file.uses - uses)}, lang)
        told: Row = (say("authorities", "nothing", lang),) if file.nothing else (*cells, counted)
        rows.append((file.territory, (head, *told)))
    rows += [(code, (territory_text(code, lang), _no_file(found, code, lang))) for code in found.missing]
    return Table("", columns, tuple(row for _, row in sorted(rows, key=lambda row: row[0])))


def _lacks(file: CommuneFile, lang: str) -> Iterator[str]:
    """What is not in the figures of a commune, of any size, as its own sheet says it; or that its file does not say."""
    if file.lacks is not None:
        told = outside_sentences(Outside(**file.lacks.model_dump()), lang)
        yield from (typeset(said[:1].lower() + said[1:], lang) for said in told)
    elif file.unsaid:
        yield _tell("unsaid", lang)
    if file.unknown_uses:
        yield _tell("unknown_uses", lang, count=file.unknown_uses)
    if file.loose:
        yield say("authorities", "unattached", lang)
    if file.withheld and any(file.figures[name].known for name in FOOTPRINTS):
        yield say("authorities", "silent", lang)


def _twice(found: TerritoryReview, lang: str) -> Points | str:
    """The services counted by two communes, or once for all where more have the same, by name, with their electricity
    in one of them."""
    lines, alike = list[str](), dict[object, list[Twice]]()
    for twice in found.twice():
        alike.setdefault(twice.same or id(twice), []).append(twice)
    for pairs in alike.values():
        codes = sorted({file.territory for twice in pairs for file in (twice.one, twice.other)})
        lines += [_more(pairs, codes, lang)] if len(codes) > 2 else [_pair(twice, lang) for twice in pairs]
    return Points(tuple(lines)) if lines else _tell("twice_none", lang)


def _more(pairs: Sequence[Twice], codes: Sequence[str], lang: str) -> str:
    """A service that more than two communes have alike, and what is then counted too often where it is known."""
    first = next((twice for twice in pairs if twice.energy is not None and twice.energy.known), pairs[0])
    others, names = len(codes) - 1, listed([territory_text(code, lang) for code in codes], lang)
    known = first.energy if first.energy is not None and first.energy.known else None
    extra = _tell("twice_extra", lang, energy=range_text(known.per(1 / others), lang)) if known else ""
    told = {"names": names, "span": _span(first, lang), "times": len(codes), "others": others, "extra": extra}
    name = next(filter(None, (twice.service.service for twice in pairs)), _tell("unnamed", lang))
    return _tell("twice_more", lang, name=name, count=len(codes), **told)


def _pair(twice: Twice, lang: str) -> str:
    told = {"one": territory_text(twice.one.territory, lang), "other": territory_text(twice.other.territory, lang)}
    told |= {"name": twice.service.service or _tell("unnamed", lang), "span": _span(twice, lang)}
    return _tell("twice_same" if twice.certain else "twice_named", lang, **told)


def _span(twice: Twice, lang: str) -> str:
    """How many months a service is counted twice in, with its electricity in them where a file tells it."""
    if twice.energy is None:
        return _tell("twice_months", lang, months=twice.months)
    energy = range_text(twice.energy, lang) if twice.energy.known else _tell("withheld", lang)
    return _tell("twice_span", lang, months=twice.months, energy=energy)


def _how(found: TerritoryReview, lang: str) -> Iterator[str]:
    """How intervals add, the versions of the files, and what is in no commune: once for the files of one home."""
    yield _tell("together" if found.drawn_together else "bounds", lang)
    homes: dict[tuple[str, str, str, str], list[str]] = {}
    for file in found.files:
        unattached = interval_text(file.unattached, lang) if file.unattached.high else ""
        home = file.build, file.factors_version, file.formulas_version, unattached
        homes.setdefault(home, []).append(territory_text(file.territory, lang))
    for (build, factors, formulas, unattached), names in homes.items():
        yield _tell("file", lang, name=", ".join(names), build=build, factors=factors, formulas=formulas)
        if unattached:
            yield _tell("unattached", lang, kwh=unattached)
    if found.source.several:
        several = ", ".join(territory_text(code, lang) for code in found.source.several)
        yield _tell("several", lang, names=several)
    for file in (file for file in found.files if file.withheld):
        yield _tell("held_back", lang, name=territory_text(file.territory, lang))


def _records(found: TerritoryReview, lang: str) -> Iterator[Record]:
    """A row a footprint of the sum, then of each commune, then what is in no sum, and a row without an indicator for
    each sentence that the document says of them all."""
    proof, rough = _of_machines(found.proof, lang), {True: say("export", "is_rounded", lang), False: ""}
    for name in FOOTPRINTS:
        amount = found.figure(name)
        ends = (amount.low, amount.central, amount.high, amount.unit)
        covers = (amount.covers if amount.known else None, rough[amount.covers_roughly])
        yield ("", name, *ends, *covers, proof if name == FOOTPRINTS[0] else "", _in_words(amount, lang))
    for file in found.files:
        whole = sum(file.proof_kwh.values())
        own = _of_machines({n: kwh / whole for n, kwh in file.proof_kwh.items()} if whole else {}, lang)
        for name in FOOTPRINTS:
            held = file.figures[name]
            ends = (held.low, held.central, held.high, held.unit)
            covers = (None, "") if file.lacking or file.unsaid else (file.covers(name), rough[file.roughly])
            told = own if name == FOOTPRINTS[0] else ""
            yield (file.territory, name, *ends, *covers, told, _in_words(held, lang, file.roughly, _lacks(file, lang)))
    for code in found.missing:
        yield (code, "", *NO_FIGURE, _no_file(found, code, lang))
    for one in found.left_out:
        yield (one.territory, "energy", *NO_FIGURE, _tell("out", lang, told=_other(one, lang)))
    twice = _twice(found, lang)
    for said in (*_lead(found, lang), *((twice,) if isinstance(twice, str) else twice.items), *_how(found, lang)):
        yield ("", "", *NO_FIGURE, said)


def _of_machines(proof: Mapping[str, float], lang: str) -> str:
    """The shares of the electricity of the machines, the only ones that files tell: beside no other amount."""
    return _tell("proof_of_machines", lang, proof=proof_text(proof, lang)) if any(proof.values()) else ""


def _in_words(amount: Interval, lang: str, roughly: bool = False, lacks: Iterable[str] = ()) -> str:
    """An amount with what it covers and lacks."""
    return ", ".join(filter(None, (interval_text(amount, lang), partly_text(amount, lang, roughly), *lacks)))
