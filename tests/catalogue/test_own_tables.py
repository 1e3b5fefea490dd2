"""The user's own tables: read as those that ship, never needed, and refused with their file and line."""

import json
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from estimator.builds.build import build
from estimator.builds.recalculation import changes
from estimator.catalogue.load import far_values, load
from estimator.catalogue.quality_checks import kinds_of, problems
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import select_factor
from estimator.catalogue.tables import Catalogue
from estimator.catalogue.user_tables import OwnTablesRefused, _covers
from estimator.core.errors import SobriaError
from estimator.core.home import OWN_TABLES
from estimator.ledger import Ledger
from estimator.workloads.estimate import estimate
from estimator.workloads.request import Request
from tests.core.test_numbers import spaced
from tests.support import Done, activity, append, factor, refuses, sobria, sobria_process

DAY = date(2026, 11, 25)
COLUMNS = (
    "id,quantity,subject,role,value,low,high,bounds_kind,bounds_rule,unit,valid_from,valid_to,geography,technology,"
    "boundary,family,correlation_group,source,locator,quality,review_by,missing_reason,note"
)
SOURCE = """[mine]
title = "Ma copie"
publisher = "Essai"
year = 2026
url = "https://example.org"
accessed = 2026-11-25
licence = "AGPL-3.0"
redistribution = "own"
citation = "Essai, 2026"
"""
SUBJECTS = "id,kind,proof,zone,class,provider,label_fr,label_en,aliases,note\n"
MISSING, SHIPPED = "embodied_gwp/gpu/t4/missing", "grid_gwp/FRA/2025"


def line(**more: str) -> str:
    """A row that fills the missing manufacture of a card, unless said otherwise."""
    cells = dict.fromkeys(COLUMNS.split(","), "")
    cells |= {"id": "embodied_gwp/gpu/t4/mine", "quantity": "embodied_gwp", "subject": "gpu/t4", "role": "default"}
    cells |= {"value": "50", "low": "25", "high": "140", "bounds_kind": "rule", "bounds_rule": "single_assumption"}
    cells |= {"unit": "kgCO2e", "source": "mine", "locator": "ligne 1", "quality": "3/3/3/3"}
    return ",".join((cells | more).values())


FRANCE = {"id": "grid_gwp/FRA/mine", "quantity": "grid_gwp", "subject": "FRA", "unit": "kgCO2e/kWh"}
FRANCE |= {"value": "0.0922", "low": "0.04", "high": "0.2"}


def folder(path: Path, *lines: str, sources: str = SOURCE, subjects: str = "", head: str = COLUMNS) -> Path:
    path.mkdir(exist_ok=True)
    (path / "mine.csv").write_text("\n".join([head, *lines]) + "\n", "utf-8")
    (path / "sources.toml").write_text(sources, "utf-8")
    if subjects:
        (path / "subjects.csv").write_text(SUBJECTS + subjects + "\n", "utf-8")
    return path


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    monkeypatch.delenv(OWN_TABLES, raising=False)
    return load()


def with_folder(monkeypatch: pytest.MonkeyPatch, path: Path) -> Catalogue:
    monkeypatch.setenv(OWN_TABLES, str(path))
    return load()


def test_a_value_that_may_not_ship_says_why_and_a_broader_one_stands_in_for_it(shipped: Catalogue) -> None:
    assert problems(shipped) == []
    assert shipped.factor(MISSING).value is None and shipped.factor(MISSING).missing_reason == "licence"
    found = select_factor(shipped, "device_gwp", "gpu/t4", DAY)
    assert found.factor is not None and (found.factor.subject, found.fallback_level) == ("gpu/any", 1)
    assert {f.source for f in shipped.factors if f.missing_reason == "licence"} <= {"boaviztapi", "base_impacts_2011"}


def test_a_row_fills_what_may_not_ship(monkeypatch: pytest.MonkeyPatch, shipped: Catalogue, tmp_path: Path) -> None:
    own = with_folder(monkeypatch, folder(tmp_path / "own", line()))
    assert own.version != shipped.version and problems(own) == []
    assert len(own.factors) == len(shipped.factors) and MISSING not in own.by_id
    found = select_factor(own, "device_gwp", "gpu/t4", DAY).factor
    assert found is not None and (found.low, found.value, found.high) == (25, 50, 140)
    assert own.sources[found.source].licence == "table de l'utilisateur : AGPL-3.0"
    other = select_factor(own, "device_adpe", "gpu/t4", DAY).factor
    assert other is not None and other.subject == "gpu/any"


