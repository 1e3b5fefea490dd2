"""codecarbon's tracker with each of its outputs, over a second of work; it reads no counter on most machines."""

import logging
import os
import sys
import time
from typing import Any

from codecarbon import OfflineEmissionsTracker

from scripts.conformance.drivers.surroundings import COLLECT, OUT, TOKEN, expect


def main(output: str) -> None:
    """One run; what it consumed is what its own file says."""
    url = COLLECT.replace("http://", f"http://sobria:{TOKEN}@")
    logger = logging.getLogger("codecarbon-essai")
    logger.addHandler(logging.FileHandler(OUT / "codecarbon.jsonl"))
    logger.setLevel(logging.INFO)
    outputs: dict[str, dict[str, Any]] = {
        "csv": {"save_to_file": True, "output_dir": str(OUT)},
        "endpoint": {"save_to_file": False, "emissions_endpoint": f"{url}/v1/codecarbon"},
        "logger": {"save_to_file": False, "save_to_logger": True, "logging_logger": _output(logger, output)},
    }
    os.environ["CODECARBON_LOG_LEVEL"] = "error"
    given = outputs[output]
    tracker = OfflineEmissionsTracker(
        project_name="essai", country_iso_code="FRA", measure_power_secs=1, allow_multiple_runs=True, **given
    )
    tracker.start()
    until = time.monotonic() + 3
    while time.monotonic() < until:
        time.sleep(0.1)
    tracker.stop()
    found = tracker.final_emissions_data
    expect({"energy": found.energy_consumed, "duration_s": found.duration})
    if output != "logger":
        (OUT / "codecarbon.jsonl").unlink()


def _output(logger: logging.Logger, output: str) -> Any:
    if output != "logger":
        return None
    from codecarbon.output import LoggerOutput

    return LoggerOutput(logger, logging.INFO)


if __name__ == "__main__":
    main(sys.argv[1])
