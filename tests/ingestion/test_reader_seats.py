"""Reader of the table of seats: months, days, shares and refusals; then its figures, by hand."""

import inspect
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from estimator.catalogue import models
from estimator.catalogue.load import load
from estimator.catalogue.products import ProductUnknown, find, products
from estimator.core.errors import LANGUAGES, SobriaError, texts
from estimator.core.refusals import FieldsRefused
from estimator.ingestion.importing import import_paths
from estimator.ingestion.parsing.record_fields import RecordFields
from estimator.ingestion.reader import Trace
from estimator.ingestion.readers import read_trace
from estimator.ingestion.usage import seats as reader
from estimator.ledger import Ledger
from estimator.workloads.estimate import estimate
from estimator.workloads.request import Request
from tests.ingestion.formats import rows_of, told
from tests.support import built, moment, sobria
from tests.traces_support import context, judged

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)


def table(*lines: str, header: str = "product;seats;active_share;from;to;task;model;service;uses") -> str:
    return "\n".join((header, *lines)) + "\n"


def amounts(row: Any) -> tuple[Any, ...]:
    return (row.start_month, row.seat_days, row.active_seat_days, row.stated_uses)


def test_a_service_keeps_the_name_that_its_row_gives() -> None:
    """Digits included, as the code of a commune or a year: it is not that of the product, which others have."""
    names = ("rh2025", "Service 54395", "elus")
    rows = rows_of(table(*(f"m365-copilot;3;;2026-01-01;2026-01-31;;;{name};" for name in names)))
    assert [row.service_key for row in rows] == list(names)


def test_seats_are_rows_by_month_of_their_days() -> None:
    """800 seats from 15 January to 31 March: 17, 28 and 31 days; model and task are those of the product."""
    january, february, march = rows_of(table("Copilot pour Microsoft 365;800;;15/01/2026;31/03/2026;;;;"))
    assert [amounts(row) for row in (january, february, march)] == [
        (202601, 800 * 17, None, None),
        (202602, 800 * 28, None, None),
        (202603, 800 * 31, None, None),
    ]
    assert (january.start_us, january.end_us) == (moment("2026-01-15T00:00:00"), moment("2026-02-01T00:00:00"))
    assert (january.product, january.model, january.task) == ("seat/m365-copilot", "set/m365-copilot", "task/rewrite")
    assert (january.service_key, january.provider, january.requests) == ("m365-copilot", "azure", None)
    assert january.checks == ("host_not_told", "seats", "zone_not_told")


def test_a_stated_share_and_counted_uses_take_the_place_of_suppositions() -> None:
    """1,200 seats at 60 % for 28 days; 4,000 uses over 59 days, 31 of them in January."""
    (share,) = rows_of(table("Le Chat;1 200;60 %;01/02/2026;28/02/2026;summarise;;Courrier;"))
    assert amounts(share) == (202602, None, pytest.approx(1200 * 0.6 * 28), None)
    assert (share.service_key, share.task) == ("Courrier", "task/summarise")
    january, february = rows_of(table("autre : Delibia;50;;2026-01-01;2026-02-28;;mistral-small-3.2;;4000"))
    assert january.stated_uses == pytest.approx(4000 * 31 / 59) and february.stated_uses == pytest.approx(
        4000 * 28 / 59
    )
    assert (january.product, january.service_key, january.model) == ("seat/other", "Delibia", "mistral-small-3.2")