def test_a_row_in_the_place_of_a_shipped_value_makes_it_a_rival(
    monkeypatch: pytest.MonkeyPatch, shipped: Catalogue, tmp_path: Path
) -> None:
    period = shipped.factor(SHIPPED)
    dates = {"valid_from": str(period.valid_from or ""), "valid_to": str(period.valid_to or "")}
    own = with_folder(monkeypatch, folder(tmp_path / "own", line(**FRANCE, **dates)))
    assert own.factor(SHIPPED).role == "rival" and own.factor(SHIPPED).value == period.value
    assert select_factor(own, "grid_gwp", "FRA", DAY).factor == own.factor("grid_gwp/FRA/mine")
    others = [f for f in shipped.factors if f.id != SHIPPED]
    assert all(own.by_id[f.id] == f for f in others)


def test_a_rival_row_changes_no_figure(monkeypatch: pytest.MonkeyPatch, shipped: Catalogue, tmp_path: Path) -> None:
    own = with_folder(monkeypatch, folder(tmp_path / "own", line(**FRANCE, role="rival")))
    assert select_factor(own, "grid_gwp", "FRA", DAY).factor == shipped.factor(SHIPPED)
    assert own.factor("grid_gwp/FRA/mine") in own.rivals(own.factor(SHIPPED))


