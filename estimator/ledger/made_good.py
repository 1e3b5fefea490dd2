"""Lost parts whose rows the ledger holds all the same: the files that they came from were imported again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Set
from functools import cache
from typing import TYPE_CHECKING

from estimator.core.duckdb_engine import connect
from estimator.ledger.journal import Compaction, Import, ImportedFile
from estimator.ledger.withdrawn_rows import parquet

if TYPE_CHECKING:
    from estimator.ledger.files import Ledger

HELD = """
SELECT file_sha, row_id, BOOL_OR(kind = 'activities') AS active FROM ({rows})
WHERE list_contains($1, file_sha) GROUP BY file_sha, row_id
"""


def missing_rows(ledger: "Ledger", whole: Iterable[str], lost: Mapping[str, int]) -> dict[str, int]:
    """Rows of lost parts that the ledger is not known to hold, by part: so many at most. A part of an import of which
    every file stands in full stays out. whole: parts that can be read; lost: those that cannot, with their rows."""
    if not lost:
        return {}
    with ledger.reading():
        imports = ledger.imports.read()[0]
        of_lost = [done for done in imports if not done.wrote.keys().isdisjoint(lost)]
        groups = _groups(imports)
        shas = {sha for done in of_lost for source in done.sources for sha in groups[source.sha]}
        proof = _Proof(imports, lost.keys(), groups, _held(ledger, whole, shas), _in_doubt(ledger, imports))
    leaned = {part for done in imports for part in done.relied}
    written = {part for done in of_lost for part in done.wrote}
    missing = {part: rows for part, rows in lost.items() if part in leaned or part not in written}
    for done in sorted(of_lost, key=lambda done: done.order):
        left = sum(proof.unproved(source) for source in done.sources)
        for part in sorted(done.wrote.keys() & lost.keys()) if left else ():
            rows = min(lost[part], left)
            missing[part] = max(missing.get(part, 0), rows)
            left -= rows
    missing = _at_most(missing, proof.gap(of_lost)) if missing.keys() <= written - leaned else missing
    return _as_merged(missing, ledger.compactions.read()[0])


def _as_merged(missing: Mapping[str, int], compactions: Collection[Compaction]) -> dict[str, int]:
    """Rows by part, of parts that were merged no more in all than the part that they are in had."""
    into = {old: done.made for done in compactions for old in done.replaced}
    sizes = {done.made: done.rows for done in compactions}
    together = defaultdict[str, dict[str, int]](dict)
    for part, rows in missing.items():
        last, seen = part, {part}
        while (after := into.get(last)) and after not in seen:
            last = after
            seen.add(last)
        together[last][part] = rows
    return {part: rows for made, group in together.items() for part, rows in _at_most(group, sizes.get(made)).items()}


def _at_most(missing: dict[str, int], rows: int | None) -> dict[str, int]:
    """Rows by part, so many in all: a row that was lost twice is missing once."""
    if rows is None:
        return missing
    kept = dict[str, int]()
    for part, some in missing.items():
        kept[part] = min(some, rows)
        rows -= kept[part]
    return kept


class _Proof:
    """Which files stand in full, by their hashes. lost: parts; groups: as `_groups` gives them; held: ids of the rows
    that stand under each hash, and whether each is an activity; doubt: hashes of files of which rows were withdrawn
    before some were written: those that stand may be read otherwise."""

    def __init__(
        self,
        imports: Collection[Import],
        lost: Collection[str],
        groups: Mapping[str, frozenset[str]],
        held: Mapping[str, Mapping[str, bool]],
        doubt: Set[str],
    ) -> None:
        self._done = {done.event: done for done in imports}
        self._torn = any(event not in self._done for done in imports for event in done.after)
        self._groups, self._held, self._doubt = groups, held, doubt
        self._of: dict[str, list[tuple[Import, ImportedFile]]] = defaultdict(list)
        for done in sorted(imports, key=lambda done: done.order):
            for source in done.sources:
                self._of[source.sha].append((done, source))
        self._lost = {done.event for done in imports if not done.wrote.keys().isdisjoint(lost)}
        self._before = cache(self._known_to)
        self._gap = cache(self._gap_of)

    def unproved(self, source: ImportedFile) -> int:
        """Rows that an import wrote from this file, and that the ledger is not known to hold: so many at most."""
        if not source.new or self._is_whole(source.sha):
            return 0
        gap = self._gap(self._groups[source.sha])
        return source.new if gap is None else min(source.new, gap)

    def gap(self, imports: Iterable[Import]) -> int | None:
        """Rows of the files of these imports that are missing, each once: so many at most; None where it is not
        known."""
        shas = {source.sha for done in imports for source in done.sources if source.new}
        gaps = [self._gap(group) for group in {self._groups[sha] for sha in shas if not self._is_whole(sha)}]
        return None if None in gaps else sum(gap or 0 for gap in gaps)

    def _is_whole(self, sha: str) -> bool:
        """Whether as many rows stand under this hash as the file has, as activities but for those set aside."""
        held, read = self._held.get(sha, {}), max(source.read for _, source in self._of[sha])
        aside = min(
            (source.refused for done, source in self._of[sha] if done.event in self._lost and source.new), default=0
        )
        if self._torn or sha in self._doubt:
            return False
        return 0 < read <= len(held) and sum(held.values()) >= read - aside

    def _gap_of(self, shas: frozenset[str]) -> int | None:
        """Rows of all the versions of a file less those that stand; None where it cannot be told: rows were refused, or
        may be read otherwise. What a version states was written by it, or by one before it, or before it was read."""
        of = [one for sha in shas for one in self._of[sha]]
        refused = any(done.moved or any(part.startswith("quarantine/") for part in done.wrote) for done, _ in of)
        if refused or shas & self._doubt or self._torn:
            return None
        written = sum(source.new for done, source in of if source.new and not self._again(done, source))
        leaned = sum(sum(done.relied.values()) for done in {done.event: done for done, _ in of}.values())
        return max(0, written + leaned - len(set().union(*(self._held.get(sha, {}) for sha in shas))))

    def _again(self, done: Import, source: ImportedFile) -> bool:
        """Whether an import knew of another that had read as much of this file: what it wrote had been lost."""
        before = self._before(done.event) if len(self._of[source.sha]) > 1 else ()
        return any(other.event in before and one.read >= source.read for other, one in self._of[source.sha])

    def _known_to(self, event: str) -> Set[str]:
        """The imports that one knew."""
        found, left = set[str](), [*self._done[event].after]
        while left:
            if (event := left.pop()) not in found:
                found.add(event)
                left += self._done[event].after
        return found


def _groups(imports: Iterable[Import]) -> dict[str, frozenset[str]]:
    """The versions of each file, by the hash of one: the files of one name, and those of the other names of these."""
    group: dict[str, set[str]] = {}
    for source in (source for done in imports for source in done.sources):
        keys = f"name:{source.name}", source.sha
        few, many = sorted((group.setdefault(key, {key}) for key in keys), key=len)
        if few is not many:
            many |= few
            group |= dict.fromkeys(few, many)
    kept = {id(one): frozenset(key for key in one if not key.startswith("name:")) for one in group.values()}
    return {key: kept[id(one)] for key, one in group.items() if not key.startswith("name:")}


def _held(ledger: "Ledger", whole: Iterable[str], shas: Iterable[str]) -> dict[str, dict[str, bool]]:
    """Ids of the rows that stand in whole parts under these hashes of files, and whether each is an activity."""
    files: dict[str, list[str]] = defaultdict(list)
    for part in sorted(whole):
        files[part.partition("/")[0]].append(ledger.address(part))
    if not files:
        return {}
    each = (f"SELECT '{kind}' AS kind, row_id, file_sha FROM {parquet(paths)}" for kind, paths in files.items())
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    with connect() as connection:
        rows = connection.execute(HELD.format(rows=" UNION ALL ".join(each)), [sorted(shas)]).fetchall()
    for sha, row_id, active in rows:
        found[sha][row_id] = active
    return found


def _in_doubt(ledger: "Ledger", imports: Iterable[Import]) -> set[str]:
    """Hashes of the files of which rows were written after others were withdrawn; all where an entry, or
    what was withdrawn, is not whole."""
    from estimator.ledger.files import WITHDRAWN

    last: dict[str, str] = {}  # when rows of each file were written last
    for done in imports:
        for source in done.sources:
            if source.new:
                last[source.sha] = max(done.at, last.get(source.sha, ""))
    withdrawals, faults = ledger.withdrawals.read()
    moments = {
        f"{WITHDRAWN}/{part}": one.at
        for one in sorted(withdrawals, key=lambda one: one.order, reverse=True)
        for part in one.parts
    }
    checked = ledger.checked(moments)
    faults = [*faults, *ledger.imports.read()[1]]
    if faults or len(checked) < len(moments) or not all(checked.values()):
        return set(last)
    found = set[str]()
    for name, at in moments.items():
        shas = ledger.table(name, ["file_sha"])["file_sha"].unique().to_pylist()
        found |= {sha for sha in shas if at <= last.get(sha, "")}
    return found
