"""The declaration template: what a supplier says enters with its boundary; the arithmetic stands in each test."""

import csv
import json
import random
import re
import tempfile
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.assessment.impacts import amounts
from estimator.builds.build import build
from estimator.catalogue.load import load
from estimator.core.errors import LANGUAGES, say
from estimator.core.fields import Author
from estimator.core.periods import short_day
from estimator.governance.indicators.open_scope import scope_of
from estimator.ingestion.declarations.columns import TEMPLATE
from estimator.ingestion.dry_run import check_paths
from estimator.ingestion.importing import import_paths
from estimator.ingestion.readers import Trace, read_trace, reader_of
from estimator.ledger import Ledger
from estimator.ledger.rows import Activity, Refused
from estimator.places.journal import PlaceJournal
from estimator.places.supplier_answers import SupplierAnswer
from estimator.results.reading import Results
from estimator.results.totals import Totals
from estimator.workloads.estimate import estimate
from estimator.workloads.request import Request
from estimator.workloads.resolution import resolve
from tests.ledger.test_ledger import bring, prefixes
from tests.support import built, examples, moment, place_of, refuses, row_ids, sobria
from tests.traces_support import context, counting

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "docs" / "modele-declaration.csv"
DEFAULTS = {"service": "assistant", "start": "2026-03-01", "end": "2026-04-01", "zone": "FRA"}
MEASURED = {"energy_kwh": "120", "energy_boundary": "it", "energy_basis": "measured", "host": "class/server-unknown"}


def text(*rows: dict[str, str], delimiter: str = ",", columns: tuple[str, ...] = TEMPLATE) -> str:
    """A template of these rows; what a row does not say is as in DEFAULTS."""
    lines = [list(columns), *([(DEFAULTS | row).get(name, "") for name in columns] for row in rows)]
    return "".join(delimiter.join(line) + "\n" for line in lines)


def read(content: str) -> tuple[list[Activity], list[Refused]]:
    result = read_trace(Trace("declaration.csv", content.encode(), None), context())
    return result.rows, result.refused


def one(**row: str) -> Activity:
    rows, refused = read(text(row))
    assert refused == [] and len(rows) == 1
    return rows[0]


def figures(home: Path, *rows: Activity) -> Totals:
    return built(home, *rows).totals()


# Context


@pytest.mark.parametrize(
    ("stated", "kept"),
    [("", None), ("7050", 7050), ("6050", 6050), ("18150", 18150), ("3024", False), ("18151", False), ("-1", False)],
)
def test_a_context_that_requests_cannot_have_is_refused(stated: str, kept: float | None) -> None:
    """Two requests, 110 tokens read and 110 written: 110² ÷ 2 ÷ 2 = 3,025 at least, 110 × 165 = 18,150 at most."""
    row = {"requests": "2", "input_tokens": "110", "output_tokens": "110", "context_tokens": stated}
    rows, refused = read(text(row, columns=(*TEMPLATE, "context_tokens")))
    assert [found.context_tokens for found in rows] == ([] if kept is False else [kept])
    assert [found.code for found in refused] in ([], ["declared_context"], ["declared_negative"])


# Boundary and basis


def test_energy_of_the_servers_is_taken_as_it_is(tmp_path: Path) -> None:
    """120 kWh of servers at the PUE of unknown hosting, 1.55: 186 kWh of site, all declared."""
    row = one(**MEASURED)
    assert (row.other_energy_kwh, row.other_mode, row.gap) == (120, "mode/declared", "gap/none")
    found = figures(tmp_path, row)
    assert found.proof == {"measured": 0, "estimated": 0, "declared": 1, "unknown": 0}
    assert found.indicators["it_energy"]["at_factor_values"] == pytest.approx(120)
    assert found.indicators["energy"]["at_factor_values"] == pytest.approx(120 * 1.55)
    assert found.checks == ()


def test_energy_of_the_site_is_divided_by_the_stated_pue_once(tmp_path: Path) -> None:
    """150 kWh of site at 1.25 are 120 kWh of servers, and 150 in all: not 120 × 1.55 = 186, by the host's own PUE."""
    row = one(**MEASURED | {"energy_kwh": "150", "energy_boundary": "site", "pue": "1.25"})
    assert (row.other_energy_kwh, row.reported_pue) == (pytest.approx(120), 1.25)
    assert row.checks == ("declared_site",)
    found = figures(tmp_path, row).indicators
    assert found["energy"]["at_factor_values"] == pytest.approx(150)
    assert found["it_energy"]["at_factor_values"] == pytest.approx(120)


@pytest.mark.parametrize("host", ["class/national-cloud", "class/server-room"])
def test_a_stated_pue_holds_for_its_own_row_alone(tmp_path: Path, host: str) -> None:
    """120.5 kWh of site at 1.25 are 96.4 of servers; 100 kWh of servers of the same service take the host's own PUE,
    1.35 of a national cloud or the 1.5 that a server room answers, which wins over no row: 120.5 + 100 × PUE."""
    site = one(**MEASURED | {"energy_kwh": "120.5", "energy_boundary": "site", "pue": "1.25", "host": host})
    servers = one(**MEASURED | {"energy_kwh": "100", "host": host})
    facts = {"host": "class/server-room", "field": "pue", "value": 1.5, "unit": "1", "date": "2026-01-01"}
    said = SupplierAnswer.model_validate(facts | {"by": "Hébergeur", "document": "relevé"})
    PlaceJournal(tmp_path).add_answers([said], Author(who="DSI", why="réponse"))
    found = figures(tmp_path, site, servers).indicators
    own = 1.5 if host == "class/server-room" else 1.35
    assert found["it_energy"]["at_factor_values"] == pytest.approx(120.5 / 1.25 + 100)
    assert found["energy"]["at_factor_values"] == pytest.approx(120.5 + 100 * own)


def test_each_row_is_divided_and_multiplied_by_its_own_pue(tmp_path: Path) -> None:
    """100 kWh of site at 1.25 and 100 at 2, of two services in one month and place, then 50 at 1.2 in another month:
    200 then 250 kWh of site, and 80, 50 and 41.7 of machines."""
    bill = MEASURED | {"energy_kwh": "100", "energy_boundary": "site", "host": "class/server-room"}
    first, second = one(**bill | {"pue": "1.25"}), one(**bill | {"pue": "2", "service": "autre"})
    found = figures(tmp_path, first, second)
    assert found.indicators["energy"]["at_factor_values"] == pytest.approx(200)
    later = bill | {"energy_kwh": "50", "pue": "1.2", "start": "2026-08-01", "end": "2026-09-01"}
    found = figures(tmp_path, one(**later))
    assert found.indicators["energy"]["at_factor_values"] == pytest.approx(250)
    assert found.indicators["it_energy"]["at_factor_values"] == pytest.approx(80 + 50 + 50 / 1.2)


@pytest.mark.parametrize(("end", "host"), [("2026-04-01", "class/server-room"), ("2026-04-16", "aws/global")])
def test_a_bill_of_a_site_is_the_total_of_the_site(tmp_path: Path, end: str, host: str) -> None:
    """300 kWh are billed, no PUE is: 300 ÷ 2.26 for the machines of a server room, and 300 in all, not 678."""
    bill = MEASURED | {"energy_kwh": "300", "energy_boundary": "site", "host": host, "end": end}
    row = one(**bill)
    assert (row.checks, row.reported_pue) == (("declared_site_split",), None)
    assert (row.site_energy_kwh, row.other_energy_kwh) == (300, None)
    found = figures(tmp_path, row).indicators
    assert found["energy"]["at_factor_values"] == pytest.approx(300)
    if host == "class/server-room":
        assert found["it_energy"]["at_factor_values"] == pytest.approx(300 / 2.26)


