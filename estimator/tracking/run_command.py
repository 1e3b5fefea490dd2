"""Run a command in any language, measured; it is unaffected, except for a file to which it may write its counts."""

import contextlib
import os
from collections.abc import Sequence

from estimator.core.errors import reason_of
from estimator.tracking import child_process
from estimator.tracking.energy_budget import REACHED, EnergyBudget
from estimator.tracking.options import tell
from estimator.tracking.overhead import Overhead
from estimator.tracking.spool import Importer
from estimator.tracking.tracker import Tracker, TrackOptions


def run_command(
    argv: Sequence[str],
    options: TrackOptions,
    importer: Importer | None = None,
    before: Overhead | None = None,
    stop_at_kwh: float | None = None,
) -> int:
    """Run a command, measured: its exit status, 128 + n when ended by signal n, REACHED when stopped at its budget.
    Its trace is imported at once.

    `before`: overhead of this process so far, where it does nothing but track. `stop_at_kwh`: see EnergyBudget.
    """
    name = os.path.basename(argv[0]) or "command"
    tracker = Tracker(
        options if options.project else options.model_copy(update={"project": name}), importer, before=before
    )
    budget = EnergyBudget(stop_at_kwh, tracker.consumed, options.lang) if stop_at_kwh else None
    with child_process.blocked_signals() as mask:
        rest = child_process.InterruptibleWait()
        tracker.start(rest.wait)
        if stopped := rest.stopped or child_process.asked_to_stop():
            tracker.discard()
            return 128 + stopped
        try:
            code = child_process.run(argv, mask, tracker.environ(), budget.watch if budget else None)
        except OSError as error:
            tracker.discard()
            tell(options.lang, "cannot_start", command=name, why=reason_of(error))
            return child_process.cannot_start(error)
        if budget and budget.reached:
            budget.wait()
            tracker.stopped_by("budget")
        tracker.end(code, rest.wait)
    with contextlib.suppress(KeyboardInterrupt):  # the trace is in the spool: the next run imports it
        tracker.deliver()
    return REACHED if budget and budget.reached else code
