"""The table of results of a build: what it holds, what adds up in it, and who reads it."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow.parquet as pq
import pytest

from estimator.assessment import evaluation
from estimator.assessment.explanation import FigureUnknown, NumberUnknown
from estimator.assessment.impacts import FIGURES, SUPPLEMENTARY, Amount, amounts, figures
from estimator.builds.build import KEPT_BUILDS
from estimator.catalogue.load import load
from estimator.core.duckdb_engine import DuckDB
from estimator.governance.results_by_use_case import results
from estimator.ledger import Ledger
from estimator.results.file import BLOCK_ROWS, results_path, write_rows
from estimator.results.making import build, ensure
from estimator.results.proofs import shares_by_proof
from estimator.results.reading import Results
from estimator.results.schema import FILE_SCHEMA, LEVELS, SCHEMA, VERSION
from tests.builds.test_doubt import answers, sized
from tests.governance.test_attaching import FIELDS, WHO
from tests.support import activity, append, built, sobria

SITE = {"zone": "FRA", "host": "class/server-room"}
METERED = {"cpu_mode": "mode/rapl", "cpu_energy_kwh": 2.0, "other_mode": "mode/declared"}


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Four services over two months: answers of two models, a server read by two meters, a row of unknown host, and in
    one month a server that was read in two ways."""
    first, second = sized(2)
    return built(
        tmp_path_factory.mktemp("several"),
        answers(first, 4000.0, service_key="a"),
        answers(second, 9000.0, service_key="a"),
        answers(first, 700.0, service_key="a", start="2026-04-02T10:00:00"),
        activity(service_key="b", **SITE, **METERED, other_energy_kwh=1.0),
        activity(service_key="b", **SITE, **METERED, other_energy_kwh=3.0, start="2026-04-02T10:00:00"),
        activity(service_key="c", host=None),
        activity(service_key="d", **SITE, **METERED, other_energy_kwh=1.0),
        activity(service_key="d", **SITE, cpu_mode="mode/cpu_load", cpu_energy_kwh=5.0),
    )


def rows_of(build: Results, **where: Any) -> list[dict[str, Any]]:
    found = build.table().arrow().to_pylist()
    return [row for row in found if all(row[name] == value for name, value in where.items())]


def ends(found: dict[str, Any] | Amount) -> list[float | None]:
    return [found[name] for name in ("low", "central", "high", "at_factor_values")]


def test_totals_and_services_are_the_figures_of_their_groups_to_the_digit(several: Results) -> None:
    assert several.totals().indicators == figures(amounts(several.groups()))
    for entry in several.services():
        assert entry.indicators == figures(amounts(several.groups("service_key = $1", [entry.service_key])))