def test_the_pue_of_a_bill_is_that_of_the_build(tmp_path: Path) -> None:
    """The supplier answers 1.5 from 16 March on: 15 of the 31 days are divided by 2.26, 16 by 1.5; 300 kWh in all."""
    bill = one(**MEASURED | {"energy_kwh": "300", "energy_boundary": "site", "host": "class/server-room"})
    figures(tmp_path, bill)
    facts = {"host": "class/server-room", "field": "pue", "value": 1.5, "unit": "1", "date": "2026-03-16"}
    said = SupplierAnswer.model_validate(facts | {"by": "Hébergeur", "document": "relevé"})
    PlaceJournal(tmp_path).add_answers([said], Author(who="DSI", why="réponse"))
    found = Results(build(tmp_path).path).totals().indicators
    assert found["energy"]["at_factor_values"] == pytest.approx(300)
    assert found["it_energy"]["at_factor_values"] == pytest.approx(300 * (15 / 2.26 + 16 / 1.5) / 31)


def test_an_import_says_that_a_declared_pue_is_not_used(tmp_path: Path) -> None:
    """With the energy of machines, and with none: it serves with that of a site alone, on the third line."""
    asked = MEASURED | {"energy_kwh": "300", "host": "class/server-room", "pue": "1,2"}
    none = asked | {"energy_kwh": "", "energy_boundary": "", "energy_basis": "", "service": "rien"}
    file = tmp_path / "declaration.csv"
    file.write_text(text(asked | {"energy_boundary": "it"}, none, asked | {"energy_boundary": "site", "service": "b"}))
    found = json.loads(sobria(tmp_path / "home", "import", str(file), "--json").stdout)["remarks"]
    told = {remark["line"]: remark["code"] for remark in found}
    assert told == {2: "declared_pue_unused", 3: "declared_pue_unused", 4: "declared_site"}
    assert "qu'avec l'énergie du site" in found[0]["fr"].replace("\u2019", "'")


def test_a_pue_beside_a_zero_of_the_site_is_not_said_to_be_without_the_energy_of_a_site(tmp_path: Path) -> None:
    asked = MEASURED | {"energy_kwh": "0", "energy_boundary": "site", "host": "class/server-room", "pue": "1,2"}
    file = tmp_path / "declaration.csv"
    file.write_text(text(asked, asked | {"energy_boundary": "it", "service": "b"}))
    found = json.loads(sobria(tmp_path / "home", "import", str(file), "--json").stdout)["remarks"]
    assert {remark["line"]: remark["code"] for remark in found} == {2: "declared_pue_zero", 3: "declared_pue_unused"}
    assert "0 kWh" in found[0]["fr"]


@pytest.mark.parametrize(
    ("cells", "code", "quoted"),
    [
        ({"start": "20260301"}, "declared_date", "20260301"),
        ({"start": "46082"}, "declared_date", "46082"),  # a day of Excel, without its format
        ({"start": "1772323200"}, "declared_date", "1772323200"),
        ({"start": "0612345678"}, "declared_date", "…"),  # a telephone, of a row whose cells are shifted
        ({"start": "48.692054"}, "declared_date", "…"),
        ({"start": "0001-01-01"}, "year_beyond", "0001"),
        ({"end": "9999-12-31"}, "year_beyond", "9999"),
        ({"energy_kwh": "9" * 400}, "beyond_use", "9" * 40 + "…"),
        ({"energy_kwh": "x" * 40}, "bad_number", "x" * 40),
        ({"phase": "x" * 41}, "declared_word", "x" * 40 + "…"),
    ],
)
def test_a_refusal_shows_what_was_read_and_that_it_is_cut(cells: dict[str, str], code: str, quoted: str) -> None:
    _, (refused,) = read(text(MEASURED | cells))
    assert refused.code == code
    said = say("refusals", code, "en", **refused.facts)
    assert f'"{quoted}"' in said or f" is {quoted}:" in said
    assert "1900" not in said


def test_an_import_says_the_site_declared_and_the_site_counted(tmp_path: Path) -> None:
    """300 kWh at a stated PUE of 1 are 300 kWh of machines; on a bill they are those of the site."""
    site = MEASURED | {"energy_kwh": "300", "energy_boundary": "site", "host": "class/server-room"}
    file = tmp_path / "declaration.csv"
    file.write_text(
        text(site | {"pue": "1"}, site | {"service": "facture"}, site | {"service": "x", "end": "2027-01-01"})
    )
    found = json.loads(sobria(tmp_path / "home", "import", str(file), "--json").stdout)["remarks"]
    assert [(remark["line"], remark["code"]) for remark in found][:2] == [
        (2, "declared_site"),
        (3, "declared_site_split"),
    ]
    assert (
        "300 kWh" in found[0]["fr"]
        and "avec leur PUE (1)" in found[0]["fr"]
        and "total du site est 300 kWh" in found[1]["fr"]
    )


@pytest.mark.parametrize("host", ["", "class/desk"])
def test_a_computer_is_a_device_and_its_sound_is_that_of_an_estimate(tmp_path: Path, host: str) -> None:
    """Council minutes heard by a processor or a graphics card: 16 times, or 4 times, what a card of a server takes."""
    audio = {"audio_s": "36000", "model": "whisper-small", "zone": "FRA", "host": host, "energy_boundary": ""}
    for machine in ("machine/desktop", "machine/workstation"):
        row = one(**audio | {"device": machine, "service": machine})
        assert (row.host, row.machine, row.device) == ("class/desk", machine, None)
        assert "host_assumed" not in row.checks
        asked = estimate(
            Request(model="whisper-small", audio_s=36000, device=machine, zone="FRA", day=date(2026, 3, 1))
        )
        found = figures(tmp_path / machine.replace("/", "-"), row).indicators["energy"]
        assert found["at_factor_values"] == pytest.approx(asked.indicators["energy"].at_factor_values)
    _, refused = read(
        text(audio | {"device": "machine/desktop", "device_hours": "3"}, audio | {"device": "ordinateur"})
    )
    assert [refusal.code for refusal in refused] == ["declared_desk_hours", "declared_device"]
    assert "machine/workstation" in refused[1].facts["desks"]


def test_a_table_of_hours_of_sound_is_a_row_a_session(tmp_path: Path) -> None:
    """3 h 20, 2 h 30 twice on one day, and 3.5 h: 12,000 + 2 × 9,000 + 12,600 = 42,600 s, of no supplier and no period:
    as an estimate of them, and no use counted twice. Its own column is named where a cell is wrong."""
    lines = (
        "12/03/2026;Conseil;3 h 20",
        "26/03/2026;Bureau;2:30",
        "26/03/2026;Bureau;2:30:00",
        "9/4/2026 18:30;CM;3,5",
    )
    asked = ("whisper-large-v3-turbo;Station de travail;France", "whisper-large-v3-turbo;;France")
    head = "Date;Séance;Heures de son;Modèle;Poste;Pays\n"
    rows, refused = read(
        head
        + "".join(f"{line};{asked[0]}\n" for line in lines)
        + f"1/4/2026;x;long;{asked[1]}\n2/4/2026;x;3 h 75;{asked[1]}\n"
    )
    assert [row.audio_s for row in rows] == [12_000, 9_000, 9_000, 12_600] and len({row.row_id for row in rows}) == 4
    assert {(row.service_key, row.machine, row.host, row.zone) for row in rows} == {
        ("son", "machine/workstation", "class/desk", "FRA")
    }
    assert [(row.code, row.facts["column"]) for row in refused] == [("bad_number", "Heures de son")] * 2
    kept = figures(tmp_path, *rows)
    use = {"model": "whisper-large-v3-turbo", "device": "machine/workstation", "zone": "FRA"}
    found = estimate(Request(**use, audio_s=42_600, day=date(2026, 3, 12))).indicators["energy"].at_factor_values
    assert kept.indicators["energy"]["at_factor_values"] == pytest.approx(found)
    assert "declared_twice" not in {check.code for check in kept.checks}
    rows, refused = read((ROOT / "docs" / "modele-son.csv").read_text("utf-8"))
    assert [row.audio_s for row in rows] == [12_000, 9_000] and rows[0].service_key == "exemple-conseil" and not refused


