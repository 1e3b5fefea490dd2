"""From rows to published figures: what is shared, what is summed, what is refused."""

import math
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from estimator.assessment.evaluation import ActivityGroup
from estimator.assessment.impacts import amounts
from estimator.builds import build as building
from estimator.builds.build import AuditFailed, build
from estimator.builds.contents import start_us
from estimator.builds.current import NOTED, current, own_beside
from estimator.builds.equation_selection import ledger_factors
from estimator.catalogue.load import load
from estimator.catalogue.selection import bind
from estimator.core.locks import file_lock
from estimator.ledger import Ledger
from estimator.ledger.rows import Activity
from estimator.results.reading import Results, open_current
from tests.support import activity, append, built, examples, factor, refuses

KWH = "it_energy"


def energy(found: Results) -> float:
    return float(found.totals().indicators[KWH]["at_factor_values"])


def test_eight_machine_mode_runs_at_once_on_one_host_are_one_host(tmp_path: Path) -> None:
    """Trap 9: each of eight processes read the whole machine's 1 kWh over the same hour: 8 × 1/8 = 1 kWh."""
    rows = [activity(scope="machine", machine_id="m1", gap="gap/none") for _ in range(8)]
    found = built(tmp_path, *rows)
    assert energy(found) == pytest.approx(1.0)
    assert found.checks()[0]["code"] == "overlap" and found.checks()[0]["count"] == 8
    machine_hours = math.fsum(group.amounts["machine_hours"] for group in found.groups())
    assert machine_hours == pytest.approx(1.0)


def test_each_component_is_shared_among_runs_and_among_months(tmp_path: Path) -> None:
    """Two runs that read one machine from 23 h to 1 h over the new year, 1 kWh each: 1 kWh, half in each month; so for
    each component, of a service and a machine of its own."""
    rows = []
    for part in ("cpu", "gpu", "ram", "other"):
        none = {"cpu_energy_kwh": 0.0, "cpu_mode": "mode/none", "service_key": part}
        read = none | {f"{part}_energy_kwh": 1.0, f"{part}_mode": "mode/meter"}
        machine = {"scope": "machine", "machine_id": part, "gap": "gap/none"}
        rows += [activity("2024-12-31T23:00:00", 2, **read, **machine) for _ in range(2)]
    months = {
        (made.service_key, component, made.month): energy
        for made in built(tmp_path, *rows).monthly()
        for component in ("cpu", "gpu", "ram", "other")
        if (energy := made.group.amounts[f"{component}_energy"])
    }
    assert months == {
        (part, part, month): pytest.approx(0.5, rel=1e-3)
        for part in ("cpu", "gpu", "ram", "other")
        for month in (202412, 202501)
    }


def test_hours_of_accelerators_are_shared_as_the_electricity_is(tmp_path: Path) -> None:
    """Two runs that each held the two cards of one computer over the same hour: 2 × 2 h × 1/2 = 2 h of cards."""
    rows = [activity(scope="machine", machine_id="m1", device_hours=2.0, gap="gap/none") for _ in range(2)]
    groups = built(tmp_path, *rows).groups()
    assert math.fsum(group.amounts["device_hours"] for group in groups) == pytest.approx(2.0)


def test_runs_on_two_hosts_or_in_process_mode_are_each_charged(tmp_path: Path) -> None:
    rows = [activity(scope="machine", machine_id=m) for m in ("m1", "m2")] + [
        activity(scope="process", machine_id="m1")
    ]
    assert energy(built(tmp_path, *rows)) == pytest.approx(3.0)


def test_a_partial_overlap_is_shared_while_it_lasts(tmp_path: Path) -> None:
    """1 kW from 10 h to 12 h and from 11 h to 13 h is 3 kWh, not 4 (starts are read one second later: 1e-3)."""
    rows = [
        activity("2026-03-01T10:00:00", 2, cpu_energy_kwh=2.0, scope="machine", machine_id="m1"),
        activity("2026-03-01T11:00:00", 2, cpu_energy_kwh=2.0, scope="machine", machine_id="m1"),
    ]
    assert energy(built(tmp_path, *rows)) == pytest.approx(3.0, rel=1e-3)


