"""Writers, readers and kill -9 on one ledger, then its account.

python -m scripts.fire [--seconds 60] [--writers 8] [--readers 3] [--kills 100] [--seed 1] [--victims door]
python -m scripts.fire --store localbucket --writers 2 --readers 1 --kills 50   # a ledger in a bucket, imports alone
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from scripts.fire.roles import ROLES
from scripts.fire.trial import FireTrial, Outcome, run
from scripts.object_stores import serving


def main() -> int:
    """Run the trial and print its account; 1 on any failure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=FireTrial.seconds)
    parser.add_argument("--writers", type=int, default=FireTrial.writers)
    parser.add_argument("--readers", type=int, default=FireTrial.readers)
    parser.add_argument("--kills", type=int, default=FireTrial.kills)
    parser.add_argument("--seed", type=int, default=FireTrial.seed)
    parser.add_argument("--victims", choices=["", *ROLES], default=FireTrial.victims, help="the role of those killed")
    parser.add_argument("--store", choices=["", "localbucket", "moto"], default="", help="the server of its bucket")
    options = parser.parse_args()
    server = options.__dict__.pop("store")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        store = stack.enter_context(serving(server, Path(folder) / "bucket")) if server else None
        outcome = run(FireTrial(**vars(options), store=store.url if store else ""), Path(folder) / "trial")
    print(account(outcome))
    return 0 if outcome.sound else 1


def account(outcome: Outcome) -> str:
    """The account of a trial, one fact a line."""
    counts = ", ".join(f"{name} {count}" for name, count in outcome.standing.as_dict().items())
    killed = ", ".join(f"{count} {role}(s)" for role, count in sorted(outcome.killed.items()))
    lines = [
        f"{outcome.imports} files and bodies, of which {outcome.acknowledged} acknowledged, {outcome.answered} by HTTP",
        f"{outcome.reads} builds read and accounts verified, {outcome.compactions} compactions",
        f"killed: {outcome.killed.total()} ({killed})",
        f"after the fire: {counts}",
        f"failed: {', '.join(outcome.failed) or 'nobody'}",
        f"rows acknowledged and not found: {outcome.lost}; counted twice: {outcome.doubled}",
        f"rows that differ from one import of everything into an empty home: {outcome.differing}",
        f"totals {'differ' if outcome.totals_differ else 'are the same to the digit'}; restored from its archive, "
        f"the ledger {'differs' if outcome.restored_differs else 'is the same'}",
        *(f"fault: {fault.as_dict()['en']}" for fault in outcome.standing.faults),
        "sound" if outcome.sound else "NOT SOUND",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
