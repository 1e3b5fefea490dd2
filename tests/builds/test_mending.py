"""What changes a total is told apart from notices, by service, the most electricity first."""

import json
import re
from pathlib import Path

import pytest

from estimator.assessment.explanation import NumberUnknown
from estimator.builds.mended_runs import Mends
from estimator.builds.mending import MENDED_BY, OF_A_MEND
from estimator.builds.queries import ANY, RunFilter
from estimator.core.errors import texts
from estimator.core.fields import Author
from estimator.places.journal import PlaceJournal
from estimator.results.making import build
from estimator.results.reading import Results
from tests.core.test_numbers import spaced
from tests.support import activity, built, sobria


def test_every_code_that_mends_has_its_words_and_one_mend() -> None:
    assert set(MENDED_BY) <= set(texts("checks", "fr")) | {"bad_pue"}
    assert len(MENDED_BY) == len({code for codes in OF_A_MEND.values() for code in codes})


def test_services_to_mend_are_ordered_by_their_electricity_and_notices_are_apart(tmp_path: Path) -> None:
    """« gros » reads 2 x 1 kWh without a country nor a host, « petit » 0.5 kWh without a country, « sans » nothing at
    all: its zero is unknown, and only its file can mend it, as the constant of « gros ». « vide » has no electricity
    that a country would change. The cap of codecarbon's old rate is a notice: it changes no total."""
    nothing = {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "other_mode": "mode/not_declared", "requests": 5.0}
    nowhere = {"zone": None, "checks": ("no_country",)}
    rows = [
        activity(service_key="gros", cpu_energy_kwh=1.0, zone=None, host=None, checks=("no_country", "no_host")),
        activity(service_key="gros", cpu_energy_kwh=1.0, **nowhere | {"checks": ("no_country", "constant_42_5")}),
        activity(service_key="petit", cpu_energy_kwh=0.5, **nowhere),
        activity(service_key="sans", checks=("zero_energy",), **nothing),
        activity(service_key="dit", checks=("rate_in_grams",)),
        activity(service_key="vide", **nothing | nowhere),
    ]
    found = built(tmp_path, *rows)
    told = [(e["service_key"], e["runs"], e["unknown"], e["mends"]) for e in found.to_mend()]
    assert told == [("gros", 2, 0, ["host", "zone"]), ("petit", 1, 0, ["zone"])]
    large, small = (entry["kwh"] for entry in found.to_mend())
    assert large == pytest.approx(4 * small)
    assert [(e["service_key"], e["runs"]) for e in found.to_mend(in_file=True)] == [("gros", 1), ("sans", 1)]
    marked = {row["row_id"]: row["mended"] for row in found.runs()["rows"]}
    assert [marked[row.row_id] for row in rows] == ["here", "here", "here", "source", None, None], (
        "each as it is counted"
    )
    assert found.totals().coverage.to_check == 5
    assert found.runs(RunFilter(check=ANY))["total"] == sum(e["runs"] for e in found.to_mend()) == 3, "« vide » is not"
    assert {c["code"]: c["mended_by"] for c in found.checks("dit")} == {"rate_in_grams": None}
    assert [e["service_key"] for e in found.to_mend(rows[2].row_id)] == ["petit"]


def test_a_service_weighs_what_is_doubted_in_it(tmp_path: Path) -> None:
    """In 100 hours « carte » reads 7 kWh of a card and 5 kWh of a processor whose power is supposed: 5 are in doubt.
    The place of « lieu » is not known: its 20 kWh are. Of « neuve », the manufacture alone; « sans » was not read."""
    card = {
        "gpu_energy_kwh": 7.0,
        "gpu_mode": "mode/nvml",
        "device": "gpu/l4",
        "device_count": 1,
        "device_hours": 100.0,
    }
    rows = [
        activity(hours=100, service_key="carte", cpu_energy_kwh=5.0, checks=("constant_42_5",), **card),
        activity(hours=100, service_key="lieu", cpu_energy_kwh=20.0, zone=None, checks=("no_country",)),
        activity(
            hours=100, service_key="neuve", cpu_energy_kwh=5.0, **card | {"device": None}, checks=("unknown_device",)
        ),
        activity(hours=100, service_key="sans", cpu_energy_kwh=None, **card, checks=("cpu_not_metered",)),
    ]
    found = built(tmp_path, *rows)
    told = sorted(found.to_mend() + found.to_mend(in_file=True), key=lambda e: -(e["kwh"] or 0))
    weights = {e["service_key"]: e["kwh"] and round(e["kwh"], 6) for e in told}
    assert list(weights)[:2] == ["lieu", "carte"] and weights["lieu"] == 4 * weights["carte"]
    assert {key: weights[key] for key in ("neuve", "sans")} == {"neuve": None, "sans": None}
    assert [e["service_key"] for e in told if e["made"]] == ["neuve"]


