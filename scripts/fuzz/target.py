"""The process that fuzzes one reader: python -m scripts.fuzz.target READER SECONDS KEEP."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["estimator.ingestion.readers"]):
    from estimator.ingestion.codecarbon import blocks
    from estimator.ingestion.reader import LargeTrace, Reader, ReadingContext, Trace, open_trace
    from estimator.ingestion.readers import READERS, find_files, read_trace, reader_of, stream_trace
    from estimator.ledger import arrow_schemas
    from estimator.ledger.read_result import ReadResult

from estimator.core import parquet_files
from estimator.core.errors import LANGUAGES, SobriaError
from estimator.ingestion.context import reading_context

ROOT = Path(__file__).resolve().parents[2]
Law = Callable[[bytes], None]


def samples(reader: Reader) -> list[Trace]:
    """The samples of the tests and of the documentation that this reader recognises."""
    found = []
    for path in find_files([ROOT / "tests", ROOT / "docs"]).traces:
        try:
            trace = open_trace(path)
            if reader_of(trace) is reader:
                found.append(trace)
        except SobriaError:
            continue
    return found


def read_or_refused(name: str, context: ReadingContext) -> Law:
    """Any bytes are refused with an error, or give rows that add up and can be stored."""

    def holds(data: bytes) -> None:
        try:
            result = read_trace(Trace(name, data, None), context)
        except SobriaError as error:
            assert all(error.message(lang) for lang in LANGUAGES)
            return
        parquet_files.table_of(result.rows, arrow_schemas.ACTIVITY_SCHEMA)
        parquet_files.table_of(result.refused, arrow_schemas.REFUSED_SCHEMA)

    return holds


def same_by_blocks(reader: Reader, path: Path, context: ReadingContext) -> Law:
    """Any bytes give the same rows by blocks as by row."""

    def by_row() -> list[ReadResult]:
        return [reader.read(open_trace(path), context)]

    def by_blocks() -> list[ReadResult]:
        return list(stream_trace(LargeTrace(path), context, lambda read: None))

    def ids(read: Callable[[], list[ReadResult]]) -> tuple[list[str], list[str]] | str:
        try:
            results = read()
        except SobriaError as error:
            return error.code
        columns = [result.table["row_id"].to_pylist() for result in results if result.table is not None]
        rows = [row.row_id for result in results for row in result.rows]
        return sorted(sum(columns, rows)), sorted(row.row_id for result in results for row in result.refused)

    def holds(data: bytes) -> None:
        path.write_bytes(data)
        try:
            reader_of(open_trace(path))
        except SobriaError:
            return
        assert ids(by_row) == ids(by_blocks)

    return holds


def main(name: str, seconds: str, keep: str) -> None:
    """Ends with the process."""
    reader = next(reader for reader in READERS if reader.name == name)
    with tempfile.TemporaryDirectory() as folder:
        found = samples(reader)
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, trace in enumerate(found):
            (corpus / str(number)).write_bytes(trace.data)
        context = reading_context(Path(folder))
        laws = [read_or_refused(found[0].name, context)]
        if reader.stream:
            blocks._BY_ROW_BYTES = 64
            laws.append(same_by_blocks(reader, Path(folder) / "emissions.csv", context))

        def holds(data: bytes) -> None:
            for law in laws:
                law(data)

        options = [f"-max_total_time={seconds}", f"-artifact_prefix={keep}/{name}-", "-print_final_stats=1"]
        atheris.Setup([sys.argv[0], *options, str(corpus)], holds)
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
