"""Dry run of an import: each file is parsed, and its rows are appended to a temporary ledger."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from estimator.catalogue.input_faults import facts, faults, of_table
from estimator.catalogue.load import load
from estimator.catalogue.models import is_of, known
from estimator.catalogue.schema import PROOFS
from estimator.core.duckdb_engine import connect
from estimator.core.errors import LANGUAGES, SobriaError, listed, one_of, say, sentences
from estimator.core.home import LEDGER
from estimator.core.number_format import count_text, proof_words
from estimator.core.parquet_files import table_of
from estimator.core.storage.draft import DraftStore
from estimator.core.storage.storage import storage_at
from estimator.core.typography import escaped, some_of
from estimator.ingestion.declarations.remarks import Declared, Remark, UnusedSidecar, alike, of_new
from estimator.ingestion.importing import kept_out, restate
from estimator.ingestion.left_files import why_left
from estimator.ingestion.reader import Trace
from estimator.ingestion.readers import ReadingContext, ReadResult, find_files, open_results
from estimator.ledger import Account, Ledger
from estimator.ledger.append import Append
from estimator.ledger.arrow_schemas import ACTIVITY_SCHEMA
from estimator.ledger.current_rows import modelled_sql, named_sql
from estimator.ledger.restatements import SEATS
from estimator.ledger.rows import COMPONENTS, Faults, add_faults
from estimator.ledger.withdrawn_rows import parquet

NOT_ESTIMABLE = "not_estimable"


class PlacedRows(NamedTuple):
    """Codes of what is left to look at in rows once they are placed; the host and the zone that people said of them,
    and the rules that say these, None where nobody did."""

    checks: Sequence[str]
    said: tuple[tuple[str, ...], str] | None


class PlacesKnown(Protocol):
    """What a home knows of where rows ran. columns: SQL of what rows tell of it, each `… AS seen_…`."""

    columns: Sequence[str]

    def of(self, kind: Mapping[str, Any]) -> PlacedRows:
        """The place of rows that say this."""


@dataclass
class FileCheck:
    """One file: its reader, counts over its rows so far, or why it is not read.

    proofs, kwh: rows, and what was read by component [kWh], by proof of their electricity; a row has a line of each
    proof that it holds. known: of the places of rows, None where only what they say counts; places: as read, by check,
    that no table has; placed: rows by what people said of their place, as `PlacedRows.said`.
    """

    name: str
    reader: str = ""
    known: PlacesKnown | None = None
    read: int = 0
    refused: Faults = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    alike: list[Remark] = field(default_factory=list)
    left_out: dict[str, None] = field(default_factory=dict)
    proofs: Counter[str] = field(default_factory=Counter)
    kwh: dict[str, Counter[str]] = field(default_factory=dict)
    checks: Counter[str] = field(default_factory=Counter)
    faults: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    places: dict[str, set[str]] = field(default_factory=dict)
    placed: Counter[tuple[tuple[str, ...], str]] = field(default_factory=Counter)
    unknown_models: set[str] = field(default_factory=set)
    services: set[str] = field(default_factory=set)
    error: SobriaError | None = None

    @property
    def shares(self) -> dict[str, float]:
        """Share of the electricity read that rests on each proof [1]; empty where none was read."""
        read = {proof: sum(self.kwh[proof].values()) for proof in PROOFS if proof in self.kwh}
        whole = sum(read.values())
        return {proof: kwh / whole for proof, kwh in read.items() if kwh}

    @property
    def format(self) -> str:
        """The name of its reader; "other_tool" where it knows every row as one of a tool that is not read yet."""
        return "other_tool" if self.codes == {"other_tool"} else self.reader

    def _places_of(self, code: str) -> str:
        return ", ".join(sorted(self.places.get(code, ())))

    def as_dict(self) -> dict[str, Any]:
        """As JSON, with texts in both languages; reasons of refusal with their count and first line."""
        reasons = [
            one_of(told.unlike, "for_instance", sentences("refusals", code, **told.facts))
            | {"count": told.count, "line": told.line}
            for (_, code, _), told in self.refused.items()
        ]
        return {
            "name": self.name,
            "reader": self.reader,
            "format": self.format,
            "read": self.read,
            "refused": reasons,
            "left_out": list(self.left_out),
            "proofs": {name: self.proofs[name] for name in (*PROOFS, NOT_ESTIMABLE) if name in self.proofs},
            "components": {proof: _components(read) for proof, read in self.kwh.items()},
            "shares": self.shares,
            "checks": [
                one_of(
                    count if code in self.faults else 1,
                    "at_worst",
                    sentences("checks", code, place=self._places_of(code), **self.faults.get(code, {})),
                )
                | {"count": count}
                for code, count in sorted(self.checks.items())
            ],
            "alike": [
                one_of(len(told), "for_instance", sentences("remarks", code, **told[0].facts)) | {"count": len(told)}
                for code in sorted({remark.code for remark in self.alike})
                if (told := [remark for remark in self.alike if remark.code == code])
            ],
            "placed": [
                sentences("check", "placed", count=count, rule=rule, place=_labels(names)) | {"count": count}
                for (names, rule), count in self.placed.items()
            ],
            "unknown_models": sorted(self.unknown_models),
            "services": sorted(self.services),
            "error": self.error.as_dict() if self.error else None,
        }

    def look_at(self, result: ReadResult, posting: Append | None = None) -> None:
        """Count these rows, and of those that an import would add or set aside, all unless it took them, what they
        say."""
        self.read += result.read
        self.codes |= {row.code for row in result.refused}
        add_faults(self.refused, posting.aside if posting else result.refused)
        self.left_out |= dict.fromkeys(result.unused)
        rows, tables = posting.added if posting else (result.rows, [] if result.table is None else [result.table])
        for table in (*([table_of(rows, ACTIVITY_SCHEMA)] if rows else []), *filter(len, tables)):
            for kind in _kinds(table, self.known.columns if self.known else ()):
                self._count(kind)
            for found in faults(of_table(table, load())):
                self.checks[found.code] += len(found.rows)
                self.faults.setdefault(found.code, facts(found.code, *found.worst))

    def _count(self, kind: Mapping[str, Any]) -> None:
        """Count rows of a kind; one whose electricity has no proof is not estimable."""
        modelled, named = kind["modelled"], not kind["model"] or known(kind["model"]) is not None
        able = all(is_of(kind["model"], made) for made in ("audio", "image") if kind[made])
        subjects = load().subjects
        modes = {
            part: subjects.get(kind[f"{part}_mode"] or "") for part in COMPONENTS if kind[f"{part}_kwh"] is not None
        }
        found = {part: str(mode.proof) for part, mode in modes.items() if mode and mode.proof}
        for part, proof in found.items():
            self.kwh.setdefault(proof, Counter())[part] += kind[f"{part}_kwh"]
        proofs = set(found.values()) or {"estimated" if modelled and named and able else NOT_ESTIMABLE}
        self.proofs.update(dict.fromkeys(proofs, kind["times"]))
        apart = ["zone_apart"] if load().zone_apart(kind["host"], kind["zone"]) else []
        placed = self.known.of(kind) if self.known else PlacedRows([*kind["checks"], *apart], None)
        self.checks.update(dict.fromkeys(placed.checks, kind["times"]))
        if placed.said:
            self.placed[placed.said] += kind["times"]
        self.services.add(kind["service_key"])
        for code in {"unknown_country", "unknown_part", "unknown_region", "host_unread"} & set(kind["checks"]):
            self.places.setdefault(code, set()).add(kind["zone_as_read"])
        if kind["model"] and modelled and not named:
            self.unknown_models.add(kind["model"])


@dataclass(frozen=True)
class DryRun:
    """Dry run of an import of these paths, what it would leave of their folders, and how many rows of earlier imports
    it would replace, by file. services: those of its new rows, and whether they have others; why: of what is left, as
    `why_left`."""

    account: Account
    files: tuple[FileCheck, ...]
    left: tuple[str, ...] = ()
    replaces: Mapping[str, int] = field(default_factory=dict)
    services: Mapping[str, bool] = field(default_factory=dict)
    why: Sequence[Mapping[str, Any]] = ()

    def as_dict(self) -> dict[str, Any]:
        """{"account", "files", "not_recognised", "left", "replaces"}; files of one name are apart by their order."""
        names, files = Counter(file.name for file in self.files), [file.as_dict() for file in self.files]
        for name in (name for name, count in names.items() if count > 1):
            for order, file in enumerate((file for file in files if file["name"] == name), 1):
                file["name"] = f"{name} ({order})"
        told = {"not_recognised": list(self.left), "left": list(self.why), "replaces": dict(self.replaces)}
        return {"account": self.account.as_dict(), "files": files} | told


def check_paths(
    home: Path, paths: Sequence[str | Path], context: ReadingContext, known: PlacesKnown | None = None
) -> DryRun:
    """Parse files, folders or `-` as an import would, and account for each row against the ledger of this home,
    which is not modified. known: of the places of rows; without, they are as the rows say."""
    with _copy(home) as ledger:
        run = _Run(Append(ledger), Declared(ledger), context, known, [])
        found = find_files(paths)
        files = tuple(_check(path, run) for path in found.traces)
        account, replaced, back = restate(ledger, run.posting, run.versions)
        for remark in kept_out(ledger, run.posting):
            next((file for file in files if file.name == remark.file), files[0]).alike.append(remark)
        replaces, services = Counter(row.file for row in replaced), _services(ledger, run.posting.brought[0], back)
        names, why = tuple(left.name for left in found.left), why_left(found.left)
        return DryRun(account, files, names, replaces, services, why)


def file_lines(file: Mapping[str, Any], lang: str) -> list[str]:
    """What an import would do with one file, as a dry run has it: its proofs, its `looks`, its fields left out."""
    lines = []
    for proof, count in file["proofs"].items():
        told = file["components"].get(proof)
        lines.append(
            say("check_proofs", proof, lang, count=count_text(count, lang), parts=f" ({told[lang]})" if told else "")
        )
    if len(file["shares"]) > 1:
        lines.append(say("check", "shares", lang, shares=proof_words(file["shares"], lang)))
    lines += [placed[lang] for placed in file["placed"]]
    lines += [line for line, _ in looks([file], lang)]
    if file["left_out"]:
        names = some_of(file["left_out"])
        lines.append(say("check", "left_out", lang, count=len(file["left_out"]), names=names))
    return lines


def looks(files: Sequence[Mapping[str, Any]], lang: str) -> list[tuple[str, list[str]]]:
    """What a person should look at in these files, each with the names of those that have it: models that no table has,
    rows set aside with why, then doubts, said once for all."""
    found: list[tuple[str, list[str]]] = []
    doubts: dict[str, Counter[str]] = {}
    for file in files:
        if file["unknown_models"]:
            found.append((say("check", "unknown_models", lang, models=some_of(file["unknown_models"])), [file["name"]]))
        for reason in file["refused"]:
            facts = {"line": reason["line"], "count": count_text(reason["count"], lang), "reason": reason[lang]}
            found.append((say("check", "refused", lang, **facts), [file["name"]]))
        for look in (*file["checks"], *file["alike"]):
            doubts.setdefault(look[lang], Counter())[file["name"]] += look["count"]
    said = ((say("check", "look", lang, count=n.total(), reason=reason), list(n)) for reason, n in doubts.items())
    return [*found, *said]


def known_lines(found: Mapping[str, Any], lang: str) -> list[str]:
    """How many rows of each file of earlier imports an import would replace, how many would no longer count or count
    again, and how many of its own were withdrawn, with the way to bring them back. found: a dry run, as
    `DryRun.as_dict`."""
    lines = [say("check", "replaces", lang, count=count, name=name) for name, count in found["replaces"].items()]
    if any(file["reader"] == SEATS and file["name"] in found["replaces"] for file in found["files"]):
        lines.append(say("check", "replaces_seats", lang))
    told = {name: found["account"][name] for name in ("supersedes", "again", "waiting", "withdrawn")}
    return lines + [say("check", name, lang, count=count) for name, count in told.items() if count]


class _Run(NamedTuple):
    """What a dry run goes through with each file. versions: name, hash and rows of those of which the ledger has
    another version."""

    posting: Append
    declared: Declared
    context: ReadingContext
    known: PlacesKnown | None
    versions: list[tuple[str, str, list[str]]]


def _check(path: str | Path, run: _Run) -> FileCheck:
    found = FileCheck(escaped(Path(path).name), known=run.known)
    sidecar = UnusedSidecar(path)
    row_ids: list[str] | None = None

    def looked_at(results: Iterable[ReadResult]) -> Iterator[ReadResult]:
        for result in results:
            sidecar.look_at(result)
            if row_ids is not None:
                row_ids.extend(row.row_id for row in result.rows)
            told = [*alike(result.rows, run.declared)]
            yield result
            found.alike.extend(of_new(told, run.posting.added[0]))
            found.look_at(result, run.posting)

    try:
        opened = open_results(path, run.context)
        found.name, found.reader = opened.trace.name, opened.reader.name
        if isinstance(opened.trace, Trace) and run.posting.has_version(opened.trace):
            row_ids = []
            run.versions.append((opened.trace.name, opened.trace.sha, row_ids))
        run.posting.take(opened.trace, looked_at(opened.results))
        found.alike.extend(sidecar.remarks(found.reader))
        if not found.read:
            raise SobriaError("no_rows", file=found.name)
    except SobriaError as error:
        return FileCheck(escaped(Path(path).name), read=found.read, error=error)
    return found


def _services(ledger: Ledger, parts: Sequence[str], back: Collection[str]) -> dict[str, bool]:
    """The services of the rows of these parts, and of those that count again, and whether they have others too."""
    mine = [ledger.address(part) for part in parts if part.startswith("activities/")]
    if not mine and not back:
        return {}
    ids = "SELECT UNNEST($1::VARCHAR[])" + (f" UNION ALL SELECT row_id FROM {parquet(mine)}" if mine else "")
    with ledger.reading(), connect() as connection:
        rows = f"SELECT service_key, row_id IN ({ids}) AS is_new FROM ({ledger.rows_sql('activities')})"
        sql = f"SELECT service_key, NOT BOOL_AND(is_new) FROM ({rows}) GROUP BY 1 HAVING BOOL_OR(is_new) ORDER BY 1"
        return dict(connection.execute(sql, [sorted(back)]).fetchall())


def _labels(names: Sequence[str]) -> dict[str, str]:
    """« Salle informatique, France », in both languages."""
    return {lang: ", ".join(load().label(name, lang) for name in names) for lang in LANGUAGES}


def _components(read: Mapping[str, float]) -> dict[str, str]:
    """« processeur, mémoire », in both languages."""
    told = [sentences("check_components", part) for part in COMPONENTS if part in read]
    return {lang: listed((one[lang] for one in told), lang) for lang in LANGUAGES}


def _kinds(rows: pa.Table, places: Sequence[str]) -> list[dict[str, Any]]:
    """Groups of rows with the same report, and the count of each: a large file has few kinds."""
    read = {part: f"{part}_energy_kwh" for part in COMPONENTS} | {
        "other": "COALESCE(other_energy_kwh, site_energy_kwh)"
    }
    told = ", ".join(f"{part}_mode, {kwh} IS NULL, SUM({kwh}) AS {part}_kwh" for part, kwh in read.items())
    names = (name for name in pc.unique(rows["model"]).to_pylist() if name)
    embeds = named_sql(name for name in names if is_of(name, "embedding"))
    sql = (
        f"SELECT {', '.join(['service_key, model, host, zone, zone_as_read, checks', *places])}, {told},"
        f" ({modelled_sql(embeds)}) AS modelled,"
        " audio_s > 0 AND silent AS audio, images > 0 AND silent AS image,"
        " COUNT(*) AS times FROM (SELECT *, COALESCE(output_tokens, 0) = 0 AS silent FROM activities)"
        " GROUP BY ALL ORDER BY MIN(line)"
    )
    with connect() as connection:
        connection.register("activities", rows)
        found: list[dict[str, Any]] = connection.sql(sql).to_arrow_table().to_pylist()
    return found


@contextmanager
def _copy(home: Path) -> Iterator[Ledger]:
    """A ledger on top of this one, in a temporary folder deleted at the end."""
    with TemporaryDirectory(prefix="sobria-") as folder:
        yield Ledger(Path(folder), store=DraftStore(storage_at(home, LEDGER), Path(folder, LEDGER)))
