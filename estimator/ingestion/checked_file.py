"""One file of a dry run: counts over its rows, by what they say, or why it is not read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from estimator.catalogue.input_faults import facts, faults, of_table
from estimator.catalogue.load import load
from estimator.catalogue.models import is_of, known
from estimator.catalogue.schema import PROOFS
from estimator.core.duckdb_engine import connect
from estimator.core.errors import LANGUAGES, SobriaError, listed, one_of, sentences
from estimator.core.parquet_files import table_of
from estimator.ingestion.declarations.remarks import Remark
from estimator.ingestion.readers import ReadResult
from estimator.ledger.append import Append
from estimator.ledger.arrow_schemas import ACTIVITY_SCHEMA
from estimator.ledger.current_rows import modelled_sql, named_sql
from estimator.ledger.rows import COMPONENTS, Faults, add_faults

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

    sha: hash of its content; proofs, kwh, metered: rows, what was read by component [kWh], and of how many rows it was,
    by proof of their electricity; a row has a line of each proof that it holds. known: of the places of rows, None
    where only what they say counts; places: as read, by check, that no table has; placed: rows by what people said of
    their place, as `PlacedRows.said`.
    """

    name: str
    reader: str = ""
    sha: str = ""
    known: PlacesKnown | None = None
    read: int = 0
    refused: Faults = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    alike: list[Remark] = field(default_factory=list)
    left_out: dict[str, None] = field(default_factory=dict)
    proofs: Counter[str] = field(default_factory=Counter)
    kwh: dict[str, Counter[str]] = field(default_factory=dict)
    metered: Counter[tuple[str, str]] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    faults: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    places: dict[str, Counter[str]] = field(default_factory=dict)
    placed: Counter[tuple[tuple[str, ...], str]] = field(default_factory=Counter)
    unknown_models: Counter[str] = field(default_factory=Counter)
    services: Counter[str] = field(default_factory=Counter)
    error: SobriaError | None = None

    @property
    def shares(self) -> dict[str, float]:
        """Share of the electricity read that rests on each proof [1]; empty where none was read."""
        read = {proof: sum(self._read[proof].values()) for proof in PROOFS if proof in self._read}
        whole = sum(read.values())
        return {proof: kwh / whole for proof, kwh in read.items() if kwh}

    @property
    def _read(self) -> dict[str, dict[str, float]]:
        """What was read of the rows that are still counted [kWh], by proof and component."""
        held = {
            proof: {part: float(kwh) for part, kwh in read.items() if self.metered[proof, part]}
            for proof, read in self.kwh.items()
        }
        return {proof: read for proof, read in held.items() if read}

    @property
    def format(self) -> str:
        """The name of its reader; "other_tool" where it knows every row as one of a tool that is not read yet."""
        return "other_tool" if self.codes == {"other_tool"} else self.reader

    def _places_of(self, code: str) -> str:
        return ", ".join(sorted(+self.places.get(code, Counter())))

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
            "proofs": {name: self.proofs[name] for name in (*PROOFS, NOT_ESTIMABLE) if self.proofs[name]},
            "components": {proof: _components(read) for proof, read in self._read.items()},
            "shares": self.shares,
            "checks": [
                one_of(
                    count if code in self.faults else 1,
                    "at_worst",
                    sentences("checks", code, place=self._places_of(code), **self.faults.get(code, {})),
                )
                | {"count": count}
                for code, count in sorted((+self.checks).items())
            ],
            "alike": [
                one_of(len(told), "for_instance", sentences("remarks", code, **told[0].facts)) | {"count": len(told)}
                for code in sorted({remark.code for remark in self.alike})
                if (told := [remark for remark in self.alike if remark.code == code])
            ],
            "placed": [
                sentences("check", "placed", count=count, rule=rule, place=_labels(names)) | {"count": count}
                for (names, rule), count in (+self.placed).items()
            ],
            "unknown_models": sorted(+self.unknown_models),
            "services": sorted(+self.services),
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
            self.count(table)

    def count(self, table: pa.Table, sign: int = 1) -> None:
        """Count these rows, or with a sign of -1 no longer: another reading of their run stands in their place."""
        for kind in _kinds(table, self.known.columns if self.known else ()):
            self._count(kind, sign)
        for found in faults(of_table(table, load())):
            self.checks[found.code] += sign * len(found.rows)
            self.faults.setdefault(found.code, facts(found.code, *found.worst))

    def _count(self, kind: Mapping[str, Any], sign: int) -> None:
        """Count rows of a kind; one whose electricity has no proof is not estimable."""
        times = sign * kind["times"]
        modelled, named = kind["modelled"], not kind["model"] or known(kind["model"]) is not None
        able = all(is_of(kind["model"], made) for made in ("audio", "image") if kind[made])
        subjects = load().subjects
        modes = {
            part: subjects.get(kind[f"{part}_mode"] or "") for part in COMPONENTS if kind[f"{part}_kwh"] is not None
        }
        found = {part: str(mode.proof) for part, mode in modes.items() if mode and mode.proof}
        for part, proof in found.items():
            self.kwh.setdefault(proof, Counter())[part] += sign * kind[f"{part}_kwh"]
            self.metered[proof, part] += times
        proofs = set(found.values()) or {"estimated" if modelled and named and able else NOT_ESTIMABLE}
        self.proofs.update(dict.fromkeys(proofs, times))
        apart = ["zone_apart"] if load().zone_apart(kind["host"], kind["zone"]) else []
        placed = self.known.of(kind) if self.known else PlacedRows([*kind["checks"], *apart], None)
        self.checks.update(dict.fromkeys(placed.checks, times))
        if placed.said:
            self.placed[placed.said] += times
        self.services[kind["service_key"]] += times
        for code in {"unknown_country", "unknown_part", "unknown_region", "host_unread"} & set(kind["checks"]):
            self.places.setdefault(code, Counter())[kind["zone_as_read"]] += times
        if kind["model"] and modelled and not named:
            self.unknown_models[kind["model"]] += times


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