def test_runs_that_follow_each_other_do_not_overlap(tmp_path: Path) -> None:
    """Codecarbon cuts its clock to the second: the next run seems to start up to one second before the last ended."""
    rows = [
        activity("2026-03-01T10:00:00", 1, scope="machine", machine_id="m1"),
        activity("2026-03-01T10:59:59", 1, scope="machine", machine_id="m1"),
    ]
    found = built(tmp_path, *rows)
    assert energy(found) == pytest.approx(2.0)
    assert found.checks() == []


def test_a_run_across_two_factor_periods_is_shared_by_duration(tmp_path: Path) -> None:
    """23 h to 1 h over the new year 2024-2025: half at 0.0520, half at 0.0461 kgCO2e/kWh, PUE 1.55."""
    found = built(tmp_path, activity("2024-12-31T23:00:00", 2))
    use = found.totals().indicators["gwp"]["use"]["at_factor_values"]
    assert use == pytest.approx(1.55 * (0.5 * 0.0520 + 0.5 * 0.0461), rel=1e-12)
    assert energy(found) == pytest.approx(1.0, rel=1e-12)


def test_what_a_run_across_two_months_made_is_shared_by_duration(tmp_path: Path) -> None:
    """23 h to 3 h over the new year: 400 items and 40 requests, a quarter of them in December."""
    found = built(tmp_path, activity("2024-12-31T23:00:00", 4, items=400.0, requests=40.0))
    assert [(made.month, made.items, made.requests) for made in found.monthly()] == [
        (202412, 100.0, 10.0),
        (202501, 300.0, 30.0),
    ]


def test_a_run_that_starts_with_a_month_has_nothing_before_it(tmp_path: Path) -> None:
    rows = [activity("2026-02-10T00:00:00", service_key="b"), activity("2026-03-01T00:00:00", 24 * 31 + 1)]
    found = built(tmp_path, *rows).monthly()
    assert [made.month for made in found if made.service_key == "essai"] == [202603, 202604]


ROW = st.fixed_dictionaries(
    {
        "start": st.sampled_from(["2024-12-31T22:30:00", "2026-03-01T10:00:00", "2026-03-31T23:30:00"]),
        "hours": st.sampled_from([0.25, 1.0, 3.0]),
        "zone": st.sampled_from(["FRA", "POL", None]),
        "host": st.sampled_from(["class/desk", "class/server-unknown", None]),
        "machine": st.sampled_from(["machine/laptop", "machine/rack-server", None]),
        "cpu_energy_kwh": st.floats(1e-6, 50),
        "cpu_mode": st.sampled_from(["mode/rapl", "mode/cpu_load", "mode/unknown"]),
        "gap": st.sampled_from(["gap/none", "gap/laptop"]),
        "gpu_energy_kwh": st.floats(1e-6, 50),
        "gpu_mode": st.just("mode/nvml"),
        "concurrency": st.sampled_from([None, 1.0, 8.0]),
        "precision": st.sampled_from([None, "int8"]),
        "resource_share": st.sampled_from([1.0, 0.5]),
        "service_key": st.sampled_from(["a", "b"]),
    }
)


