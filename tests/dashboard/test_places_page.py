"""The page « Lieux » and the place said in Brancher before an import: what is said there counts and is mended."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.comparison.estimator_gateway import place_names
from dashboard.connect import estimator_gateway as connect
from dashboard.shared import estimator_gateway
from dashboard.shared.dates import day_text, short_day
from dashboard.shared.html_parts import alternatives
from dashboard.shared.texts import LANGUAGES, t
from estimator.catalogue.load import load, name_hosts
from estimator.comparison.scenario_toml import scenario_toml
from estimator.core.errors import say
from estimator.core.fields import Author
from estimator.core.number_format import interval_text
from estimator.governance.register.register import Register
from estimator.ledger import Ledger
from estimator.places.journal import PlaceJournal
from estimator.places.named_rules import in_names
from estimator.results.reading import current_results, open_current
from tests.builds.test_mending import SENT
from tests.builds.test_sample_mark import FACTS
from tests.comparison.test_compare_parts import option, scenario
from tests.core.test_numbers import spaced
from tests.dashboard.test_connect import drop, screen, text, whole
from tests.ingestion.test_reader_vllm import page
from tests.ledger.test_ledger import snapshot
from tests.support import activity, built, kept, sobria
from tests.traces_support import text as trace

LOGS = page("vllm:generation_tokens_total 4e+05", "vllm:prompt_tokens_total 1.2e+06").encode()
SAID = {"host": "class/server-room", "zone": "FRA", "who": "DSI", "why": "notre salle"}
ANSWERS = b"hote;champ;valeur;unite;date;repondant;document\nclass/server-room;pue;1,2;1;2026-01-01;Hote;rapport\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home, where people may write."""
    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path / "home"))
    for room in ("file_upload", "places_form"):
        monkeypatch.setattr(f"dashboard.connect.{room}.may_write", lambda: True)
    estimator_gateway._open_build.cache_clear()
    yield tmp_path / "home"
    estimator_gateway._open_build.cache_clear()
    name_hosts(())


def filled(at: AppTest, form: str, **values: str) -> AppTest:
    """The fields of a form, as a person types them."""
    for name, value in values.items():
        key = f"{form} {name}"
        kind = at.selectbox if name in ("host", "zone", "service", "id", "wider") else at.text_input
        kind(key=key).set_value(value)
    return at


def sent(at: AppTest, word: str, lang: str = "fr") -> AppTest:
    (button,) = (b for b in at.button if b.label == t(word, lang))
    button.click()
    return whole(at.run())


def covered(home: Path) -> bool:
    found = open_current(home)
    assert found is not None
    return found.totals().indicators["water"].missing is None


def test_a_place_said_before_an_import_is_that_of_its_services(home: Path) -> None:
    at = filled(drop(screen(), "vllm.prom", LOGS), "file", **SAID | {"who": ""})
    confirm = next(b for b in at.button if b.label == t("connect.confirm", "fr", n=1))
    confirm.click()
    at = whole(at.run())
    assert not (home / "places").exists() and not (home / "ledger" / "imports").exists(), "nobody said who says so"
    at = filled(at, "file", **SAID)
    next(b for b in at.button if b.label == t("connect.confirm", "fr", n=1)).click()
    whole(at.run())
    assert [e.said.told for e in PlaceJournal(home).rules()] == ["service=vllm → host=class/server-room zone=FRA"]
    assert covered(home)


