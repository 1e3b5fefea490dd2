"""The results of a home as a file for other software: CSV, XLSX, Parquet or OTLP, by the name of the file."""

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from estimator.core.atomic_files import publish
from estimator.core.errors import say
from estimator.governance.indicators.told_results import ToldResults
from estimator.reporting.documents.csv_table import spreadsheet
from estimator.reporting.documents.rendering import FormatUnknown
from estimator.reporting.exports.electricity_by_place import place_of, proof_shares_by_place, unknown_runs_by_place
from estimator.reporting.exports.metrics import lost_text, opentelemetry, sample_mark
from estimator.reporting.exports.workbook import MARKS, workbook
from estimator.results.proofs import NO_PROOF, impact_proof_words
from estimator.results.schema import SCHEMA, file_schema

ADDED = ("unknown_runs", *MARKS, "proof_text", "reason")  # in words, beside the columns of results


def write_table(told: ToldResults, out: Path, lang: str) -> int:
    """Write the results to a file in the format of its name. Bytes written. FormatUnknown, OSError."""
    format = out.suffix.lstrip(".").lower()
    if format not in FORMATS:
        raise FormatUnknown(read=format or out.name, expected=", ".join(FORMATS))
    body = FORMATS[format](told, lang)
    publish(out.parent, out.name, body)
    return len(body)


def rows_in_words(told: ToldResults, lang: str) -> Iterator[dict[str, Any]]:
    """Each row, with how many runs it leaves out, whether it and its coverage are rounded, what its electricity rests
    on and why it has no value, or nobody knows what it covers, in words."""
    shares, unknown = proof_shares_by_place(told), unknown_runs_by_place(told)
    for row in told.table.to_pylist():
        known = impact_proof_words(row["impact"], shares.get((place_of(row), row["impact"]), {}), lang)
        alone = say("proofs", row["proof"], lang) if (row["proof"] or NO_PROOF) != NO_PROOF else ""
        added = {"unknown_runs": unknown.get(place_of(row)), "proof_text": alone or known}
        marks = {"rounded": told.is_rounded(row), "covers_roughly": told.is_rough(row)}
        yield row | added | marks | {"reason": (told.reason(row) or {}).get(lang, "")}


def _csv(told: ToldResults, lang: str) -> bytes:
    columns = (*SCHEMA.names, *ADDED)
    rows = ([row[name] for name in columns] for row in rows_in_words(told, lang))
    return spreadsheet(columns, rows, lang, sample_mark(told, lang)).encode()


def _xlsx(told: ToldResults, lang: str) -> bytes:
    return workbook(told, list(rows_in_words(told, lang)), lang, (sample_mark(told, lang), lost_text(told, lang)))


def _parquet(told: ToldResults, lang: str) -> bytes:
    """The columns of the file beside the build, the use case of today, the runs that each row leaves out, and whether
    its amounts are rounded, and its coverage."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    facts = {
        "build": told.build.id,
        "method_version": told.build.meta["formulas_version"],
        "mark": sample_mark(told, lang),
        "lacks_rows": lost_text(told, lang),
    }
    unknown, places = (
        unknown_runs_by_place(told),
        told.table.select(["level", "service", "month", "coverage"]).to_pylist(),
    )
    left_out = pa.array([unknown.get(place_of(place)) for place in places], pa.int32())
    table = told.table.append_column(ADDED[0], left_out)
    for name, mark in zip(MARKS, (told.is_rounded, told.is_rough), strict=True):
        table = table.append_column(name, pa.array(map(mark, places), pa.bool_()))
    pq.write_table(table.replace_schema_metadata(file_schema(facts).metadata), out, compression="zstd")
    return out.getvalue()


FORMATS: Mapping[str, Callable[[ToldResults, str], bytes]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "parquet": _parquet,
    "otlp": opentelemetry,
}
