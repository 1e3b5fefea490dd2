"""The home that the screens are tested on: all that they must show is in it, and it is made once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest

from estimator.builds.queries import PROOFS
from estimator.results.reading import open_current
from tests.home import COUNTED_ALONE, HOSTILE, KEYS, MONTHS, OPENED, REFUSED, RUNS, UNKNOWN_HOST, made_once, row_id, sha

EACH = RUNS // len(KEYS)


def test_it_holds_something_of_everything_that_a_screen_shows(real_home: Path) -> None:
    build = open_current(real_home)
    assert build is not None and not build.sample
    services = {entry.service_key: entry for entry in build.services()}
    assert set(services) == set(KEYS) and {entry.runs for entry in services.values()} == {EACH}
    assert all(build.totals().proof[proof] > 0 for proof in PROOFS)
    coverage = build.totals().coverage
    assert (coverage.runs, coverage.quarantined, coverage.unknown) == (RUNS, REFUSED, EACH)
    assert services[COUNTED_ALONE].indicators["it_energy"]["central"] is None
    assert services[HOSTILE].indicators["energy"]["central"] > 0
    site = services[UNKNOWN_HOST].indicators["energy"]
    assert site["central"] is None and site["missing"]["code"] == "no_host"
    assert build.months() == [int(month.replace("-", "")) for month in MONTHS]


def test_the_run_that_pages_open_has_a_card_something_to_check_and_an_earlier_snapshot(real_home: Path) -> None:
    build = open_current(real_home)
    assert build is not None
    run = build.run(row_id(OPENED))
    assert run["device"] and [check["code"] for check in run["checks"]] == ["zero_duration"]
    assert (run["file"]["current"], run["file"]["superseded"]) == (EACH, 1)
    assert run["file_sha"] == sha(KEYS[OPENED])


def test_the_sample_differs_by_its_mark_alone(real_home: Path, sample_home: Path) -> None:
    plain, sample = open_current(real_home), open_current(sample_home)
    assert plain is not None and sample is not None
    assert (plain.id, plain.sample, sample.sample) == (sample.id, False, True)


@pytest.mark.parametrize("worker", ["", "gw0"])
def test_who_asks_at_once_shares_one_making(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, worker: str
) -> None:
    """Two workers have folders of their own in one folder of their session."""
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        sleep(0.05)
        folder.mkdir()

    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    if worker:
        monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
    monkeypatch.setattr(tmp_path_factory, "getbasetemp", lambda: tmp_path / "popen")
    (tmp_path / "popen").mkdir()
    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(lambda _: made_once(tmp_path_factory, "once", make), range(4)))
    assert found == {(tmp_path if worker else tmp_path / "popen") / "once"}
    assert len(made) == 1