@pytest.mark.parametrize("lang", kept(["fr", "en"], "fr"))
def test_the_page_says_places_takes_answers_and_withdraws(home: Path, lang: str) -> None:
    built(home, activity(zone=None))
    use = {"it_energy_kwh": 1, "zone": "FRA", "host": "class/server-room"}
    (home / "scenarios").mkdir()
    asked = scenario(option("a", use=use), option("b", use=use | {"pue": 1.5}), volume=1)
    (home / "scenarios" / "salle.toml").write_text(scenario_toml(asked), "utf-8")
    at = screen("lieux", lang)
    assert t("places.no_rule", lang).replace("\u00a0", " ") in text(at) and not covered(home)
    at = sent(filled(at, "place", service="essai", **SAID), "places.place_save", lang)
    named = {"fr": "service « essai » → Salle informatique, France", "en": "service “essai” → Server room, France"}
    assert text(at).count(named[lang]) == 2 and covered(home), "in the list and in what was written"
    assert "service=" not in text(at) and "host=" not in text(at)
    at.file_uploader(key="answers file").set_value(("reponses.csv", ANSWERS, "text/csv"))
    at = sent(filled(at, "answers", who="DSI"), "places.answers_save", lang)
    asked, host = say("hosting_fields", "pue", lang), {"fr": "Salle informatique : 1,2", "en": "Server room: 1.2"}
    assert plain(text(at)).count(plain(f"{asked}, {host[lang]} ({short_day('2026-01-01', lang)})")) == 2
    moved = {"fr": "salle.toml, l'option a :.*? → environ 1,2 kWh", "en": "salle.toml, l'option a:.*? → about 1.2 kWh"}
    assert re.search(moved[lang], plain(text(at))) and "l'option b" not in plain(text(at))
    [rule] = PlaceJournal(home).rules()
    at = sent(filled(at, "withdraw", id=rule.id, who="DSI", why="errer"), "places.withdraw_save", lang)
    read = t("places.withdraw_read", lang, told=named[lang], who="DSI", why="errer").replace("\u00a0", " ")
    assert read.replace("'", "’") in unescape(text(at)).replace("'", "’") and PlaceJournal(home).rules()
    at = sent(filled(at, "withdraw", why="erreur"), "places.withdraw_confirm", lang)
    assert PlaceJournal(home).rules(), "another reason is read back too"
    at = sent(at, "places.withdraw_confirm", lang)
    assert plain(f"(DSI, {short_day(rule.at[:10], lang)})") in plain(text(at)) and not re.search(
        r"\d{4}-\d\d-\d\d", text(at)
    )
    assert t("places.no_rule", lang).replace("\u00a0", " ") in text(at) and not covered(home)


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_a_name_of_no_service_is_refused_with_near_ones_until_it_is_sent_again(home: Path, lang: str) -> None:
    """« EcoVision » is the start of a name that was measured; what changed since is asked again."""
    built(home, activity(service_key="EcoVision_FineTuning", zone=None), activity(service_key="courrier", zone=None))
    at = typed(screen("lieux", lang), "EcoVision")
    at = sent(filled(at, "place", **SAID), "places.place_save", lang)
    refused = say("errors", "service_unmeasured", lang, read="EcoVision", near="EcoVision_FineTuning")
    assert plain(refused) in plain(text(at)) and not PlaceJournal(home).rules()
    at = sent(filled(typed(at, "EcoVision"), "place", why="notre baie"), "places.place_save", lang)
    assert plain(refused) in plain(text(at)) and not PlaceJournal(home).rules()
    at = sent(typed(at, "EcoVision"), "places.place_save", lang)
    assert [e.said.service for e in PlaceJournal(home).rules()] == ["EcoVision"]
    assert plain(say("places_cli", "nobody", lang)) in plain(text(at)) and not covered(home)


def test_a_file_whose_place_is_said_already_names_it_before_its_import(home: Path) -> None:
    """« Lieu déjà dit, qui comptera », with its rule by the names of the form."""
    PlaceJournal(home).add_rule({"service": "vllm", "zone": "POL"}, Author(who="DSI", why="notre salle"))
    said = plain(text(drop(screen(), "vllm.prom", LOGS)))
    assert "Lieu déjà dit" in said and "service « vllm » → Pologne" in said and "zone=" not in said


def test_a_name_like_no_other_is_refused_without_near_ones(home: Path) -> None:
    built(home, activity(service_key="courrier"))
    said = text(sent(filled(typed(screen("lieux"), "zzz"), "place", **SAID), "places.place_save"))
    assert "« zzz »" in said and "proches" not in said and not PlaceJournal(home).rules()


def typed(at: AppTest, service: str) -> AppTest:
    """A name that is not in the list, as its « Ajouter » takes it."""
    at.selectbox(key="place service").options.append(service)
    return filled(at, "place", service=service)