def test_two_equal_sessions_count_and_are_told(tmp_path: Path) -> None:
    """2 h 30 twice on one day: 2 × 9,000 s, told on the second, before the import and by it; a model mended since is
    told on each of the three; equal calls of one second, of no sound, are calls."""
    home, file = tmp_path / "home", tmp_path / "son.csv"
    lines = "12/03/2026;2 h 30;{model}\n26/03/2026;2:30;{model}\n26/03/2026;2:30:00;{model}\n"
    for model, told in (("whisper-large-v3-turbo", [(4, "3")]), ("whisper-large-v3", [(2, "2"), (3, "3"), (4, "3")])):
        file.write_text("Date;Heures de son;Modèle\n" + lines.format(model=model))
        before = json.loads(sobria(home, "check", str(file), "--json").stdout)["files"][0]["alike"]
        assert [(remark["code"], remark["count"]) for remark in before] == [("session_alike", len(told))]
        account = json.loads(sobria(home, "import", str(file), "--json").stdout)
        assert account["accepted"] == 3 and len(account["remarks"]) == len(told)
        for remark, (line, at) in zip(account["remarks"], told, strict=True):
            assert remark["line"] == line and f"que la ligne {at} de son.csv" in remark["fr"]
    assert "Les deux comptent" in sobria(tmp_path / "new", "check", str(file)).stdout
    call = {"end": "2026-03-01T00:00:01", "start": "2026-03-01T00:00:00", "audio_s": "", "requests": "1"}
    file.write_text(text(*[MEASURED | call | {"input_tokens": "5", "output_tokens": "5"}] * 2))
    assert json.loads(sobria(home, "import", str(file), "--json").stdout)["remarks"] == []


def test_one_remark_is_printed_once_for_the_rows_that_share_it(tmp_path: Path) -> None:
    """A file of a hundred bills would say the same sentence a hundred times."""
    site = MEASURED | {"energy_boundary": "site", "host": "class/server-room"}
    (tmp_path / "d.csv").write_text(text(*(site | {"service": n, "energy_kwh": f"{n}00"} for n in "123")))
    said = sobria(tmp_path / "home", "import", str(tmp_path / "d.csv")).stdout.splitlines()
    [remark] = [line for line in said if "d.csv:" in line]
    assert "d.csv:2 (× 3) Par exemple" in remark and "100 kWh du site" in remark.replace("\u00a0", " ")


def test_a_corrected_row_says_where_the_first_one_is(tmp_path: Path) -> None:
    """The same file again is no correction; another host for one service and period is."""
    for name, host, told in (
        ("a.csv", "ovhcloud/gra", []),
        ("a.csv", "ovhcloud/gra", []),
        ("b.csv", "class/server-room", ["declared_already"]),
    ):
        (tmp_path / name).write_text(text(MEASURED | {"host": host}))
        account = json.loads(sobria(tmp_path / "home", "import", str(tmp_path / name), "--json").stdout)
        assert [remark["code"] for remark in account["remarks"]] == told
    assert "a.csv, ligne 2" in account["remarks"][0]["fr"] and account["accepted"] == 1


def test_a_file_sent_again_is_not_told_to_withdraw_what_corrects_it(tmp_path: Path) -> None:
    """900 requests, 950 in another file, then 900 again: no row is new, so the dry run and the import name none to
    withdraw, even beside one that is new and meets both."""
    home, head = tmp_path / "home", "service;start;end;model;zone;requests;input_tokens;output_tokens\n"
    line = "courrier;2025-01-01;2025-04-01;mistral-small-3.2;FRA;{0};{0}00;{0}0\n"
    for name, counts, told in (
        ("d1", [900], []),
        ("d2", [950], [2]),
        ("d1", [900], []),
        ("d2", [950], []),
        ("d3", [900, 960, 950], [3]),
    ):
        file = tmp_path / f"{name}.csv"
        file.write_text(head + "".join(map(line.format, counts)), "utf-8")
        [before] = json.loads(sobria(home, "check", str(file), "--json").stdout)["files"]
        remarks = json.loads(sobria(home, "import", str(file), "--json").stdout)["remarks"]
        assert [(remark["code"], remark["line"]) for remark in remarks] == [("declared_already", at) for at in told]
        assert sum(remark["count"] for remark in before["alike"]) == len(told)


def test_the_advice_for_a_corrected_file_leaves_the_correction(tmp_path: Path) -> None:
    """100 and 7 kWh, then 100 and 70 under the same name: 7 leaves by the command told, 170 kWh are left."""
    home, file = tmp_path / "home", tmp_path / "mars.csv"
    site = MEASURED | {"energy_boundary": "site", "host": "class/server-room"}
    for corrected in ("7", "70"):
        file.write_text(
            text(site | {"service": "a", "energy_kwh": "100"}, site | {"service": "b", "energy_kwh": corrected})
        )
        said = sobria(home, "import", str(file)).stdout
    [told] = re.findall(r"sobria (ledger withdraw --run \w+)", said)
    sobria(home, *told.split(), "--who", "DSI", "--why", "correction")
    for _ in range(2):  # and the corrected file, imported again, changes nothing
        energy = json.loads(sobria(home, "totals", "--json").stdout)["indicators"]["energy"]
        assert energy["at_factor_values"] == pytest.approx(170)
        sobria(home, "import", str(file))


@pytest.mark.parametrize(
    "mended", [{"energy_kwh": "70"}, {"host": "class/desk"}, {"end": "2026-03-31"}, {"model": "m"}]
)
def test_a_file_mended_twice_names_its_earlier_rows_and_one_command_withdraws_them(
    tmp_path: Path, mended: dict[str, str]
) -> None:
    """7 kWh mended whatever the column, beside a row that stays, then 71: the check and the import tell both earlier
    rows, and what they command leaves 100 + 71. The row of another month, under the same name, is of no correction."""
    home, file = tmp_path / "home", tmp_path / "mars.csv"
    stays, row = (MEASURED | {"service": name, "energy_kwh": kwh} for name, kwh in (("a", "100"), ("b", "7")))
    april = row | {"start": "2026-04-01", "end": "2026-05-01"}
    for rows, at in (([april], []), ([stays, row], []), ([stays, row | mended], ["3"])):
        file.write_text(text(*rows))
        told = json.loads(sobria(home, "import", str(file), "--json").stdout)["remarks"]
        before = [remark for remark in told if remark["code"] == "declared_before"]
        assert [re.findall(r"alors ligne (\d+)", remark["fr"]) for remark in before] == ([at] if at else [])
    file.write_text(text(stays, row | mended | {"energy_kwh": "71"}))
    assert "(alors ligne 3)" in sobria(home, "check", str(file)).stdout
    said = sobria(home, "import", str(file)).stdout
    [told] = re.findall(r"sobria (ledger withdraw --run \w+,\w+)\.", said)
    sobria(home, *told.split(), "--who", "DSI", "--why", "correction")
    assert "n'y sont plus" not in sobria(home, "import", str(file)).stdout
    assert sum(row.row.group.amounts["other_energy"] for row in scope_of(home, period="2026-03").rows) == 171


