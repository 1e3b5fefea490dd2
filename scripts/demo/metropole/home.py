"""A home filled with the invented métropole: its traces, register, scenarios and commitments, then the build."""

import shutil
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from estimator.builds.queries import SAMPLE_MARK
from estimator.ingestion.context import reading_context
from estimator.ingestion.importing import import_paths
from estimator.ledger import Account, Ledger
from estimator.results.making import build
from estimator.results.reading import open_current
from scripts.demo.metropole.events import fill_commitments, fill_register
from scripts.demo.metropole.servers import write_traces
from scripts.demo.metropole.suppliers import write_declarations

HERE = Path(__file__).parent
SOURCES = "sources"  # the imported files, left in the home for inspection


class Filled(NamedTuple):
    """The account of the import, and the build."""

    account: Account
    build: str


def fill(home: Path) -> Filled:
    """Fill an empty home with the invented métropole, reproducibly. SobriaError when the estimator refuses one."""
    sources = home / SOURCES
    sources.mkdir(parents=True)
    (home / SAMPLE_MARK).touch()
    write_declarations(_toml_table("suppliers"), sources)
    write_traces(_toml_table("servers"), sources)
    report = import_paths(Ledger(home), [sources], reading_context(home))
    for error in report.errors:
        raise error
    fill_register(home, _toml_table("cases"))
    shutil.copytree(HERE / "scenarios", home / "scenarios")
    build(home)
    made = open_current(home)
    assert made is not None
    facts = {"build": made.id, "factors_version": made.factors_version}
    fill_commitments(home, _toml_table("commitments"), HERE / "communes.csv", facts)
    return Filled(report.account, made.id)


def _toml_table(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))