def plain(said: str) -> str:
    return " ".join(unescape(said).replace("’", "'").split())


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_a_rule_that_is_written_says_whom_it_concerns_and_what_it_changes(home: Path, lang: str) -> None:
    """The same lines as `sobria places add`: the runs, then its effect on each total."""
    built(home, activity(zone="POL"), activity(zone="POL"))
    at = sent(filled(screen("lieux", lang), "place", service="essai", **SAID), "places.place_save", lang)
    said = " ".join(unescape(text(at)).split())
    assert " ".join(say("places_cli", "concerned", lang, count=2).split()) in said
    assert " ".join(say("places_cli", "totals_moved", lang).split()) in said
    assert re.search({"fr": "Gaz à effet de serre −[0-9]", "en": "Greenhouse gases −[0-9]"}[lang], said)


def test_what_is_wrong_in_a_rule_is_said_before_its_name(home: Path) -> None:
    built(home, activity(zone=None))
    at = sent(filled(typed(screen("lieux"), "inconnu"), "place", **SAID | {"who": ""}), "places.place_save")
    assert 'role="alert"' in text(at) and "« inconnu »" not in text(at)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_says_which_rule_counts_instead_of_which(home: Path, lang: str) -> None:
    """Both stand there as in force; the wide one, though written later, gives way where both are about one run."""
    journal, author = PlaceJournal(home), Author(who="DSI", why="notre salle")
    narrow = journal.add_rule({"service": "courrier", "zone": "FRA"}, author)
    wide = journal.add_rule({"address": "127.0.0.1", "zone": "DEU"}, author)
    facts = {"old": wide.id[:8], "told": wide.said.told, "new": narrow.id[:8], "by": narrow.said.told}
    said = in_names(say("places_cli", "instead_precise", lang, **facts), lang).partition(" d'")[0]
    assert " ".join(said.split()) in text(whole(screen("lieux", lang)))