def test_a_month_that_is_not_over_stops_today_and_is_replaced_later(tmp_path: Path) -> None:
    """On 11 March, ten days of March; on 1 April, all 31; February is the same row."""
    path = tmp_path / "sieges.csv"
    path.write_text(table("ChatGPT;10;;2026-02-01;;;;;"), "utf-8")
    for day in (NOON, datetime(2026, 4, 1, 8, tzinfo=UTC)):
        import_paths(Ledger(tmp_path), [path], replace(context(), read_at=day))
    rows = judged(Ledger(tmp_path))
    assert sorted((row["start_month"], row["seat_days"], row["status"]) for row in rows) == [
        (202602, 280.0, "current"),
        (202603, 100.0, "superseded"),
        (202603, 310.0, "current"),
    ]


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("Copilot 9000;10;;2026-01-01;;;;;", "seats_product", "m365-copilot"),
        (";10;;2026-01-01;;;;;", "seats_empty", "product est vide : une valeur comme m365-copilot"),
        ("chatgpt;;;2026-01-01;;;;;", "seats_empty", "seats est vide : une valeur comme 250"),
        ("chatgpt;-10;;2026-01-01;;;;;", "seats_number", "« -10 » : un nombre de sièges de 1 à 10 millions"),
        ("chatgpt;0;;2026-01-01;;;;;", "seats_number", "1 à 10 millions"),
        ("chatgpt;1.200;;2026-01-01;;;;;", "two_readings", "« 1.200 », qui peut se lire 1200 ou 1,2 :"),
        ("chatgpt;1,200;;2026-01-01;;;;;", "two_readings", "« 1,200 », qui peut se lire 1200 ou 1,2 :"),
        ("chatgpt;10;1.200 %;2026-01-01;;;;;", "two_readings", "« 1.200 % », qui peut se lire 1200 % ou 1,2 %"),
        ("chatgpt;10;;2026-01-01;;;;;4.000", "two_readings", "uses contient « 4.000 »"),
        ("chatgpt;dix;;2026-01-01;;;;;", "seats_number", "seats contient"),
        ("chatgpt;10;1,4;2026-01-01;;;;;", "seats_share", "0 à 1"),
        ("chatgpt;10;150 %;2026-01-01;;;;;", "seats_share", "« 150 % »"),
        ("chatgpt;10;-0,5;2026-01-01;;;;;", "seats_share", "« -0,5 »"),
        ("chatgpt;10;;2026-01-01;;;;;1e18", "beyond_use", "plus qu'aucun usage n'en compte"),
        ("chatgpt;10;;2026-01-01;;;;;-5", "bad_amount", "uses contient « -5 »"),
        ("chatgpt;10;;;;;;;", "seats_no_day", "from est vide : une date"),
        ("chatgpt;10;;0001-01-01;2026-01-31;;;;", "seats_early", "le 01/01/0001, et un jour à partir du 01/01/2015"),
        ("chatgpt;10;;9999-12-31;9999-12-31;;;;", "seats_future", "sobria compare"),
        ("chatgpt;10;;03/01/2026;03/31/2026;;;;", "dates_order", "(2026-01-03 | 2026-03-01) et « 03/31/2026 »"),
        ("chatgpt;10;;hier;;;;;", "declared_date", "from contient"),
        ("chatgpt;10;;2026-02-01;2026-01-01;;;;", "seats_period", "Le dernier jour est compris"),
        ("chatgpt;10;;2026-03-11;;;;;", "seats_future", "sobria compare"),
        ("chatgpt;10;;2026-01-01;;rêver;;;", "seats_task", "summarise"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(line: str, code: str, said: str) -> None:
    result = read_trace(Trace("sieges.csv", table(line).encode(), None), replace(context(), read_at=NOON))
    assert [refusal.code for refusal in result.refused] == [code] and result.rows == []
    assert said in told(result.refused[0])[0]


@pytest.mark.parametrize(
    "typed", ["zzz", "-5", "1e400", "nan", "1.200", "-5 %", "1e20", "\u202e12", "01/02/1900", "31/02/2026"]
)
@pytest.mark.parametrize("name", ["seats", "active_share", "uses", "from", "to"])
def test_a_line_typed_in_a_form_is_refused_in_words_whatever_its_cells(name: str, typed: str) -> None:
    line = {"product": "m365-copilot", "seats": "250", "from": "2026-03-01", "to": "", "active_share": "", "uses": ""}
    reader.check_line(line)
    with pytest.raises(FieldsRefused) as refused:
        reader.check_line(line | {name: typed})
    (said,) = refused.value.items
    assert said["field"] == name and all(said[lang] for lang in LANGUAGES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_fault_of_a_line_typed_in_a_form_has_its_words(lang: str) -> None:
    """Those that the checks of a line raise by name, and those of the bounds of its numbers."""
    checks = (reader._check_there, reader._check_amount, reader._days, reader._day, RecordFields.number)
    codes = {code for one in checks for code in re.findall(r'RowRefused\(\s*"(\w+)"', inspect.getsource(one))}
    codes |= {code for code, *_ in reader.BOUNDS.values()}
    assert len(codes) > 8 and codes <= texts("seats_typed", lang).keys()


def test_a_table_without_its_days_is_told_which_column_it_lacks() -> None:
    """Half of the columns are enough to know a table of seats; its rows say that « from » is not there."""
    result = read_trace(Trace("sieges.csv", b"product;seats\nchatgpt;10\n", None), replace(context(), read_at=NOON))
    assert [refusal.code for refusal in result.refused] == ["seats_no_day"] and result.rows == []


def test_a_file_has_one_order_of_day_and_month() -> None:
    """« 01/13/2026 » can only be month first: « 02/01/2026 » of another row is 1 February there, and not 2 January."""
    lines = "chatgpt;10;;01/13/2026;;;;a;", "chatgpt;10;;02/01/2026;;;;b;"
    result = read_trace(Trace("sieges.csv", table(*lines).encode(), None), replace(context(), read_at=NOON))
    assert {row.service_key for row in result.rows} == {"a"}
    assert [refusal.code for refusal in result.refused] == ["dates_order"]
    assert "« 01/13/2026 »" in told(result.refused[0])[0]


@pytest.mark.parametrize("end", ["2026-02-28", "2026-01-31", ""])
def test_the_same_seats_on_two_lines_of_a_file_are_refused_not_dropped(tmp_path: Path, end: str) -> None:
    """Two purchases, or one copied: nobody can tell; another service, or another number, is another purchase. 2 + 2 + 2
    months of three lines are accepted, and the file read again refuses it again."""
    lines = [f"chatgpt;20;;2026-01-01;{day};;;{name};" for name, day in (("a", "2026-02-28"), ("b", "2026-02-28"))]
    path = tmp_path / "sieges.csv"
    path.write_text(table(*lines, lines[0].replace(";20;", ";30;"), f"chatgpt;20;;2026-01-01;{end};;;a;"), "utf-8")
    for accepted, again in ((6, 0), (0, 7)):
        report = import_paths(Ledger(tmp_path), [path], replace(context(), read_at=NOON))
        assert (report.account.accepted, report.account.duplicates) == (accepted, again)
        [((_, code, _), found)] = report.faults.items()
        assert (code, found.line, found.facts["line"]) == ("seats_twice", 5, "2")
        [remark] = report.remarks
        assert (remark.code, remark.facts) == ("seats_months", {"lines": 3, "months": 6, "last": "2026-02-28"})


def test_an_end_far_away_is_today_and_loses_no_other_row() -> None:
    """Until 9999, or not over: 10 days of March at 20 seats, cut on the 11th; the row beside keeps its 31 at 10."""
    lines = [f"chatgpt;20;;2026-03-01;{end};;;{end};" for end in ("9999-12-31", "2026-03-11", "")]
    text = table("chatgpt;10;;2026-01-01;2026-01-31;;;a;", *lines)
    result = read_trace(Trace("sieges.csv", text.encode(), None), replace(context(), read_at=NOON))
    assert [amounts(row)[:2] for row in result.rows] == [(202601, 310.0), *[(202603, 200.0)] * 3]
    assert result.refused == []


def test_french_columns_and_commas_are_read_too() -> None:
    header = "Produit,Sièges,Part active,Du,Au,Note"
    (row,) = rows_of(table("chatgpt,20,0.5,2026-01-01,2026-01-31,x", header=header))
    assert amounts(row) == (202601, None, 20 * 0.5 * 31, None)


def test_two_tables_of_the_same_seats_are_told(tmp_path: Path) -> None:
    """The same product and service, 800 then 900 seats over one month: counted twice, and said so."""
    lines = [f"chatgpt;{seats};;2026-01-01;2026-01-31;;;;" for seats in (800, 900)]
    build = built(tmp_path, *rows_of(table(*lines)))
    assert {row["code"] for row in build.checks()} >= {"declared_twice", "seats"}


def test_seats_corrected_in_their_file_are_told_at_the_import(tmp_path: Path) -> None:
    """800 then 900 seats over two months: the check says before that two rows are replaced, and how to add instead."""
    (tmp_path / "sieges.csv").write_text(table("chatgpt;800;;2026-01-01;2026-02-28;;;;"))
    sobria(tmp_path / "home", "import", str(tmp_path / "sieges.csv"))
    (tmp_path / "sieges.csv").write_text(table("chatgpt;900;;2026-01-01;2026-02-28;;;;"))
    said = " ".join(sobria(tmp_path / "home", "check", str(tmp_path / "sieges.csv")).stdout.split())
    assert "Remplacera 2 lignes de « sieges.csv »" in said and "donnez un autre nom au fichier" in said
    found = json.loads(sobria(tmp_path / "home", "import", str(tmp_path / "sieges.csv"), "--json").stdout)
    assert [remark["code"] for remark in found["remarks"]] == ["seats_months", "line_restated", "line_restated"]


def test_the_energy_of_seats_by_hand(tmp_path: Path) -> None:
    """1,000 seats over 31 days: 31,000 × 0.36 × 0.625 × 1.4 = 9,765 uses; of each, 450 tokens written, 500 read, and
    450 × (500 + 225) read again, with the factors of the set at the place."""
    build = built(tmp_path, *rows_of(table("m365-copilot;1000;;2026-01-01;2026-01-31;;;;")))
    (group,) = build.groups()
    uses = 31_000 * 0.36 * 0.625 * 1.4
    values = group.values
    assert values["supposed_uses"] == pytest.approx(uses) == pytest.approx(9_765)
    per_use = 450 * values["output_energy"] + 500 * values["input_energy"] + 450 * 725 * values["context_energy"]
    assert values["answering_energy"] == pytest.approx(uses * per_use)
    energy = build.totals().indicators["energy"]
    assert energy.low < values["site_energy"] < energy.high and energy.high > 5 * energy.low


def test_every_product_is_whole() -> None:
    """A subject, a task and a set or model of the tables, of known sizes, for each; another name is refused."""
    for product in products():
        assert find(product.label("fr")) == find(product.id) == product
        assert f"task/{product.task}" in load().subjects
        assert models.find(product.model).total_params_b
        assert all(model.total_params_b for model in models.load().members(product.model))
    with pytest.raises(ProductUnknown, match="m365-copilot"):
        find("Clippy")


def test_seats_of_a_provider_without_a_country_are_those_of_an_estimate(tmp_path: Path) -> None:
    """800 seats over the 31 days of January by both doors: the same place, sites and manufacture, at factor values."""
    (row,) = rows_of(table("Copilot pour Microsoft 365;800;;01/01/2026;31/01/2026;;;;"))
    found = built(tmp_path, row)
    asked = estimate(Request(product="m365-copilot", seat_days=800 * 31, day=date(2026, 1, 1))).indicators
    kept = found.totals().indicators
    for name in ("energy", "water", "adpe", "gwp", "primary_energy"):
        assert kept[name]["at_factor_values"] == pytest.approx(asked[name].at_factor_values), name
    assert kept["gwp"]["machines"]["at_factor_values"] == pytest.approx(asked["gwp"].parts["machines"].at_factor_values)
    codes = {check["code"] for check in found.checks()}
    assert "zone_over_sites" in codes and "zone_not_told" not in codes


def test_a_column_named_twice_in_either_language_is_refused() -> None:
    for header in ("product;seats;seats;from;service", "produit;sièges;seats;du;service"):
        with pytest.raises(SobriaError) as refused:
            rows_of(table("m365-copilot;12;13;2026-01-01;s", header=header))
        assert "deux fois la même colonne : seats" in refused.value.message("fr")