def test_a_subject_may_be_added(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    new = "gpu/mine,device,,,gpu/any,,Ma carte,My card,,"
    path = folder(tmp_path / "own", line(id="embodied_gwp/gpu/mine/1", subject="gpu/mine"), subjects=new)
    own = with_folder(monkeypatch, path)
    assert own.label("gpu/mine", "en") == "My card"
    found = select_factor(own, "device_gwp", "gpu/mine", DAY)
    assert found.factor is not None and found.factor.value == 50


days = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(*[days] * 4, st.dates(date(2019, 1, 1), date(2031, 1, 1)))
def test_what_is_covered_is_never_in_force_alone(a: date, b: date, c: date, d: date, day: date) -> None:
    assume(all(not (first and last) or first <= last for first, last in ((a, b), (c, d))))
    mine, theirs = (factor("pue", 1, 1, 1, valid_from=x, valid_to=y) for x, y in ((a, b), (c, d)))
    if _covers(mine, theirs) and theirs.valid_on(day):
        assert mine.valid_on(day)


def test_the_content_is_in_the_version(monkeypatch: pytest.MonkeyPatch, shipped: Catalogue, tmp_path: Path) -> None:
    paths = [folder(tmp_path / name, line(value=value)) for name, value in (("a", "50"), ("b", "60"), ("c", "50"))]
    first, second, third = (with_folder(monkeypatch, path).version for path in paths)
    assert first == third and len({first, second, shipped.version}) == 3


REFUSED = {
    "mine.csv 2 comma": (line(value="0,7"), {}, "une cellule de trop. Un nombre s'écrit avec un point"),
    "mine.csv 2 number": (line(value="beaucoup"), {}, "colonne value : « beaucoup » lu, un nombre avec un point"),
    "mine.csv 2 infinite": (line(high="inf"), {}, "colonne high"),
    "mine.csv 2 order": (line(low="60"), {}, "lus : 60, 50, 140 ; low ≤ value ≤ high"),
    "mine.csv 2 role": (line(role="main"), {}, "'default', 'rival'"),
    "mine.csv 2 date": (line(valid_from="25/11/2026"), {}, "colonne valid_from : « 25/11/2026 » lu, une date"),
    "mine.csv 2 unit": (line(unit="gCO2e"), {}, "unité lue puis attendue : gCO2e / kgCO2e"),
    "mine.csv 2 plausible": (line(value="2e6", high="3e6"), {}, "hors des bornes plausibles"),
    "mine.csv 2 subject": (line(subject="gpu/nobody"), {}, "le sujet « gpu/nobody » n'existe pas"),
    "mine.csv 2 quantity": (line(quantity="magic"), {}, "la grandeur « magic » n'est pas au dictionnaire"),
    "mine.csv 2 rule": (line(bounds_rule="mine"), {}, "la règle de bornes « mine » n'existe pas"),
    "mine.csv 2 narrow": (line(low="45", high="55"), {}, "(45 – 55) sont plus étroites que ne le dit"),
    "mine.csv 2 rule's": (line(low="45", high="55"), {}, "leur règle (single_assumption, 25 – 100)"),
    "mine.csv 2 nan": (line(value="nan"), {}, "colonne value : « nan » lu, un nombre avec un point"),
    "mine.csv 2 bare": (line(low=""), {}, "une valeur sans bornes : low, high et bounds_kind"),
    "mine.csv 2 empty": (line(value="", low="", high=""), {}, "ni valeur (colonne value) ni raison"),
    "mine.csv 2 short": ("a/b/c,embodied_gwp,gpu/t4,default,50", {}, "pas de cellule pour la colonne bounds_rule"),
    "mine.csv 2 semicolons": (line().replace(",", ";"), {}, "pas de cellule pour la colonne quantity"),
    "mine.csv 2 letters": (line(id="ma valeur"), {}, "« ma valeur » lu. Un identifiant s'écrit avec des lettres"),
    "mine.csv 2 marks": (line(quality="3/3"), {}, "colonne quality : « 3/3 » lu."),
    "mine.csv 2 card": (line(quantity="pue", unit="1"), {}, "pour : hébergement ; le sujet lu est : carte"),
    "mine.csv 2 grid": (line(**FRANCE | {"subject": "gpu/t4"}), {}, "pour : zone d'électricité ; le sujet lu est"),
    "mine.csv 2 country": (line(subject="FRA"), {}, "pour : carte, machine, pièce, terminal ; le sujet lu est : zone"),
    "sources.toml [mine] text": (line(), {"sources": SOURCE + "version = 2.5\n"}, "« 2.5 » lu, un texte était attendu"),
    "sources.toml [mine] whole": (line(), {"sources": SOURCE.replace("2026\n", '"x"\n', 1)}, "un nombre entier"),
    "mine.csv 2 locator": (line(locator=""), {}, "aucun renvoi"),
    "mine.csv 2 source": (line(source="boaviztapi"), {}, "source absente (boaviztapi). Ajoutez-la à sources.toml"),
    "mine.csv 2 id": (line(id=SHIPPED), {}, "cet identifiant est déjà employé"),
    "mine.csv 2 period": (
        line(**FRANCE, valid_from="2026-11-01"), {},
        "(2026-11-01 – …) : chevauche la période de grid_gwp/FRA/2025 (2025-01-01 – …). Une ligne à vous remplace",
    ),
    "mine.csv 2 columns": (line(), {"head": COLUMNS.replace(",", ";")}, "des virgules étaient attendues"),
    "sources.toml [mine] field": (line(), {"sources": SOURCE.replace('licence = "AGPL-3.0"\n', "")}, "colonne licence"),
    "sources.toml [boaviztapi] taken": (line(), {"sources": SOURCE.replace("mine", "boaviztapi")}, "déjà celle"),
    "sources.toml - toml": (line(), {"sources": "[mine"}, "fichier illisible"),
    "subjects.csv 2 kind": (line(), {"subjects": "gpu/x,card,,,,,X,X,,"}, "colonne kind : « card » lu"),
    "subjects.csv 2 id": (line(), {"subjects": "gpu/t4,device,,,,,X,X,,"}, "déjà employé"),
    "mine.csv 2 missing": (line(id=MISSING), {}, "déjà employé, ici ou dans une table livrée"),
    "mine.csv 3 twice": (f"{line()}\n{line()}", {}, "embodied_gwp/gpu/t4/mine : cet identifiant est déjà employé"),
    "mine.csv 2 dates": (
        line(valid_from="2026-01-02", valid_to="2026-01-01"), {},
        "lus : 2026-01-02, 2026-01-01 ; la première date ne vient pas après",
    ),
    "mine.csv 2 nothing": (
        line(value="0", low="0", high="0", bounds_kind="exact"), {},
        "0 kgCO2e lu, ce qui est hors des bornes plausibles du dictionnaire (0.1 – 100000)",
    ),
    "mine.csv 2 zero": (line(**FRANCE | {"value": "0", "low": "0"}), {}, "0 kgCO2e/kWh lu, ce qui est hors des bornes"),
    "mine.csv 2 tonnes": (line(**FRANCE | {"value": "4.61e-5", "low": "0"}), {}, "dictionnaire (0.001 – 2). V"),
    "subjects.csv 2 class": (line(), {"subjects": "gpu/x,device,,,gpu/nobody,,X,X,,"}, "n'existe pas"),
    "subjects.csv 2 itself": (line(), {"subjects": "t/b,host,,FRA,t/b,,X,X,,"}, "du même genre (hébergement)"),
    "subjects.csv 2 kinds": (line(), {"subjects": "t/b,host,,FRA,gpu/t4,,X,X,,"}, "« gpu/t4 » lu dans la colonne"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_line_is_refused_with_its_file_and_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, case: str
) -> None:
    row, more, said = REFUSED[case]
    with pytest.raises(OwnTablesRefused) as refusal:
        with_folder(monkeypatch, folder(tmp_path / "own", row, **more))
    file, at, _ = case.split()
    french, english = (refusal.value.message(lang) for lang in ("fr", "en"))
    assert french.startswith(f"Table de l'utilisateur refusée : {file}, ligne {at} : ") and said in french
    assert english.startswith(f"User's table refused: {file}, line {at}: ") and "{" not in english + french


@pytest.mark.parametrize(
    ("value", "far"), [("5800", True), ("5700", False), ("5.7", True), ("5.8", False), ("50", False)]
)
def test_a_value_far_from_those_of_its_kind_serves_and_is_said(
    monkeypatch: pytest.MonkeyPatch, shipped: Catalogue, tmp_path: Path, value: str, far: bool
) -> None:
    """Cards take 57.74 to 575.1 kg to make: ten times beyond is 5.774 and 5,751, and the lowest bound of any is above.
    A T4 has no value that ships."""
    cards = [f for s in shipped.subjects for f in shipped.by_subject.get(("embodied_gwp", s), ()) if s[:4] == "gpu/"]
    valued = [f for f in cards if f.value is not None]
    assert (min(f.value for f in valued), max(f.value for f in valued)) == (57.74, 575.1)  # type: ignore[type-var]
    row = line(value=value, low=value, high=value, bounds_kind="exact", bounds_rule="")
    with_folder(monkeypatch, folder(tmp_path / "own", row))
    assert [(found.about, found.fatal) for found in far_values()] == [("embodied_gwp/gpu/t4/mine", False)] * far
    asked = Request(device="gpu/t4", device_hours=10, zone="FRA")
    told = {warning["code"]: warning for warning in estimate(asked, DAY).warnings}
    assert ("far_from_shipped" in told) == far
    if far:
        assert "57,74 à 575,1\u00a0kg" in told["far_from_shipped"]["fr"]
        assert "57.74 to 575.1\u00a0kg" in told["far_from_shipped"]["en"]
        assert estimate(Request(device="gpu/h100-sxm-80", device_hours=10, zone="FRA"), DAY).warnings
        assert "far_from_shipped" not in {w["code"] for w in estimate(Request(it_energy_kwh=1.0), DAY).warnings}


@pytest.mark.parametrize(
    ("value", "role", "far"),
    [("0.0021", "default", True), ("0.0022", "default", False), ("0.99", "default", True), ("0.99", "rival", False)],
)
def test_a_value_far_from_those_of_its_subject_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str, role: str, far: bool
) -> None:
    """France has 0.0217 to 0.098 kg a kWh, whatever year and source: a tenth is 0.00217, ten times 0.98. Other
    countries would allow 0.99; a rival enters no figure."""
    exact = dict.fromkeys(("value", "low", "high"), value) | {"bounds_kind": "exact", "bounds_rule": "", "role": role}
    with_folder(monkeypatch, folder(tmp_path / "own", line(**FRANCE | exact)))
    assert bool(far_values()) == far


def test_a_far_value_is_said_by_the_check_a_build_and_the_totals(tmp_path: Path) -> None:
    folder(tmp_path / "factors", line(value="30000", low="20000", high="45000", bounds_kind="min_max", bounds_rule=""))
    append(Ledger(tmp_path), [activity(zone="FRA")])
    for asked in (("factors", "check"), ("build",), ("totals",)):
        assert "! embodied_gwp/gpu/t4/mine : 30 000 kg" in spaced(sobria(tmp_path, *asked).stdout), asked
    for asked, name in ((("factors", "check"), "problems"), (("build",), "far_values"), (("totals",), "far_values")):
        found = json.loads(sobria(tmp_path, *asked, "--json").stdout)[name]
        assert [(p["code"], p["fatal"]) for p in found] == [("far_from_shipped", False)], asked


@pytest.mark.parametrize("quantity", sorted({q.factor for q in load().quantities.values() if q.factor}))
def test_every_quantity_is_read_or_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, quantity: str
) -> None:
    """A row of each quantity for a country: zones take those of electricity alone; whatever else is said of it."""
    unit = next(q.unit for q in load().quantities.values() if q.factor == quantity)
    row = line(id=f"{quantity}/FRA/mine", quantity=quantity, subject="FRA", unit=unit, role="rival")
    kinds = kinds_of(load(), quantity)
    assert (kinds == {"zone"}) == quantity.startswith("grid_")
    try:
        with_folder(monkeypatch, folder(tmp_path / "own", row))
    except OwnTablesRefused as refused:
        assert ("le sujet lu est : zone" in refused.message("fr")) == (bool(kinds) and "zone" not in kinds)