def test_of_two_files_of_one_name_an_import_withdraws_the_earlier_alone(tmp_path: Path) -> None:
    """The end of a bill mended in its file: the name is that of both files, of which neither is taken so, the id of an
    import that of one."""
    home, file = tmp_path / "home", tmp_path / "images.csv"
    for end in ("2026-04-01", "2026-03-31"):
        file.write_text(text(MEASURED | {"end": end}))
        sobria(home, "import", str(file))
    first, _ = sorted(json.loads(sobria(home, "ledger", "history", "--json").stdout)["imports"], key=lambda e: e["at"])
    said = ("--who", "DSI", "--why", "correction", "--dry-run", "--json")
    refused = sobria(home, "ledger", "withdraw", "--file", "images.csv", *said, code=1).stdout
    assert json.loads(refused)["error"]["code"] == "several_files_named"
    assert json.loads(sobria(home, "ledger", "withdraw", "--import", first["event"], *said).stdout)["rows"] == 1
    assert "--import NUMÉRO ne retire que l'un" in say("checks", "declared_twice", "fr")


@pytest.mark.parametrize(
    ("column", "cell", "delimiter", "kept"),
    [
        ("requests", "1.200", ",", None),  # 1200, or 1 and a fifth
        ("output_tokens", "12,345", ";", None),
        ("energy_kwh", "1.200", ";", None),
        ("energy_kwh", "1.200", ",", 1.2),  # a table with commas has points before decimals
        ("energy_kwh", "1,200", ";", 1.2),
        ("energy_kwh", "0.200", ";", 0.2),
        ("requests", "1200", ",", 1200.0),
        ("requests", "1.2", ",", 1.2),
        ("audio_s", "1.200", ",", 1.2),
    ],
)
def test_a_number_that_reads_in_two_ways_is_refused(column: str, cell: str, delimiter: str, kept: float | None) -> None:
    row = {"service": "courrier", "start": "2026-03-01", "end": "2026-04-01", column: cell}
    row |= {"energy_boundary": "it", "energy_basis": "measured"} if column == "energy_kwh" else {}
    rows, refused = read(text(row, delimiter=delimiter))
    assert [getattr(r, "other_energy_kwh" if column == "energy_kwh" else column) for r in rows] == (
        [] if kept is None else [kept]
    )
    assert [(r.code, r.facts["value"]) for r in refused] == ([("two_readings", cell)] if kept is None else [])


def test_a_header_with_one_name_twice_is_refused() -> None:
    with refuses("repeated_column"):
        read("service,start,end,energy_kwh,energy_kwh\na,2026-03-01,2026-04-01,1,2\n")


def test_a_period_that_is_not_over_is_said_and_is_no_default_year(tmp_path: Path) -> None:
    row = one(**MEASURED | {"start": "2026-01-01", "end": "2035-12-31"})
    assert row.checks == ("period_unfinished",)
    built(tmp_path, row)
    assert str(scope_of(tmp_path, today=date(2026, 11, 27)).period) == "2026"


@pytest.mark.parametrize("boundary", ["it", "gpu"])
def test_a_pue_beside_energy_of_the_equipment_is_kept_and_said_to_be_unused(boundary: str) -> None:
    row = one(**MEASURED | {"pue": "1.25", "energy_boundary": boundary})
    assert (row.other_energy_kwh or row.gpu_energy_kwh, row.reported_pue) == (120, 1.25)
    assert row.checks == ("declared_pue_unused",)


def test_a_declaration_of_neither_electricity_nor_a_model_says_what_to_ask(tmp_path: Path) -> None:
    """« Not published by the operator » would be false: nobody was asked yet."""
    energy = figures(tmp_path, one(host="class/server-room", requests="1000")).indicators["energy"]
    assert energy.missing is not None and energy.missing["code"] == "nothing_stated"
    assert "à demander à qui tient le service" in energy.missing["fr"]
    for lang in LANGUAGES:  # of calls that were streamed without their counts, the same remedy as their remark
        assert "include_usage" in energy.missing[lang] and "include_usage" in say("checks", "tokens_unknown", lang)


def test_the_rest_of_the_server_is_an_estimate_beside_declared_accelerators(tmp_path: Path) -> None:
    """100 kWh of cards declared, 43 kWh of server estimated: 100 / 143 declared."""
    row = one(**MEASURED | {"energy_kwh": "100", "energy_boundary": "gpu"})
    assert (row.gpu_energy_kwh, row.gpu_mode, row.gap) == (100, "mode/declared", "gap/declared-gpu")
    found = figures(tmp_path, row)
    assert found.indicators["it_energy"]["at_factor_values"] == pytest.approx(100 * 1.43)
    assert found.proof["declared"] == pytest.approx(100 / 143)
    assert found.proof["estimated"] == pytest.approx(43 / 143)


def test_the_addition_is_the_host_ratio_less_one() -> None:
    ratio = load().factor("host_ratio/machine/ai-server/2025")
    gap = load().factor("unmetered_ratio/gap/declared-gpu/2026")
    assert [gap.low, gap.value, gap.high] == pytest.approx([ratio.low - 1, ratio.value - 1, ratio.high - 1])
    assert gap.source == ratio.source


COMPUTED = (  # method, mode, check
    ("ecologits-0.11.3", "mode/supplier_model", None),
    ("EcoLogits 0.12", "mode/supplier_model", None),
    ("ecologits==0.8.2", "mode/supplier_ecologits_old", "old_ecologits"),
    ("ecologits v0.10.0", "mode/supplier_other", "unknown_model_of_supplier"),
    ("ecologits", "mode/supplier_other", "unknown_model_of_supplier"),
    ("calcul maison", "mode/supplier_other", "unknown_model_of_supplier"),
)


def test_a_computed_figure_is_an_estimate_as_good_as_what_is_known_of_its_model(tmp_path: Path) -> None:
    """Six services, each by a method."""
    rows = []
    for method, mode, check in COMPUTED:
        row = one(**MEASURED | {"service": method, "energy_basis": "computed", "method": method, "document": "Relevé"})
        assert (row.other_mode, row.tool_version) == (mode, f"{method} ; Relevé")
        assert row.checks == ((check,) if check else ())
        rows.append(row)
    build = built(tmp_path, *rows)
    found = {service.service_key: service.indicators["it_energy"] for service in build.services()}
    for method, mode, _ in COMPUTED:
        ratio = load().factor(f"reading_ratio/{mode}/2026")
        assert build.proof(method)["estimated"] == 1
        assert found[method]["at_factor_values"] == pytest.approx(120 * ratio.value)
        assert found[method]["envelope"] == pytest.approx([120 * ratio.low, 120 * ratio.high])


