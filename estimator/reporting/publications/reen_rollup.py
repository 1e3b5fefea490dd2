"""The yearly review of a whole territory, added up from the files of its communes: sums, coverage, what is missing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from estimator.assessment.impacts import Amount
from estimator.assessment.uncertainty import points
from estimator.builds.merged_groups import merged_files
from estimator.core.errors import LANGUAGES, SobriaError, say
from estimator.core.home import AUTHORITIES
from estimator.core.interval import Interval
from estimator.core.number_format import interval_text, partly_text, range_text
from estimator.core.periods import Period
from estimator.core.refusals import ListedRefusal
from estimator.core.typography import typeset
from estimator.core.validation_messages import expected as expected_text
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.indicators.usage_by_case import Attached
from estimator.reporting.documents.document import Document, Points, Record, Row, Section, Table, TableCell
from estimator.reporting.documents.pictures import round_top
from estimator.reporting.publications.printed import amount_cell
from estimator.reporting.publications.reen_file import COUNTED, CommuneFile, CommuneService, merged_file
from estimator.reporting.summary.sentences import (
    count_of,
    covered_period_text,
    in_use_text,
    outside_text,
    proof_text,
    shared,
    territory_text,
)
from estimator.results.totals import Outside

COLUMNS = ("territoire", "indicateur", "bas", "central", "haut", "unite", "couvre", "preuve", "texte")
FOLDER = "communes"  # of a home: the files that its communes handed over
EXPECTED = "attendues.txt"  # beside them: the codes that are expected, one a line, unless they are said otherwise


class FilesRefused(ListedRefusal):
    """Files that cannot be added up; nothing is."""

    code = "reen_files_refused"


class Twice(NamedTuple):
    """A service that two communes count. certain: the same lines were read; else the same name and place."""

    one: CommuneFile
    other: CommuneFile
    service: CommuneService
    months: int
    certain: bool


@dataclass(frozen=True)
class TerritoryReview:
    """The files of some communes over one period, and the communes expected: none said, none is known to be missing.
    outside: what those whose groups are merged withhold."""

    files: tuple[CommuneFile, ...]
    expected: tuple[str, ...] = ()
    outside: Outside = Outside()

    @property
    def period(self) -> Period:
        return Period(self.files[0].period)

    @property
    def missing(self) -> list[str]:
        """Expected communes without a file: their footprints are unknown, which is not zero."""
        there = {file.territory for file in self.files}
        return [code for code in self.expected if code not in there]

    @cached_property
    def drawn_together(self) -> bool:
        """Whether all files have the same factors, so that a factor they share is drawn once for all."""
        return len({file.versions for file in self.files}) == 1

    def knowing(self, name: str) -> list[CommuneFile]:
        """The files of the communes that know a footprint."""
        return [file for file in self.files if file.figures[name].known]

    def figure(self, name: str) -> Amount:
        """The sum of a footprint over the communes that know it: by draw when they share their factors, else of their
        bounds, as if all of their doubt were shared. covers: share of the electricity of all files [1]; made and
        made_partly: of that told by the communes that know it."""
        known = self.knowing(name)
        found = [file.figures[name] for file in known]
        first = self.files[0].figures[name]
        if not found:
            return Amount(unit=first.unit, missing=first.missing)
        low, central, high = (
            points(sum(figure.drawn() for figure in found))
            if self.drawn_together
            else map(sum, zip(*(figure.ends for figure in found), strict=True))
        )
        read = sum(file.as_read_kwh for file in self.files)
        covered = sum(file.figures[name].covers * file.as_read_kwh for file in known)
        told = [sum(file.proof_kwh.values()) for file in known]  # what a file holds out has no manufacture in it
        there = sum(told)
        made = {
            part: sum(file.figures[name].get(part, 0.0) * kwh for file, kwh in zip(known, told, strict=True)) / there
            for part in ("made", "made_partly")
            if there and part in found[0]
        }
        covers = covered / read if read else 1.0
        return Amount(unit=first.unit, low=low, central=central, high=high, covers=covers, **made)

    def _known(self, name: str) -> dict[str, Any]:
        """A footprint as JSON, with how many communes know it."""
        found = self.figure(name)
        covers = {name: found[name] for name in ("covers", "made", "made_partly") if found.known and name in found}
        return Interval.as_dict(found) | covers | {"communes": len(self.knowing(name))}

    @property
    def proof(self) -> dict[str, float]:
        """Share of the electricity of all files by proof [1]."""
        found: dict[str, float] = {}
        for file in self.files:
            for name, kwh in file.proof_kwh.items():
                found[name] = found.get(name, 0.0) + kwh
        whole = sum(found.values())
        return {name: kwh / whole for name, kwh in found.items()} if whole else {}

    def share(self, name: str) -> dict[str, Any]:
        """The two counts of an indicator, added up."""
        numerator, denominator = (sum(file.shares[name][place] for file in self.files) for place in (0, 1))
        share = numerator / denominator if denominator else None
        return {"numerator": numerator, "denominator": denominator, "share": share}

    def twice(self) -> Iterator[Twice]:
        """Services that two communes count, those read from the same lines first."""
        found = []
        for one, other in combinations(self.files, 2):
            for a in one.services:
                for b in other.services:
                    same = {month for month, digest in a.months.items() if b.months.get(month) == digest}
                    named = bool(a.service) and (a.service, a.host) == (b.service, b.host)
                    both = same or (a.months.keys() & b.months.keys() if named else set())
                    if both:
                        found.append(Twice(one, other, a if a.service else b, len(both), bool(same)))
        yield from sorted(found, key=lambda twice: not twice.certain)

    def as_dict(self) -> dict[str, Any]:
        """As JSON; unknown is null with its reason."""
        twice = [
            {"service": t.service.service, "communes": [t.one.territory, t.other.territory], "months": t.months}
            | {
                "certain": t.certain,
                "energy": t.service.energy.model_dump(mode="json", include={"low", "central", "high"}),
            }
            for t in self.twice()
        ]
        return {
            "period": self.files[0].period,
            "communes": [file.territory for file in self.files],
            "months": {file.territory: file.months for file in self.files},
            "missing": self.missing,
            "expected_told": bool(self.expected),
            "drawn_together": self.drawn_together,
            "indicators": {name: self._known(name) for name in FOOTPRINTS},
            "proof": self.proof,
            "shares": {name: self.share(name) for name in COUNTED},
            "twice": twice,
            "unattached": {f.territory: Interval.as_dict(f.unattached) for f in self.files if f.unattached.high},
            "versions": {file.territory: [file.build, *file.versions] for file in self.files},
        }


def read_files(folder: Path, expected: Sequence[str] = ()) -> TerritoryReview:
    """The files *.json of a folder; expected: codes, else those of attendues.txt there. FilesRefused lists every file
    that is unreadable, of another period or method than most, or of a commune read already; no_reen_file."""
    read: dict[Path, CommuneFile] = {}
    wrong: dict[Path, dict[str, str]] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            read[path] = CommuneFile.model_validate_json(path.read_bytes())
        except ValidationError as error:
            wrong[path] = _unread(path, error)
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
    if not files:
        raise SobriaError("no_reen_file", folder=folder)
    listed = folder / EXPECTED
    codes = expected or (listed.read_text("utf-8-sig").split() if listed.is_file() else ())
    return TerritoryReview(tuple(files[code][1] for code in sorted(files)), tuple(codes))


def read_merged(home: Path, expected: Sequence[str] = ()) -> TerritoryReview:
    """The authorities whose published groups are merged in a home, over the last period of theirs, or those of that
    period that are there. FilesRefused."""
    merged, found = merged_files(home), list[CommuneFile]()
    period = max(file.period for file in merged)
    scope = scope_of(home, period=period)
    rows: dict[str, list[Attached]] = {}
    for row in scope.rows:
        rows.setdefault(row.row.service_key.partition(":")[0], []).append(row)
    wrong = []
    for file in merged:
        try:
            if file.period == period:
                found.append(merged_file(file, rows.get(file.territory, []), scope.sources.build))
        except ValidationError as error:
            wrong.append(_unread(Path(file.name), error))
    if wrong:
        raise FilesRefused(wrong, count=len(wrong), folder=home / AUTHORITIES)
    return TerritoryReview(tuple(found), tuple(expected), scope.outside)


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


def rollup(found: TerritoryReview, lang: str) -> Document:
    """The review as a document: the sums, each commune in the order of its code, and what they do not say."""
    period = typeset(found.period.label(lang), lang)
    said = {"there": len(found.files), "expected": len(found.expected), "period": period}
    lead = [_tell("lead" if found.expected else "lead_unsaid", lang, **said)]
    if found.missing:
        names = ", ".join(territory_text(code, lang) for code in found.missing)
        lead.append(_tell("missing", lang, count=len(found.missing), names=names))
    lead += filter(None, [outside_text(found.outside, lang)])
    shares = tuple((say("indicators", name, lang), shared(found.share(name), lang)) for name in COUNTED)
    sections = (
        Section(_tell("sums", lang), (_sums(found, lang),)),
        Section(_tell("communes", lang), (_communes(found, lang),)),
        Section(_tell("practices", lang), (Table("", (_tell("indicator", lang), period), shares),)),
        Section(_tell("twice", lang), (_twice(found, lang),)),
        Section(_tell("how", lang), (Points(tuple(_how(found, lang))),)),
    )
    marks = {file.mark for file in found.files if file.mark}
    return Document(
        kind=_tell("kind", lang, period=period),
        title=_tell("title", lang),
        lang=lang,
        lead=tuple(lead),
        sections=sections,
        foot=(say("report", "nature", lang), _tell("replay", lang)),
        columns=COLUMNS,
        records=tuple(_records(found, lang)),
        mark=say("report", "mark", lang) if marks else "",
    )


def _tell(key: str, lang: str, **facts: object) -> str:
    return typeset(say("reen_rollup", key, lang, **facts), lang)


def _sums(found: TerritoryReview, lang: str) -> Table:
    """Each footprint of all files, drawn from zero, with how many communes know it."""
    rows: list[Row] = []
    for name in FOOTPRINTS:
        amount = found.figure(name)
        top = round_top(amount.high or 0.0)
        counted = count_of(len(found.knowing(name)), len(found.files), lang)
        rows.append((say("indicators", name, lang), amount_cell(amount, found.proof, top, lang), counted))
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
        span = covered_period_text({"period": file.period, "measured": file.months}, lang)
        head = TableCell(label, tuple(filter(None, (file.administration, span))))
        figures = (file.figures[name] for name in FOOTPRINTS)
        cells = [TableCell(range_text(f, lang), tuple(filter(None, (partly_text(f, lang),)))) for f in figures]
        with_data, uses = file.shares["coverage"]
        counted = in_use_text({"numerator": with_data, "denominator": uses}, lang)
        rows.append((file.territory, (head, *cells, counted)))
    rows += [(code, (territory_text(code, lang), _tell("no_file", lang))) for code in found.missing]
    return Table("", columns, tuple(row for _, row in sorted(rows, key=lambda row: row[0])))


def _twice(found: TerritoryReview, lang: str) -> Points | str:
    """The services counted by two communes, by name, with their electricity in one of them."""
    lines = []
    for twice in found.twice():
        energy = twice.service.energy
        told = {"one": territory_text(twice.one.territory, lang), "other": territory_text(twice.other.territory, lang)}
        told |= {"name": twice.service.service or _tell("unnamed", lang), "months": str(twice.months)}
        told["energy"] = range_text(energy, lang) if energy.known else _tell("withheld", lang)
        lines.append(_tell("twice_same" if twice.certain else "twice_named", lang, **told))
    return Points(tuple(lines)) if lines else _tell("twice_none", lang)


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
    for file in (file for file in found.files if file.withheld):
        yield _tell("held_back", lang, name=territory_text(file.territory, lang))


def _records(found: TerritoryReview, lang: str) -> Iterator[Record]:
    proof = proof_text(found.proof, lang)
    for name in FOOTPRINTS:
        amount = found.figure(name)
        ends = (amount.low, amount.central, amount.high, amount.unit)
        yield ("", name, *ends, amount.covers if amount.known else None, proof, interval_text(amount, lang))
    for file in found.files:
        whole = sum(file.proof_kwh.values())
        own = proof_text({n: kwh / whole for n, kwh in file.proof_kwh.items()}, lang) if whole else ""
        for name in FOOTPRINTS:
            held = file.figures[name]
            ends = (held.low, held.central, held.high, held.unit)
            yield (file.territory, name, *ends, held.covers, own, interval_text(held, lang))
    for code in found.missing:
        yield (code, "", None, None, None, "", None, "", _tell("no_file", lang))
