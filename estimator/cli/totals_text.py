"""Terminal text of the totals of a ledger."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from estimator.cli.text import aside_lines, figures_text, sample_lines
from estimator.core.errors import say
from estimator.core.number_format import count_text, made_text, rough_share_text, share_text
from estimator.core.periods import Period
from estimator.core.proof_shares import proof_words

if TYPE_CHECKING:
    from estimator.builds.mended_runs import Mends
    from estimator.results.totals import AuthorityPart, Check, Coverage, Outside, Totals


def totals_text(found: "Totals", lang: str, nothing: str = "", mends: "Mends | None" = None) -> str:
    """The totals of a ledger, with their basis; `nothing` where no run counts; mends: how many are to mend, and where;
    None: it is not told."""
    cover = found.coverage
    if not cover.runs:
        aside = aside_lines(cover.quarantined, lang)
        return "\n".join([nothing, *aside, *authority_lines(found.authorities, lang)])
    proof = proof_words(found.proof, lang)
    head = "totals_head_merged" if found.authorities else "totals_head"
    away = found.outside._replace(counted_twice=None, lost_merges={}, stray_merges=(), gaps=())  # which are told beside
    first, last = cover.period
    period = {"first": first, "last": last, "months": Period(f"{str(first)[:7]}..{str(last)[:7]}").label(lang)}
    return "\n".join(
        [
            *sample_lines(found.sample, lang),
            say("cli", head, lang, runs=cover.runs, services=cover.services, **period),
            figures_text(found.indicators, lang),
            _cover_line(cover, lang, rough_share_text if found.outside.kwh else share_text),
            *([say("cli", "totals_proof", lang, proof=proof)] if proof else []),
            *(_mend_lines(found, mends, lang) if mends else []),
            *aside_lines(cover.quarantined, lang),
            *authority_lines(found.authorities, lang, away),
            *_gap_lines(found, lang),
            say("cli", "totals_build", lang, build=found.build["build"], factors=found.build["factors_version"]),
        ]
    )


def _gap_lines(found: "Totals", lang: str) -> list[str]:
    """Which services have no data in some months; nothing where all have."""
    if not found.gaps:
        return []
    from estimator.reporting.summary.standing import outside_text  # the register, which most totals do without
    from estimator.results.totals import Outside

    return [f"  {outside_text(Outside(gaps=found.gaps), lang)}"]


def _mend_lines(found: "Totals", mends: "Mends", lang: str) -> list[str]:
    """How many runs are to mend, each count over its checks; then the checks that no total rests on."""
    at_source = [check for check in found.checks if check.mended_by == "file"]
    to_check = [check for check in found.checks if check.mended_by == "check"]
    away = (*at_source, *to_check)
    here = [check for check in found.checks if check.mended_by and check not in away]
    lines = [say("cli", "totals_kept", lang, count=mends.here)] if mends.here else []
    lines += [line for check in here for line in _check_lines(check, lang)]
    lines += [say("cli", "totals_in_file", lang, count=apart)] if (apart := mends.files - mends.lines) else []
    lines += [say("cli", "totals_in_lines", lang, count=mends.lines)] if mends.lines else []
    lines += [say("cli", "totals_sent", lang, count=mends.sent)] if mends.sent else []
    lines += [line for check in at_source for line in _check_lines(check, lang)]
    lines += [say("cli", "totals_to_check", lang, count=mends.check)] if mends.check else []
    lines += [line for check in to_check for line in _check_lines(check, lang)]
    sound = "totals_sound_merged" if found.authorities else "totals_sound"
    nothing = "totals_unknown_alone" if found.coverage.unknown and not found.authorities else sound
    rest = [check for check in found.checks if not check.mended_by]
    return [*(lines or [say("cli", nothing, lang)]), *_notices(rest, lang)]


def _notices(checks: Sequence["Check"], lang: str) -> list[str]:
    """Checks that no total rests on, under their own title."""
    told = [line for check in checks for line in _check_lines(check, lang)]
    return [say("cli", "totals_notices", lang), *told] if told else []


def authority_lines(parts: Sequence["AuthorityPart"], lang: str, found: "Outside | None" = None) -> list[str]:
    """Where a number comes from, when it is from groups that authorities published; found: what limits it."""
    if not parts:
        return []
    from estimator.reporting.summary.standing import authority_sentences  # the register, which most totals do without

    head, *lines = authority_sentences(parts, lang, found)
    return [f"  {head}", *(f"    {line}" for line in lines)]


def _check_lines(check: "Check", lang: str) -> list[str]:
    """A check with the count of its runs, then the command that mends it in one service, if there is one."""
    said = f"    {count_text(check.count, lang)} × {check.said(lang)}"
    others = say("cli", "mend_others", lang, count=check.services - 1) if check.services > 1 else ""
    return [said, *([f"        {check.command}{others}"] if check.command else [])]


def _cover_line(cover: "Coverage", lang: str, said: Callable[[float, str], str]) -> str:
    """Coverage of the totals, its share as it is said, and the count of runs of unknown electricity."""
    untold = cover.missing.get("by_figure")
    line = say("cli", "totals_cover", lang, share=said(cover.least, lang))
    line = say("cli", "totals_cover_unknown", lang, why=untold[lang]) if untold else line
    if cover.weight_kwh and (made := made_text(cover.embodied or 0.0, cover.embodied_partly or 0.0, lang)):
        line += say("cli", "totals_made", lang, made=made)
    if not cover.unknown:
        return line
    merged = cover.to_check is None  # of groups, in which a run counts in each of its months
    return line + say("cli", "totals_unknown_merged" if merged else "totals_unknown", lang, count=cover.unknown)
