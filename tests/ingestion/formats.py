"""What the tests of usage and energy formats share: samples written by hand, rows of a text, what a home holds."""

import json
import re
from pathlib import Path
from typing import Any

from estimator.core.errors import LANGUAGES, say
from estimator.ingestion.importing import ImportReport, import_paths
from estimator.ingestion.reader import open_trace
from estimator.ingestion.readers import READERS, Trace, read_trace, reader_of
from estimator.ledger import Ledger
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Activity, Refused
from scripts.conformance.trial import kept_in as kept_in
from tests.traces_support import TRACES, context

FORMATS = TRACES / "formats"
SAMPLES = sorted(path for path in FORMATS.iterdir() if path.is_file())
BLANK = re.compile(r"\{[a-z_]+\}")  # of a sentence; a value that is shown may hold a brace
PRIVATE = "Untel"  # stands in every prompt, answer, name of a person and key of the samples


def result_of(content: Any, name: str = "trace.json", **options: Any) -> ReadResult:
    """What is read of a text, of bytes, or of a value written as JSON."""
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    return read_trace(Trace(name, text.encode() if isinstance(text, str) else text, None), context(**options))


def rows_of(content: Any, **options: Any) -> list[Activity]:
    """The rows of a content that has no refused one."""
    result = result_of(content, **options)
    assert result.refused == []
    return result.rows


def sample(name: str) -> ReadResult:
    """What is read of the sample of a format."""
    trace = open_trace(next(path for path in SAMPLES if path.stem == name))
    assert reader_of(trace).name == name
    return read_trace(trace, context())


def bring(home: Path, content: str, name: str) -> ImportReport:
    """Import one text under a name."""
    path = home / name
    path.write_text(content, "utf-8")
    report = import_paths(Ledger(home), [path], context())
    path.unlink()
    return report


def told(refusal: Refused) -> list[str]:
    """The sentence of a refused row in each language; it has no blank left."""
    sentences = [say("refusals", refusal.code, lang, **refusal.facts) for lang in LANGUAGES]
    assert sentences[0] != sentences[1] and not any(BLANK.search(sentence) for sentence in sentences)
    return sentences


def recognised_by(path: Path) -> list[str]:
    """The readers that recognise a file."""
    head = path.read_text("utf-8", "replace")[:65_536]
    return [reader.name for reader in READERS if reader.sniff(path.name, head)]