def test_the_interval_of_a_supplier_s_ecologits_is_the_inverse_of_what_was_measured() -> None:
    """EcoLogits over measurement: 0.29 to 7.7; measurement over EcoLogits: 1 / 7.7 to 1 / 0.29."""
    ratio = load().factor("reading_ratio/mode/supplier_model/2026")
    assert (ratio.low, ratio.high) == (pytest.approx(1 / 7.7, rel=0.01), pytest.approx(1 / 0.29, rel=0.02))
    other = load().factor("reading_ratio/mode/supplier_other/2026")
    assert other.low < ratio.low and ratio.high < other.high
    assert "EcoLogits" in load().label("mode/supplier_model", "fr")


def test_a_misspelt_hosting_is_quoted_with_its_near_names_and_is_to_be_mended(tmp_path: Path) -> None:
    """A provider's usual site may stand for it, and the row is still to be mended; a rule on its place mends it. A
    provider in the column host is none: its usual site is meant."""
    told = MEASURED | {"host": "aws/eu-west-33", "provider": "AWS"}
    path = tmp_path / "declaration.csv"
    path.write_text(text(told), "utf-8")
    report = import_paths(Ledger(tmp_path), [path], context())
    said = next(remark for remark in report.remarks if remark.code == "host_unread").as_dict()
    assert "« aws/eu-west-33 »" in said["fr"] and "aws/eu-west-3," in said["fr"] and "aws/eu-west-3," in said["en"]
    checks = {check["code"]: check for check in built(tmp_path / "b", one(**told)).checks()}
    assert "(FRA/aws/eu-west-33)" in checks["host_unread"]["fr"] and checks["host_unread"]["mended_by"] == "host"
    assert "host_unread" not in one(**MEASURED | {"host": "OVHcloud"}).checks


# Unknown is not zero


def test_a_declared_zero_for_work_that_was_done_is_not_estimable(tmp_path: Path) -> None:
    """Four services, each with a count of its work; so is their total."""
    rows, counts = [], ("requests", "input_tokens", "output_tokens", "images")
    for count in counts:
        row = one(**MEASURED | {"service": count, "energy_kwh": "0", count: "1000"})
        assert (getattr(row, count), row.other_energy_kwh, row.other_mode) == (1000, None, "mode/not_estimable")
        assert row.checks == ("declared_zero",)
        rows.append(row)
    found = built(tmp_path, *rows)
    energies = {service.service_key: service.indicators["energy"] for service in found.services()}
    assert energies.keys() == set(counts)
    for energy in (*energies.values(), found.totals().indicators["energy"]):
        assert (energy["low"], energy["at_factor_values"], energy["high"]) == (None, None, None)
        assert energy["missing"]["code"] == "unreliable"


def test_counts_without_energy_are_kept_and_not_estimable(tmp_path: Path) -> None:
    row = one(output_tokens="5000", model="modele-maison")
    assert (row.output_tokens, row.model, row.other_mode) == (5000, "modele-maison", "mode/not_declared")
    assert "energy_not_declared" in row.checks
    found = figures(tmp_path, row)
    assert found.indicators["energy"]["missing"]["code"] == "unknown_model"
    assert found.coverage.by_figure["energy"] == 0


def test_a_zero_for_no_work_is_zero(tmp_path: Path) -> None:
    """Known to be zero: its count is declared, and is zero, as its gases are."""
    row = one(**MEASURED | {"energy_kwh": "0", "requests": "0", "gwp_kgco2e": "0"})
    assert (row.other_energy_kwh, row.other_mode, row.checks) == (0, "mode/declared", ())
    assert figures(tmp_path, row).indicators["energy"]["at_factor_values"] == 0


@pytest.mark.parametrize(
    ("said", "check"),
    [
        ({"energy_boundary": "it"}, "zero_energy"),
        ({"energy_boundary": "gpu"}, "zero_energy"),
        ({"energy_boundary": "site", "gwp_kgco2e": "5.1"}, "zero_energy"),
        ({"energy_boundary": "site", "pue": "1.25", "gwp_kgco2e": "5.1"}, "zero_energy"),
        ({"requests": "0", "water_l": "3"}, "zero_energy"),
        ({"requests": "0", "device": "gpu/l4", "device_hours": "10"}, "declared_zero"),
        ({"data_gb": "12"}, "declared_zero"),
    ],
)
def test_a_zero_of_which_no_work_is_known_is_unknown_and_not_zero(
    tmp_path: Path, said: dict[str, str], check: str
) -> None:
    """Beside 120 known kWh, in its own group and in the total: the total is 120 kWh of one run of two, and no figure of
    the row is zero, nor is there a remark of an empty quotient (gases over no electricity)."""
    row = one(**MEASURED | {"service": "passerelle", "energy_kwh": "0"} | said)
    energies = (row.gpu_energy_kwh, row.other_energy_kwh, row.site_energy_kwh)
    assert (energies, row.other_mode) == ((None, None, None), "mode/not_estimable")
    assert check in row.checks
    found = built(tmp_path, row, one(**MEASURED))
    alone = amounts(found.groups("service_key = $1", ["passerelle"]))
    assert (alone["energy"].central, alone["energy"].high) == (None, None)
    assert found.totals().indicators["it_energy"]["at_factor_values"] == pytest.approx(120)
    assert not {code.code for code in found.totals().checks} & {"any_grid", "declared_gases", "water_by_energy"}


def test_an_unknown_beside_a_known_changes_no_total_and_is_said(tmp_path: Path) -> None:
    """120 kWh are known; the other row is in the runs and in the checks, and adds nothing, not even to the cover."""
    zero = one(**MEASURED | {"service": "passerelle", "energy_kwh": "0", "output_tokens": "7"})
    build = built(tmp_path, one(**MEASURED), zero)
    found = build.totals()
    assert found.indicators["it_energy"]["at_factor_values"] == pytest.approx(120)
    assert found.coverage.runs == 2
    assert found.coverage.by_figure["energy"] == 1, "all the electricity that was read"
    assert [(check.code, check.count) for check in found.checks] == [("declared_zero", 1)]
    alone = amounts(build.groups("service_key = $1", ["passerelle"]))
    assert all(alone[name].central is None for name in ("energy", "water", "adpe", "gwp", "primary_energy"))
    assert build.proof("passerelle") == {"measured": 0, "estimated": 0, "declared": 0, "unknown": 0}
    assert build.runs()["total"] == 2


# Where, when, who


@pytest.mark.parametrize(
    ("start", "end", "first", "last", "basis"),
    [
        ("2026-03-01", "2026-03-02", "2026-03-01T00:00:00", "2026-03-02T00:00:00", "day"),
        ("2026-03-01T08:00", "2026-03-01 09:30:00", "2026-03-01T07:00:00", "2026-03-01T08:30:00", "country"),
        ("2026-03-01T08:00Z", "2026-03-01T09:00+00:00", "2026-03-01T08:00:00", "2026-03-01T09:00:00", "offset"),
        ("2026-03-01T08:00Z", "2026-03-02", "2026-03-01T08:00:00", "2026-03-02T00:00:00", "offset"),
    ],
)
def test_periods_are_days_or_moments_and_the_end_is_not_in_them(
    start: str, end: str, first: str, last: str, basis: str
) -> None:
    row = one(start=start, end=end, **MEASURED)
    assert (row.start_us, row.end_us, row.time_basis) == (moment(first), moment(last), basis)
    assert row.duration_s == (row.end_us - row.start_us) / 1e6


