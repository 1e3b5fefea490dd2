"""Answers of `sobria collect` against the size of its ledger: time of a request, requests a second, processor time.

python -m scripts.bench.collect [--rows 0 1000000] [--clients 1 32] [--seconds 10] [--rounds 3]
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import psutil

from estimator.ingestion.http.tokens import Tokens
from estimator.ledger import Ledger
from estimator.ledger.reconciliation import reconcile
from scripts.bench.tokens import write_requests

RUN = {"timestamp": "2026-11-01T10:00:00", "project_name": "essai", "duration": 60.0, "cpu_energy": 0.001}
RUN |= {"gpu_energy": 0.0, "ram_energy": 0.001, "energy_consumed": 0.002, "country_iso_code": "FRA"}

SENDERS = 4  # one may have no more than a quarter of the bodies in hand


class Served(NamedTuple):
    """A running collector: its port, a token for each few clients, its process."""

    port: int
    tokens: tuple[str, ...]
    process: psutil.Process

    @property
    def cpu(self) -> float:
        """Processor time so far [s]."""
        used = self.process.cpu_times()
        return float(used.user + used.system)


@contextmanager
def serving(home: Path, rows: int) -> Iterator[Served]:
    """A collector of a home that already holds so many rows of one sender, received lately."""
    tokens = [Tokens(home).add(f"essai-{n}") for n in range(SENDERS)]
    if rows:
        write_requests(home, rows, 1, Tokens(home).sender(tokens[0][0]).name)
    command = [sys.executable, "-m", "estimator.cli", "--home", str(home), "collect", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = process.stdout.readline()
        port = next(int(word.rpartition(":")[2]) for word in said.split() if word.startswith("http"))
        try:
            yield Served(port, tuple(secret for _, secret in tokens), psutil.Process(process.pid))
        finally:
            process.kill()


async def client(served: Served, token: str, until: float) -> list[float]:
    """Send one row after another on one connection: time of each answer [s]."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    taken = []
    while time.perf_counter() < until:
        body = json.dumps(RUN | {"run_id": uuid4().hex}).encode()
        head = f"POST /v1/codecarbon HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        before = time.perf_counter()
        writer.write(head.encode() + body)
        answered = await reader.readuntil(b"\r\n\r\n")
        if not answered.startswith(b"HTTP/1.1 201"):
            raise ValueError(answered.decode())
        size = next(line for line in answered.decode().lower().split("\r\n") if line.startswith("content-length:"))
        await reader.readexactly(int(size.partition(":")[2]))
        taken.append(time.perf_counter() - before)
    writer.close()
    return taken


async def fire(served: Served, clients: int, seconds: float) -> list[float]:
    """Times of all answers of so many clients at once [s]."""
    until = time.perf_counter() + seconds
    found = await asyncio.gather(*(client(served, served.tokens[n % SENDERS], until) for n in range(clients)))
    return [taken for one in found for taken in one]


def main() -> None:
    """Print a line a number of clients and a size; sizes alternate within a round, since loads change."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[0, 1_000_000])
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 32])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for clients in options.clients:
        for n in range(options.rounds):
            for rows in options.rows:
                with tempfile.TemporaryDirectory() as folder, serving(Path(folder), rows) as served:
                    asyncio.run(fire(served, 1, 1))  # what stands is read once, before
                    before, load = served.cpu, os.getloadavg()[0]
                    taken = asyncio.run(fire(served, clients, options.seconds))
                    used = served.cpu - before
                    held = reconcile(Ledger(Path(folder)))
                    assert not held.faults and held.accepted >= len(taken) + rows
                centiles = statistics.quantiles(taken, n=20)
                told = f"{len(taken) / options.seconds:.0f} requests/s, p50 {1000 * centiles[9]:.0f} ms"
                told += f", p95 {1000 * centiles[18]:.0f} ms, {1000 * used / len(taken):.1f} cpu-ms a request"
                print(f"{rows:>9,} rows, {clients:>2} client(s), round {n + 1}: {told}, load {load:.1f}", flush=True)


if __name__ == "__main__":
    main()
