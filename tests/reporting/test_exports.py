"""What leaves a home for other software: each says what the table of results says, and nothing of too few agents."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import numpy as np
import polars
import pytest
from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from estimator.core.periods import Period
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.indicators.anonymity import grouped, too_few_of, withheld
from estimator.governance.indicators.scope import Scope, Sources
from estimator.governance.indicators.small_uses import small_ids
from estimator.governance.indicators.told_results import ToldResults, told_results
from estimator.governance.register.register import Register
from estimator.governance.register.schema import WHOLE
from estimator.governance.results_by_use_case import results
from estimator.results.reading import open_current
from tests.governance.test_indicators import WHO, case, run
from tests.support import activity, built, sobria

HOSTILE = "=1+1"
UNKNOWN = {"host": None, "zone": None}
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2 kWh in March and 3 in April of one service, 1 kWh of another named as a formula, nobody knows where."""
    home = tmp_path_factory.mktemp("exported")
    built(home, run("voirie", 2), run("voirie", 3, "2026-04"), activity(service_key=HOSTILE, **UNKNOWN))
    return home


def sheet_of(file: Path, number: int = 1) -> list[dict[str, str | float]]:
    """The lines of a sheet of a workbook, by column letter; what is not there is an empty cell."""
    with zipfile.ZipFile(file) as book:
        strings = ["".join(t.text or "" for t in one.iter(f"{MAIN}t")) for one in _root(book, "sharedStrings")]
        assert b"<f>" not in book.read(f"xl/worksheets/sheet{number}.xml"), "a formula"
        found = []
        for line in _root(book, f"worksheets/sheet{number}").iter(f"{MAIN}row"):
            cells = {(c.get("r") or "").rstrip("0123456789"): c for c in line}
            values = {name: (c.get("t"), c.findtext(f"{MAIN}v") or "") for name, c in cells.items()}
            found.append({k: strings[int(v)] if t == "s" else float(v) for k, (t, v) in values.items() if v})
    return found