def test_a_zone_of_no_table_is_quoted_with_its_near_zones_and_never_said_to_be_absent(tmp_path: Path) -> None:
    """At the import, before it, at each total and beside each figure that has none; its host is quoted apart."""
    told = MEASURED | {"zone": "Frnace", "host": "aws/eu-west-33"}
    path = tmp_path / "declaration.csv"
    path.write_text(text(told, MEASURED | {"zone": "FRA", "host": "ailleurs"}), "utf-8")
    said = {remark.code: remark for remark in reversed(import_paths(Ledger(tmp_path), [path], context()).remarks)}
    zone, host = (said[code].as_dict() for code in ("zone_unread", "host_unread"))
    assert "« Frnace »" in zone["fr"] and "FRA" in zone["en"].partition("Close zones: ")[2].partition(".")[0]
    assert "« aws/eu-west-33 »" in host["fr"]
    (checked,) = check_paths(tmp_path / "c", [path], context()).files
    before = {check["code"]: check for check in checked.as_dict()["checks"]}
    build = built(tmp_path / "b", one(**told))
    after = {check["code"]: check for check in build.checks()}
    for checks in (before, after):
        assert "(Frnace/aws/eu-west-33)" in checks["unknown_country"]["fr"]
    assert "FRA/ailleurs" in before["host_unread"]["fr"] and "FRA/ailleurs" not in before["unknown_country"]["fr"]
    gwp = build.totals().indicators["gwp"].missing
    assert gwp is not None and "or is not in the tables" in gwp["en"]


def test_a_month_that_ends_at_midnight_does_not_reach_the_next() -> None:
    row = one(start="2026-03-01T00:00Z", end="2026-04-01T00:00Z", **MEASURED)
    assert (row.start_month, row.end_month) == (202603, 202603)


@pytest.mark.parametrize(
    ("cells", "zone", "host", "checks"),
    [
        ({"zone": "France", "host": "class/hyperscale"}, "FRA", "class/hyperscale", ()),
        ({"zone": "fr", "host": "ovhcloud:gra"}, "FRA", "ovhcloud/gra", ()),
        ({"zone": "can-qc", "provider": "OVHcloud"}, "CAN-QC", "class/server-unknown", ("host_assumed",)),
        ({"zone": "", "host": "ovhcloud/gra"}, "FRA", "ovhcloud/gra", ()),
        ({"zone": "ZZZ", "host": "class/desk"}, None, "class/desk", ("unknown_country",)),
        ({"zone": "", "host": "ailleurs"}, None, "class/server-unknown", ("host_unread", "no_country")),
        ({"host": "ailleurs", "provider": "OVHcloud"}, "FRA", "class/server-unknown", ("host_unread",)),
        ({"provider": "Inconnu"}, "FRA", "class/server-unknown", ("host_assumed",)),
    ],
)
def test_places_are_those_of_the_tables_or_said(
    cells: dict[str, str], zone: str | None, host: str, checks: tuple[str, ...]
) -> None:
    row = one(**MEASURED | {"host": ""} | cells)
    assert (row.zone, row.host, row.checks) == (zone, host, checks)


@pytest.mark.parametrize(
    ("cells", "host", "zone"),
    [
        *(({"provider": name}, "mistral/swe", "SWE") for name in ("Mistral", "Mistral AI", "La Plateforme", "mistral")),
        *(({"provider": at}, "mistral/swe", "SWE") for at in ("api.mistral.ai", "https://api.mistral.ai/v1/chat")),
        *(({"host": name}, "mistral/swe", "SWE") for name in ("Mistral", "https://api.mistral.ai", "mistral/swe")),
        ({"host": "ailleurs", "provider": "Mistral"}, "mistral/swe", "SWE"),
        ({"provider": "api.eu.mistral.ai"}, "class/server-unknown", None),  # a region that the tables do not place
        ({"provider": "OVHcloud"}, "ovhcloud/gra", "FRA"),
        ({"provider": "Nuage de Mme Untel"}, "class/server-unknown", None),
    ],
)
def test_one_api_has_one_place_however_it_is_named(cells: dict[str, str], host: str, zone: str | None) -> None:
    """As a scenario places it, and as rows of an older version named it: their provider stands before their method."""
    row = one(**MEASURED | {"host": "", "zone": ""} | cells)
    assert (place_of(row).host, place_of(row).zone) == (host, zone)
    if "host" not in cells:
        asked = Request(model="mistral-small-2603", output_tokens=1, provider=cells["provider"])
        if "." not in cells["provider"] and "Untel" not in cells["provider"]:
            assert resolve(asked, load(), date(2026, 3, 1)).subjects["host"] == host


def test_what_a_supplier_says_of_its_own_footprint_is_kept_beside(tmp_path: Path) -> None:
    with_it = one(**MEASURED | {"gwp_kgco2e": "1000", "water_l": "2000"})
    assert (with_it.reported_gwp_kg, with_it.reported_water_l) == (1000, 2000)
    without = one(**MEASURED)
    gwp = [figures(tmp_path / name, row).indicators["gwp"] for name, row in (("a", with_it), ("b", without))]
    assert gwp[0] == gwp[1]


# The file


def test_semicolons_decimal_commas_and_days_first_say_the_same() -> None:
    rows = [MEASURED | {"energy_kwh": "120.5", "output_tokens": "7000"}, {"requests": "3000"}]
    french = [row | {"start": "01/03/2026", "end": "01/04/2026"} for row in rows]
    french[0] |= {"energy_kwh": "120,5", "output_tokens": "7 000"}
    french[1]["requests"] = "3\u202f000"
    left, right = read(text(*rows))[0], read(text(*french, delimiter=";"))[0]
    same = set(Activity.model_fields) - {"row_id", "run_key", "file_sha"}
    assert [row.model_dump(include=same) for row in left] == [row.model_dump(include=same) for row in right]


def test_unknown_columns_leave_their_name_and_nothing_else(tmp_path: Path) -> None:
    """Free text may hold personal data: notes and prompts are not read, not even of a row that is refused."""
    columns = (*TEMPLATE, "note", "prompt")
    secret = {"note": "dossier de Mme Untel", "prompt": "que dit ce dossier"}
    content = text(MEASURED | secret, {"energy_kwh": "-1"} | secret, columns=columns) + "x,dossier de Mme Untel\n"
    path = tmp_path / "declaration.csv"
    path.write_text(content, "utf-8")
    report = import_paths(Ledger(tmp_path), [path], context())
    assert report.files[0].unused == ("note", "prompt")
    assert [code for _, code, _ in report.faults] == ["declared_negative", "wrong_width"]
    rows, refused = read(content)
    kept = json.dumps([row.model_dump() for row in (*rows, *refused)], ensure_ascii=False)
    files = Ledger(tmp_path).files("activities") + Ledger(tmp_path).files("quarantine")
    assert "dossier" not in kept + "".join(str(pq.ParquetFile(file).read().to_pylist()) for file in files)