SENT = {"file_name": "collect-rows@0123456789ab", "model": "my-model", "output_tokens": 20.0, "requests": 1.0}
SENT |= {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "other_mode": "mode/not_declared", "machine": None}


def test_what_is_to_mend_is_one_count_in_the_terminal_and_on_the_page(tmp_path: Path) -> None:
    """Eleven calls sent over HTTP of a model that nobody knows: nothing is to mend here, no command is announced, and
    no file is asked for. One run of a file with a constant, and one without a country, are counted apart."""
    found = built(tmp_path, *(activity(service_key="courrier", **SENT) for _ in range(11)))
    assert found.mends() == Mends(0, 0, 11) and found.to_mend() == []
    told = spaced(sobria(tmp_path, "totals").stdout)
    assert "11 exécutions reçues par HTTP" in told and "my-model" in told
    assert "commande" not in told and "à importer de nouveau" not in told and "Aucune exécution à corriger" not in told
    rows = [activity(checks=("constant_42_5",), run_id="r"), activity(zone=None, checks=("no_country",))]
    found = built(tmp_path, *rows)
    assert found.mends() == Mends(sum(e["runs"] for e in found.to_mend()), 1, 11)
    assert found.totals().coverage.to_check == 13
    said = spaced(sobria(tmp_path, "totals", lang="en").stdout)
    assert "1 run to mend" in said and "1 run read from a file" in said and "11 runs received over HTTP" in said
    here, _, source = said.partition("1 run read from a file")
    assert "places add" in here and "places add" not in source and "under the same name" in source