def _root(book: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(book.read(f"xl/{name}.xml"))


def workbook_lines(home: Path, file: Path) -> list[dict[str, Any]]:
    """The lines of the sheet of results by heading."""
    sobria(home, "export", str(file), "--inside")
    heads, *lines = sheet_of(file)
    return [{str(head): line.get(column) for column, head in heads.items()} for line in lines]


def test_the_workbook_holds_the_numbers_of_the_table(home: Path, tmp_path: Path) -> None:
    """Each level, place and impact: its three bounds to the digit, its unit in the heading, its coverage in percent."""
    table = results(home).pandas()
    lines = workbook_lines(home, tmp_path / "r.xlsx")
    assert len(lines) == len(table[table.impact == "energy"])
    (voirie,) = (line for line in lines if (line["Niveau"], line["Service"]) == ("un service", "voirie"))
    for impact, name, unit in (
        ("energy", "Électricité du site", "kWh"),
        ("water", "Eau consommée", "L"),
        ("adpe", "Métaux et minéraux", "kg éq. Sb"),
        ("gwp", "Gaz à effet de serre", "kg CO₂e"),
        ("it_energy", "Électricité informatique", "kWh"),
    ):
        (row,) = table[(table.level == "service") & (table.service == "voirie") & (table.impact == impact)].to_dict(
            "records"
        )
        heads = [f"{name}, {bound} [{unit}]" for bound in ("borne basse", "valeur centrale", "borne haute")]
        assert [voirie[head] for head in heads] == [
            pytest.approx(row[b], rel=1e-14) for b in ("low", "central", "high")
        ]
        assert voirie[f"{name}, part de l'électricité connue qui est couverte [%]"] == pytest.approx(
            100 * row["coverage"]
        )
    assert voirie["Preuve de l'électricité"] == "100\u00a0% mesuré"
    assert voirie["Pourquoi une case est vide"] is None


def test_the_electricity_that_was_read_is_in_the_workbook(home: Path, tmp_path: Path) -> None:
    """2 + 3 kWh read by a meter whose bounds are ± its class: the centre is 5 kWh within 5 %."""
    (voirie,) = (
        line
        for line in workbook_lines(home, tmp_path / "r.xlsx")
        if line["Service"] == "voirie" and line["Niveau"] == "un service"
    )
    assert voirie["Électricité informatique, valeur centrale [kWh]"] == pytest.approx(5, rel=0.05)


def test_an_unknown_cell_is_empty_and_the_last_column_says_why(home: Path, tmp_path: Path) -> None:
    lines = workbook_lines(home, tmp_path / "r.xlsx")
    (line,) = (line for line in lines if (line["Niveau"], line["Service"]) == ("un service", HOSTILE))
    heads = [head for head in line if head.startswith("Gaz à effet de serre") and "couverte" not in head]
    assert [line[head] for head in heads] == [None, None, None]
    assert "Gaz à effet de serre : " in line["Pourquoi une case est vide"]
    assert 0.0 not in [value for line in lines for head, value in line.items() if value is not None and "[k" in head]


def test_a_month_is_a_date_and_the_second_sheet_says_the_method(home: Path, tmp_path: Path) -> None:
    """The days of a spreadsheet count from 30 December 1899: 1 March 2026 is the 46,082nd."""
    lines = workbook_lines(home, tmp_path / "r.xlsx")
    days = sorted(line["Mois"] for line in lines if line["Niveau"] == "un mois")
    assert [date(1899, 12, 30) + timedelta(days=day) for day in days] == [date(2026, 3, 1), date(2026, 4, 1)]
    assert days[0] == 46082
    said = {str(line["A"]): str(line.get("B")) for line in sheet_of(tmp_path / "r.xlsx", 2)}
    assert said["Calcul"] == results(home).arrow().column("build")[0].as_py()
    assert "jamais zéro" in said["Cases vides"] and said["Source d'un facteur"]


def test_the_table_of_a_spreadsheet_is_french(home: Path, tmp_path: Path) -> None:
    sobria(home, "export", str(tmp_path / "r.csv"), "--inside")
    text = (tmp_path / "r.csv").read_text("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    table = results(home).arrow().to_pylist()
    assert len(lines) == len(table)
    for line, row in zip(lines, table, strict=True):
        for bound in ("low", "central", "high"):
            said = line[bound].replace(",", ".")
            assert (float(said) if said else None) == row[bound], row
        assert line["unit"] == row["unit"] and bool(line["reason"]) == (row["central"] is None)
    assert f"'{HOSTILE}" in {line["service"] for line in lines}, "a formula for a spreadsheet"


def test_the_parquet_is_the_table_of_results(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "r.parquet"
    sobria(home, "export", str(file), "--inside")
    table = results(home).arrow()
    assert polars.read_parquet(file).drop("unknown_runs", "rounded", "covers_roughly").rows() == [
        tuple(row.values()) for row in table.to_pylist()
    ]
    assert duckdb.sql(f"SELECT count(*) FROM '{file}' WHERE level = 'total' AND impact = 'gwp'").fetchall() == [(1,)]


def test_the_question_of_the_page_is_answered_by_the_parquet(home: Path, tmp_path: Path, root: Path) -> None:
    """The SQL that the page gives to Metabase and Superset, on the file that it names."""
    file = tmp_path / "r.parquet"
    sobria(home, "export", str(file), "--inside")
    page = (root / "docs" / "autres-logiciels.md").read_text("utf-8")
    asked = page.split("```sql\n")[1].split("```")[0].replace("/chemin/resultats.parquet", str(file))
    found = duckdb.sql(asked).fetchall()
    assert [(row[0], row[4]) for row in found] == [("voirie", "kgCO2e"), (HOSTILE, "kgCO2e")]
    assert found[0][1] < found[0][2] < found[0][3] and found[1][1:4] == (None, None, None) and found[1][5]


def test_rows_and_proofs_have_one_order_in_every_file(home: Path, tmp_path: Path) -> None:
    """Of the rows, that of the table; of the proofs of one row, that of the method: in March 1 kWh is declared before
    2 kWh are measured."""
    built(tmp_path, run("a", 1, other_mode="mode/declared"), run("b", 2))
    sobria(tmp_path, "export", str(tmp_path / "r.csv"), "--inside")
    lines = csv.DictReader(io.StringIO((tmp_path / "r.csv").read_text("utf-8-sig")), delimiter=";")
    told = {(line["level"], line["service"], line["month"], line["proof"]): line["proof_text"] for line in lines}
    assert told["total", "", "", ""] == told["month", "", "202603", ""] == "67\u00a0% mesuré, 33\u00a0% déclaré"
    written = [
        (line["Service"] or "", line["Preuve de l'électricité"] or "")
        for line in workbook_lines(tmp_path, tmp_path / "r.xlsx")
    ]
    assert written == [(service, proof) for (_, service, _, _), proof in told.items()]


def test_the_metrics_of_opentelemetry_are_the_totals_and_services(home: Path, tmp_path: Path) -> None:
    """Read by the messages of OTLP itself: each bound of the table that is known, none for what is not, whose reason
    is said; all of the moment of the build."""
    file = tmp_path / "r.otlp"
    sobria(home, "export", str(file), "--inside")
    export = Parse(file.read_bytes(), ExportMetricsServiceRequest())
    (resource,) = export.resource_metrics
    found = {
        (metric.name, *(one.value.string_value for one in point.attributes)): point
        for metric in resource.scope_metrics[0].metrics
        for point in metric.gauge.data_points
    }
    rows = [row for row in results(home).arrow().to_pylist() if row["level"] in ("total", "service")]
    energy = [row for row in rows if row["impact"] == "energy"]
    assert len(energy) == 3  # noqa: PLR2004
    for row in energy:
        for bound in ("low", "central", "high"):
            point = found.get(("sobria_energy_kwh", row["level"], row["service"] or "", bound))
            assert (None if point is None else point.as_double) == row[bound]
    silent = {key for key in found if key[0] == "sobria_unknown" and key[1] == "energy"}
    assert {key[3] for key in silent} == {row["service"] or "" for row in energy if row["missing"]} != set()
    build = open_current(home)
    assert build is not None
    made = datetime.fromisoformat(build.meta["made_at"]).timestamp()
    assert {point.time_unix_nano for point in found.values()} == {int(made) * 10**9}
    units = {metric.name: metric.unit for metric in resource.scope_metrics[0].metrics}
    said = {f"sobria_{row['impact']}_{row['unit'].lower()}": row["unit"] for row in rows if row["central"]}
    asked = {name: unit for name, unit in said.items() if "." not in name}
    assert asked.items() <= units.items() and units["sobria_covered_ratio"] == "1"


def test_what_no_figure_counts_is_counted_beside_it_by_every_door(tmp_path: Path) -> None:
    """Ten requests have an electricity, 200,000 have none, of which 100,000 in a month of their own: the share that is
    covered is 100 % of the known part alone, and each row says how many runs it leaves out."""
    home, file = tmp_path / "home", tmp_path / "courrier.csv"
    file.write_text(
        "service;start;end;model;zone;requests;input_tokens;output_tokens\n"
        "courrier;2026-03-01;2026-03-02;mistral-small-3.1;FRA;10;9600;4800\n"
        "courrier;2026-03-02;2026-03-03;mistral-small-3.1;FRA;100000;76000000;\n"
        "courrier;2026-04-03;2026-04-04;modele-maison;FRA;100000;76000000;5000000\n"
    )
    sobria(home, "import", str(file))
    lines = workbook_lines(home, tmp_path / "r.xlsx")
    count = "Exécutions sans électricité connue, hors de ces chiffres"
    found = {(line["Niveau"], line["Mois"]): line[count] for line in lines if line["Niveau"] != "le détail"}
    march, april = 46082.0, 46113.0  # days since 30 December 1899
    assert found == {
        ("tout", None): 2, ("un service", None): 2, ("un mois", march): 1, ("un mois", april): 1,
        ("un service, un mois", march): 1, ("un service, un mois", april): 1,
    } | {("une preuve", None): None}  # fmt: skip
    told_by = csv.DictReader(io.StringIO(_exported(home, tmp_path / "r.csv").decode("utf-8-sig")), delimiter=";")
    assert {line["unknown_runs"] for line in told_by if line["level"] in ("total", "service")} == {"2"}
    file = tmp_path / "r.parquet"
    _exported(home, file)
    asked = f"SELECT DISTINCT level, month, unknown_runs FROM '{file}' WHERE unknown_runs > 0 ORDER BY ALL"
    assert duckdb.sql(asked).fetchall() == [
        ("month", 202603, 1), ("month", 202604, 1), ("service", None, 2), ("service_month", 202603, 1),
        ("service_month", 202604, 1), ("total", None, 2),
    ]  # fmt: skip
    points = Parse(_exported(home, tmp_path / "r.otlp"), ExportMetricsServiceRequest()).resource_metrics[0]
    (gauge,) = (metric for metric in points.scope_metrics[0].metrics if metric.name == "sobria_unknown_runs")
    assert [point.as_double for point in gauge.gauge.data_points] == [2, 2]


def _exported(home: Path, file: Path) -> bytes:
    sobria(home, "export", str(file), "--inside")
    return file.read_bytes()


def test_a_file_of_another_format_is_refused_and_nothing_is_written(home: Path, tmp_path: Path) -> None:
    said = sobria(home, "export", str(tmp_path / "r.ods"), code=1).stderr
    assert "« ods »" in said and "csv, xlsx, parquet, otlp" in said
    assert list(tmp_path.iterdir()) == []


def told(home: Path, *rows: Any, inside: bool = False) -> ToldResults:
    return told_results(home, built(home, *rows), inside)


def kwh(found: ToldResults) -> dict[tuple[str, str | int | None], float]:
    """The electricity told [kWh] by level and service, or month: factors at their values, else of a rounded sum."""
    rows = (row for row in found.table.to_pylist() if row["impact"] == "energy")
    return {(row["level"], row["service"] or row["month"]): row["at_factor_values"] or row["central"] for row in rows}


YEAR = [f"2025-{month:02}" for month in range(1, 13)]  # a month without a large service takes others with it


def used(service: str, uses: float, energy: float, month: str = "2026-03") -> Any:
    return run(service, energy, month, items=uses)


def test_two_small_services_are_told_together_by_what_is_left(tmp_path: Path) -> None:
    """50 and 60 uses a month are each of fewer than five agents, and of five together: 84 kWh in all, 48 of the service
    that is told, so 36 kWh are of the two others together. By proof, what is left could be of one of them."""
    each = {"grand": (5000, 4), "petit": (50, 2), "mince": (60, 1)}
    found = told(tmp_path, *(used(name, *of, month) for name, of in each.items() for month in YEAR))
    known = kwh(found)
    assert {key for key in known if key[0] in ("total", "service")} == {("total", None), ("service", "grand")}
    assert known["total", None] - known["service", "grand"] == pytest.approx(36)
    assert {service for level, service in known if level == "cell"} == {"grand"}
    assert not [level for level, _ in known if level == "proof"] and ("month", 202503) in known
    assert found.withheld > 0


def test_a_month_with_one_small_use_alone_is_not_told(tmp_path: Path) -> None:
    """In April one of the two small uses is alone: April less the large one would be its own."""
    register = Register(tmp_path)
    for name in ("grand", "petit", "mince"):
        register.attach(case(register, name, service=f"Service {name}"), {"service_key": name}, WHO)
    rows = [used("grand", 5000, 4), used("petit", 90, 2), used("mince", 90, 1)]
    known = kwh(told(tmp_path, *rows, used("grand", 5000, 4, "2026-04"), used("petit", 90, 2, "2026-04")))
    assert ("total", None) in known and ("service", "grand") in known
    assert not [level for level, _ in known if level == "month"]


def test_a_small_service_in_no_use_takes_those_of_its_months_with_it(tmp_path: Path) -> None:
    """What is in no use case is published in one: 4 + 2 kWh in April, which less the large one would be the small one.
    So none of the three is told alone, and April is told of two together."""
    rows = [used("grand", 5000, 4), used("petit", 50, 2), used("mince", 60, 1)]
    known = kwh(told(tmp_path, *rows, used("grand", 5000, 4, "2026-04"), used("petit", 50, 2, "2026-04")))
    assert {level for level, _ in known} == {"total", "month"}
    assert known["month", 202604] == pytest.approx(6) and known["total", None] == pytest.approx(13)


def sums_published(scope: Scope) -> Iterator[frozenset[tuple[str, int]]]:
    """What each figure of the open data and of the total of a territory and period is the sum of: (use, month)."""
    parts = {
        month: [(row.id, month) for row in scope.rows if row.row.month == month] for month in scope.period.months()
    }
    found, too_few = grouped(scope), too_few_of(scope)
    for month, there in parts.items():
        kinds = [{one for one in there if one[0] == id} for id in found.shown]
        if month not in too_few:
            kinds += [{one for one in there if one[0] in found.others}, {one for one in there if not one[0]}]
        yield from map(frozenset, kinds)
    if not withheld(scope):
        yield frozenset(one for there in parts.values() for one in there)


def test_no_sum_that_leaves_the_example_gives_a_small_use(metropole: Path) -> None:
    """Exports, and the open data and total of each year and of all, as equations on (use, month): no small use, in
    a month or in all, is a combination of them."""
    build = open_current(metropole)
    assert build is not None
    exported = told_results(metropole, build)
    every = exported.scope.rows
    of_service = {row.row.service_key: set[tuple[str, int]]() for row in every}
    for row in every:
        of_service[row.row.service_key].add((row.id or "", row.row.month))
    rows = [row for row in exported.table.to_pylist() if row["impact"] == "energy"]
    asked = [of_service[row["service"]] for row in rows if row["level"] == "service"]
    asked += [
        {one for one in of_service[row["service"]] if one[1] == row["month"]}
        for row in rows
        if row["level"] == "service_month"
    ]
    asked += [
        {(row["use_case"] or f"service/{row['service']}", row["month"])} for row in rows if row["level"] == "cell"
    ]
    assert {row["level"] for row in rows} <= {"service", "service_month", "cell", "total"}
    asked += [set().union(*of_service.values()) for row in rows if row["level"] == "total"]
    sources = Sources(build, Register(metropole), Commitments(metropole), metropole)
    outside = {one for found in of_service.values() for one in found if one[0].startswith("service/")}
    for period in (Period("2025"), Period("2026"), sources.ever.period):
        for found in sums_published(Scope(sources, WHOLE, period)):
            months = {month for id, month in found if not id}
            asked.append({one for one in found if one[0]} | {one for one in outside if one[1] in months})
    place = {one: at for at, one in enumerate(sorted(set().union(*of_service.values())))}
    known = np.array([[one in found for one in place] for found in asked], float)
    rank = np.linalg.matrix_rank(known)
    years = {year: small_ids(replace(exported.scope, period=Period(year))) for year in ("2025", "2026")}
    small = {(use, month) for use, month in place if use in years[str(month // 100)]}
    assert small
    for use, month in {*small, *((use, None) for use, _ in small)}:
        wanted = [float(id == use and month in (None, at) and (id, at) in small) for id, at in place]
        assert not any(wanted) or np.linalg.matrix_rank(np.vstack([known, wanted])) > rank, (use, month)


def test_one_small_service_takes_the_next_with_it(tmp_path: Path) -> None:
    """One alone would be told by difference: the smallest of the others is merged with it."""
    known = kwh(told(tmp_path, used("grand", 5000, 4), used("moyen", 400, 2), used("mince", 60, 1)))
    assert {service for level, service in known if level == "service"} == {"grand"}


@pytest.mark.parametrize(
    ("petit", "left"),
    [
        (3, 4),  # 3 of 4 kWh: 75 %
        (20, 27),  # 20 of 21 kWh would be 95 %: with the next, 20 of 27
        (900, None),  # 900 of 947 kWh: with every other it is 95 % still, and the total would say it
    ],
)
def test_what_is_left_is_never_nearly_all_of_one_small_service(
    tmp_path: Path, petit: float, left: float | None
) -> None:
    """The total less the services told: no small one is more than 85 % of it."""
    rows = [used("grand", 5000, 40), used("moyen", 400, 6), used("petit", 50, petit), used("mince", 60, 1)]
    known = kwh(told(tmp_path, *rows))
    told_alone = {service: energy for (level, service), energy in known.items() if level == "service"}
    total = known.get(("total", None))
    assert (total if total is None else total - sum(told_alone.values())) == (left and pytest.approx(left))
    assert "petit" not in told_alone and ("grand" in told_alone) is (left is not None)


def test_one_small_service_alone_is_told_to_who_holds_the_data_only(tmp_path: Path) -> None:
    assert kwh(told(tmp_path, used("mince", 60, 1))) == {}
    assert kwh(told(tmp_path, inside=True))["total", None] == pytest.approx(1)
    body = json.loads(sobria(tmp_path, "export", str(tmp_path / "r.csv"), "--json").stdout)
    assert body["rows"] == 0 and body["withheld"] > 0
    assert "--inside" in sobria(tmp_path, "export", str(tmp_path / "r.csv")).stdout


def test_a_service_without_counts_is_told(tmp_path: Path) -> None:
    """A machine that runs by night counts no use: its electricity says nothing of anyone."""
    assert kwh(told(tmp_path, run("sauvegarde", 1)))["service", "sauvegarde"] == pytest.approx(1)


def left(found: ToldResults, level: str, columns: tuple[str, ...]) -> list[float]:
    """What is left of each impact and column of a level once the services told are taken off."""
    rows, amounts = [row for row in found.table.to_pylist() if row["level"] in (level, "service")], []
    for impact in {row["impact"] for row in rows}:
        for column in columns:
            mine = [(row["level"], row[column] or 0.0) for row in rows if row["impact"] == impact]
            if any(where == level for where, _ in mine):
                amounts.append(sum(value if where == level else -value for where, value in mine))
        known = [
            (row["level"], row["weight_kwh"] * (row["coverage"] or 0.0)) for row in rows if row["impact"] == impact
        ]
        if any(where == level for where, _ in known):
            amounts.append(sum(value if where == level else -value for where, value in known))
    return amounts


@pytest.mark.parametrize("level", ["total", "month"])
def test_no_difference_of_what_is_told_is_a_service_that_is_not(tmp_path: Path, level: str) -> None:
    """Of two small services, gases are known of one only: those of all less those told would be its own, and the
    electricity that its share of the total covers would give the other. Theirs together, 2 + 1 kWh a month, is told."""
    columns = ("central", "at_factor_values", "lowest", "highest", "as_read_kwh", "weight_kwh")
    rows = [used("grand", 5000, 4, month) for month in YEAR] + [used("petit", 50, 2, month) for month in YEAR]
    rows += [run("mince", 1, month, items=60, zone=None) for month in YEAR]
    found, inside = told(tmp_path, *rows), told_results(tmp_path, told(tmp_path, *rows).build, inside=True)
    hidden = [row for row in inside.table.to_pylist() if row["service"] in ("petit", "mince")]
    secrets = {row[name] for row in hidden for name in columns if row[name]}
    known = [row for row in hidden if row["impact"] == "gwp" and row["central"] is not None]
    assert {row["service"] for row in known} == {"petit"}
    amounts = left(found, level, columns)
    assert any(amount == pytest.approx(36) for amount in amounts)
    differences = amounts + [one - other for one in amounts for other in amounts]
    assert not [(d, s) for d in differences if abs(d) > 1e-9 for s in secrets if d == pytest.approx(s, rel=1e-6)]
    assert "gwp" not in {row["impact"] for row in found.table.to_pylist() if row["level"] == level}


def test_a_total_less_its_services_says_no_proof_of_a_small_one(tmp_path: Path) -> None:
    """A share of the total by proof would give that of the small ones; it is left out, and is no zero."""
    told(tmp_path, used("grand", 5000, 4), used("petit", 50, 2), used("mince", 60, 1))
    sobria(tmp_path, "export", str(tmp_path / "r.otlp"))
    export = Parse((tmp_path / "r.otlp").read_bytes(), ExportMetricsServiceRequest())
    metrics = export.resource_metrics[0].scope_metrics[0].metrics
    (proofs,) = (metric for metric in metrics if metric.name == "sobria_proof_ratio")
    assert {point.attributes[0].value.string_value for point in proofs.gauge.data_points} == {"service"}
    sobria(tmp_path, "export", str(tmp_path / "r.xlsx"))