BAD = [
    ({"service": ""}, "declared_empty", {"column": "service"}),
    ({"start": "mars 2026"}, "declared_date", {"column": "start", "value": "mars 2026"}),
    ({"end": ""}, "declared_date", {"column": "end", "value": ""}),
    ({"end": "2026-02-28"}, "declared_period", {"start": "2026-03-01", "end": "2026-02-28"}),
    ({"end": "2026-03-01"}, "declared_period", {"start": "2026-03-01", "end": "2026-03-01"}),
    ({"end": "2062-04-01"}, "declared_period", {"start": "2026-03-01", "end": "2062-04-01"}),
    ({"start": "03/01/2026", "end": "03/31/2026"}, "dates_order",
     {"start": "03/01/2026", "start_read": "2026-01-03 | 2026-03-01", "end": "03/31/2026", "end_read": "2026-03-31"}),
    ({"start": "03/31/2026", "end": "4/1/2026"}, "dates_order",
     {"start": "03/31/2026", "start_read": "2026-03-31", "end": "4/1/2026", "end_read": "2026-01-04 | 2026-04-01"}),
    ({"start": "25/02/2026 08:00", "end": "03/31/2026 08:00"}, "dates_order",
     {"start": "25/02/2026 08:00", "start_read": "2026-02-25", "end": "03/31/2026 08:00", "end_read": "2026-03-31"}),
    ({"energy_kwh": "-3"}, "declared_negative", {"column": "energy_kwh", "value": "-3"}),
    ({"output_tokens": "-1"}, "declared_negative", {"column": "output_tokens", "value": "-1"}),
    ({"energy_kwh": "douze"}, "bad_number", {"column": "energy_kwh", "value": "douze"}),
    ({"energy_kwh": "1e308"}, "beyond_use", {"field": "energy_kwh", "value": "1e+308"}),
    ({"energy_kwh": "1e400"}, "beyond_use", {"field": "energy_kwh", "value": "1e400"}),
    ({"energy_kwh": "-1e400"}, "declared_negative", {"column": "energy_kwh", "value": "-inf"}),
    ({"requests": "1e16"}, "beyond_use", {"field": "requests", "value": "1e+16"}),
    ({"requests": "1_000"}, "bad_number", {"column": "requests", "value": "1_000"}),
    ({"requests": "١٢"}, "bad_number", {"column": "requests", "value": "١٢"}),
    ({"service": "a\u202eb"}, "hidden_character", {"column": "service", "value": "a\\u202eb"}),
    ({"service": '"a\nb"'}, "hidden_character", {"column": "service", "value": "a\\nb"}),
    ({"service": "a\u200bb"}, "hidden_character", {"column": "service", "value": "a\\u200bb"}),
    ({"service": "jean.dupont@mairie.fr"}, "contact_name", {"column": "service"}),
    ({"service": "06 12 34 56 78"}, "contact_name", {"column": "service"}),
    (
        {"start": "2026-03-29T02:00", "end": "2026-03-29T03:00"},
        "skipped_hour",
        {"start": "2026-03-29T02:00", "end": "2026-03-29T03:00", "zone": "Europe/Paris"},
    ),
    ({"service": "a" * 201}, "long_name", {"column": "service", "most": "200", "value": "a" * 40}),
    ({"model": "a\x1bb"}, "hidden_character", {"column": "model", "value": "a\\x1bb"}),
    ({"water_l": "inf"}, "bad_number", {"column": "water_l", "value": "inf"}),
    ({"energy_boundary": "baie"}, "declared_word",
     {"column": "energy_boundary", "value": "baie", "expected": "gpu | it | site"}),
    ({"energy_basis": "devinée"}, "declared_word",
     {"column": "energy_basis", "value": "devinée", "expected": "measured | computed"}),
    ({"energy_boundary": ""}, "declared_without", {"column": "energy_boundary", "expected": "gpu | it | site"}),
    ({"energy_basis": ""}, "declared_without", {"column": "energy_basis", "expected": "measured | computed"}),
    ({"energy_basis": "computed"}, "computed_without_method", {}),
    ({"start": "2060-03-01", "end": "2060-04-01"}, "declared_future", {"start": "2060-03-01"}),
    ({"start": "2013-03-01", "end": "2013-04-01"}, "before_first", {"start": "2013-03-01"}),
    ({"start": "1995-03-01", "end": "1995-04-01"}, "before_first", {"start": "1995-03-01"}),
    ({"energy_kwh": "1e12", "end": "2026-03-02"}, "impossible_power", {"value": "4.17e+10"}),
    ({"pue": "125"}, "declared_pue", {"value": "125", "low": "1", "high": "4"}),
]  # fmt: skip


def test_a_file_has_one_order_of_day_and_month() -> None:
    """« 03/13/2026 » can only be month first: « 03/01/2026 » of another row is 1 March there, not 3 January."""
    american = {"start": "03/13/2026", "end": "03/14/2026"}, {"start": "03/01/2026", "end": "03/05/2026"}
    rows, refused = read(text(*(MEASURED | {"service": f"s{n}"} | days for n, days in enumerate(american))))
    assert [row.service_key for row in rows] == ["s0"] and [row.code for row in refused] == ["dates_order"]
    assert refused[0].facts["start_read"] == "2026-01-03 | 2026-03-01" and refused[0].facts["end"] == "03/13/2026"


@pytest.mark.parametrize(("written", "zone"), [("TX", "USA-TX"), ("UE27", "EU27"), ("can-qc", "CAN-QC"), ("ZZ", None)])
def test_a_zone_is_written_as_in_an_estimate(written: str, zone: str | None) -> None:
    ((row,), _) = read(text(MEASURED | {"zone": written}))
    assert row.zone == zone and ("unknown_country" in row.checks) is (zone is None)


@pytest.mark.parametrize(("cells", "code", "facts"), BAD, ids=[f"{code}-{list(cells)[0]}" for cells, code, _ in BAD])
def test_a_bad_row_is_set_aside_with_what_to_do(cells: dict[str, str], code: str, facts: dict[str, str]) -> None:
    rows, refused = read(text(MEASURED | cells, MEASURED))
    assert len(rows) == len(refused) == 1, "the other row of the file is accepted"
    assert (refused[0].code, refused[0].facts, refused[0].line) == (code, facts, 2)
    for lang in LANGUAGES:
        sentence = say("refusals", code, lang, **refused[0].facts)
        assert "{" not in sentence and all(
            value in sentence or short_day(value, lang) in sentence for value in facts.values()
        )
    assert say("refusals", code, "fr", **facts) != say("refusals", code, "en", **facts)


def test_a_refused_row_can_be_read_again_after_a_fix() -> None:
    _, refused = read(text(MEASURED | {"energy_boundary": "baie", "document": "Relevé de mars"}))
    rows, _ = read(f"{refused[0].header}\n{refused[0].text.replace('baie', 'it')}\n")
    assert (rows[0].other_energy_kwh, rows[0].tool_version) == (120, "Relevé de mars")


ROWS = st.fixed_dictionaries(
    {
        "service": st.sampled_from(["a", "b", ""]),
        "start": st.sampled_from(["2026-03-01", "2026-02-01"]),
        "energy_kwh": st.sampled_from(["", "0", "1", "2.5", "-1"]),
        "energy_boundary": st.sampled_from(["gpu", "it", "site", "rack"]),
        "energy_basis": st.just("measured"),
        "output_tokens": st.sampled_from(["", "10"]),
        "pue": st.sampled_from(["", "1.2"]),
    }
)


@examples(3, 60)
@given(rows=st.lists(ROWS, min_size=1, max_size=6), seed=st.integers(0, 2**32))
def test_prefixes_in_any_order_twice_under_two_names_are_the_whole_once(rows: list[dict[str, str]], seed: int) -> None:
    content = text(*rows, MEASURED)
    parts = 2 * prefixes(content)
    random.Random(seed).shuffle(parts)
    with tempfile.TemporaryDirectory() as folder:
        whole, bits = Path(folder, "whole"), Path(folder, "bits")
        whole.mkdir(), bits.mkdir()
        account = bring(whole, content, name="declaration.csv")
        assert account.read == len(rows) + 1 == account.accepted + account.quarantined
        for number, part in enumerate(parts):
            bring(bits, part, name=("declaration.csv", "copie.csv")[number % 2])
        assert counting(Ledger(bits)) == counting(Ledger(whole))
        assert row_ids(Ledger(bits)) == row_ids(Ledger(whole))


