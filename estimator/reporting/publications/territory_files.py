"""What the communes of a territory handed over, read for one period: files of a folder, or groups merged in a home."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from estimator.builds.merged_groups import merged_files
from estimator.builds.published_groups import PublishedGroups
from estimator.core.communes import is_authority
from estimator.core.errors import LANGUAGES, SobriaError, say
from estimator.core.fields import in_utf8
from estimator.core.home import AUTHORITIES
from estimator.core.interval import Interval
from estimator.core.periods import Period
from estimator.core.refusals import ListedRefusal
from estimator.core.validation_messages import expected as expected_text
from estimator.governance.indicators.anonymity import why_withheld, withheld, withheld_amount
from estimator.governance.indicators.footprints import totals
from estimator.governance.indicators.handed_over import outside_of
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.told_amounts import finest, is_rounded, told_interval
from estimator.governance.indicators.usage_by_case import Attached
from estimator.reporting.publications.reen_file import BroughtFiles, CommuneFile, as_read_kwh, merged_file
from estimator.reporting.publications.territory_review import OtherMonths, ReviewSource, TerritoryReview

FOLDER = "communes"  # of a home: the files that its communes handed over
EXPECTED = "attendues.txt"  # beside them: the codes that are expected, one a line, unless they are said otherwise


class FilesRefused(ListedRefusal):
    """Files that cannot be added up; nothing is."""

    code = "reen_files_refused"


def review_of(
    home: Path, folder: Path | None, expected: Sequence[str] = (), period: str | None = None
) -> TerritoryReview:
    """The files of a folder; without one, the groups merged in the home, else the files of its folder of communes.
    FilesRefused; no_reen_file, reen_no_period, communes_expected; PeriodRefused, NoBuild."""
    if folder is None and (home / AUTHORITIES).is_dir():
        return read_merged(home, expected, period)
    return read_files(folder or home / FOLDER, expected, period, str(folder.name) if folder else "")


def read_files(
    folder: Path, expected: Sequence[str] = (), period: str | None = None, name: str = ""
) -> TerritoryReview:
    """The files *.json of a folder, of one period if it is given; expected: codes, else those of attendues.txt there;
    name: of the folder, if a person gave it. FilesRefused lists every file that is unreadable, of another period than
    most where none is given, of another method, or of a commune read already; no_reen_file, reen_no_period,
    communes_expected, PeriodRefused."""
    wanted, codes = Period(period).text if period else None, _expected(expected, folder / EXPECTED)
    every, wrong = _read(folder)
    read = {path: file for path, file in every.items() if wanted in (None, file.period)}
    aside = [_aside(file) for path, file in every.items() if path not in read]
    alike = Counter(map(_basis, read.values())).most_common(1)
    base_path = next((path for path, file in read.items() if _basis(file) == alike[0][0]), folder)
    files: dict[str, tuple[Path, CommuneFile]] = {}
    for path, file in read.items():
        base = read[base_path]
        told = {"read": file.period, "expected": base.period, "base": base_path.name}
        if file.period != base.period:
            wrong[path] = _fault("reen_period", path, **told)
        elif _basis(file) != _basis(base):
            versions = {"read": file.formulas_version, "expected": base.formulas_version}
            wrong[path] = _fault("reen_method", path, **(told | versions))
        elif file.territory in files:
            wrong[path] = _fault("reen_again", path, territory=file.territory, base=files[file.territory][0].name)
        else:
            files[file.territory] = (path, file)
    if wrong:
        raise FilesRefused([wrong[path] for path in sorted(wrong)], count=len(wrong), folder=folder)
    if aside and not files:
        raise _none_of(str(wanted), [one.period for one in aside])
    if not files:
        raise SobriaError("no_reen_file", folder=folder)
    found = tuple(files[code][1] for code in sorted(files))
    return TerritoryReview(found, codes, tuple(aside), ReviewSource(folder=name), tuple(expected))


def _read(folder: Path) -> tuple[dict[Path, CommuneFile], dict[Path, dict[str, str]]]:
    """The files of a folder that are whole, and what is wrong with each other one."""
    read: dict[Path, CommuneFile] = {}
    wrong: dict[Path, dict[str, str]] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            read[path] = CommuneFile.model_validate_json(in_utf8(path.read_bytes()))
        except ValidationError as error:
            wrong[path] = _unread(path, error)
    return read, wrong


def read_merged(home: Path, expected: Sequence[str] = (), period: str | None = None) -> TerritoryReview:
    """The authorities whose published groups are merged in a home, over a period, by default the year of the last month
    of which something is known, as every report. FilesRefused; reen_no_period, communes_expected, PeriodRefused."""
    codes, merged = _expected(expected), merged_files(home)
    scope, mine = scope_of(home, period=period), dict[str, list[PublishedGroups]]()
    months, uses = frozenset(scope.period.months()), scope.sources.build.use_of_service
    for file in merged:
        mine.setdefault(file.territory, []).append(file)
    rows: dict[str, list[Attached]] = {code: [] for code in mine}
    own, of_uses = list[Attached](), dict[tuple[str, str], list[Attached]]()
    for row in scope.everything:
        use = uses.get(row.row.service_key, ("", ""))
        rows.get(use[0], own).append(row)
        of_uses.setdefault(use, []).extend([row] if row.row.month in months else [])
    here = {code: [row for row in held if row.row.month in months] for code, held in rows.items()}
    named = {part.territory: part for part in scope.sources.authorities}
    found, wrong = list[CommuneFile](), list[dict[str, str]]()
    left, several = list[OtherMonths](), list[str]()
    over = {code: part.months.union(row.row.month for row in rows.get(code, ())) for code, part in named.items()}
    for code, files in sorted(mine.items()):
        inside = [file for file in files if file.months & months]
        left += [one for file in files for one in _other_months(file, over[code], rows[code], scope.period)]
        if not inside:
            continue
        several += [code] if len(inside) > 1 or not inside[0].months <= months else []
        part = BroughtFiles(scope.period, inside, here[code], named[code])
        try:
            found.append(merged_file(part, scope.sources.build))
        except ValidationError as error:
            wrong.append(_unread(Path(inside[-1].name), error))
    if wrong:
        raise FilesRefused(wrong, count=len(wrong), folder=home / AUTHORITIES)
    if not found:
        raise _none_of(str(scope.period), [file.period for file in merged]) if merged else SobriaError("no_merged_file")
    by_itself = _own(scope, own), tuple(several), _own_of_each(scope, own)
    source = ReviewSource(True, "", outside_of(scope), *by_itself, of_uses)
    return TerritoryReview(tuple(found), codes, tuple(left), source, tuple(expected))


def _expected(given: Sequence[str], listed: Path | None = None) -> tuple[str, ...]:
    """The codes of the communes expected, each once: those given, else those of a file. communes_expected."""
    from_file = not given and listed is not None and listed.is_file()
    codes = listed.read_text("utf-8-sig").split() if listed and from_file else given
    wrong = [code for code in codes if not is_authority(code)]
    if wrong:
        where = listed.name if listed and from_file else "--communes"
        raise SobriaError("communes_expected", where=where, read=", ".join(wrong))
    return tuple(dict.fromkeys(codes))


def _none_of(period: str, there: Sequence[str]) -> SobriaError:
    """What says that nothing was handed over of a period."""
    return SobriaError("reen_no_period", period=period, there=", ".join(sorted(set(there))))


def _aside(file: CommuneFile) -> OtherMonths:
    """A file of another period."""
    return OtherMonths(file.territory, file.period, file.figures["energy"], sum(file.proof_kwh.values()), file.nothing)


def _other_months(
    file: PublishedGroups, over: Collection[int], rows: Sequence[Attached], period: Period
) -> Iterator[OtherMonths]:
    """What a merged file has of the months before a period, and after it. over: months that were over when the files of
    its authority were written, or of which one tells something."""
    known = file.months.intersection(over) or file.months  # of a year to come: what it was handed over for
    before = {month for month in known if month < period.first}
    after = {month for month in known if month > period.last}
    for other in filter(None, (before, after)):
        groups = [row.row.group for row in rows if row.row.month in other]
        nothing = not groups and file.withheld_kwh == 0
        found = totals(groups)["energy"]
        energy = found if groups or nothing else withheld_amount(found)
        yield OtherMonths(file.territory, str(Period.over(other)), energy, as_read_kwh(groups), nothing)


def _own_of_each(scope: Scope, rows: Sequence[Attached]) -> dict[str, Interval]:
    """The same of each territory of its register, as the documents of that territory tell it."""
    mine = {
        code: [row for row in rows if row.use_case and row.use_case.commune == code]
        for code in scope.sources.territories
    }
    found = {code: _own(replace(scope, territory=code), held) for code, held in mine.items()}
    return {code: amount for code, amount in found.items() if amount}


def _own(scope: Scope, rows: Sequence[Attached]) -> Interval | None:
    """The electricity of what the home itself counts in the period, as its documents tell it; None where it counts
    nothing."""
    months = set(scope.period.months())
    groups = [row.row.group for row in rows if row.row.month in months]
    found: Interval = totals(groups)["energy"]
    if withheld(scope):
        found = withheld_amount(found, why_withheld(scope))
    elif is_rounded(scope):
        found = told_interval(found, finest(scope))
    return found if groups else None


def _basis(file: CommuneFile) -> tuple[str, str, int]:
    """What files must share to be added up."""
    return file.period, file.formulas_version, file.seed


def _unread(path: Path, error: ValidationError) -> dict[str, str]:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(map(str, first["loc"])) or "JSON"
    said = {lang: {"file": path.name, "field": field, "what": expected_text(first, lang)} for lang in LANGUAGES}
    return {"code": "reen_unread"} | {lang: say("reen_faults", "reen_unread", lang, **said[lang]) for lang in LANGUAGES}


def _fault(code: str, path: Path, **facts: str) -> dict[str, str]:
    return {"code": code} | {lang: say("reen_faults", code, lang, file=path.name, **facts) for lang in LANGUAGES}
