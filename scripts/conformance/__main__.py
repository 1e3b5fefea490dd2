"""Real clients of several versions against this version: installed, driven, judged.

python -m scripts.conformance [CLIENT …] [--record] [--keep FOLDER]     needs the network for what is not installed yet

Each is installed once in an environment of its own, under the cache of the user, and calls a model that is made up on
this machine. What comes of it is written to scripts/conformance/results.csv, then in docs/clients.md by
`python -m scripts.docs`; --record also writes what each newest version sent to tests/fixtures/clients, for the suite.
Exit 1 when one is red.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from scripts.conformance.clients import CLIENTS, Client, Version
from scripts.conformance.environments import NotInstalled, installed
from scripts.conformance.recording import record
from scripts.conformance.results import Result, write
from scripts.conformance.trial import tried


def main(given: Sequence[str] | None = None) -> int:
    """One line a version, with what is wrong."""
    names = [client.name for client in CLIENTS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clients", nargs="*", metavar="CLIENT", help=", ".join(names))
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--keep", type=Path, help="a new folder for the homes and logs of the trials")
    options = parser.parse_args(given)
    chosen = [client for client in CLIENTS if client.name in (options.clients or names)]
    if unknown := set(options.clients).difference(names):
        parser.error(f"{', '.join(sorted(unknown))}: not in {', '.join(names)}")
    results = []
    with tempfile.TemporaryDirectory(prefix="sobria-conformance-") as spare:
        work = options.keep or Path(spare)
        for client in chosen:
            for version in client.versions:
                found = _result(client, version, work / f"{client.name}-{version.number}", options.record)
                print(f"{client.name:20} {version.number:12} {found.verdict:8} {found.note}", flush=True)
                results.append(found)
                write([found])
    return 1 if any(found.verdict == "red" for found in results) else 0


def _result(client: Client, version: Version, work: Path, keep: bool) -> Result:
    day = datetime.now(UTC).date().isoformat()
    try:
        programs = installed(client, version)
    except NotInstalled as error:
        return Result(client.name, version.number, day, "absent", 0, " ".join(str(error).split())[:400])
    trial = tried(client, programs, work)
    if version.refuses and trial.faults and version.refuses in trial.printed:
        said = next(line for line in trial.printed.splitlines() if version.refuses in line)
        return Result(client.name, version.number, day, "absent", 0, said.strip()[:200])
    if keep and version is client.versions[-1]:
        record(client, version, trial)
    verdict = "red" if trial.faults else "green"
    return Result(client.name, version.number, day, verdict, len(trial.found), " ; ".join(trial.faults))


if __name__ == "__main__":
    sys.exit(main())