# Sound, documents, images and a fine-tuning, declared by their counts

COUNTED_ROWS = """\
service,start,end,provider,model,zone,host,requests,input_tokens,images,audio_s,device,device_hours,phase
poste,2026-01-01,2026-07-01,,whisper-large-v3-turbo,FRA,class/desk,,,,86400,,,
index,2026-01-01,2026-07-01,,bge-m3,FRA,class/server-room,1810000,1538500000,,,,,
magazine,2026-01-01,2026-07-01,OpenAI,gpt-image-1,,,,,200,,,,
affinage,2026-03-02,2026-03-09,,llama-3.1-8b,FRA,class/server-room,,,,,gpu/h100-sxm-80,672,training
"""


def test_uses_that_are_not_text_are_lines_of_the_ledger(tmp_path: Path) -> None:
    """24 h of sound on a workstation: 86,400 s × 1.7325 J × 3.8 × 1.5 = 0.237 kWh. 181 readings of 10,000 documents of
    850 tokens: 1.5385e9 × 0.567 × 1.00855e-9 × 1.5 × 1.43 × 2.26 = 4.26 kWh. 200 images: 200 × 7.71678e-4 × 1.15 × 1.43
    × 1.2 = 0.305 kWh. A week of four cards: 672 h × 0.7 kW × 70 % × 1.43 × 2.26 = 1,064 kWh."""
    (tmp_path / "d.csv").write_text(COUNTED_ROWS, "utf-8")
    home = tmp_path / "home"
    assert json.loads(sobria(home, "import", str(tmp_path / "d.csv"), "--json").stdout)["accepted"] == 4
    found = {
        name: json.loads(sobria(home, "explain", f"service.{name}.energy", "--json").stdout)["amount"]
        for name in ("poste", "index", "magazine", "affinage")
    }
    by_hand = {
        "poste": 86_400 * (1.889 * 1.589) ** 0.5 / 3.6e6 * 3.8 * 1.5,
        "index": 1.5385e9 * 0.567 * 1.00855e-9 * 1.5 * 1.43 * 2.26,
        "magazine": 200 * 7.71678e-4 * 1.15 * 1.43 * 1.2,
        "affinage": 672 * 0.7 * 0.7 * 1.43 * 2.26,
    }
    assert {name: body["at_factor_values"] for name, body in found.items()} == pytest.approx(by_hand, rel=1e-3)


def test_a_training_in_the_ledger_is_the_training_of_an_estimate(tmp_path: Path) -> None:
    """Electricity, water, gases and manufacture, to the last digit; a quarter of the cards is a quarter of each."""
    effort = {"device": "gpu/h100-sxm-80", "device_hours": 672.0, "zone": "FRA", "host": "class/server-room"}
    asked = Request.model_validate({"training": effort, "day": date(2026, 3, 9)})
    said = estimate(asked)["provider"]["indicators"]
    cells = {"service": "a", "start": "2026-03-02", "end": "2026-03-09", "zone": "FRA", "host": "class/server-room"}
    cells |= {"device": "gpu/h100-sxm-80", "phase": "training"}
    for hours in (672.0, 168.0):
        row = one(**cells, device_hours=f"{hours:g}")
        assert (row.phase, row.device, row.device_hours) == ("training", "gpu/h100-sxm-80", hours)
        found = figures(tmp_path / f"{hours:g}", row).indicators
        for name in ("it_energy", "energy", "water", "adpe", "gwp"):
            expected = said[name]["at_factor_values"] * hours / 672
            assert found[name].at_factor_values == pytest.approx(expected, rel=1e-9), name


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"device": "carte-inconnue", "device_hours": "3"}, "declared_device"),
        ({"phase": "training"}, "declared_phase"),
        ({"phase": "usage"}, "declared_word"),
        ({"device_hours": "-3"}, "declared_negative"),
    ],
)
def test_a_card_or_a_training_that_cannot_be_read_is_refused(cells: dict[str, str], code: str) -> None:
    place = {"service": "a", "start": "2026-03-02", "end": "2026-03-09", "zone": "FRA"}
    rows, refused = read(text(place | cells))
    assert not rows and refused[0].code == code


# The template that ships


def test_the_template_its_schema_and_the_reader_name_the_same_columns() -> None:
    schema = json.loads((ROOT / "docs" / "table-schemas" / "declared.json").read_text("utf-8"))
    with MODEL.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file, delimiter=";"))
    assert [field["name"] for field in schema["fields"]] == header == list(TEMPLATE)
    assert reader_of(Trace("x.csv", MODEL.read_bytes(), None)).name == "declared"
    pue = next(field for field in schema["fields"] if field["name"] == "pue")["constraints"]
    assert (pue["minimum"], pue["maximum"]) == (load().quantities["pue"].floor, load().quantities["pue"].ceiling)


def test_the_template_imports_as_it_is_into_a_fresh_home(tmp_path: Path) -> None:
    """120.5 kWh of site at 1.25 are declared, 0.42 kWh at 1.2 are estimated: 96.4 and 0.35 kWh of servers."""
    account = json.loads(sobria(tmp_path, "import", str(MODEL), "--json").stdout)
    assert (account["read"], account["accepted"]) == (2, 2)
    again = json.loads(sobria(tmp_path, "import", str(MODEL), "--json").stdout)
    assert again["duplicates"] == 2
    found = json.loads(sobria(tmp_path, "totals", "--json").stdout)
    assert found["indicators"]["it_energy"]["at_factor_values"] == pytest.approx(120.5 / 1.25 + 0.42 / 1.2)
    assert found["proof"]["declared"] == pytest.approx(96.4 / (96.4 + 0.35))
    opened = sobria(tmp_path, "explain", "service.exemple-passerelle.energy").stdout
    assert "Estimé (EcoLogits, par le fournisseur)" in opened
    assert "Exemple API ; ecologits-0.11.3 ; Tableau de bord de la passerelle (exemple)" in opened
    opened = json.loads(sobria(tmp_path, "explain", "service.exemple-assistant.energy", "--json").stdout)
    assert "mode/declared" in {factor["subject"]["id"] for factor in opened["factors"]}
    assert opened["proof"]["declared"] == 1


def test_a_header_alone_holds_no_row() -> None:
    assert read(text()) == ([], [])


def test_a_large_bill_is_said_in_whole_digits(tmp_path: Path) -> None:
    """12,345 kWh are not 1,234e+04."""
    file = tmp_path / "declaration.csv"
    file.write_text(text(MEASURED | {"energy_kwh": "12345", "energy_boundary": "site", "host": "class/server-room"}))
    found = json.loads(sobria(tmp_path / "home", "import", str(file), "--json").stdout)["remarks"]
    assert "12\u202f345 kWh" in found[0]["fr"] and "12,345 kWh" in found[0]["en"]


def test_the_printed_name_of_a_card_and_of_a_site_are_read() -> None:
    """« son nom » is the label that the searches print."""
    row = one(device="NVIDIA H100 SXM 80 Go", device_hours="4", host="Salle informatique")
    assert (row.device, row.host) == ("gpu/h100-sxm-80", "class/server-room")
