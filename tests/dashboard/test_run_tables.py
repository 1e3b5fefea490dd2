"""The tables of the measurements as files: for a spreadsheet of the reader's language, no cell is a formula."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.requests import Request

from dashboard.register.run_tables import ROUTES, asked_of
from dashboard.shared import estimator_gateway
from dashboard.shared.html_parts import unknown_part
from dashboard.shared.svg_charts import interval_chart
from dashboard.shared.templates import render
from dashboard.shared.widgets import service_bars
from estimator.builds.queries import RunFilter
from estimator.catalogue import models
from estimator.core.searched_text import is_found
from tests.support import activity, built, kept

Ask = Callable[[str], bytes]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """The files of a home of two services, one with a name that a spreadsheet would run."""
    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path))
    hostile = activity(service_key='=HYPERLINK("http://x")', cpu_energy_kwh=0.5, model="@m")
    built(tmp_path, hostile, activity(service_key="tri", cpu_energy_kwh=2.0))
    estimator_gateway._open_build.cache_clear()
    answers = {route.path: route.endpoint for route in ROUTES}

    def asked(address: str) -> bytes:
        path, _, query = address.partition("?")
        return bytes(answers[path](Request({"type": "http", "headers": [], "query_string": query.encode()})).body)

    yield asked
    estimator_gateway._open_build.cache_clear()


def test_a_french_table_has_a_mark_semicolons_decimal_commas_and_no_formula(ask: Ask) -> None:
    body = ask("/executions.csv?tri=energy")
    assert body.startswith(b"\xef\xbb\xbf")
    heads, first, second = csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";")
    assert first[1] == "tri" and second[1].startswith("'=HYPERLINK") and second[4] == "'@m"
    low, central, high = (float(cell.replace(",", ".")) for cell in second[8:11])
    assert low <= central <= high and "," in "".join(second[8:11]) and "kWh" in heads[9]


def test_an_english_table_has_commas_and_points_and_is_searched(ask: Ask) -> None:
    rows = list(csv.reader(io.StringIO(ask("/executions.csv?lang=en&recherche=TRI").decode("utf-8-sig"))))
    assert [row[1] for row in rows] == ["Service", "tri"] and "." in rows[1][9]
    services = list(csv.reader(io.StringIO(ask("/services.csv?lang=en").decode("utf-8-sig"))))
    assert [row[2] for row in services] == ["Runs", "1", "1"]


def test_a_table_that_stops_says_of_how_many(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of two runs: the last line and the name of the file say so; a whole one says nothing more."""
    assert len(list(csv.reader(io.StringIO(ask("/executions.csv").decode("utf-8-sig"))))) == 3
    monkeypatch.setattr("dashboard.register.run_tables.MOST", 1)
    monkeypatch.setattr("dashboard.register.run_tables.AT_ONCE", 1)
    found = ROUTES[0].endpoint(Request({"type": "http", "headers": [], "query_string": b"lang=en&tri=energy"}))
    heads, run, last = csv.reader(io.StringIO(bytes(found.body).decode("utf-8-sig")))
    assert run[1] == "tri" and last[0].startswith("This file stops here: the first 1 runs, of 2.")
    assert found.headers["content-disposition"].endswith('"executions-1-sur-2-interne.csv"')


def test_a_table_of_each_service_is_named_internal(ask: Ask) -> None:
    """Documents may merge or withhold what it tells: the name of the file says that it stays inside."""
    for route in ROUTES:
        found = route.endpoint(Request({"type": "http", "headers": [], "query_string": b""}))
        assert found.headers["content-disposition"].endswith('-interne.csv"')


def test_the_hardware_is_named_as_on_the_page_then_by_its_id(tmp_path: Path, ask: Ask) -> None:
    built(tmp_path, activity(service_key="vm", machine="machine/vm-any", machine_units=8.0))
    heads, row = csv.reader(io.StringIO(ask("/executions.csv?service=vm").decode("utf-8-sig")), delimiter=";")
    told = dict(zip(heads, row, strict=True))
    assert told["Matériel"].startswith("Fil d’une machine virtuelle") and told[heads[-1]] == "machine/vm-any"


