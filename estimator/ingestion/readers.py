"""Input formats: one module each, listed here; the first that recognises a file reads it."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from estimator.core import parquet_files
from estimator.core.errors import LANGUAGES, SobriaError, say
from estimator.core.typography import escaped, is_utf8, some_of
from estimator.ingestion.codecarbon import counters as codecarbon_counters
from estimator.ingestion.codecarbon import objects as codecarbon_objects
from estimator.ingestion.codecarbon import reader as codecarbon
from estimator.ingestion.declarations import reader as declared
from estimator.ingestion.energy import boamps, carbontracker, kepler, nvidia_smi, sacct, scaphandre, zeus
from estimator.ingestion.mixed_objects import read_by, with_others
from estimator.ingestion.parsing import delimited_text, json_text, prometheus
from estimator.ingestion.parsing.file_names import TABLE, TEXT, unrotated
from estimator.ingestion.parsing.prefetch import prefetch
from estimator.ingestion.parsing.redaction import HIDDEN
from estimator.ingestion.parsing.row_identity import Identities
from estimator.ingestion.plug_in_readers import plug_in_readers
from estimator.ingestion.reader import (
    HEAD_BYTES,
    HEAD_CHARS,
    LARGE_BYTES,
    STDIN,
    LargeTrace,
    Reader,
    ReaderFailed,
    ReadingContext,
    Trace,
    contained,
    open_trace,
)
from estimator.ingestion.sidecar import SUFFIX
from estimator.ingestion.usage import (
    agents,
    albert,
    chat_response,
    litellm,
    ollama,
    openai_usage,
    otel,
    otel_metrics,
    seats,
    vllm,
)
from estimator.ledger.arrow_schemas import ACTIVITY_SCHEMA, REFUSED_SCHEMA
from estimator.ledger.read_result import ReadResult

_TABLES: tuple[Reader, ...] = (codecarbon.READER, declared.READER)
_OTHERS: tuple[Reader, ...] = (
    codecarbon_objects.READER,
    seats.READER,
    openai_usage.READER,
    litellm.READER,
    otel.READER,
    otel_metrics.READER,
    albert.READER,
    chat_response.READER,
    ollama.READER,
    vllm.READER,
    agents.CLAUDE_CODE,
    agents.CODEX,
    agents.GEMINI_CLI,
    sacct.READER,
    nvidia_smi.READER,
    zeus.READER,
    boamps.READER,
    carbontracker.READER,
    kepler.READER,
    scaphandre.READER,
    codecarbon_counters.READER,
)
READERS = (*_TABLES, *_OTHERS)  # of ours: those of other packages are looked for where none of these reads a file
_PACKED = (
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
    b"7z\xbc\xaf",
)  # gz, zip, bz2, xz, zst, 7z
_OF_OFFICE = (b"[Content_Types]", b"_rels/", b"docProps/", b"xl/", b"mimetype")  # first file of a zip of an office tool
_NAME_IN_ZIP = 30  # bytes before the name of the first file
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and a workbook under a password

__all__ = [
    "READERS",
    "ReadingContext",
    "ReadResult",
    "Reader",
    "Trace",
    "contained",
    "find_files",
    "reader_of",
    "read_trace",
    "stream_trace",
    "fit_to_schema",
]


def reader_of(trace: Trace, written: bytes | None = None) -> Reader:
    """The reader that recognises the trace by its first lines; written: what the file holds, where its columns were
    renamed. empty_file, office_file, packed_file, transcript_lacks, not_a_trace."""
    head = _head(trace.data)
    if not head.strip():
        raise SobriaError("empty_file", file=trace.name)
    with contained(trace.name, "-"):
        reader = _recognise(READERS, trace.name, trace.data) or _recognise(of_others(), trace.name, trace.data)
    if reader is not None:
        return reader
    _check_is_text(trace)
    if near := agents.lacking(head):
        tool = {lang: say("formats", near[0], lang) for lang in LANGUAGES}
        raise SobriaError("transcript_lacks", file=trace.name, fields=", ".join(near[1]), tool=tool)
    if prometheus.names_of_page(head):
        raise _no_known_counter(trace, READERS)
    first = next((line for line in _head(written or trace.data).splitlines() if line.strip()), "")
    if json_text.outline(head):  # its text may be a prompt
        first = f"{first.strip()[:1]}{HIDDEN}"
    read = "".join(c if c.isprintable() else "·" for c in first[:120])
    raise SobriaError("not_a_trace", file=trace.name, named=quote(trace.name), columns=read)


def _check_is_text(trace: Trace) -> None:
    """office_file, packed_file."""
    zipped = trace.data.startswith(b"PK") and trace.data.startswith(_OF_OFFICE, _NAME_IN_ZIP)
    if zipped or trace.data.startswith(_OLD_OFFICE):
        raise SobriaError("office_file", file=trace.name)
    if trace.data.startswith(_PACKED):
        raise SobriaError("packed_file", file=trace.name)


def _no_known_counter(trace: Trace, readers: Iterable[Reader]) -> SobriaError:
    """Why a page of metrics has no row: the names that it holds, and those that these readers count."""
    read = sorted(prometheus.names_of_page(_head(trace.data)))
    expected = ", ".join(name for reader in readers for name in reader.counters)
    return SobriaError("no_known_counter", file=trace.name, read=some_of(read), expected=expected)


def of_others() -> tuple[Reader, ...]:
    """The readers of other packages, under names that none of ours has."""
    return plug_in_readers(tuple(reader.name for reader in READERS))


def format_name(reader: str, lang: str) -> str:
    """The format that a reader reads, in words; of one of another package, with the name of this one."""
    label = next((found.label for found in of_others() if found.name == reader), None) if "(" in reader else None
    return (
        say("formats", "of_package", lang, label=label[lang], reader=reader) if label else say("formats", reader, lang)
    )


def read_trace(trace: Trace, context: ReadingContext) -> ReadResult:
    """Rows of one trace, by the reader that recognises it. ReaderFailed, and the errors of the readers."""
    return _parsed_trace(reader_of(trace), trace, context)


class OpenedTrace(NamedTuple):
    """A file ready to be read: its reader, and its rows, lazily, with the errors of that reader."""

    trace: Trace | LargeTrace
    reader: Reader
    results: Iterator[ReadResult]


def open_results(
    path: str | Path, context: ReadingContext, progress: Callable[[int], None] = lambda read: None
) -> OpenedTrace:
    """A file, or the standard input for `-`: read at once, or by blocks when it is large. unreadable_file, empty_file,
    office_file, packed_file, not_a_trace, file_name. `progress` is called with the bytes read of a large one."""
    if not is_utf8(name := Path(path).name) or "\n" in name:
        raise SobriaError("file_name", file=escaped(name))
    if size_of(path) >= LARGE_BYTES and context.rename is None:
        large = LargeTrace(Path(path))
        return OpenedTrace(large, reader_of(large.beginning()), stream_trace(large, context, progress))
    trace = open_trace(path)
    written = trace.data
    if context.rename is not None:
        _check_is_text(trace)
        trace = replace(trace, data=context.rename(trace.name, written))
    reader = reader_of(trace, written)
    return OpenedTrace(trace, reader, (_parsed_trace(reader, one, context) for one in (trace,)))


def size_of(path: str | Path) -> int:
    """Size of a file [B]; 0 for the standard input and for an unreadable file, reported when opened."""
    try:
        return 0 if str(path) == STDIN else os.stat(path).st_size
    except OSError:
        return 0


def stream_trace(trace: LargeTrace, context: ReadingContext, progress: Callable[[int], None]) -> Iterator[ReadResult]:
    """Rows of a large file, by blocks where its reader can; `progress` is called with the bytes read."""
    reader = reader_of(trace.beginning())
    if reader.stream is None:
        yield _parsed_trace(reader, trace.whole(), context)
        return
    throughout = replace(context, equal=Identities(","))  # of two equal objects of others, in any two results
    results = (with_others(result, reader, trace, throughout) for result in reader.stream(trace, context))
    for result in prefetch(_stream(reader, results, trace.name)):
        progress(trace.taken)
        yield result


def _parsed_trace(reader: Reader, trace: Trace, context: ReadingContext) -> ReadResult:
    with contained(trace.name, reader.name):
        result = fit_to_schema(read_by(reader, trace, context))
    if reader.counters and not result.read:
        raise _no_known_counter(trace, [reader])
    return result


def _stream(reader: Reader, results: Iterator[ReadResult], file: str) -> Iterator[ReadResult]:
    with contained(file, reader.name):
        yield from map(fit_to_schema, results)


def fit_to_schema(result: ReadResult) -> ReadResult:
    """The same rows, checked against the column types of the ledger: a row that does not fit would fail the
    import of all other files."""
    for rows, schema in ((result.rows, ACTIVITY_SCHEMA), (result.refused, REFUSED_SCHEMA)):
        parquet_files.check_fit(rows, schema)
    return result


class LeftFile(NamedTuple):
    """What is left of a folder: its path there, ended by / where it is a folder, and where it is."""

    name: str
    place: Path


class FoundFiles(NamedTuple):
    """What paths hold: the traces to read, and what is left of their folders."""

    traces: list[str | Path]
    left: list[LeftFile]


def find_files(paths: Iterable[str | Path]) -> FoundFiles:
    """Traces to read, in a fixed order: files as named, traces of folders at any depth, `-` the standard input.

    In folders: *.csv, *.csv.bak, *.csv_0.bak, emissions*.bak; of other texts (*.json, *.jsonl, *.prom, *.psv, *.log,
    *.txt), those that a reader recognises. A name is that which a log had before its rotation (gateway.jsonl.1). All
    else of a folder is left, hidden files last; a hidden or linked folder is left whole. Sidecars are neither: they are
    read with their trace.
    A missing path or a folder that cannot be listed is a trace too: opening it raises the error.
    """
    found = FoundFiles([], [])
    for path in paths:
        place = Path(path)
        if str(path) == STDIN:
            found.traces.append(STDIN)
        elif place.is_dir():
            _look_inside(place, found)
        elif not place.name.endswith(SUFFIX):
            found.traces.append(place)
    found.left.sort(key=lambda left: (f"/{left.name}".count("/.") > 0, left.name))
    return found


def nothing_found(paths: Iterable[str | Path], left: Sequence[str]) -> SobriaError:
    """Why nothing was read of these: what their folders hold, and no reader recognised, is named."""
    told = ", ".join(map(str, paths))
    if not left:
        return SobriaError("nothing_to_import", paths=told)
    return SobriaError("none_recognised", paths=told, count=len(left), names=some_of(left))


def _look_inside(folder: Path, found: FoundFiles) -> None:
    unlisted: list[OSError] = []
    for base, folders, files in os.walk(folder, onerror=unlisted.append):
        place = Path(base)
        closed = [name for name in folders if name.startswith(".") or (place / name).is_symlink()]
        folders[:] = sorted(set(folders).difference(closed))
        traces = [name for name in sorted(files) if _is_trace(base, name)]
        left = [name for name in files if name not in traces and not name.endswith(SUFFIX)]
        found.traces.extend(place / name for name in traces)
        for name, end in [*((name, "") for name in left), *((name, "/") for name in closed)]:
            found.left.append(LeftFile((place / name).relative_to(folder).as_posix() + end, place / name))
    found.traces.extend(Path(error.filename) for error in unlisted)


def _is_trace(folder: str, name: str) -> bool:
    if name.startswith(".") or name.endswith(SUFFIX) or not os.path.isfile(os.path.join(folder, name)):
        return False  # opening a named pipe of a folder would block
    if TABLE.search(unrotated(name)):
        return True
    if not TEXT.search(unrotated(name)):
        return False
    try:
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read(HEAD_BYTES)
        with contained(name, "-"):
            return bool(_recognise(_OTHERS, name, data) or _recognise(of_others(), name, data))
    except (OSError, ReaderFailed):  # opening it raises the error
        return True


def _head(data: bytes) -> str:
    return delimited_text.decode(data[:HEAD_BYTES])[:HEAD_CHARS]


def _heads(data: bytes) -> Iterator[str]:
    """The first characters of a file; of JSON, those that it has without its long texts too."""
    yield (head := _head(data))
    if head.lstrip().startswith(("{", "[")):
        yield json_text.shortened(delimited_text.decode(data[:HEAD_BYTES]))[:HEAD_CHARS]


def _recognise(readers: Iterable[Reader], name: str, data: bytes) -> Reader | None:
    return next((reader for head in _heads(data) for reader in readers if reader.sniff(name, head)), None)
