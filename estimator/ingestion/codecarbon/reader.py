"""Reader of codecarbon output: emissions.csv of every version since 1.0, its backups and its task files."""

from collections.abc import Iterator
from shlex import quote

from estimator.core.errors import SobriaError
from estimator.ingestion.codecarbon.blocks import BLOCK_BYTES, BlockReading
from estimator.ingestion.codecarbon.columns import Columns, understand
from estimator.ingestion.codecarbon.rows import NAME, VERSION, RowReading
from estimator.ingestion.parsing import delimited_text
from estimator.ingestion.reader import LargeTrace, Reader, ReadingContext, Trace
from estimator.ledger.read_result import ReadResult


def sniff(name: str, head: str) -> bool:
    """Whether the first line has the columns of codecarbon, or of a compatible tool."""
    delimiter = delimited_text.delimiter_of(head)
    first = next(delimited_text.records(name, head, delimiter), None)
    if first is None:
        return False
    columns = understand(first[1])
    return columns.is_trace or columns.other_tool is not None


def read(trace: Trace, context: ReadingContext) -> ReadResult:
    """Every row of the trace, as an Activity or as Refused. empty_file, not_a_trace, no_energy_column, bad_sidecar."""
    text = delimited_text.decode(trace.data)
    delimiter = delimited_text.delimiter_of(text[:10_000])
    rows = delimited_text.records(trace.name, text, delimiter)
    header = next(rows, None)
    if header is None:
        raise SobriaError("empty_file", file=trace.name)
    reading = RowReading(trace, context, _columns(trace.name, header[1]), delimiter)
    for line, cells in rows:
        reading.take(line, cells)
    return reading.rest()


def stream(trace: LargeTrace, context: ReadingContext) -> Iterator[ReadResult]:
    """The rows of a large file, by blocks of lines. empty_file, not_a_trace, no_energy_column, bad_sidecar."""
    head = delimited_text.decode(trace.head)
    header, end, _ = head.partition("\n")
    header = header.rstrip("\r")
    plain = trace.is_utf8 and end and header.strip() and not {'"', "\r"} & set(header)
    plain = plain and delimited_text.delimiter_of(head[:10_000]) == ","
    columns = _columns(trace.name, next(delimited_text.records(trace.name, header, ","))[1]) if plain else None
    if columns is None or columns.other_tool:
        yield read(trace.whole(), context)
        return
    rows = RowReading(trace, context, columns, ",")
    reading = BlockReading(rows, first_line=2)
    for lines in _below_header(trace.blocks(BLOCK_BYTES)):
        yield from reading.take(reading.cut(lines))  # let go before the next is cut
    yield rows.rest()


def _below_header(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks without the first line, never split within quotes."""
    lines = b""
    for number, block in enumerate(blocks):
        lines += block.partition(b"\n")[2] if number == 0 else block
        if b'"' not in lines or lines.count(b'"') % 2 == 0:
            yield lines
            lines = b""
    yield lines


def _columns(name: str, header: list[str]) -> Columns:
    """The columns of this header. not_a_trace, no_energy_column."""
    columns = understand(header)
    if not (columns.is_trace or columns.other_tool):
        read = ", ".join(columns.safe_header()[:6])[:120]
        raise SobriaError("not_a_trace", file=name, named=quote(name), columns=read)
    if columns.is_trace and not columns.has_energy:
        raise SobriaError("no_energy_column", file=name, columns=", ".join(columns.at))
    return columns


READER = Reader(NAME, VERSION, sniff, read, stream)
