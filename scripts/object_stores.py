"""S3 servers of this machine, on which a ledger in a bucket is tried: `python -m scripts.object_stores` installs those
that are not in the test environment.

localbucket, which is in it, keeps its objects on the disk; moto follows the interface; nanio does not know conditional
writes.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple
from unittest.mock import patch

from scripts.environment import bring_tools, tools_are_ready, tools_python
from scripts.messages import say

Server = Literal["moto", "localbucket", "nanio"]
IN_TESTS: Server = "localbucket"
BUCKET = "sobria"
KEYS = {"AWS_ACCESS_KEY_ID": "sobria", "AWS_SECRET_ACCESS_KEY": "sobria-loopback", "AWS_DEFAULT_REGION": "eu-west-3"}
OPENING_S = 60.0


class ServedBucket(NamedTuple):
    """A server that runs: the address of its bucket, and the variables by which it is found."""

    url: str
    environment: Mapping[str, str]


def there(server: Server) -> bool:
    """Whether a server is installed: the one of the test environment, or another of their lock file as it stands."""
    return _program(server).is_file() and (server == IN_TESTS or tools_are_ready("stores"))


def _program(server: Server) -> Path:
    python = Path(sys.executable) if server == IN_TESTS else tools_python("stores")
    return python.with_name({"moto": "moto_server"}.get(server, server))


@contextmanager
def serving(server: Server, folder: Path) -> Iterator[ServedBucket]:
    """A server on a free port of 127.0.0.1, with an empty bucket, until the end; the variables are those of this
    process too."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "moto": ["-H", "127.0.0.1", "-p", f"{port}"],
        "localbucket": ["--port", f"{port}", f"{folder}"],
        "nanio": ["serve", "--data-dir", f"{folder}", "--host", "127.0.0.1", "--port", f"{port}"],
    }[server]
    own = {"NANIO_ACCESS_KEY": KEYS["AWS_ACCESS_KEY_ID"], "NANIO_SECRET_KEY": KEYS["AWS_SECRET_ACCESS_KEY"]}
    told = {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    with (folder.with_name(f"{folder.name}.log")).open("wb") as log, patch.dict(os.environ, told):
        running = subprocess.Popen([_program(server), *options], env=os.environ | own, stdout=log, stderr=log)
        try:
            _wait(port)
            _make_bucket()
            yield ServedBucket(f"s3://{BUCKET}/essai", told)
        finally:
            running.terminate()
            running.wait()


def _wait(port: int) -> None:
    limit = time.monotonic() + OPENING_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > limit:
                raise
            time.sleep(0.1)


def _make_bucket() -> None:
    """By a program of its own: the file system of this process has the variables of its first use."""
    made = (
        "from contextlib import suppress\n"
        "from estimator.core.storage.s3_files import filesystem\n"
        "with suppress(FileExistsError):\n"
        f"    filesystem().call_s3('create_bucket', Bucket='{BUCKET}',"
        " CreateBucketConfiguration={'LocationConstraint': 'eu-west-3'})"
    )
    subprocess.run([sys.executable, "-c", made], check=True, env=os.environ)


def main() -> int:
    """Install the servers where they are not; return the exit code."""
    try:
        bring_tools("stores")
    except subprocess.CalledProcessError as error:
        say("stores", "failed", command=" ".join(map(str, error.cmd)))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
