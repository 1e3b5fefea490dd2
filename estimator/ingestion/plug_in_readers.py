"""Readers of other packages: asked after ours, and nothing that they return is stored unchecked."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from estimator.core.errors import texts
from estimator.core.language import DEFAULT
from estimator.core.plug_ins import PlugIn, PlugInRefused, foreign, plug_ins, refuse
from estimator.ingestion.reader import LargeTrace, Reader, ReadingContext, Trace
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import COMPONENTS, Activity, Refused

_SUBJECTS = (*(f"{part}_mode" for part in COMPONENTS), "gap")


@cache
def plug_in_readers(taken: tuple[str, ...]) -> tuple[Reader, ...]:
    """The readers that other packages declare, under the names that rows keep: `name (package version)`."""
    return tuple(plug_ins("sobria.readers", taken, _reader).values())


def _reader(who: PlugIn, declared: Mapping[str, Any]) -> Reader:
    """Their reader in ours: it recognises nothing where it fails, and fails in words. PlugInRefused."""
    theirs, label = who.wanted(declared, "reader", Reader), who.label(declared)
    if theirs.name != who.name:
        raise who.refusal("plug_in_type", what="reader.name", read=theirs.name, expected=who.name)

    def sniff(name: str, head: str) -> bool:
        try:
            with foreign(who, name):
                found = theirs.sniff(name, head)
                if not isinstance(found, bool):
                    raise who.refusal("plug_in_type", what="sniff", read=type(found).__name__, expected="bool")
                return found
        except PlugInRefused as error:
            refuse(who, error)
            return False

    def read(trace: Trace, context: ReadingContext) -> ReadResult:
        with foreign(who, trace.name):
            return _checked(who, theirs.read(trace, context), context)

    def stream(trace: LargeTrace, context: ReadingContext) -> Iterator[ReadResult]:
        assert theirs.stream
        with foreign(who, trace.name):
            for result in theirs.stream(trace, context):
                yield _checked(who, result, context)

    return Reader(str(who), theirs.version, sniff, read, stream if theirs.stream else None, label)


def _checked(who: PlugIn, result: Any, context: ReadingContext) -> ReadResult:
    """Their rows under the name and the version of their package. PlugInRefused where one says what we do not have."""
    for what, found, kind in (
        ("read", [result], ReadResult),
        ("rows", getattr(result, "rows", ()), Activity),
        ("refused", getattr(result, "refused", ()), Refused),
    ):
        for one in found:
            if not isinstance(one, kind):
                raise who.refusal("plug_in_type", what=what, read=type(one).__name__, expected=kind.__name__)
    subjects = {row["id"] for row in context.places.subjects}
    named = {getattr(row, name) for row in result.rows for name in _SUBJECTS}
    codes = {code for row in result.refused for code, _ in row.faults}
    for what, said, known in (
        ("checks", {code for row in result.rows for code in row.checks}, texts("checks", DEFAULT)),
        ("refused", codes, texts("refusals", DEFAULT)),
        ("mode", named, subjects),
    ):
        if unknown := sorted(said.difference(known)):
            raise who.refusal("plug_in_type", what=what, read=unknown[0], expected=f"{min(known)} … {max(known)}")
    mark = {"reader": str(who)}
    rows = [row.model_copy(update=mark) for row in result.rows]
    kept = [row.model_copy(update=mark) for row in result.refused]
    return ReadResult(rows, kept, result.read, tuple(map(str, result.unused)))