def test_what_is_asked_of_a_build_does_not_grow_with_its_services(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty services are read in as many statements as two: one each would read all of them for each of them."""
    asked: list[str] = []
    stream = DuckDB.stream

    def noted(engine: DuckDB, sql: str, parameters: Sequence[Any] = ()) -> Iterator[dict[str, Any]]:
        asked.append(sql)
        return stream(engine, sql, parameters)

    counts = []
    for many in (2, 20):
        found = built(tmp_path / str(many), *(activity(service_key=f"s{n:02}", **SITE, **METERED) for n in range(many)))
        monkeypatch.setattr(DuckDB, "stream", noted)
        asked.clear()
        ensure(found)
        counts.append(len(asked))
        monkeypatch.undo()
        assert [key for key, _ in found.groups_by_service()] == found.service_keys()
    assert counts[0] == counts[1]


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("number", ["total.energy", "total.gwp", "service.a.energy", "service.b.gwp"])
def test_a_step_names_what_another_one_or_a_factor_defines(several: Results, number: str, lang: str) -> None:
    """A quantity of which the first known of several gives the value is no step: what gave it is named in its place,
    or each where groups differ."""
    quantities, steps = load().quantities, several.explain(number).steps
    told = [step.formula[lang] for step in steps]
    for label in (quantities[name].label(lang) for name in evaluation.alternative_quantities()):
        alone = rf"(^|[×÷+−(] ){re.escape(label)}($| [×÷+−]|\))"
        assert not any(re.search(alone, formula) for formula in told), label
    if number == "total.energy":
        either = {"fr": " ou ", "en": " or "}[lang]
        (site,) = [step for step in steps if step.name == "cooled_energy"]
        measured, modelled = (quantities[name].label(lang) for name in ("measured_energy", "modelled_energy"))
        assert f"({measured}{either}{modelled})" in site.formula[lang]


def test_a_number_of_no_figure_is_refused_with_the_names_of_all(several: Results) -> None:
    with pytest.raises(FigureUnknown) as refused:
        several.explain("service.a.pe")
    said = refused.value.message("en")
    assert '"pe"' in said and all(figure.id in said for figure in FIGURES)
    with pytest.raises(NumberUnknown) as other:
        several.explain("service.a")
    assert other.value.code == "number_unknown"


def test_totals_say_what_their_coverage_is_of(several: Results) -> None:
    read = sum(evaluation.coverage_weight(group) for group in several.groups())
    assert several.totals().coverage.weight_kwh == read > 0


def test_what_was_read_is_what_the_traces_say(several: Results) -> None:
    """Two readings of 2 + 1 and 2 + 3 kWh; 1 kWh; 2 + 1 and 5 kWh: 17. Of the answers of a model nothing was read, and
    what their coverage is of is not empty."""
    read = {row["service"]: row["as_read_kwh"] for row in rows_of(several, level="service", impact="energy")}
    assert read == {"a": None, "b": pytest.approx(8), "c": pytest.approx(1), "d": pytest.approx(8)}
    (whole,) = rows_of(several, level="total", impact="energy")
    (model,) = rows_of(several, level="service", service="a", impact="energy")
    assert whole["as_read_kwh"] == pytest.approx(17) and model["weight_kwh"] > 0


def test_what_was_read_of_a_proof_is_that_of_its_components(tmp_path: Path) -> None:
    """Cards of 3 and 4 kWh, processors of 0.5 and 1 kWh at a constant power that a factor multiplies by 2.6, memory of
    0.25 kWh, and 9 kWh of a site without its PUE: 3 + 4 = 7 measured, 0.5 + 1 + 0.25 = 1.75 estimated, 9 of none."""
    run = {"cpu_mode": "mode/constant_server", "gpu_mode": "mode/nvml", "ram_mode": "mode/ram_per_gb", **SITE}
    found = built(
        tmp_path,
        activity(cpu_energy_kwh=0.5, gpu_energy_kwh=3.0, ram_energy_kwh=0.25, **run),
        activity(cpu_energy_kwh=1.0, gpu_energy_kwh=4.0, start="2026-04-02T10:00:00", **run),
        activity(site_energy_kwh=9.0, other_mode="mode/declared", host=None, cpu_energy_kwh=None, cpu_mode="mode/none"),
    )
    for level in ("proof", "cell"):
        read = dict.fromkeys(("measured", "estimated", "none"), 0.0)
        for row in rows_of(found, level=level, impact="it_energy"):
            read[row["proof"]] += row["as_read_kwh"] or 0.0
        assert read == {"measured": pytest.approx(7), "estimated": pytest.approx(1.75), "none": pytest.approx(9)}
    (whole,) = rows_of(found, level="total", impact="it_energy")
    assert whole["as_read_kwh"] == pytest.approx(7 + 1.75 + 9)


def test_what_was_built_is_not_drawn_again(several: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    several.totals()
    monkeypatch.setattr(evaluation.uncertainty, "draw", None)
    opened = Results(several.path)
    assert opened.totals() == several.totals() and opened.services() == several.services()


@pytest.mark.parametrize("level", LEVELS)
def test_at_factor_values_add_up_at_every_level(several: Results, level: str) -> None:
    """Energy, gases by use, and the weight of coverage: the rows of a level are the total in parts."""
    for impact in ("it_energy", "gwp.use", "adpe.machines"):
        (whole,) = rows_of(several, level="total", impact=impact)
        parts = rows_of(several, level=level, impact=impact)
        for column in ("at_factor_values", "as_read_kwh", "weight_kwh", "lowest", "highest"):
            assert sum(row[column] or 0.0 for row in parts) == pytest.approx(whole[column], rel=1e-12), column


def test_medians_do_not_add_up(several: Results) -> None:
    (whole,) = rows_of(several, level="total", impact="energy")
    parts = rows_of(several, level="cell", impact="energy")
    assert sum(row["central"] or 0.0 for row in parts) != pytest.approx(whole["central"], rel=1e-3)


def test_a_cell_and_a_month_are_drawn_with_the_factors_that_they_share(several: Results) -> None:
    """The figures of the groups of a month, drawn together; of the answers of a model, which are all estimated."""
    march = [cell.group for cell in several.monthly() if cell.month == 202603]
    (row,) = rows_of(several, level="month", month=202603, impact="water")
    assert ends(row) == pytest.approx(ends(amounts(march)["water"]), rel=1e-12)
    model = sized(1)[0]
    (cell,) = (c.group for c in several.monthly() if c.model == model and c.month == 202604)
    (row,) = rows_of(several, level="cell", month=202604, model=model, impact="water")
    assert row["proof"] == "estimated"
    assert ends(row) == pytest.approx(ends(amounts([cell])["water"]), rel=1e-12)


def test_a_row_is_the_share_of_its_proof(several: Results) -> None:
    """Of a server read by two meters, each impact is shared as its electricity is, which is what totals say of it."""
    told = {proof: share for proof, share in several.proof("b").items() if share}
    assert len(told) > 1
    for impact in ("it_energy", "energy", "gwp.machines"):
        found: dict[str, float] = {}
        for row in rows_of(several, level="cell", service="b", month=202603, impact=impact):
            found[row["proof"]] = row["at_factor_values"]
        (cell,) = (cell.group for cell in several.monthly() if (cell.service_key, cell.month) == ("b", 202603))
        shares = {proof: value / sum(found.values()) for proof, value in found.items()}
        assert shares == pytest.approx(shares_by_proof(cell))
    kwh = [row for row in rows_of(several, level="cell", service="b", impact="it_energy")]
    whole = sum(row["at_factor_values"] for row in kwh)
    for proof, share in told.items():
        of_proof = sum(row["at_factor_values"] for row in kwh if row["proof"] == proof)
        assert of_proof / whole == pytest.approx(share, rel=1e-12)


def test_unknown_is_null_with_its_reason(several: Results) -> None:
    rows = rows_of(several, service="c", impact="energy")
    assert {row["level"] for row in rows} == {"service", "service_month", "cell"}
    for row in rows:
        assert (ends(row), row["coverage"], row["missing"]) == ([None] * 4, None, "no_host")
        assert row["as_read_kwh"] == pytest.approx(1.0)
    assert all((row["missing"] is None) == (row["central"] is not None) for row in rows_of(several))


def test_a_level_says_its_own_dimensions_and_every_impact(several: Results) -> None:
    named = {"total": (), "service": ("service",), "month": ("month",), "proof": ("proof",)}
    named["service_month"] = ("service", "month")
    names = {f.id for f in FIGURES + SUPPLEMENTARY} | {
        f"{f.id}.{p.name}" for f in FIGURES for p in f.parts if len(f.parts) > 1
    }
    for level, dimensions in named.items():
        rows = rows_of(several, level=level)
        assert {row["impact"] for row in rows} == names
        for row in rows:
            assert {d for d in ("service", "month", "model", "place", "proof") if row[d] is not None} == set(dimensions)
    assert {row["build"] for row in rows_of(several)} == {several.id}


def test_duckdb_pandas_and_polars_open_the_file(several: Results) -> None:
    path = results_path(several.path)
    whole = several.totals().indicators["gwp"]["at_factor_values"]
    where = "level = 'service' AND impact = 'gwp'"
    (said,) = duckdb.sql(f"SELECT fsum(at_factor_values) FROM '{path}' WHERE {where}").fetchall()
    assert said == (pytest.approx(whole),)
    frame = polars.scan_parquet(path).filter(polars.col("level") == "service", polars.col("impact") == "gwp").collect()
    assert frame["at_factor_values"].sum() == pytest.approx(whole)
    pandas = several.table().pandas()
    assert pandas[(pandas.level == "service") & (pandas.impact == "gwp")].at_factor_values.sum() == pytest.approx(whole)
    schema = pq.read_schema(path)
    assert schema.equals(FILE_SCHEMA) and schema.metadata[b"sobria.results"].decode() == VERSION
    assert schema.metadata[b"sobria.build"].decode() == several.id


def test_a_row_group_holds_one_level(several: Results) -> None:
    with pq.ParquetFile(results_path(several.path)) as file:
        held = [file.read_row_group(n, ["level"]).column(0).unique().to_pylist() for n in range(file.num_row_groups)]
    assert [level for (level,) in held] == ["total", "service", "cell", "service_month", "month", "proof"]


def test_a_file_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    facts = {"build": "0", "method_version": "0"}

    def torn() -> Iterator[dict[str, Any]]:
        for _ in range(2 * BLOCK_ROWS):
            yield {"level": "cell", "impact": "gwp", "unit": "kgCO2e", "weight_kwh": 1.0, **facts}
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        write_rows(tmp_path / "results.parquet", torn(), facts)
    assert list(tmp_path.iterdir()) == []


def test_results_go_with_their_build_and_come_back_when_lost(tmp_path: Path) -> None:
    for _ in range(KEPT_BUILDS + 1):
        append(Ledger(tmp_path), [activity(**SITE)])
        made = build(tmp_path)
        assert results_path(made.path).exists()
    ends_of = {suffix: {p.stem for p in (tmp_path / "builds").glob(f"*{suffix}")} for suffix in (".duckdb", ".parquet")}
    assert ends_of[".duckdb"] == ends_of[".parquet"] and len(ends_of[".duckdb"]) == KEPT_BUILDS
    before = Results(made.path).totals()
    results_path(made.path).unlink()
    assert Results(made.path).totals() == before and results_path(made.path).exists()


def test_a_total_of_nothing_is_not_called_a_number_that_is_unknown(tmp_path: Path) -> None:
    """The refusal of another id gives « total.energy » as its example: in an empty home that is no help."""
    sobria(tmp_path, "build")
    assert "Aucune mesure ne compte dans ce dossier" in sobria(tmp_path, "explain", "total.energy", code=1).stderr
    assert "ne désigne aucun chiffre" in sobria(tmp_path, "explain", "service.x.energy", code=1).stderr


def test_an_empty_ledger_has_no_activity_and_no_zero(tmp_path: Path) -> None:
    found = Results(build(tmp_path).path)
    assert {row["level"] for row in rows_of(found)} == {"total"}
    assert {(row["central"], row["missing"]) for row in rows_of(found)} == {(None, "no_activity")}
    assert found.services() == []


def test_a_total_that_nothing_gives_says_each_reason_once(tmp_path: Path) -> None:
    """Answers of a model that is not known, twice, and of a machine without a country: no greenhouse gases, and why."""
    unknown = [answers("modele-9000", 100.0, start=f"2026-0{month}-02T10:00:00") for month in (4, 5)]
    found = built(tmp_path, *unknown, activity(zone=None, host="class/server-room"))
    gases = found.totals().indicators["gwp"]
    assert gases.missing is not None and set(gases.missing["code"].split("+")) == {"unknown_model", "no_zone"}
    for lang, between in (("fr", " ; "), ("en", "; ")):
        assert len(gases.missing[lang].replace("\xa0", " ").replace("\u202f", " ").split(between)) == 2
    rows = [row["missing"] for row in rows_of(found) if row["level"] == "total" and row["impact"] == "gwp"]
    assert rows == [gases.missing["code"]]


def test_a_cell_has_the_use_case_of_the_register_today(tmp_path: Path) -> None:
    built(tmp_path, activity(service_key="tri", **SITE), activity(service_key="autre", **SITE))
    case = json.loads(sobria(tmp_path, "register", "add", *FIELDS, *WHO, "--json").stdout)["id"]
    sobria(tmp_path, "register", "attach", case, "--service-key", "tri", *WHO)
    table = results(str(tmp_path)).arrow()
    assert table.schema.equals(SCHEMA)
    rows = table.to_pylist()
    assert {(row["service"], row["use_case"]) for row in rows if row["level"] == "cell"} == {
        ("tri", case),
        ("autre", None),
    }
    assert {row["use_case"] for row in rows if row["level"] != "cell"} == {None}
    assert list(results(tmp_path).pandas().columns) == SCHEMA.names


def test_the_public_name_gives_the_table_of_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sobria as public

    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path))
    built(tmp_path, activity(**SITE))
    assert "results" in public.__all__
    assert public.results().arrow().equals(results(tmp_path).arrow())