def test_a_host_of_ones_own_is_named_on_the_page_then_chosen(home: Path) -> None:
    built(home, activity(zone=None))
    rack = {"name": "ville/baie", "wider": "class/server-room", "zone": "FRA", "who": "DSI", "why": "notre baie"}
    assert "ville/baie" not in place_names("fr")
    at = sent(filled(screen("lieux"), "own", **rack), "places.own_save")
    assert "ville/baie" in place_names("fr"), "in the five fields of Comparer, without starting again"
    assert "ville/baie → mêmes valeurs que « Salle informatique », France" in text(at)
    at = sent(filled(at, "place", service="essai", **SAID | {"host": "ville/baie"}), "places.place_save")
    assert covered(home)
    at = sent(filled(at, "own", **rack), "places.own_save")
    assert 'role="alert"' in text(at) and "déjà connu" in text(at)
    host = PlaceJournal(home).hosts()[0].id
    at = sent(filled(at, "withdraw", id=host, who="DSI", why="fermée"), "places.withdraw_save")
    at = sent(at, "places.withdraw_confirm")
    assert "nomme un hébergement retiré" in text(at) and "ville/baie" not in load().subjects


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_an_import_annulled_is_brought_back_from_the_same_place(home: Path, lang: str) -> None:
    """4 kWh and 2 kWh: 6, 2 without the first import, 0 without any, then 4 once the first is back. A file dropped
    again while its rows are withdrawn names the way back."""
    at, files = screen(lang=lang), {"tri": b"", "don": b""}
    for name, kwh in zip(files, (4, 2), strict=True):
        files[name] = trace(snapshot(name, 2, 60, kwh)).encode()
        at = drop(at, f"{name}.csv", files[name])
        at.button[0].click()
        whole(at.run())
    first, last = (one.event for one in Ledger(home).imports.read()[0])
    assert measured(home) == pytest.approx(6) and t("places.part_redo", lang) not in [e.label for e in at.expander]
    for event, kwh in ((first, 2), (last, 0)):
        at = sent(filled(at, "undo", id=event, who="DSI", why="erreur"), "places.undo_save", lang)
        assert t("connect.undone", lang, n=1) in said_of(at) and measured(home) == pytest.approx(kwh)
        gone = {one.target: one.event for one in Ledger(home).in_force()}
        assert at.selectbox(key="redo id").value == gone[f"import:{event}"] and "redo" in at.query_params["voir"]
    assert "tri.csv" in at.selectbox(key="redo id").options[1] and len(gone) == 2
    day = day_text(Ledger(home).in_force()[0].at, lang)
    undone = re.sub(r"\s", " ", t("connect.last_undone", lang, told="", day=day)).strip()
    assert said_of(at).count(undone) == 2, "each of the last imports says that it was undone"
    at = drop(screen(lang=lang), "tri.csv", files["tri"])
    assert said_of(at).count(say("check", "withdrawn", lang, count=1).partition(":")[0].strip()) == 1
    at, before = screen(lang=lang), electricity(home, lang)
    at = sent(filled(at, "redo", id=gone[f"import:{first}"], who="DSI", why="elle"), "places.redo_save", lang)
    total = t("connect.undone_total", lang, before=before, after=electricity(home, lang))
    assert t("connect.redone", lang, n=1) in said_of(at) and re.sub(r"\s", " ", total) in said_of(at)
    assert before != electricity(home, lang)
    assert said_of(at).count(undone) == 1, "the other one is back"
    assert measured(home) == pytest.approx(4) and len(at.selectbox(key="redo id").options) == 1
    assert [one.target for one in Ledger(home).in_force()] == [f"import:{last}"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_import_annulled_says_which_other_name_of_its_content_it_takes(home: Path, lang: str) -> None:
    """One row, imported again as autre.csv: annulled, neither counts."""
    home.mkdir()
    for name in ("tri.csv", "autre.csv"):
        (home / name).write_text(trace(snapshot("tri", 2, 60, 4)))
        sobria(home, "import", str(home / name))
    event = next(one.event for one in Ledger(home).imports.read()[0] if one.sources[0].new)
    told = re.sub(r"\s", " ", " ".join(connect.undone(event, "DSI", "erreur", lang)[1]))
    assert t("connect.undone_also", lang, n=1, file="autre.csv").replace("\u202f", " ").replace("\xa0", " ") in told


def measured(home: Path) -> float:
    """Energy of the computers, over all services [kWh]."""
    found = open_current(home)
    assert found is not None
    return found.totals().indicators["it_energy"].central or 0


def electricity(home: Path, lang: str) -> str:
    """That of all services, as a page says it."""
    return interval_text(current_results(home).totals().indicators["energy"], lang)


def said_of(at: AppTest) -> str:
    return re.sub(r"\s", " ", unescape(text(at)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_far_day_of_a_place_is_refused_in_the_words_of_the_page(home: Path, lang: str) -> None:
    """The calendar refused it, in English, beyond ten years."""
    at = screen("lieux", lang)
    for name, year in (("since", 1914), ("until", 2099)):
        field = at.date_input(key=f"place {name}")
        assert field.min <= date(1914, 1, 1) and field.max >= date(2099, 1, 1)
        field.set_value(date(year, 8, 2))
    told = said_of(sent(at, "places.place_save", lang)).split('role="alert"')[1].partition("</div>")[0]
    for name, year in (("since", 1914), ("until", 2099)):
        day, label = plain(short_day(f"{year}-08-02", lang)), t(f"places.{name}", lang)
        assert any(day in fault and re.sub(r"\s", " ", label) in fault for fault in told.split("<li>")), told
    assert told.count("<li>") == 6, "with all that is empty: who, why, of what and where"
    assert not PlaceJournal(home).rules()


def test_a_form_is_closed_until_its_address_opens_it(home: Path) -> None:
    assert not any(form.proto.expanded for form in screen("lieux").expander)
    opened = [form.label for form in screen("lieux", voir="own").expander if form.proto.expanded]
    assert opened == [t("places.part_own", "fr")]


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_what_only_its_source_mends_is_asked_of_that_source(home: Path, lang: str) -> None:
    """Calls received over HTTP of a model that nobody knows: no file is asked for; with a row of a file, it is."""
    names = ("check_at_source", "check_files", "check_sent", "check_lines")
    at_source, files, sent_, lines = (re.split("[,;]", spaced(t(f"measures.{name}", lang)))[0] for name in names)
    built(home, *(activity(service_key="courrier", **SENT) for _ in range(11)))
    said = spaced(text(screen("mesures", lang, voir="remarques")))
    assert at_source in said and sent_ in said and files not in said
    assert spaced(t("measures.at_source", lang, n=11)) in said and t("measures.mends_source", lang) in said
    said = spaced(text(screen("mesures", lang, voir="corriger")))
    listed = said.split(spaced(t("mend.away", lang)))[-1]
    assert "courrier" in listed and "my-model" in listed and spaced(t("mend.model", lang)) in listed
    assert spaced(t("mend.see", lang, n=11)) in listed, "of no country nor place, which change nothing of them"
    told = text(screen("mesures", lang, service="courrier"))
    assert (told.count(t("measures.marked_source", lang)), told.count(t("measures.marked_here", lang) + "<")) == (11, 0)
    said = spaced(text(screen("explication", lang, id="service.courrier.energy")))
    assert spaced(t("explain.mend_source", lang)) in said and spaced(t("explain.mend_here", lang)) not in said
    built(home, activity(checks=("constant_42_5",), run_id="r"))
    said = spaced(text(screen("mesures", lang, voir="remarques")))
    assert files in said and lines not in said and sent_ in said and spaced(t("measures.at_source", lang, n=12)) in said
    built(home, activity(checks=("constant_42_5",)))
    for part in ("remarques", "corriger"):
        assert lines in spaced(text(screen("mesures", lang, voir=part))), (
            "no id tells its rows from those of a new file"
        )


def test_what_may_need_nothing_is_to_check_and_a_notice_is_not(home: Path) -> None:
    """Lines of an exported table that may be parts or readings: to check, and not said to be mended at their source.
    That the manufacture of a card is that of its family is a remark: nothing is to check."""
    card = {"device": "gpu/t4", "device_count": 1, "device_hours": 1.0}
    rows = [activity(checks=("increments_suspected",)), activity(**card)]
    built(home, *rows)
    said = spaced(text(screen("mesures", voir="remarques")))
    assert said.count(spaced(t("measures.to_check", "fr", n=1))) == 2, "above, and over the remark"
    assert spaced(t("measures.at_source", "fr", n=1)) not in said
    assert spaced(t("measures.check_at_source", "fr")) not in said
    pages = [spaced(text(screen("mesures", execution=row.row_id))) for row in rows]
    assert [t("run.checks", "fr") in page for page in pages] == [True, False]
    assert t("run.notices", "fr") in pages[1] and "fabrication de cette carte précise" in pages[1]


def test_what_says_no_place_is_refused_on_the_page(home: Path) -> None:
    built(home, activity(zone=None))
    at = sent(
        filled(screen("lieux"), "place", service="essai", **{"who": "DSI", "why": "notre salle"}), "places.place_save"
    )
    assert 'role="alert"' in text(at) and not (home / "places").exists()


def test_faults_of_a_refusal_are_a_list(home: Path) -> None:
    """Nothing typed: who writes, why, of what and where are missing, each an item, none behind a dash."""
    at = sent(screen("lieux"), "places.place_save")
    told = text(at).split('role="alert"')[1].split("</div>")[0]
    assert told.count("<li>") == 4 and "- " not in told


def test_a_mend_says_what_it_changed_of_its_service(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two services, one has no country: its gases are told before and after, and not those of all,
    whose reach changes; the electricity of all is."""
    monkeypatch.setattr("dashboard.connect.mending.may_write", lambda: True)
    built(home, activity(), activity(service_key="tri", zone=None, checks=("no_country",)))
    at = screen("mesures", voir="corriger")
    next(f for f in at.selectbox if f.key.endswith(" zone")).set_value("FRA")
    at.text_input(key="mend who").set_value("DSI")
    said = text(sent(at, "mend.save")).partition("Corrigé.")[2].partition("</div>")[0]
    assert "Gaz à effet de serre du service « tri » : entre" in said and "au lieu de « non estimable" in said
    assert "Gaz à effet de serre, tous services" not in said


def test_the_form_says_to_which_service_it_passes_and_offers_cards(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """« gros » then « petit » lack a country: « gros » mended, the form is that of « petit », and says so below it.
    Cards and their number may be said of it, as before an import."""
    monkeypatch.setattr("dashboard.connect.mending.may_write", lambda: True)
    nowhere = {"zone": None, "checks": ("no_country",)}
    rows = [activity(service_key=key, cpu_energy_kwh=kwh, **nowhere) for key, kwh in (("gros", 9.0), ("petit", 1.0))]
    built(home, *rows)
    at = screen("mesures", voir="corriger")
    at.selectbox(key="{'service': 'gros'} zone").set_value("FRA")
    at.selectbox(key="{'service': 'gros'} device").set_value("gpu/l4")
    at.number_input(key="{'service': 'gros'} cards").set_value(2)
    at.text_input(key="mend who").set_value("DSI")
    at = sent(at, "mend.save")
    assert at.selectbox(key="mend service").value == "petit"
    before, _, said = spaced(text(at)).partition("Corrigé.")
    assert "service suivant : « petit »." in said and t("mend.what", "fr") in before
    assert [e.said.told for e in PlaceJournal(home).rules()] == ["service=gros → zone=FRA device=gpu/l4 cards=2"]


def test_a_service_attached_by_a_mend_has_its_figures_told_by_its_new_name(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """« tri » lacks a country and becomes « Tri du courrier » in one mend: what changed is told by its new name."""
    monkeypatch.setattr("dashboard.connect.mending.may_write", lambda: True)
    built(home, activity(service_key="tri", zone=None, checks=("no_country",)))
    use = Register(home).create(FACTS | {"name": "Tri du courrier"}, Author(who="DSI", why="essai")).id
    at = screen("mesures", voir="corriger")
    at.selectbox(key="{'service': 'tri'} zone").set_value("FRA")
    at.selectbox(key="{'service': 'tri'} use").set_value(use)
    at.text_input(key="mend who").set_value("DSI")
    said = text(sent(at, "mend.save")).partition("Corrigé.")[2].partition("</div>")[0]
    assert "Gaz à effet de serre du service « Tri du courrier » : entre" in said and "service « tri »" not in said


@pytest.mark.long
def test_what_a_remark_asks_for_is_said_in_place(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A virtual machine of unknown size asks for its threads, and cards beside; said, nothing is left to mend."""
    monkeypatch.setattr("dashboard.connect.mending.may_write", lambda: True)
    built(home, activity(machine=None, checks=("vm_size_unknown",)))
    at = screen("mesures", voir="corriger")
    assert t("mend.made", "fr").replace("\u00a0", " ") in text(at)
    assert [field.key for field in at.number_input] == [f"{{'service': 'essai'}} {name}" for name in ("vcpus", "cards")]
    assert [field.key for field in at.selectbox] == ["mend service", "{'service': 'essai'} device"]
    at.number_input[0].set_value(8)
    at.text_input(key="mend who").set_value("DSI")
    at = sent(at, "mend.save")
    assert [e.said.told for e in PlaceJournal(home).rules()] == ["service=essai → vcpus=8.0"]
    assert t("mend.nothing", "fr").replace("\u00a0", " ") in text(at)


@pytest.mark.parametrize("writer", [True, False])
def test_a_remark_shows_its_command_where_no_form_says_as_much(
    home: Path, monkeypatch: pytest.MonkeyPatch, writer: bool
) -> None:
    """The form says it of a whole service, to those who may write; one file of a service has the command alone."""
    monkeypatch.setattr("dashboard.connect.mending.may_write", lambda: writer)
    default = {"service_key": "codecarbon", "reader": "codecarbon"}
    nowhere = {"zone": None, "checks": ("no_country",)}
    built(home, activity(**default, file_name="a.csv", **nowhere), activity(**default, file_name="b.csv"))
    built(home, activity(service_key="tri", **nowhere))
    shown = text(screen("mesures", voir="corriger"))
    assert "sobria places add --file a.csv --zone …" in shown
    assert ("sobria places add --service tri --zone …" in shown) is not writer


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_no_remark_above_a_form_tells_the_command_that_does_as_much(
    home: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    """Logs that tell no place, in Brancher then in « À corriger »: the remark is there, « sobria places » is not."""
    monkeypatch.setattr("dashboard.connect.mending.may_write", lambda: True)
    code = "zone_not_told"
    built(home, activity(service_key="tri", zone=None, checks=(code,)))
    told = spaced(say("checks", code, lang)).partition(".")[0].replace("'", "’")
    for at in (drop(screen(lang=lang), "vllm.prom", LOGS), screen("mesures", lang, voir="corriger")):
        shown = spaced(unescape(text(at))).replace("'", "’")
        assert told in shown and "sobria places" not in shown


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_a_refusal_of_places_names_its_fields_by_their_labels(home: Path, lang: str) -> None:
    """RGAA 11.11: « services » and « où ? » were no labels; an unsaid place is chosen in one of two lists, a name has
    its shape, and what is taken back is chosen."""
    built(home, activity(service_key="tri"))
    PlaceJournal(home).add_rule({"service": "tri", "zone": "FRA"}, Author(who="DSI", why="essai"))
    at = screen("lieux", lang)

    def label(*names: str) -> str:
        return spaced(alternatives([t("state.label", lang, label=t(name, lang)) for name in names], lang))

    def refused(word: str) -> str:
        return spaced(unescape(text(sent(at, word, lang)).split('role="alert"')[1].split("</div>")[0]))

    who, why = label("register_forms.who"), label("register_forms.why")
    empty = {"place": ("places.service",), "own": ("places.name", "places.wider", "places.zone")}
    for form, names in empty.items():
        told, count = refused(f"places.{form}_save"), len(names) + 2 + (form == "place")
        assert told.count("<li>") == count and all(said in told for said in (who, why, *map(label, names))), told
        assert not re.search(r"«\s*»|“\s*”|\"\s*\"", told), "nothing was read, and not an empty text"
        assert form == "own" or spaced(t("state.choose", lang, field=label("places.host", "places.zone"))) in told
    filled(at, "place", who="DSI", why="essai", service="tri")
    assert spaced(t("state.choose", lang, field=label("places.host", "places.zone"))) in refused("places.place_save")
    for name in ("", "  "):
        filled(at, "own", name=name)
        told, said = refused("places.own_save"), {"fr": " : rien n'a été lu", "en": ": nothing was read"}[lang]
        assert label("places.name") + said in told, told
    filled(at, "own", who="DSI", why="essai", name="Ma Salle", wider="class/server-room", zone="FRA")
    assert label("places.name") in refused("places.own_save")
    for word, chosen in (("places.withdraw_save", "withdraw_which"), ("places.answers_save", "file")):
        told = refused(word)
        assert told.count("<li>") == (3 if chosen == "withdraw_which" else 2), "all that is empty, at once"
        assert spaced(t("state.choose", lang, field=label(f"places.{chosen}"))) in told and who in told


def test_files_dropped_again_after_their_import_was_annulled_bring_it_back_there(home: Path) -> None:
    """A file whose rows are all withdrawn has nothing to import: the form that brings them back is under its report,
    which leaves the page once they are."""
    at = drop(screen(), "tri.csv", content := trace(snapshot("tri", 2, 60, 4)).encode())
    at.button[0].click()
    whole(at.run())
    (done,) = Ledger(home).imports.read()[0]
    at = sent(filled(at, "undo", id=done.event, who="DSI", why="erreur"), "places.undo_save")
    at = drop(screen(), "tri.csv", content)
    assert not [button for button in at.button if button.label.startswith("Importer")] and measured(home) == 0
    (entry,) = Ledger(home).in_force()
    at = sent(filled(at, "redo", id=entry.event, who="DSI", why="elle"), "places.redo_save")
    assert t("connect.redone", "fr", n=1) in said_of(at) and measured(home) == pytest.approx(4)
    assert len(at.file_uploader) == len(screen().file_uploader), "what the report said is no longer true"
