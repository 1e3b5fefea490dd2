"""Whether Apache Spark can be opened: its master's address, Java, and who answers there, before anything is loaded."""

import os
import re
import shutil
import socket
from contextlib import suppress
from pathlib import Path

from estimator.core.errors import SobriaError

_HOST = r"(?:\[[0-9a-fA-F:.]+\]|[^\s:,/\[\]]+)"
_STANDALONE = re.compile(rf"spark://({_HOST}:\d{{1,5}}(?:,{_HOST}:\d{{1,5}})*)")
_OTHERS = re.compile(r"local(\[(\*|[1-9]\d*)(,\d+)?\])?|yarn|k8s://\S+")  # the other forms of Spark's own
ANSWERS_S = 5.0  # how long each master is given to answer [s]: Spark itself tries for minutes, then hangs


def check_master(master: str) -> None:
    """Refuse what cannot be opened. spark_address, spark_no_java, spark_java_home, spark_unreachable."""
    standalone = _STANDALONE.fullmatch(master)
    if not standalone and not _OTHERS.fullmatch(master):
        raise SobriaError("spark_address", read=master)
    java = os.environ.get("JAVA_HOME")
    if java and shutil.which(Path(java, "bin", "java")) is None:
        raise SobriaError("spark_java_home", read=java)
    if not java and shutil.which("java") is None:
        raise SobriaError("spark_no_java")
    if standalone and not any(map(_answers, standalone[1].split(","))):
        raise SobriaError("spark_unreachable", read=master)


def _answers(address: str) -> bool:
    """Whether something listens at HOST:PORT."""
    host, _, port = address.rpartition(":")
    with suppress(OSError, OverflowError, UnicodeError):
        socket.create_connection((host.strip("[]"), int(port)), ANSWERS_S).close()
        return True
    return False