def test_tables_in_capitals_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = folder(tmp_path / "own", line(subject="gpu/mine"), subjects="gpu/mine,device,,,gpu/any,,Ma carte,Mine,,")
    for file in path.glob("*.csv"):
        file.rename(path / file.name.upper())
    assert with_folder(monkeypatch, path).factor("embodied_gwp/gpu/t4/mine").subject == "gpu/mine"


def test_blank_lines_and_marks_of_spreadsheets_are_no_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = folder(tmp_path / "own", "", "", line(value="x"), head="\ufeff" + COLUMNS)
    with pytest.raises(OwnTablesRefused, match="line 4: column value"):
        with_folder(monkeypatch, path)
    (path / "mine.csv").write_bytes((COLUMNS + "\n" + line(note="café")).encode("latin-1"))
    with pytest.raises(OwnTablesRefused, match="line -: unreadable file"):
        with_folder(monkeypatch, folder(tmp_path / "other")) and with_folder(monkeypatch, path)


@pytest.mark.parametrize("named", ["mes-facteurs", "/nowhere/at/all"])
def test_the_folder_is_a_full_path_that_exists(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv(OWN_TABLES, named)
    with refuses("own_folder_refused") as refusal:
        load()
    assert f"{OWN_TABLES} vaut « {named} »" in refusal.value.message("fr") and named in refusal.value.message("en")
    assert isinstance(refusal.value, SobriaError)


def test_an_own_table_reprices_the_past_and_the_log_says_by_how_much(
    monkeypatch: pytest.MonkeyPatch, shipped: Catalogue, tmp_path: Path
) -> None:
    """1 kWh for an hour on 2 cards, 50 kg each and no more those of any card: gwp alone moves, by that difference."""
    home = tmp_path / "home"
    append(Ledger(home), [activity(device="gpu/t4", device_hours=2.0)])
    build(home)
    with_folder(monkeypatch, folder(tmp_path / "own", line()))
    build(home)
    entry = changes(home)[0]
    assert entry["factors"] == {"changed": [], "added": 1, "removed": 1}
    gwp = entry["figures"]["gwp"]
    lives = 2 / (shipped.factor("lifetime/gpu/any/2026").value * 8766)
    share = next(f.value for f in shipped.factors if f.quantity == "occupancy" and f.subject == "gpu/any")
    any_card = next(f.value for f in shipped.factors if f.quantity == "embodied_gwp" and f.subject == "gpu/any")
    gained = gwp["after"]["at_factor_values"] - gwp["before"]["at_factor_values"]
    assert gained == pytest.approx((50 - any_card) * lives / share) and gained != 0
    assert entry["figures"]["adpe"]["before"] == entry["figures"]["adpe"]["after"]


def test_from_the_command_line(tmp_path: Path) -> None:
    path = folder(tmp_path / "own", line())

    def run(*arguments: str, code: int = 0) -> Done:
        return sobria_process("--lang", "fr", "factors", *arguments, code=code, SOBRIA_FACTORS=str(path))

    said = run("check").stdout
    assert "aucune lacune muette" in said and load().version not in said
    assert "table de l'utilisateur : AGPL-3.0" in run("show", "embodied_gwp/gpu/t4/mine").stdout
    folder(path, line(value="x"))
    refused = run("check", "--json", code=1)
    assert json.loads(refused.stdout)["error"]["code"] == "own_tables_refused" and "mine.csv, ligne 2" in refused.stderr


@pytest.mark.long
def test_tables_of_the_home_serve_every_shell_and_another_variable_is_said(tmp_path: Path) -> None:
    """With the variable in one shell alone, totals alternate: it is said. In the home, the tables are those of all."""
    home, own = tmp_path / "home", folder(tmp_path / "own", line())
    append(Ledger(home), [activity(device="gpu/t4", device_hours=2.0)])

    def run(*arguments: str, **environment: str) -> tuple[str, str]:
        done = sobria_process("--home", str(home), "--lang", "fr", *arguments, code=0, **environment)
        return tuple(text.replace("\u00a0", " ") for text in (done.stdout, done.stderr))  # type: ignore[return-value]

    said, warned = run("build", SOBRIA_FACTORS=str(own))
    assert f"et les vôtres ({own})" in said and warned == ""
    said, warned = run("build")
    assert f"« {own} » pour lui, «  » pour elle" in warned and "vôtres" not in said
    assert f"vos tables : « {own} », puis «  »" in run("factors", "changes")[0]
    own.rename(home / "factors")
    said, warned = run("build")
    assert "et les vôtres (factors)" in said and "«  » ; vide" in warned and "sobria build" in warned
    assert run("build") == (said.replace("publié", "est déjà à jour").replace("Calcul", "Le calcul"), "")
    assert "AGPL-3.0" in run("factors", "show", "embodied_gwp/gpu/t4/mine")[0]
    assert "ce dossier a ses tables" in run("build", SOBRIA_FACTORS="/autre")[1]


def test_the_example_of_the_page_is_read_once_its_numbers_are_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, root: Path
) -> None:
    text = (root / "docs" / "tables-personnelles.md").read_text("utf-8")
    table, sources = (re.search(rf"```{kind}\n(.*?)```", text, re.DOTALL) for kind in ("csv", "toml"))
    assert table and sources and tomllib.loads(sources[1])
    head, row = table[1].strip().split("\n")
    row = row.replace("VALEUR", "50").replace("BASSE", "25").replace("HAUTE", "100")
    own = with_folder(monkeypatch, folder(tmp_path / "own", row, sources=sources[1], head=head))
    found: Factor | None = select_factor(own, "device_gwp", "gpu/t4", DAY).factor
    assert found is not None and found.id == "embodied_gwp/gpu/t4/ma-copie" and MISSING not in own.by_id


