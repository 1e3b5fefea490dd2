"""codecarbon's tracker with each of its outputs, over a second of work; it reads no counter on most machines."""

import logging
import os
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from codecarbon import OfflineEmissionsTracker

from scripts.conformance.drivers.surroundings import COLLECT, OUT, TOKEN, expect, write

COUNTER = "codecarbon_energy_total{"


def main(output: str) -> None:
    """One run; what it consumed is what its own file says."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    gateway = f"http://127.0.0.1:{server.server_port}"
    url = COLLECT.replace("http://", f"http://sobria:{TOKEN}@")
    logger = logging.getLogger("codecarbon-essai")
    logger.addHandler(logging.FileHandler(OUT / "codecarbon.jsonl"))
    logger.setLevel(logging.INFO)
    outputs: dict[str, dict[str, Any]] = {
        "csv": {"save_to_file": True, "output_dir": str(OUT)},
        "endpoint": {"save_to_file": False, "emissions_endpoint": f"{url}/v1/codecarbon"},
        "logger": {"save_to_file": False, "save_to_logger": True, "logging_logger": _output(logger, output)},
        "prometheus": {
            "save_to_file": False,
            "save_to_prometheus": True,
            "prometheus_url": gateway,
            "api_call_interval": 1,
        },
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
    if output == "prometheus":
        return _between_readings()
    expect({"energy": found.energy_consumed, "duration_s": found.duration})
    if output != "logger":
        (OUT / "codecarbon.jsonl").unlink()


class _Gateway(BaseHTTPRequestHandler):
    """Keeps each page that is pushed, as one read at that moment."""

    def do_PUT(self) -> None:  # noqa: N802
        page = self.rfile.read(int(self.headers["content-length"])).decode()
        write("codecarbon.prom", f"# until {datetime.now(UTC).isoformat()}\n{page}")
        self.send_response(200)
        self.end_headers()

    def do_DELETE(self) -> None:  # noqa: N802
        self.send_response(202)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _between_readings() -> None:
    """The counter rose by its last value less its first; the run before the first reading is not in them."""
    (OUT / "codecarbon.jsonl").unlink()
    pages = (OUT / "codecarbon.prom").read_text("utf-8").splitlines()
    values = [float(line.rpartition(" ")[2]) for line in pages if line.startswith(COUNTER)]
    if not values:
        raise SystemExit("codecarbon pushes no counter: gauges of the last interval, which do not add up")
    expect({"energy": values[-1] - values[0]})


def _output(logger: logging.Logger, output: str) -> Any:
    if output != "logger":
        return None
    from codecarbon.output import LoggerOutput

    return LoggerOutput(logger, logging.INFO)


if __name__ == "__main__":
    main(sys.argv[1])
