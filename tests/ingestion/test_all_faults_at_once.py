"""A file's faults are told together, rows set aside are said, and a quote left open swallows no row in silence."""

import json
from pathlib import Path

import pytest

from tests.support import sobria

HEADER = "service,start,end,requests,output_tokens,energy_kwh,energy_boundary,energy_basis,pue"
GOOD = "chat,2026-03-01,2026-04-01,10,100,5,it,measured,"
BAD = (
    "chat,hier,2026-04-01,dix,-1,5,salle,measured,0.5"  # five columns at fault: start, requests, output, boundary, pue
)


def written(folder: Path, *rows: str, name: str = "d.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("command", ["check", "import"])
def test_five_faulty_columns_are_told_in_one_try(tmp_path: Path, command: str, lang: str) -> None:
    """Beside a good row, the bad one tells each of its five columns once, on its line; one row is set aside."""
    path = written(tmp_path, GOOD, BAD)
    said = sobria(tmp_path / "home", command, str(path), lang=lang).stdout
    for told in ("start", "requests", "output_tokens", "energy_boundary", "0.5"):
        assert told in said, told
    body = json.loads(sobria(tmp_path / "autre", command, str(path), "--json").stdout)
    account = body if command == "import" else body["account"]
    assert (account["read"], account["accepted"], account["quarantined"]) == (2, 1, 1)


@pytest.mark.parametrize(("lang", "said"), [("fr", "Aucune ligne n'est acceptée"), ("en", "No row is accepted")])
def test_a_file_of_which_no_row_is_accepted_fails_and_says_so(tmp_path: Path, lang: str, said: str) -> None:
    path, home = written(tmp_path, BAD), tmp_path / "home"
    checked = sobria(home, "check", str(path), code=1, lang=lang)
    assert said in checked.stderr
    assert said in sobria(home, "import", str(path), code=1, lang=lang).stdout
    again = sobria(home, "import", str(path), code=1, lang=lang).stdout  # known, and still set aside
    assert "sobria quarantine list" in again and said in again
    account = json.loads(sobria(home, "import", str(path), "--json", code=1).stdout)
    assert (account["duplicates"], account["waiting"]) == (1, 1)


def test_a_second_import_of_a_good_file_succeeds(tmp_path: Path) -> None:
    path, home = written(tmp_path, GOOD), tmp_path / "home"
    for accepted, known in ((1, 0), (0, 1)):
        account = json.loads(sobria(home, "import", str(path), "--json").stdout)
        assert (account["accepted"], account["duplicates"], account["waiting"]) == (accepted, known, 0)


@pytest.mark.parametrize(
    ("lang", "all_aside", "all_known"),
    [("fr", "toutes les lignes lues sont mises de côté", "toutes étaient déjà connues")]
    + [("en", "all the rows that were read are set aside", "all were known already")],
)
def test_the_help_says_which_code_an_import_ends_with(
    tmp_path: Path, lang: str, all_aside: str, all_known: str
) -> None:
    """1 where all rows are set aside, 0 where all are known: the two tests above."""
    said = " ".join(sobria(tmp_path, "import", "--help", lang=lang).stdout.replace("\u00a0", " ").split())
    of_one, of_zero = said.split(" ; 0 " if lang == "fr" else "; 0 ")
    assert all_aside in of_one and all_known in of_zero


@pytest.mark.parametrize(("lang", "said"), [("fr", "1 ligne mise de côté"), ("en", "1 row set aside")])
def test_totals_say_what_is_set_aside_and_the_command(tmp_path: Path, lang: str, said: str) -> None:
    """With rows in use, and with none: a home that holds a refused row only is not « nothing yet » alone."""
    for number, (rows, code) in enumerate((((GOOD, BAD), 0), ((BAD,), 1))):
        home = tmp_path / f"home{number}"
        sobria(home, "import", str(written(tmp_path, *rows)), code=code)
        told = sobria(home, "totals", lang=lang).stdout
        assert said in told and "sobria quarantine list" in told


@pytest.mark.parametrize(("lang", "said"), [("fr", "ligne 3 : un guillemet"), ("en", "line 3: a quotation mark")])
def test_a_quote_left_open_is_refused_by_its_line_and_nothing_is_imported(tmp_path: Path, lang: str, said: str) -> None:
    """The row of line 3 opens a quote: the two below would be one cell of it."""
    path = written(tmp_path, GOOD, '"chat' + GOOD[4:], GOOD.replace("10,", "11,"), GOOD.replace("10,", "12,"))
    home = tmp_path / "home"
    assert said in sobria(home, "import", str(path), code=1, lang=lang).stdout
    assert "No measurement yet" in sobria(home, "totals", lang="en").stdout


def test_a_cell_of_several_lines_that_is_closed_is_read(tmp_path: Path) -> None:
    header = HEADER + ",document"
    path = tmp_path / "d.csv"
    path.write_text(f'{header}\n{GOOD},"page 1,\nannexe"\n{GOOD.replace("10,", "11,")},x\n', "utf-8")
    account = json.loads(sobria(tmp_path / "home", "import", str(path), "--json").stdout)
    assert (account["read"], account["accepted"]) == (2, 2)
