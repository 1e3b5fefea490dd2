"""Generated faults: named in their family, and none on unbroken rows. The whole table: docs/fautes-generees.md."""

from pathlib import Path

import pytest

from scripts.fault_recall import REMARKS, generated, seen, told_of
from tests.ingestion.broken_rows import FAULTS, KINDS

WAYS = 2


def test_generated_faults_are_named_and_sound_rows_raise_no_alarm() -> None:
    named, alarms, sound = generated(WAYS)
    assert len(KINDS) >= 20 and all(len(found) == WAYS for found in named.values())
    hits = [hit for found in named.values() for hit in found]
    assert sum(hits) / len(hits) >= 0.9, {kind: found for kind, found in named.items() if not all(found)}
    assert len(alarms) / sound <= 0.05, alarms


@pytest.mark.long
def test_few_real_files_have_a_fault_that_nobody_found_in_them(shared_data: Path, tmp_path: Path) -> None:
    files = [p for p in (shared_data / "traces_wild").glob("*.csv") if p.name not in ("index.csv", "headers.csv")]
    found = told_of(tmp_path, files)
    alarms = [name for name, codes in found.by_file.items() if codes & FAULTS - REMARKS]
    false = [name for name in alarms if not seen(name).fault]
    assert not false and 1 < len(alarms) <= 0.05 * len(files), (false, alarms)