CALL = {"call_type": "acompletion", "prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150, "spend": 0.001}
CALL |= {"status": "success", "cache_hit": "False", "request_tags": ["service:accueil"], "metadata": {}}


@pytest.mark.parametrize("mended", [{0, 3}, {0, 1, 2, 3}], ids=["some rows", "all rows"])
def test_a_corrected_log_counts_once_when_its_earlier_file_is_withdrawn_as_advised(
    tmp_path: Path, mended: set[int]
) -> None:
    """Four calls of a log of LiteLLM, two of them without an id, of a model that no table has. A corrected file would
    count beside those without an id: its earlier file is to be withdrawn first, and 4 runs count."""
    log = tmp_path / "log.jsonl"

    def write(mended: set[int]) -> None:
        calls = [CALL | {"model": "gpt-4o-mini" if n in mended else "my-model"} for n in range(4)]
        for n, call in enumerate(calls):
            call |= {"startTime": f"2026-03-0{n + 1}T10:00:00Z", "endTime": f"2026-03-0{n + 1}T10:00:03Z"}
            call |= {"request_id": f"call-{n}"} if n < 2 else {}
        log.write_text("".join(json.dumps(call) + "\n" for call in calls), "utf-8")

    write(set())
    sobria(tmp_path, "import", str(log))
    told = spaced(sobria(tmp_path, "totals").stdout)
    assert "2 exécutions lues dans des fichiers, à corriger" in told and "sous le même nom" in told
    apart = told.partition("2 exécutions lues dans des fichiers, sans identifiant")[2].partition("\n")[0]
    advised = re.search(r"sobria (ledger withdraw --file NOM --who … --why …)", apart)
    assert advised and "importez le corrigé" in apart
    given = {"NOM": log.name, "…": "DSI"}
    sobria(tmp_path, *(given.get(word, word) for word in advised[1].split()))
    write(mended)
    sobria(tmp_path, "import", str(log))
    cover = json.loads(sobria(tmp_path, "totals", "--json").stdout)["coverage"]
    assert (cover["runs"], cover["unknown"]) == (4, 4 - len(mended))


def test_a_check_names_the_command_that_mends_it(tmp_path: Path) -> None:
    """Two files under the name that codecarbon gives where nobody names a project: the command names one file of them;
    elsewhere the service, quoted for a shell and for what reads patterns; of a run, the run. A notice has none."""
    default = {"service_key": "codecarbon", "reader": "codecarbon"}
    rows = [
        activity(**default, file_name="salle.csv", zone=None, checks=("no_country",)),
        activity(**default, file_name="poste.csv"),
        activity(service_key="tri [A]", device=None, checks=("unknown_device", "pue_undone")),
        activity(service_key="vm", machine=None, checks=("vm_size_unknown", "constant_42_5")),
    ]
    found = built(tmp_path, *rows)
    end = "--who … --why …"
    commands = {check["code"]: check["command"] for check in found.checks()}
    assert commands == {
        "default_project": None,
        "no_country": f"sobria places add --file salle.csv --zone … {end}",
        "unknown_device": f"sobria places add --service 'tri [[]A]' --device … --cards … {end}",
        "pue_undone": None,
        "vm_size_unknown": f"sobria places add --service vm --vcpus … {end}",
        "constant_42_5": None,
    }
    (check,) = (check for check in found.run(rows[0].row_id)["checks"] if check["mended_by"])
    assert check["command"] == f"sobria places add --run {rows[0].row_id} --zone … {end}"
    told = sobria(tmp_path, "totals").stdout
    assert f"        {commands['vm_size_unknown']}\n" in told and "Aucune exécution à corriger" not in told
    to_mend, beside = told.partition("Autres remarques")[::2]
    for check in found.checks():
        assert check["fr"] in (to_mend if check["mended_by"] else beside), "what is counted is told under its count"
    assert {c["code"] for c in built(tmp_path / "one", rows[0]).checks()} == {"no_country"}, "one file merges nothing"


def test_no_command_is_told_for_runs_whose_total_no_place_changes(tmp_path: Path) -> None:
    """A run of no electricity and no country: its country would change no total, and is a remark without a command. The
    cards of another are still asked for."""
    none = {"cpu_energy_kwh": None, "cpu_mode": "mode/none"}
    rows = [
        activity(service_key="sans", zone=None, checks=("no_country",), **none),
        activity(service_key="tri", device=None, checks=("unknown_device",)),
    ]
    found = built(tmp_path, *rows)
    assert {check["code"]: check["mended_by"] for check in found.checks()} == {
        "no_country": None,
        "unknown_device": "cards",
    }
    told, _, beside = sobria(tmp_path, "totals").stdout.partition("Autres remarques")
    assert "--device" in told and "--zone" not in told + beside and "pays" in beside


def test_a_remark_under_a_heading_counts_no_run_that_the_heading_leaves_out(tmp_path: Path) -> None:
    """Two services of one provider, without a country nor a host: « lu » has 2 runs of 1 kWh, and 1 with a host; of
    « inconnu » the 3 calls are of a model that no table has, which no place mends, and « nul » read 0 kWh. 3 runs are
    to mend here: 3 without a country and 2 without a host, of « lu » alone. The others are notices, 4 and 4."""
    nowhere = {"zone": None, "host": None, "checks": ("no_country", "no_host")}
    call = {
        "model": "my-model",
        "output_tokens": 20.0,
        "requests": 1.0,
        "cpu_energy_kwh": None,
        "cpu_mode": "mode/none",
    }
    call |= {"other_mode": "mode/not_declared", "machine": None}
    rows = [activity(service_key="lu", **nowhere) for _ in range(2)]
    rows += [activity(service_key="lu", zone=None, checks=("no_country",))]
    rows += [activity(service_key="inconnu", **call, **nowhere) for _ in range(3)]
    rows += [activity(service_key="nul", cpu_energy_kwh=0.0, **nowhere)]
    found = built(tmp_path, *rows)
    assert found.mends() == Mends(3, 3, lines=3)
    told = {(c["code"], c["mended_by"]): (c["count"], c["services"], c["command"]) for c in found.checks()}
    end = "… --who … --why …"
    assert told[("no_country", "zone")] == (3, 1, f"sobria places add --service lu --zone {end}")
    assert told[("no_host", "host")] == (2, 1, f"sobria places add --service lu --host {end}")
    assert told[("no_country", None)] == told[("no_host", None)] == (4, 2, None)
    assert told[("unknown_model", "file")] == (3, 1, None)
    assert {c["mended_by"] for c in found.checks("inconnu")} == {"file", None}
    assert {c["mended_by"] for c in found.run(rows[3].row_id)["checks"]} == {"file", None}
    said = spaced(sobria(tmp_path, "totals").stdout)
    here, _, after = said.partition("3 exécutions lues dans des fichiers")
    assert "3 × La trace" in here and "2 × L'héb" in here and "4 ×" not in here and "places add" not in after
    assert "3 × Modèle" in after.partition("Autres remarques")[0] and "4 × La trace" in after.partition("Autres")[2]


def test_cards_that_a_trace_does_not_count_are_asked_for_and_then_made(tmp_path: Path) -> None:
    """« carte » names an L4 without how many, over 100 hours: two of them, said, are 200 hours of manufacture, as where
    the trace says 2. A modelled request shares its cards, and asks nothing."""
    card = {"gpu_energy_kwh": 7.0, "gpu_mode": "mode/nvml", "device": "gpu/l4"}
    request = {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "model": "gpt-4o", "output_tokens": 9.0}
    rows = [
        activity(hours=100, service_key="carte", cpu_energy_kwh=5.0, **card),
        activity(hours=100, service_key="dite", cpu_energy_kwh=5.0, **card, device_count=2, device_hours=200.0),
        activity(service_key="modele", device="gpu/l4", **request),
    ]
    found = built(tmp_path, *rows)
    assert [(e["service_key"], e["mends"], e["made"]) for e in found.to_mend()] == [("carte", ["cards"], True)]
    for service in ("carte", "modele"):
        PlaceJournal(tmp_path).add_rule({"service": service, "cards": 2}, Author(who="DSI", why="relevé"))
    found = Results(build(tmp_path).path)
    gases = {e.service_key: e.indicators["gwp"].at_factor_values for e in found.services()}
    assert found.to_mend() == [] and gases["carte"] == pytest.approx(gases["dite"])
    hours = {run["service_key"]: run["device_hours"] for run in found.runs()["rows"]}
    assert hours == {"carte": 200.0, "dite": 200.0, "modele": None}


def test_a_card_that_only_its_energy_shows_is_a_manufacture_known_in_part(tmp_path: Path) -> None:
    """5 kWh of a processor and 7 of a card that nothing names, over 100 hours: the server is made, its card is not, and
    is asked for. Two L4, said, are as where the trace says them. Graphics inside a processor are made with it."""
    read = {"cpu_energy_kwh": 5.0, "gpu_energy_kwh": 7.0, "gpu_mode": "mode/nvml", "machine": "machine/ai-server"}
    card = {"device": "gpu/l4", "device_count": 2, "device_hours": 200.0}
    rows = [
        activity(hours=100, service_key="muette", **read),
        activity(hours=100, service_key="comptee", **read, device_count=2, device_hours=200.0),
        activity(hours=100, service_key="dite", **read, **card),
        activity(hours=100, service_key="dedans", **read | {"gpu_mode": "mode/powermetrics"}),
    ]
    found = built(tmp_path, *rows)

    def made(of: Results) -> dict[str, tuple[float | None, float | None]]:
        gases = {e.service_key: e.indicators["gwp"] for e in of.services()}
        return {name: (amount.made, amount.made_partly) for name, amount in gases.items()}

    parts = {"muette": (0.0, 1.0), "comptee": (0.0, 1.0), "dite": (1.0, 0.0), "dedans": (1.0, 0.0)}
    assert made(found) == parts
    asked = {entry["service_key"]: (entry["mends"], entry["made"]) for entry in found.to_mend()}
    assert asked == {"muette": (["cards"], True), "comptee": (["cards"], True)}
    for service in ("muette", "comptee"):
        said = {"service": service, "device": "gpu/l4", "cards": 2}
        PlaceJournal(tmp_path).add_rule(said, Author(who="DSI", why="relevé"))
    found = Results(build(tmp_path).path)
    assert found.to_mend() == [] and set(made(found).values()) == {(1.0, 0.0)}
    gases = {e.service_key: e.indicators["gwp"].at_factor_values for e in found.services()}
    assert gases["muette"] == gases["comptee"] == pytest.approx(gases["dite"])


def test_runs_are_searched_and_ordered(tmp_path: Path) -> None:
    """0.5, 3 and 1 kWh: by electricity, then those whose service, or the name given to it, holds the text."""
    rows = [activity(service_key=key, cpu_energy_kwh=kwh) for key, kwh in (("a-tri", 0.5), ("b", 3.0), ("c-tri", 1.0))]
    found = built(tmp_path, *rows)

    def keys(asked: RunFilter) -> list[str]:
        return [row["service_key"] for row in found.runs(asked)["rows"]]

    assert keys(RunFilter(order="energy")) == ["b", "c-tri", "a-tri"]
    assert keys(RunFilter(text="TRI", order="service")) == ["a-tri", "c-tri"]
    assert keys(RunFilter(text="courrier", named=("b",))) == ["b"]


def test_runs_by_electricity_are_in_the_order_of_the_values_that_are_printed(tmp_path: Path) -> None:
    """1 kWh of a server whose meter misses 0.3 kWh, of which the median is a little lower, and 40 runs of 1.2803 to
    1.3193 kWh: the factors alone would put it above those of 1.2953 to 1.2993. Pages hold each run once."""
    rows = [activity(cpu_energy_kwh=1.0, cpu_mode="mode/rapl", gap="gap/server")]
    rows += [activity(cpu_energy_kwh=1.2803 + 0.001 * n, cpu_mode="mode/rapl") for n in range(40)]
    found = built(tmp_path, *rows)
    runs = [run for at in range(0, 50, 10) for run in found.runs(RunFilter(order="energy"), at, 10)["rows"]]
    printed = [run["indicators"]["it_energy"]["central"] for run in runs]
    at_values = [run["indicators"]["it_energy"]["at_factor_values"] for run in runs]
    assert len({run["row_id"] for run in runs}) == 41 and printed == sorted(printed, reverse=True)
    assert at_values != sorted(at_values, reverse=True), "the two orders differ here, or this tests nothing"


def test_a_card_that_takes_the_manufacture_of_a_wider_one_says_so(tmp_path: Path) -> None:
    """The tables have an L4 of its own; the T4 takes a card in general, which is a notice and nothing to mend."""
    rows = [activity(service_key=card, device=f"gpu/{card}", device_count=1, device_hours=1.0) for card in ("l4", "t4")]
    found = built(tmp_path, *rows)
    assert [check["code"] for check in found.checks("l4")] == [] and found.to_mend() == []
    assert {check["code"]: check["mended_by"] for check in found.checks("t4")} == {"card_of_class": None}


def test_a_run_is_explained_by_the_id_that_its_tool_gave(tmp_path: Path) -> None:
    """Two rows of one run, 1 and 2 kWh: its number is their sum, and each row has its own."""
    rows = [activity(run_id="bdd1a2c0", cpu_energy_kwh=kwh) for kwh in (1.0, 2.0)]
    found = built(tmp_path, *rows, activity(run_id="other"))
    opened = found.explain("run.bdd1a2c0.it_energy")
    assert opened.amount.at_factor_values == pytest.approx(3.0) and opened.trace["total"] == 2
    assert found.explain(f"run.{rows[0].row_id}.it_energy").amount.at_factor_values == pytest.approx(1.0)
    assert found.explain("run.bdd1a2c0.gwp").amount.central is not None
    with pytest.raises(NumberUnknown):
        found.explain("run.absent.it_energy")