def test_the_card_that_someone_told_is_named_and_found_after_a_mend(tmp_path: Path, ask: Ask) -> None:
    """Read as an RTX 3070, said to be an H100: the table names what counts, and a search finds it."""
    built(tmp_path, activity(service_key="salle", device="gpu/h100", device_count=2, device_as_read="RTX 3070"))
    heads, row = csv.reader(io.StringIO(ask("/executions.csv?recherche=h100").decode("utf-8-sig")), delimiter=";")
    told = dict(zip(heads, row, strict=True))
    assert told["Matériel"].startswith("2 × ") and "H100" in told["Matériel"] and told["Pays"] == "France"
    assert len(list(csv.reader(io.StringIO(ask("/executions.csv?recherche=3070").decode("utf-8-sig"))))) == 2


def test_each_electricity_of_a_table_says_whose_it_is(ask: Ask) -> None:
    """Of the machines, then of their site, whose PUE is at least 1; the file of the picture says it beside its unit."""
    heads, *rows = csv.reader(io.StringIO(ask("/services.csv?lang=en").decode("utf-8-sig")))
    machines, sites = (
        heads.index("IT electricity, central value (kWh)"),
        heads.index("Electricity, central value (kWh)"),
    )
    assert all(float(row[sites]) >= float(row[machines]) > 0 for row in rows)
    bars = service_bars(estimator_gateway.current_build().services(), "en", {})
    drawn = interval_chart(bars, "Services", "en").unescape()
    assert "unit,figure" in drawn and drawn.count("kWh,Electricity") == 2


def test_an_electricity_says_of_how_many_runs_it_is_without(tmp_path: Path, ask: Ask) -> None:
    """Of « mixte » two runs of four are known, of « su » all, of « rien » none, which has no figure to complete."""
    named = {"mixte": (1.0, 1.0, None, None), "su": (1.0,), "rien": (None,)}
    unread = {"cpu_mode": "mode/none", "other_mode": "mode/not_declared"}
    built(
        tmp_path,
        *(
            activity(service_key=key, cpu_energy_kwh=kwh, **({} if kwh else unread))
            for key, every in named.items()
            for kwh in every
        ),
    )
    left = {"mixte": "sans celle de 2 exécutions, non connue", "su": "", "rien": ""}
    services = estimator_gateway.current_build().services()
    services = [entry for entry in services if entry.service_key in named]  # of the home alone
    assert {e.service_key: unknown_part(e, "fr") for e in services} == left
    assert [left[bar.label] in bar.said for bar in service_bars(services, "fr", {})] == [True] * 3
    page = render("services_drawn", "fr", title="Services", shown=services, names={})
    assert page.count("sans celle de") == 1
    _, *rows = csv.reader(io.StringIO(ask("/services.csv").decode("utf-8-sig")), delimiter=";")
    assert {row[1]: row[-1] for row in rows if row[1] in named} == {"mixte": "2", "su": "0", "rien": "1"}


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("comptes-rendus", "comptes rendus"), ("comptes rendus", "Comptes-Rendus"), ("réponses_été", "REPONSES ETE"),
        ("reponses", "réponses"), ("Île-de-France", "ile de france"),
        ("n° 3 : l'accueil", "l’accueil"), ("œuvre", "ŒUVRE"),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_typed(tmp_path: Path, name: str, asked: str) -> None:
    """A hyphen for a space and the reverse, without accents or case: among what was read, and names given since."""
    found = built(tmp_path, activity(service_key=name), activity(service_key="autre"))
    for text in (RunFilter(text=asked), RunFilter(text=f" {asked}- ")):
        assert [row["service_key"] for row in found.runs(text)["rows"]] == [name]
    assert asked_of({"recherche": asked}, {"a": name, "b": "autre"}).named == ("a",)
    assert found.runs(RunFilter(text="absent"))["total"] == 0


@pytest.mark.parametrize("asked", kept(["???", "-", "…", "*"], "???", "*"))
def test_marks_alone_find_nothing(tmp_path: Path, asked: str) -> None:
    """They hold no letter and no digit: nothing to search, which is not all there is. Without a text, all of it."""
    found = built(tmp_path, activity(service_key="tri"), activity(service_key="chat"))
    wanted = asked_of({"recherche": asked}, {"tri": "Le tri", "chat": "Le chat"})
    assert found.runs(wanted)["total"] == 0 and wanted.named == ()
    assert found.runs(asked_of({"recherche": " "}, {}))["total"] == 2
    assert not is_found(asked, "Quoi ???") and models.search(asked) == [] and models.search("")
