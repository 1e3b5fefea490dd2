"""Where a number comes from and what it stands on: whose published groups are in it, and what is in it twice or not."""

from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import Any

from babel.lists import format_list

from estimator.core.errors import listed, say
from estimator.core.number_format import exact_text, impossible_text, share_text
from estimator.core.periods import Period
from estimator.core.typography import some_of, typeset
from estimator.reporting.summary.sentences import (
    covered_period_text,
    in_use_text,
    period_text,
    proof_text,
    tell,
    territory_text,
)
from estimator.results.totals import AuthorityPart, MergedFile, Outside, gaps_text, outside

MOST_AUTHORITIES = 20  # that are named where a number comes from


def authority_sentences(parts: Sequence[AuthorityPart], lang: str, found: Outside | None = None) -> list[str]:
    """Where a number comes from: how many authorities published groups that are in it, then each, the largest first,
    with what it withholds. found: what limits the number, where more is known of it than what they withhold."""
    told = [say("authorities", "head", lang, count=len(parts))]
    for part in parts[:MOST_AUTHORITIES]:
        none = "none" if all(file.nothing for file in part.files) else "unknown"
        share = say("authorities", none, lang) if part.share is None else share_text(part.share, lang)
        name = " ".join(filter(None, (territory_text(part.territory, lang), part.administration)))
        files = listed((said for file in part.files for said in _file_sentences(file, lang)), lang)
        told.append(say("authorities", "part", lang, name=name, share=share, files=files))
    left = len(parts) + 1 - len(told)
    told += [say("authorities", "more", lang, count=left)] if left else []
    return [typeset(said, lang) for said in (*told, *outside_sentences(found or outside(parts), lang))]


def outside_text(found: Outside, lang: str) -> str:
    """What authorities withhold, said of every page and document that it is not in; empty where nothing is."""
    return typeset(" ".join(f"{said}." for said in outside_sentences(found, lang)), lang)


def outside_of(body: Mapping[str, Any], lang: str) -> str:
    """The same, of a sheet of indicators."""
    return outside_text(Outside(**body["outside"]), lang)


def outside_sentences(found: Outside, lang: str) -> Iterator[str]:
    """What figures do not hold, each without its full stop."""
    if found.unread:
        yield say("authorities", "unread", lang)
    if found.authorities:
        yield say("authorities", "outside", lang, count=found.authorities, kwh=exact_text(found.kwh, "kWh", lang))
    if found.silent:
        yield say("authorities", "outside_silent", lang, count=found.silent)
    for said, codes in (("outside_unattached", found.unattached), ("outside_spread", found.spread)):
        if codes:
            names = some_of([territory_text(code, lang) for code in codes], MOST_AUTHORITIES)
            yield say("authorities", said, lang, names=names)
    if found.lacks_rows:
        yield say("authorities", "lacks_rows", lang)
    yield from _merges(found, lang)
    if found.counted_twice:
        yield say("authorities", "counted_twice", lang, names=twice_names(found.counted_twice, lang))
    yield from _reasoned(found.reasoned, lang)
    if found.lacking:
        named = ((territory_text(code, lang), periods) for code, periods in found.lacking.items())
        told = [say("reen_rollup", "handed", lang, name=whose, periods=periods) for whose, periods in named]
        yield say("authorities", "lacking", lang, names=some_of(told, MOST_AUTHORITIES))
    yield from _gaps(found.gaps, lang)
    if found.unknown_runs:
        yield say("authorities", "unknown_runs", lang, count=found.unknown_runs)


def _merges(found: Outside, lang: str) -> Iterator[str]:
    """Which merges did not end, which merged files are not there, and which of those there were not merged."""
    if found.unfinished_merges:
        yield say("authorities", "unfinished", lang, files=some_of(found.unfinished_merges, MOST_AUTHORITIES))
    if found.lost_merges:
        yield lost_merges_text(found.lost_merges, lang)
    if found.stray_merges:
        yield stray_merges_text(found.stray_merges, lang)


def _gaps(found: Sequence[Mapping[str, Any]], lang: str) -> Iterator[str]:
    """Which uses, or services, have no data in some months."""
    yield from [say("authorities", "gaps", lang, names=gaps_text(found, lang))] if found else []