def row_by_row(rows: list[Activity]) -> dict[str, float]:
    """Each row alone through the Python formulas, its months apart, then summed."""
    sums: dict[str, float] = {}
    for row in rows:
        for month, part in months_of(row):
            bounds = bind(load(), row.model_dump(), date(month // 100, month % 100, 1), ledger_factors())
            given_amounts = {
                "cpu_energy": (row.cpu_energy_kwh or 0) * part,
                "gpu_energy": (row.gpu_energy_kwh or 0) * part,
                "ram_energy": 0.0,
                "other_energy": 0.0,
                "device_hours": 0.0,
                "machine_hours": (row.machine_hours or 0) * part,
                "data_gb": 0.0,
                "resource_share": row.resource_share or 1.0,
            }
            for name, amount in amounts([ActivityGroup(given_amounts, bounds)]).items():
                sums[name] = sums.get(name, 0.0) + (amount.at_factor_values or 0.0)
    return sums


def months_of(row: Activity) -> list[tuple[int, float]]:
    if row.start_month == row.end_month:
        return [(row.start_month, 1.0)]
    limit = start_us(row.end_month)
    first = (limit - row.start_us) / (row.end_us - row.start_us)
    return [(row.start_month, first), (row.end_month, 1 - first)]


@examples(3, 40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, min_size=16, max_size=32))
def test_the_build_is_the_sum_of_its_rows(tmp_path: Path, drawn: list[dict[str, object]]) -> None:
    """Trap 10: mixed zones, hosts, machines, modes, concurrency, precision; groups against row by row, to 1e-12."""
    home = tmp_path / "home"
    shutil.rmtree(home, ignore_errors=True)
    rows = [activity(**row) for row in drawn]
    found = amounts(built(home, *rows).groups())
    for name, value in row_by_row(rows).items():
        assert math.isclose(found[name].at_factor_values or 0.0, value, rel_tol=1e-12, abs_tol=1e-300), name


def test_an_unknown_zone_is_not_zero_and_the_total_says_what_it_covers(tmp_path: Path) -> None:
    found = built(tmp_path, activity(cpu_energy_kwh=3.0), activity(cpu_energy_kwh=1.0, zone=None)).totals().indicators
    assert found["gwp"]["covers"] == pytest.approx(0.75)
    assert found["energy"]["covers"] == 1.0
    alone = built(tmp_path / "alone", activity(zone=None)).totals().indicators
    assert alone["gwp"]["central"] is None and alone["gwp"]["missing"]["code"] == "no_zone"


def test_an_unknown_site_shows_it_energy_and_no_site_energy(tmp_path: Path) -> None:
    found = built(tmp_path, activity(host=None)).totals().indicators
    assert found[KWH]["at_factor_values"] == pytest.approx(1.0)
    assert found["energy"]["central"] is None and found["energy"]["missing"]["code"] == "no_host"


def test_a_change_of_factor_is_a_new_build_and_the_old_one_stays(tmp_path: Path) -> None:
    before = built(tmp_path, activity("2026-03-01T10:00:00"))
    changed = tuple(
        f.model_copy(update={"value": f.value * 2, "high": f.high * 2}) if f.id == "grid_gwp/FRA/2025" else f
        for f in load().factors
    )
    after = Results(build(tmp_path, load().with_factors(changed)).path)
    ratio = (
        after.totals().indicators["gwp"]["use"]["at_factor_values"]
        / before.totals().indicators["gwp"]["use"]["at_factor_values"]
    )
    assert ratio == pytest.approx(2.0)
    assert before.id != after.id and before.path.exists()


def test_the_same_ledger_is_built_once(tmp_path: Path) -> None:
    built(tmp_path, activity())
    again = build(tmp_path)
    assert not again.fresh and current(tmp_path) == again.path


def test_an_empty_ledger_builds_and_says_so(tmp_path: Path) -> None:
    totals = Results(build(tmp_path).path).totals()
    assert totals.coverage.runs == 0
    assert totals.indicators["energy"]["missing"]["code"] == "no_activity"


def test_a_failed_audit_publishes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = built(tmp_path, activity())
    monkeypatch.setattr(building, "_audits", lambda: [("always", "SELECT 1 AS fault")])
    append(Ledger(tmp_path), [activity()])
    with pytest.raises(AuditFailed, match="always") as failed:
        build(tmp_path)
    assert "par exemple fault : 1. Rien" in failed.value.message("fr") and "{" not in str(failed.value)
    assert current(tmp_path) == first.path
    assert sorted(p.name for p in (tmp_path / "builds").iterdir()) == sorted(
        [".lock", ".sources", "CURRENT", NOTED, first.path.name, own_beside(first.path).name]
    )


def test_a_build_that_waits_says_how_long_the_other_has_run(tmp_path: Path) -> None:
    """The other took the lock 150 s ago, 2 minutes to the nearest; this one waited 0 s. Where its clock is ahead, by an
    hour, since when is unknown. Once it is taken again, its age begins anew."""
    append(Ledger(tmp_path), [activity()])
    first, lock = build(tmp_path), tmp_path / "builds" / ".lock"
    assert time.time() - lock.stat().st_mtime < 60
    append(Ledger(tmp_path), [activity()])
    told = {-150: ("depuis 2 minutes ;", "for 2 minutes;"), 3600: ("que rien ne dit", "nobody knows when")}
    with file_lock(lock):
        for moved, (french, english) in told.items():
            os.utime(lock, (time.time() + moved,) * 2)
            with refuses("build_locked", english) as refusal:
                build(tmp_path, wait_s=0)
            said = refusal.value.message("fr").replace("\xa0", " ")
            assert french in said and "l'a attendu 0 seconde" in said
    assert build(tmp_path).id != first.id and abs(time.time() - lock.stat().st_mtime) < 60


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build that passes every audit."""
    return built(tmp_path_factory.mktemp("sound"), activity(scope="machine", machine_id="m1")).path


@pytest.mark.parametrize("audit", [name for name, _ in building._audits()])
def test_each_audit_finds_what_it_is_for(tmp_path: Path, sound: Path, audit: str) -> None:
    """Spoil a build by hand so that the audit, and it alone, must speak."""
    from estimator.core.duckdb_engine import DuckDB

    spoil = {
        "energy_kept": "UPDATE groups SET cpu_energy = cpu_energy * 1.001",
        "groups_bound": "DELETE FROM estimates",
        "finite": "UPDATE estimates SET use_gwp = 'inf'",
        "charge_share": "INSERT INTO charged BY NAME SELECT row_id, 1.5 AS charge_share FROM row_status",
        "one_life": "UPDATE runs SET machine_hours = 30",
    }[audit]
    copy = tmp_path / "spoilt.duckdb"
    shutil.copy(sound, copy)
    engine = DuckDB.create(copy)
    text = dict(building._audits())[audit]
    assert engine.rows(text) == []
    engine.run(spoil)
    assert engine.rows(text) != []
    engine.close()


@pytest.mark.long
def test_threads_never_read_each_others_values(tmp_path: Path) -> None:
    found = built(tmp_path, *(activity(service_key=f"s{n}", cpu_energy_kwh=float(n + 1)) for n in range(16)))

    def ask(n: int) -> bool:
        groups = found.groups("service_key = $1", [f"s{n % 16}"])
        return len(groups) == 1 and groups[0].amounts["cpu_energy"] == float(n % 16 + 1)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(480)))


def test_a_build_reads_nothing_but_itself(tmp_path: Path) -> None:
    found = built(tmp_path, activity())
    with pytest.raises(Exception, match=r"disabled|[Pp]ermission|not allowed|Cannot"):
        found._engine.rows("SELECT * FROM read_text('/etc/hostname')")


def test_two_homes_with_the_same_rows_give_the_same_figures(tmp_path: Path) -> None:
    rows = [activity(cpu_energy_kwh=0.1 * n, service_key=f"s{n % 3}") for n in range(1, 30)]
    first, second = built(tmp_path / "a", *rows), built(tmp_path / "b", *reversed(rows))
    assert first.totals().indicators == second.totals().indicators
    assert open_current(tmp_path / "a") is not None


def test_a_value_of_a_test_factor_is_never_shipped() -> None:
    assert factor("pue", 1, 1, 1).id not in load().by_id


def test_a_card_that_the_tables_lack_is_not_estimable_and_stops_no_other_row(tmp_path: Path) -> None:
    """One row measured at 1 kWh of its processor; one of a card without subject, hence without memory or sheet."""
    answers = {"device": "gpu/h100-sxm", "model": "meta-llama/llama-3.1-8b-instruct", "output_tokens": 1e6}
    measured, modelled = activity(gap="gap/none"), activity(**answers, service_key="autre", cpu_energy_kwh=None)
    found = {entry.service_key: entry.indicators for entry in built(tmp_path, measured, modelled).services()}
    assert found["essai"][KWH].at_factor_values == pytest.approx(1.0)
    assert found["autre"][KWH].central is None and found["autre"][KWH].missing["code"] == "unknown_device"