def test_a_site_of_ones_own_has_answers_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A town hall room, of the class of server rooms (PUE 2.26): its answer, 1.8, is its alone; five fields name it."""
    path = folder(tmp_path / "own", subjects="ville/baie,host,,FRA,class/server-room,Ville,Baie,Room,,")
    monkeypatch.setenv(OWN_TABLES, str(path))
    said = tmp_path / "answers.csv"
    said.write_text(
        "hote;champ;valeur;unite;date;repondant;document\nville/baie;pue;1,8;;2026-01-01;DSI;note\n", "utf-8"
    )
    sobria(tmp_path, "places", "answers", str(said), "--who", "DSI")
    asked = ("--people", "40", "--uses", "3 mois", "--task", "question-rag", "--models", "mistral-small-3.2")
    for place, pue in (("ville/baie", 1.8), ("class/server-room", 2.26)):
        answer = json.loads(sobria(tmp_path, "compare", *asked, "--place", place, "--json").stdout)
        assert {(o["host"], o["pue"]["central"]) for o in answer["options"]} == {(place, pue)}


def test_the_check_names_the_tables_that_it_read_and_those_that_it_did_not(tmp_path: Path) -> None:
    """A table of another ending or in a folder of the folder is no table, and is said so; so is a variable."""
    path = folder(tmp_path / "factors", line())
    (path / "cartes.tsv").write_text("id", "utf-8")
    (path / "vieux").mkdir()
    found = sobria(tmp_path, "factors", "check")
    assert "mine.csv (1)" in found.stdout and "sont des tables : cartes.tsv, vieux/." in spaced(found.stdout)
    body = json.loads(sobria(tmp_path, "factors", "check", "--json").stdout)
    assert (body["rows"], body["left_out"]) == ({"mine.csv": 1}, ["cartes.tsv", "vieux/"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(OWN_TABLES, "/nowhere")
        assert "« /nowhere »" in spaced(sobria(tmp_path, "factors", "check").stderr)