def _reasoned(found: Sequence[Mapping[str, Any]], lang: str) -> Iterator[str]:
    """Which files count twice, or may, or may be of two authorities, and the reason for which they were merged."""
    told = dict[str, list[str]]()
    for pair in found:
        kinds = ("shared", "stated") if pair["services"] else ("same", "named")
        kind = kinds[0] if pair["same"] else kinds[1]
        named = [_whose(file, lang) for file in pair["of"]]
        services = some_of([name or say("authorities", "no_name", lang) for name in pair["services"]])
        about = {"of": format_list(named, locale=lang), "why": pair["why"], "services": services}
        about["months"] = period_text(str(Period.over(pair["months"])), lang)
        told.setdefault(kind, []).append(say("authorities", f"reasoned_{kind}_pair", lang, **about))
    for kind, pairs in told.items():
        yield say("authorities", f"reasoned_{kind}", lang, pairs=some_of(pairs, MOST_AUTHORITIES))


def _whose(file: Mapping[str, str], lang: str) -> str:
    """« Commune 54395 Mairie de Nancy (année 2026) »."""
    by = file["administration"] or say("authorities", "no_name", lang)
    return f"{territory_text(file['territory'], lang)} {by} ({period_text(file['period'], lang)})"


def lost_merges_text(found: Mapping[str, str], lang: str) -> str:
    """Which merged files are not there, of whom, and what to do. found: the day of each merge, by its file."""
    told = [(file, territory_text(file.partition("_")[0], lang), day) for file, day in found.items()]
    files = [say("authorities", "lost_file", lang, file=file, name=whose, day=day) for file, whose, day in told]
    return say("authorities", "lost", lang, files=some_of(files, MOST_AUTHORITIES), first=next(iter(found)))


def stray_merges_text(found: Sequence[str], lang: str) -> str:
    """Which files are with those merged, and were not as they are, and what to do."""
    return say("authorities", "stray", lang, files=some_of(found, MOST_AUTHORITIES), first=quote(found[0]))


def twice_names(found: Mapping[str, Sequence[int]], lang: str) -> str:
    """« Commune 54010 (mars 2026) »: the authorities that count twice, with their months."""
    over = {code: period_text(str(Period.over(months)), lang) for code, months in found.items()}
    return some_of([f"{territory_text(code, lang)} ({told})" for code, told in over.items()], MOST_AUTHORITIES)


def _file_sentences(file: MergedFile, lang: str) -> Iterator[str]:
    yield say("authorities", "file", lang, period=period_text(file.period, lang), build=file.build)
    if file.nothing:
        yield say("authorities", "nothing", lang)
    elif file.withheld_kwh is None:
        yield say("authorities", "silent", lang)
    elif file.withheld:
        kwh = exact_text(file.withheld_kwh, "kWh", lang)
        of = "withheld" if file.uses_withheld is None else "withheld_of"
        yield say("authorities", of, lang, count=file.withheld, uses=file.uses_withheld, kwh=kwh)
    if file.unattached:
        yield say("authorities", "unattached", lang)


def caveat(body: Mapping[str, Any], lang: str, months: bool = True) -> str:
    """What every figure of a page or a sheet stands on: its territory and period, with its months if they are not said
    above, its uses, its proof if any, or the share of it that cannot be."""
    period = covered_period_text(body, lang) if months else period_text(body["period"], lang)
    where = {"territory": territory_text(body["territory"], lang), "period": period}
    cover = body["indicators"]["coverage"]
    none = "stands_on_elsewhere" if body["elsewhere"] else "stands_on_none"
    key = "stands_on" if cover["value"]["denominator"] or cover["value"].get("apart") else none
    told = tell(key, lang, **where, counted=in_use_text(cover["value"], lang, body["elsewhere"]))
    proof = proof_text(cover["proof"], lang)
    said = impossible_text(cover["impossible"], lang) or (proof and tell("proof_of_all", lang, proof=proof))
    if "missing" in cover and not said:
        said = tell("impossible_untold" if "impossible" in cover["untold"] else "proof_not_told", lang)
    left = Outside(**body["outside"])._replace(unknown_runs=0)  # which the table and the other documents tell
    return " ".join(filter(None, (told, said, outside_text(left if months else left._replace(gaps=()), lang))))
