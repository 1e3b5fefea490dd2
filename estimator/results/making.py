"""The rows of results of a build: over everything, by service, cell by cell and by month of it, by month, by proof."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import count, groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from estimator.assessment.evaluation import ActivityGroup, as_read
from estimator.assessment.impacts import FIGURES, SUPPLEMENTARY, Amount, GroupTerm, RunningAmounts, terms_of
from estimator.builds.build import BuildLocked, How
from estimator.builds.build import build as make_build
from estimator.builds.build_file import BuildFile, Monthly
from estimator.builds.current import BuildResult
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import NO_ROOM, SobriaError, reason_of
from estimator.core.home import has_ledger
from estimator.core.progress import WATCH, Progress
from estimator.results.file import is_whole, results_path, write_rows
from estimator.results.proofs import read_by_proof, shares_by_proof

T = TypeVar("T")
ALL = FIGURES + SUPPLEMENTARY
CELL = ("service_key", "model", "host", "month")
SHARED = ("low", "central", "high", "at_factor_values", "lowest", "highest", "weight_kwh")  # of degree one


def build(
    home: Path,
    catalogue: Catalogue | None = None,
    wait_s: float = 60.0,
    progress: Progress | None = None,
    how: How = How(),  # noqa: B008
) -> BuildResult:
    """The build of the current ledger with its results, made if they do not exist.

    Parameters
    ----------
    home : the folder of SobrIA.
    catalogue : the factors; None: the shipped tables and those of the home.
    wait_s : how long another build of this home is waited for [s].
    progress : called with what is done, of what; 0 of 0 while nobody knows. None: whoever watches builds is told.
    how : read every row again, whatever is there; by which Spark rows are read, if any.

    Returns
    -------
    The id of the build, the path of its file, and whether it was made now.

    Raises
    ------
    AuditFailed : an audit found rows; nothing is published.
    BuildLocked : another process still builds after that time.
    """
    with WATCH.get()() if progress is None else nullcontext(progress) as step:
        made = make_build(home, catalogue, wait_s, step, how)
        if is_whole(results_path(made.path)):
            return made
        ensure(BuildFile(made.path), step)
    return replace(made, fresh=True)


@contextmanager
def locked(what: Mapping[str, str], written: bool) -> Iterator[None]:
    """Context of a build that goes with a writing: where another build is waited for in vain, the refusal says what was
    asked, in each language, and whether it is written; where the disk is full, that it is. build_locked_unwritten,
    build_locked_written, disk_full_written."""
    try:
        yield
    except BuildLocked as refused:
        code = "build_locked_written" if written else "build_locked_unwritten"
        raise SobriaError(code, what=what, **refused.facts) from refused
    except OSError as error:
        if not written or error.errno not in NO_ROOM:
            raise
        raise SobriaError("disk_full_written", what=what, reason=reason_of(error)) from error


def rebuilt(home: Path, write: Callable[[], T], what: Mapping[str, str]) -> tuple[T, dict[str, Any] | None]:
    """What `write` does to a home, with a build before and after it, and its entry in the log of changes: nothing else
    then changed in between. what: it is asked to write, in each language. None without a ledger, or where no total
    could change. AuditFailed, build_locked_unwritten, build_locked_written."""
    if not has_ledger(home):
        return write(), None
    from estimator.builds.recalculation import changes  # numpy, which a build that is there does not need

    with locked(what, written=False):
        build(home)
    known = len(changes(home))
    done = write()
    with locked(what, written=True):
        build(home)
    log = changes(home)
    return done, log[0] if len(log) > known else None


def ensure(build: BuildFile, progress: Progress | None = None) -> Path:
    """The file of results of a build, written if it does not exist or was damaged. `progress` is given the services
    and cells."""
    path = results_path(build.path)
    if not is_whole(path):
        facts = {"build": build.id, "method_version": build.meta["formulas_version"]}
        write_rows(path, (row | facts for row in _rows(build, progress)), facts)
    return path


def _rows(build: BuildFile, progress: Progress | None) -> Iterator[dict[str, Any]]:
    """All rows of a build. A shared factor takes the same value in every row, as it does in every figure."""
    tell = _telling(build, progress)
    yield from _amounts("total", {}, _over(build.groups()))
    for service, groups in build.groups_by_service():
        yield from _amounts("service", {"service": service}, _over(groups))
        tell()
    months: dict[int, RunningAmounts] = {}
    proofs: dict[str, RunningAmounts] = {}
    for service, held in groupby(_counted(build, tell), attrgetter(CELL[0])):
        mine: dict[int, RunningAmounts] = {}
        for key, cells in groupby(held, attrgetter(*CELL)):
            yield from _cell_rows(key, cells, (months, mine), proofs)
        for month, amounts in sorted(mine.items()):
            yield from _amounts("service_month", {"service": service, "month": month}, amounts)
    for month, found in sorted(months.items()):
        yield from _amounts("month", {"month": month}, found)
    for proof, found in sorted(proofs.items()):
        yield from _amounts("proof", {"proof": proof}, found)


def _telling(build: BuildFile, progress: Progress | None) -> Callable[[], None]:
    """What tells `progress` that one more service or cell of a build is done."""
    if not progress:
        return lambda: None
    done, total = count(1), len(build.service_keys()) + build.cell_count()
    return lambda: progress(next(done), total)


def _counted(build: BuildFile, tell: Callable[[], None]) -> Iterator[Monthly]:
    """The cells of a build, each told."""
    for cell in build.cells():
        yield cell
        tell()


def _over(groups: Iterable[ActivityGroup]) -> RunningAmounts:
    found = RunningAmounts(ALL)
    for group in groups:
        found.add(terms_of(group, ALL), read=as_read(group))
    return found


def _cell_rows(
    key: tuple[Any, ...],
    cells: Iterator[Monthly],
    months: Sequence[dict[int, RunningAmounts]],
    proofs: dict[str, RunningAmounts],
) -> Iterator[dict[str, Any]]:
    """The rows of a service, model, place and month, one a proof and impact; also added to their months and proof."""
    service, model, place, month = key
    about = {"service": service, "month": month, "model": model, "place": place}
    here: dict[str, RunningAmounts] = {}
    alone, *others = [(terms_of(cell.group, ALL), as_read(cell.group), _parts(cell.group)) for cell in cells]
    for terms, read, parts in (alone, *others):
        for by_month in months:
            by_month.setdefault(month, RunningAmounts(ALL)).add(terms, read=read)
        for proof, part in parts.items():
            for by_proof in (proofs, here) if others else (proofs,):
                by_proof.setdefault(proof, RunningAmounts(ALL)).add(terms, *part)
    for proof, found in sorted(here.items()):
        yield from _amounts("cell", about | {"proof": proof}, found)
    if not others:
        yield from _shared_rows(about, alone[0], alone[2])


def _parts(group: ActivityGroup) -> dict[str, tuple[float, float]]:
    """The share of a group that rests on each proof [1], and what was read of it [kWh]."""
    shares, read = shares_by_proof(group), read_by_proof(group)
    return {proof: (shares.get(proof, 0.0), read.get(proof, 0.0)) for proof in shares | read}


def _shared_rows(
    about: Mapping[str, Any], terms: Mapping[str, GroupTerm], parts: Mapping[str, tuple[float, float]]
) -> Iterator[dict[str, Any]]:
    """The same when there is one group: its amounts, drawn once, times the share of each proof, and what was read."""
    found = RunningAmounts(ALL)
    found.add(terms)
    rows = list(_amounts("cell", about, found))
    for proof, (share, read) in sorted(parts.items()):
        mine = {"proof": proof, "as_read_kwh": read or None}
        for row in rows:
            yield row | mine | {name: share * row[name] for name in SHARED if row[name] is not None}


def _amounts(level: str, about: Mapping[str, Any], found: RunningAmounts) -> Iterator[dict[str, Any]]:
    """A row an impact; the parts of an impact are `impact.part`."""
    whole = {"level": level, **about, "as_read_kwh": found.read or None, "weight_kwh": found.weight}
    for name, amount in found.amounts().items():
        yield whole | _columns(name, amount)
        for part, inner in amount.parts.items():
            yield whole | _columns(f"{name}.{part}", inner)


def _columns(name: str, amount: Amount) -> dict[str, Any]:
    lowest, highest = amount.envelope or (None, None)
    return {
        "impact": name,
        "low": amount.low,
        "central": amount.central,
        "high": amount.high,
        "at_factor_values": amount.at_factor_values,
        "lowest": lowest,
        "highest": highest,
        "unit": amount.unit,
        "missing": amount.missing["code"] if amount.missing else None,
        "coverage": None if amount.missing else amount.covers,
        "made": amount.made,
        "made_partly": amount.made_partly,
    }
