"""What Spark needs and has not, said before anything is read: without pyspark, Java or a master that answers."""

import re
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from estimator.builds.build import How, build
from estimator.core import spark_workers
from estimator.core.errors import SobriaError
from estimator.core.home import FORMAT, HomeFile
from estimator.core.spark_master import check_master
from estimator.core.spark_workers import WAIT, watched, workers_wait
from tests.support import refuses, sobria

WITHOUT = {"estimator.core.spark_engine": None}
ADDRESSES = (
    "bogus", "http://a:1", "", "local[x]", "local[0]", "spark://127.0.0.1", "spark://:7077", "spark://a:7077,", "k8s://"
)  # fmt: skip


@pytest.fixture(autouse=True)
def java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of Java by JAVA_HOME, whose program nothing runs."""
    program = tmp_path / "jvm" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jvm"))
    return program


def test_without_pyspark_the_extra_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever module was missing first, what to install is « sobria[spark] ». Nothing is built."""
    for arguments in (("--engine", "spark"), ("--master", "local[2]")):
        assert "--master" in sobria(tmp_path, "build", *arguments, code=1).stderr
    monkeypatch.delattr("estimator.core.spark_engine", raising=False)
    with patch.dict(sys.modules, WITHOUT):
        for lang in ("fr", "en"):
            said = sobria(tmp_path, *"build --engine spark --master local[2]".split(), code=1, lang=lang).stderr
            assert "pip install 'sobria[spark]'" in said and "pyspark" in said and "py4j" not in said
    assert not (tmp_path / "builds").exists()


def test_a_ledger_in_a_bucket_is_refused_before_its_keys_are_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No package of S3, no key, no pyspark: none of them would make Spark read a bucket."""
    HomeFile(format=FORMAT, store="s3://seau/sobria").write(tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delattr("estimator.core.spark_engine", raising=False)
    with patch.dict(sys.modules, WITHOUT | {"s3fs": None}), refuses("spark_store", "s3://seau/sobria"):
        build(tmp_path, how=How(spark="local[2]"))
    with patch.dict(sys.modules, WITHOUT | {"s3fs": None}):
        said = sobria(tmp_path, *"build --engine spark --master local[2]".split(), code=1).stderr
    assert "s3://seau/sobria" in said and "un dossier que toutes ses machines partagent" in said


@pytest.mark.parametrize("read", ADDRESSES)
def test_what_is_no_address_of_a_master_is_said(read: str) -> None:
    with refuses("spark_address", re.escape(f"“{read}”")):
        check_master(read)


def test_java_is_looked_for_where_it_is_said_to_be(java: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A JAVA_HOME that points nowhere is quoted; an empty one is none, as for Spark."""
    check_master("local[2]")
    java.unlink()
    with refuses("spark_java_home", re.escape(str(java.parent.parent))):
        check_master("local[2]")
    monkeypatch.setenv("PATH", "")
    for set_it in (lambda: monkeypatch.setenv("JAVA_HOME", ""), lambda: monkeypatch.delenv("JAVA_HOME")):
        set_it()
        with refuses("spark_no_java", "default-jre-headless"):
            check_master("local[2]")


def test_a_master_that_does_not_answer_is_said_at_once() -> None:
    """Spark would try for minutes, then hang. Of several masters, one that answers is enough."""
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_server(("127.0.0.1", 0)) as closed:
        there, gone = listening.getsockname()[1], closed.getsockname()[1]
        closed.close()
        check_master(f"spark://127.0.0.1:{gone},127.0.0.1:{there}")
    for address in (f"127.0.0.1:{gone}", "127.0.0.1:99999"):
        with refuses("spark_unreachable", re.escape(f"spark://{address}")):
            check_master(f"spark://{address}")


@pytest.mark.parametrize("read", ["soon", "19", "inf", "nan", "-60"])
def test_a_wait_that_is_none_is_said_before_anything_starts(read: str, tmp_path: Path) -> None:
    """Without a number there, 60 s; no pyspark is looked for before."""
    with patch.dict("os.environ", {WAIT: read}), patch.dict(sys.modules, WITHOUT):
        with refuses("spark_wait", re.escape(f"“{read}”")):
            build(tmp_path, how=How(spark="local[2]"))
        for given, seconds in (("", 60), (" 20 ", 20)):
            with patch.dict("os.environ", {WAIT: given}):
                assert workers_wait() == seconds


class Given:
    """A context of Spark with one stage, whose tasks that run and are done are told look by look, the last for ever."""

    def __init__(self, looks: Sequence[tuple[int, int]]) -> None:
        self.cancelled, self._looks = Event(), list(looks)

    def statusTracker(self) -> "Given":  # noqa: N802
        return self

    def getActiveStageIds(self) -> list[int]:  # noqa: N802
        self._now = self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]
        return [7] if self._now[0] >= 0 else []

    def getStageInfo(self, stage: int) -> Any:  # noqa: N802
        return SimpleNamespace(numActiveTasks=self._now[0], numCompletedTasks=self._now[1], numFailedTasks=0)

    def setLogLevel(self, level: str) -> None:  # noqa: N802
        assert level == "OFF"

    def cancelAllJobs(self) -> None:  # noqa: N802
        self.cancelled.set()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[float]:
    """Looks 5 ms apart, and ten of them to wait."""
    monkeypatch.setattr(spark_workers, "LOOK_S", 0.005)
    yield 0.05


@pytest.mark.parametrize("looks", [[(0, 0)], [(2, 0), (0, 3)], [(-1, 0), (0, 0)]])
def test_work_that_nobody_takes_is_cancelled_and_said(looks: list[tuple[int, int]], quick: float) -> None:
    """From the start, or once its workers stopped, or after a time with nothing to do."""
    given = Given(looks)
    said = refuses("spark_no_worker", "No worker.*0.05 s: the master spark://a:7077.*Nothing is published")
    with said, watched(given, "spark://a:7077", quick):
        assert given.cancelled.wait(30)
        raise SobriaError("spark_failed", told="Job 0 cancelled")


@pytest.mark.parametrize("looks", [[(1, 0)], [(-1, 0)], [(0, n) for n in range(10_000)]])
def test_work_that_goes_on_is_not_cancelled(looks: list[tuple[int, int]], quick: float) -> None:
    """A long task; nothing asked; a task done at each look. What fails by itself is said as it is."""
    given = Given(looks)
    with refuses("spark_failed", "disk"), watched(given, "spark://a:7077", quick):
        assert not given.cancelled.wait(10 * quick)
        raise SobriaError("spark_failed", told="disk")
