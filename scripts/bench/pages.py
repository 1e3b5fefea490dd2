"""Time to render pages again with many concurrent users, what a redraw takes of the processor and the server of the
memory, pages that failed, and bytes transferred by a first visit.

python -m scripts.bench.pages [--rows 1000000] [--people 20] [--reruns 10] [--think 1.0] [--page synthese …] [--home H]
"""

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from estimator.core.errors import LANGUAGES
from estimator.results.making import build
from scripts.bench.ledger import load_into, write_trace

FIRST_WORK_S = 120.0  # computed once a build, before the first page is complete


class Person:
    """One tab on one page, that reloads it repeatedly; times in seconds, sizes in bytes."""

    def __init__(self, opened: ClientConnection, page: str) -> None:
        self._page = page
        self._socket = opened
        self.times: list[float] = []
        self.failures = 0

    def asks(self, turn: int) -> float:
        """One run of the page, from the request to the end of the response [s]."""
        message = BackMsg()
        message.rerun_script.query_string = f"lang={LANGUAGES[turn % 2]}"
        message.rerun_script.page_name = self._page
        before = time.perf_counter()
        self._socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            raw = self._socket.recv(FIRST_WORK_S)
            assert isinstance(raw, bytes)
            answer.ParseFromString(raw)
            self.failures += answer.delta.new_element.WhichOneof("type") == "exception"
            if answer.WhichOneof("type") == "script_finished":
                return time.perf_counter() - before

    def stays(self, reruns: int, think: float, place: int) -> None:
        """Reruns, each after a think time; users start at different times."""
        time.sleep(think * (place % 10) / 10)
        for turn in range(reruns):
            time.sleep(think)
            self.times.append(self.asks(turn))


def crowd(port: int, page: str, people: int, reruns: int, think: float) -> tuple[list[float], int]:
    """Times of all reruns of all users [s], the first views not counted; and how many elements failed."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    with ExitStack() as tabs:
        persons = [Person(tabs.enter_context(connect(address, max_size=None)), page) for _ in range(people)]
        for person in persons:
            for turn in range(2):
                person.asks(turn)
        staying = [Thread(target=person.stays, args=(reruns, think, place)) for place, person in enumerate(persons)]
        for thread in staying:
            thread.start()
        for thread in staying:
            thread.join()
    return [taken for person in persons for taken in person.times], sum(person.failures for person in persons)


def used(server: subprocess.Popen[bytes]) -> tuple[float, float]:
    """Processor time of a server so far [s], and its largest memory [MiB]."""
    times = psutil.Process(server.pid).cpu_times()
    (held,) = (line for line in Path(f"/proc/{server.pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return times.user + times.system, int(held.split()[1]) / 1024


def cold_bytes(url: str) -> int:
    """Bytes on the wire of a first visit, with an empty browser cache."""
    from playwright.sync_api import sync_playwright

    sizes: list[float] = []
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page()
        wire = tab.context.new_cdp_session(tab)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        wire.on("Network.webSocketFrameReceived", lambda event: sizes.append(len(event["response"]["payloadData"])))
        tab.goto(url)
        tab.wait_for_selector("h1")
        tab.wait_for_load_state("networkidle")
        browser.close()
    return round(sum(sizes))


def start_server(home: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A server of this home, and its port, once it responds."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "dashboard", "--home", str(home), "--port", str(port)]
    server = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL)
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sante", timeout=FIRST_WORK_S):
                return server, port
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(command)


def main() -> None:
    """Build a year of a large authority, serve it, and print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--reruns", type=int, default=10)
    parser.add_argument("--think", type=float, default=1.0)
    parser.add_argument("--page", nargs="+", default=["synthese"])
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder) / "home"
        if options.home is None:
            trace = Path(folder) / "emissions.csv"
            write_trace(trace, options.rows)
            load_into(home, trace)
        build(home)
        server, port = start_server(home)
        try:
            print(f"{options.people} people, {options.think} s between two reruns, {options.reruns} reruns each")
            for page in options.page:
                print(line(server, port, page, options), flush=True)
            cold = cold_bytes(f"http://127.0.0.1:{port}/{options.page[0]}")
            print(f"the server: {used(server)[1]:.0f} MiB; {options.page[0]}: {cold / 1000:.0f} kB on the wire")
        finally:
            server.terminate()
            server.wait()


def line(server: subprocess.Popen[bytes], port: int, page: str, options: argparse.Namespace) -> str:
    """What is measured of a page."""
    alone, failed = crowd(port, page, 1, options.reruns, options.think)
    before = used(server)[0]
    times, failures = crowd(port, page, options.people, options.reruns, options.think)
    each = (used(server)[0] - before) / (len(times) + 2 * options.people)
    low, high = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    return (
        f"{page}: alone median {1000 * statistics.median(alone):.0f} ms; crowd median {1000 * low:.0f} ms,"
        f" p95 {1000 * high:.0f} ms; {1000 * each:.0f} ms of processor a redraw, {failed + failures} failed"
    )


if __name__ == "__main__":
    main()
