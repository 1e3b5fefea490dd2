"""Where runs ran is said once, applied at build, mended afterwards: the order of what counts, the month, the log."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from estimator.builds import row_status
from estimator.builds.build import build as make_build
from estimator.builds.recalculation import changes, effect, effect_text, factors_text
from estimator.catalogue.load import load
from estimator.catalogue.selection import select_factor
from estimator.core.errors import LANGUAGES
from estimator.core.fields import Author
from estimator.governance.place_changes import written
from estimator.ledger import Ledger
from estimator.places.journal import PlaceEntry, PlaceJournal, PlaceRefused, PlaceRule
from estimator.places.placing import HomePlace, Knowledge, Seen, knowledge, placed
from estimator.places.supplier_answers import SupplierAnswer
from estimator.results.making import build
from estimator.results.reading import open_current
from tests.core.test_numbers import spaced
from tests.ingestion.test_reader_vllm import page
from tests.support import activity, append, examples, refuses, sobria
from tests.traces_support import COLUMNS, text

WHO = Author(who="Direction du numérique", why="contrat d'hébergement")
SAID = ("--who", WHO.who, "--why", WHO.why)
ROOM = {"service": "*", "host": "class/server-room", "zone": "FRA"}


def home_of(folder: Path, *rows: Any, **rules: Any) -> Path:
    append(Ledger(folder), rows)
    if rules:
        PlaceJournal(folder).add_rule(rules, WHO)
    make_build(folder)
    return folder


def run(home: Path, row_id: str) -> dict[str, Any]:
    make_build(home)
    found = open_current(home)
    assert found is not None
    return found.run(row_id)


def totals(home: Path) -> dict[str, Any]:
    build(home)
    found = open_current(home)
    assert found is not None
    return dict(found.totals().indicators)


def files_of(home: Path) -> dict[str, str]:
    """The hash of every file of the ledger."""
    paths = sorted(path for path in (home / "ledger").rglob("*") if path.is_file())
    return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_a_provider_in_a_zone_is_its_site_there(tmp_path: Path) -> None:
    """Azure has one site in France and none in Spain; AWS has three in the USA, of which one is to be said."""
    said = ("places", "add", "--service", "x", *SAID)
    for read, zone, host in (("azure", "FRA", "azure/francecentral"), ("azure", "ESP", "azure/global")):
        assert f"→ host={host} zone={zone}" in sobria(tmp_path, *said, "--host", read, "--zone", zone).stdout
    refused = sobria(tmp_path, *said, "--host", "aws", "--zone", "USA", code=1).stderr
    assert "plusieurs sites en USA" in refused and "aws/us-east-2" in refused and "« aws/global »" in refused


@pytest.mark.parametrize(
    ("zone", "code"), [("FRA", "zone_apart"), ("SWE", "host_of_provider"), (None, "host_of_provider")]
)
def test_the_usual_site_of_a_provider_in_another_country_than_the_one_read_is_said(zone: str, code: str) -> None:
    """The tables give Mistral a site in Sweden: a row that says France keeps its country, with the other values of that
    site, and says so before it says where the site comes from."""
    seen = Seen(None, "x", "mistral-small-3.2", None, None, "mistral", None, zone, False, False)
    found = placed(seen, Knowledge([], [], HomePlace(None, None), {}), date(2026, 3, 1))
    assert (found.host, found.zone, found.code) == ("mistral/swe", zone or "SWE", code)


def test_facts_of_a_place_that_contradict_are_said_until_a_rule_settles_them(tmp_path: Path) -> None:
    """Virginia said to be in France, regions that no table has, of a cloud and of a country (named), France called
    Germany: `check` says the same as the build; a site in the zone of the trace, a region of a country whose regions
    have no value of their own, and a rule on each, leave nothing to look at."""
    cloud = {"cloud_provider": "aws", "country_iso_code": "FRA", "country_name": "France"}
    trace = tmp_path / "emissions.csv"
    trace.write_text(
        text(
            cloud | {"project_name": "a", "run_id": "a", "cloud_region": "us-east-1"},
            cloud | {"project_name": "b", "run_id": "b", "cloud_region": "mars-1"},
            cloud | {"project_name": "c", "run_id": "c", "cloud_region": "eu-west-3", "country_name": "Germany"},
            cloud | {"project_name": "d", "run_id": "d", "cloud_region": "eu-west-3"},
            {"project_name": "e", "run_id": "e", "country_iso_code": "USA", "region": "mars-1"},
            {"project_name": "f", "run_id": "f", "country_iso_code": "USA", "region": "Ohio"},
            {"project_name": "g", "run_id": "g", "country_iso_code": "FRA", "region": "bretagne"},
            columns=[*COLUMNS, "region", "cloud_provider", "cloud_region"],
        )
    )
    home, wanted = tmp_path / "home", {"zone_apart", "unknown_region", "two_countries", "unknown_part"}
    announced = json.loads(sobria(home, "check", str(trace), "--json").stdout)["files"][0]["checks"]
    assert {check["code"] for check in announced if check["count"] == 1} >= wanted
    told = {check["code"]: check["fr"] for check in announced}
    assert "USA/mars-1" in told["unknown_part"] and "FRA/aws:mars-1" in told["unknown_region"]
    sobria(home, "import", str(trace))

    def said() -> dict[str, set[str]]:
        make_build(home)
        opened = open_current(home)
        assert opened is not None
        rows = opened.runs()["rows"]
        return {row["service_key"]: {check["code"] for check in row["checks"]} & wanted for row in rows}

    told_once = {"a": {"zone_apart"}, "b": {"unknown_region"}, "c": {"two_countries"}, "e": {"unknown_part"}}
    assert said() == told_once | {service: set() for service in "dfg"}
    build = open_current(home)
    assert build is not None and {c["code"]: c["en"] for c in build.checks()}["unknown_part"].count("USA/mars-1") == 1
    zones = (("a", "--zone", "USA-VA"), ("c", "--zone", "FRA"), ("e", "--zone", "USA"))
    for service, *place in (("b", "--host", "aws/eu-west-3"), *zones):
        sobria(home, "places", "add", "--service", service, *place, *SAID)
    assert not set().union(*said().values())


def test_a_month_of_vllm_logs_gets_its_place_by_one_command_and_the_ledger_does_not_move(tmp_path: Path) -> None:
    """Thirty days of counters of a server of one's own, without a place: one command gives the month its water, metals
    and gases; another zone reprices it by what the tables give; withdrawing restores every digit."""
    home, logs = tmp_path / "home", tmp_path / "logs"
    logs.mkdir()
    for day in range(30):
        since = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=day)
        head = f"# since {since:%Y-%m-%dT00:00:00Z}\n# until {since + timedelta(days=1):%Y-%m-%dT00:00:00Z}\n"
        lines = (f"vllm:generation_tokens_total {4e5 + day}", "vllm:prompt_tokens_total 1.2e+06")
        (logs / f"{day:02}.prom").write_text(page(*lines, head=f"# service assistant\n{head}"))
    sobria(home, "import", str(logs))
    sobria(home, "build")
    before, bare = files_of(home), totals(home)
    assert {name for name in ("water", "adpe", "gwp") if bare[name].missing} == {"water", "adpe", "gwp"}
    done = sobria(
        home, "places", "add", "--service", "assistant", "--host", "class/server-room", "--zone", "FRA", *SAID
    )
    assert "service=assistant → host=class/server-room zone=FRA" in done.stdout
    assert "Exécutions dont elle dit le lieu : 30." in spaced(done.stdout)
    assert "connu pour 0 % de l'électricité, puis pour 100 %" in done.stdout.replace("\u00a0", " ")
    french = totals(home)
    assert all(french[name].covers == 1.0 for name in ("energy", "water", "adpe", "gwp"))
    opened = open_current(home)
    assert opened is not None and opened.totals().coverage.runs == 30
    assert {r["code"] for row in opened.runs()["rows"] for r in row["checks"]} & {
        "zone_not_told",
        "host_not_told",
    } == set()

    done = sobria(home, "places", "add", "--service", "assistant", "--zone", "POL", *SAID, "--json")
    assert json.loads(done.stdout)["runs"] == 30
    rule = json.loads(done.stdout)["added"][0]["id"]
    polish = totals(home)
    france, poland = (select_factor(load(), "grid_gwp", zone, date(2026, 6, 1)).factor for zone in ("FRA", "POL"))
    assert france and poland and france.value and poland.value
    # the same kWh at the site, so the gases of use are as the two grids
    assert polish["energy"].at_factor_values == pytest.approx(french["energy"].at_factor_values, rel=1e-12)
    ratio = polish["gwp"].parts["use"].at_factor_values / french["gwp"].parts["use"].at_factor_values
    assert ratio == pytest.approx(poland.value / france.value, rel=1e-12)
    newest, first = changes(home)
    assert "service=assistant → zone=POL" in factors_text(newest, "fr") and (effect(newest["figures"]["gwp"]) or 0) > 1
    assert first["figures"]["water"]["before"]["central"] is None and first["figures"]["water"]["after"]["central"]

    sobria(home, "places", "withdraw", rule[:8], *SAID)
    restored = totals(home)
    assert {n: a.as_dict() for n, a in restored.items()} == {n: a.as_dict() for n, a in french.items()}
    assert files_of(home) == before
    assert "service=assistant → zone=POL" in factors_text(changes(home)[0], "en")
    moved = sobria(home, "places", "add", "--service", "x", "--host", "mistral/swe", "--zone", "FRA", *SAID).stdout
    assert "Le site mistral/swe est en SWE ; la zone dite, FRA, compte" in spaced(moved)
    nobody = sobria(home, "places", "add", "--service", "asistant", "--zone", "POL", *SAID).stdout
    assert "Aucune exécution n'est concernée" in spaced(nobody).replace("’", "'")


EACH = {
    "run": {"run": "ligne", "zone": "DEU"},
    "rule": {"service": "s*", "zone": "POL"},
}


@pytest.mark.parametrize(
    ("has", "zone", "basis"),
    [
        ("run rule trace provider home", "DEU", "run"),
        ("rule trace provider home", "POL", "rule"),
        ("trace provider home", "ESP", "trace"),
        ("provider", "SWE", "provider"),
        ("home", "ITA", "home"),
        ("", None, "unknown"),
    ],
)
def test_what_is_known_of_a_place_counts_in_one_order(tmp_path: Path, has: str, zone: str | None, basis: str) -> None:
    row = activity(
        run_id="ligne", service_key="s", zone="ESP" if "trace" in has else None,
        provider="Mistral AI" if "provider" in has else None,
    )  # fmt: skip
    append(Ledger(tmp_path), [row])
    (tmp_path / "settings.toml").write_text('zone = "Italie"\n' if "home" in has else "")
    for name in ("run", "rule"):  # the rule is written after the correction, and does not undo it
        if name in has.split():
            PlaceJournal(tmp_path).add_rule(EACH[name], WHO)
    found = run(tmp_path, row.row_id)
    assert (found["zone"], found["zone_from"]) == (zone, basis)


def test_the_default_of_a_home_is_that_of_its_own_machines(tmp_path: Path) -> None:
    """Not of calls to a provider outside whose site nobody knows; nor where settings.toml does not state it."""
    rows = [activity(zone=None), activity(zone=None, provider="groq"), activity(zone=None, served_at="127.0.0.1:8000")]
    append(Ledger(tmp_path), rows)
    assert [run(tmp_path, row.row_id)["zone"] for row in rows] == [None, None, None]
    (tmp_path / "settings.toml").write_text('zone = "FRA"\nhost = "class/server-room"\n')
    found = [run(tmp_path, row.row_id) for row in rows]
    assert [r["zone"] for r in found] == ["FRA", None, "FRA"]
    assert [r["host"] for r in found] == ["class/server-room", "class/server-unknown", "class/server-room"]
    assert [any(c["code"] == "zone_of_home" for c in r["checks"]) for r in found] == [True, False, True]
    assert "settings.toml → zone=FRA" in factors_text(changes(tmp_path)[0], "fr")


def test_a_model_served_by_api_alone_ran_at_a_fleet(tmp_path: Path) -> None:
    """Where neither the trace nor a provider says: not on a machine of the home, which has no such weights. A rule says
    it better."""
    (tmp_path / "settings.toml").write_text('host = "class/server-room"\n')
    rows = [activity(model="gpt-4o", zone=None), activity(model="Qwen/Qwen3-8B", zone=None)]
    append(Ledger(tmp_path), rows)
    found = [run(tmp_path, row.row_id) for row in rows]
    told = [("class/hyperscale", "provider"), ("class/server-room", "home")]
    assert [(r["host"], r["host_from"]) for r in found] == told
    PlaceJournal(tmp_path).add_rule({"model": "gpt*", "host": "azure/global"}, WHO)
    assert run(tmp_path, rows[0].row_id)["host"] == "azure/global"


def test_a_rule_counts_from_a_day_to_before_another(tmp_path: Path) -> None:
    rows = [activity(f"2026-0{month}-01T00:00:00", zone=None) for month in (2, 3, 4)]
    home_of(tmp_path, *rows, service="essai", zone="FRA", since="2026-03-01", until="2026-04-01")
    assert [run(tmp_path, row.row_id)["zone"] for row in rows] == [None, "FRA", None]


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ({"service": "a*"}, {"a"}),
        ({"model": "mistral*"}, {"b"}),
        ({"address": "vllm.example.fr"}, {"c"}),
        ({"address": "*.example.fr"}, {"c"}),
        ({"sender": "0123456789ab"}, {"d"}),
        ({"service": "a*", "model": "mistral*"}, set()),
        ({"service": "*"}, {"a", "b", "c", "d"}),
    ],
)
def test_a_rule_matches_all_that_it_names(rule: dict[str, str], kept: set[str]) -> None:
    nothing: dict[str, Any] = dict.fromkeys(Seen._fields)
    rows = [
        Seen(**nothing | {"service": "a", "model": "qwen3-32b"}),
        Seen(**nothing | {"service": "b", "model": "mistral-small"}),
        Seen(**nothing | {"service": "c", "served_at": "vllm.example.fr:8000"}),
        Seen(**nothing | {"service": "d", "sender": "0123456789ab"}),
    ]
    entry = PlaceEntry("id", "2026", "", "", PlaceRule.model_validate(rule | {"zone": "FRA"}))
    known = Knowledge([entry], [], HomePlace(None, None))
    assert {row.service for row in rows if placed(row, known, date(2026, 3, 1)).zone == "FRA"} == kept


def test_hardware_and_load_of_a_place_are_those_of_what_it_serves(tmp_path: Path) -> None:
    """A rule on the card alone leaves the place as it is; eight requests served together cost less than one."""
    fields = {
        "model": "qwen3-32b",
        "output_tokens": 1e6,
        "requests": 1000.0,
        "cpu_energy_kwh": None,
        "cpu_mode": "mode/none",
        "input_tokens": 1e6,
        "machine": None,
    }
    row = activity(**fields)
    home = home_of(tmp_path, row, service="essai", device="gpu/h100", cards=2, load=1)
    alone = run(home, row.row_id)
    assert (alone["device"], alone["device_count"], alone["concurrency"], alone["zone"]) == ("gpu/h100", 2, 1, "FRA")
    PlaceJournal(home).add_rule({"service": "essai", "load": 8}, WHO)
    together = run(home, row.row_id)
    assert (together["device"], together["concurrency"]) == ("gpu/h100", 8)
    energy = [found["indicators"]["it_energy"]["at_factor_values"] for found in (alone, together)]
    assert energy[1] < energy[0] / 2


@pytest.mark.long
def test_the_cards_of_a_rule_wait_as_those_of_the_file_itself(tmp_path: Path) -> None:
    """Two cards over a day of counters, said in the file or by a rule: 48 hours, one electricity; before the rule, the
    answers alone. A request of its own states no hours: none are counted, and the command says so."""
    found = {}
    for name, cards in (("file", "# cards 2 x NVIDIA L40S\n"), ("rule", "")):
        home, log = tmp_path / name, tmp_path / f"{name}.prom"
        head = f"# service assistant\n{cards}# since 2026-06-01T00:00:00Z\n# until 2026-06-02T00:00:00Z\n"
        log.write_text(page("vllm:generation_tokens_total 4e5", "vllm:prompt_tokens_total 1.2e+06", head=head))
        sobria(home, "import", str(log))
        rule = ("places", "add", "--service", "assistant", "--host", "class/server-room", "--zone", "FRA", *SAID)
        sobria(home, *rule)
        found[name] = totals(home)["energy"].at_factor_values
    done = sobria(home, *rule, "--cards", "2", "--device", "gpu/l40s")
    assert found["rule"] < found["file"] / 2
    assert totals(home)["energy"].at_factor_values == pytest.approx(found["file"], rel=1e-12)
    assert "leur attente n'y est pas comptée" in done.stdout.replace("’", "'")
    opened = open_current(home)
    assert opened is not None
    (row,) = opened.runs()["rows"]
    assert "waiting_not_counted" not in {check["code"] for check in row["checks"]}


TEXTS = st.sampled_from(["a", "b"])
ROWS = st.fixed_dictionaries(
    {
        "service_key": TEXTS,
        "model": st.sampled_from([None, "qwen3-32b", "mistral-small"]),
        "provider": st.sampled_from([None, "mistral", "groq", "api.mistral.ai", "inconnu"]),
        "served_at": st.sampled_from([None, "127.0.0.1:8000", "api.openai.com", "vllm.example.fr"]),
        "host": st.sampled_from([None, "class/server-unknown", "ovhcloud/gra", "class/server-room"]),
        "zone": st.sampled_from([None, "FRA"]),
        "zone_as_read": st.sampled_from([None, "Atlantis"]),
        "checks": st.sampled_from([(), ("host_of_provider",), ("supposed_place",)]),
        "start": st.sampled_from(["2026-02-28T23:30:00", "2026-03-01T00:00:00"]),
    }
)
RULES = st.fixed_dictionaries(
    {"zone": st.sampled_from(["POL", "DEU"]), "since": st.sampled_from([None, "2026-03-01"])},
    optional={"service": TEXTS, "model": st.just("mistral*"), "address": st.just("vllm*"), "host": st.just("mistral")},
).filter(lambda rule: {"service", "model", "address"} & rule.keys())


@examples(2, 50)
@example(rows=[{"host": "ovhcloud/gra", "provider": "groq", "checks": ("host_of_provider",)}], rules=[], zone="")
@given(
    rows=st.lists(ROWS, min_size=1, max_size=5), rules=st.lists(RULES, max_size=3), zone=st.sampled_from(["", "ITA"])
)
def test_rows_are_placed_together_as_each_would_be_alone(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], rules: list[Any], zone: str
) -> None:
    home = tmp_path_factory.mktemp("home")
    made = [activity(**row) for row in rows]
    append(Ledger(home), made)
    (home / "settings.toml").write_text(f'zone = "{zone}"\n' if zone else "")
    for rule in rules:
        PlaceJournal(home).add_rule(rule, WHO)
    known = knowledge(home)
    make_build(home)
    opened = open_current(home)
    assert opened is not None
    there = {row["row_id"]: row for row in opened.runs()["rows"]}
    for row in made:
        unread = row.zone is None and row.zone_as_read is not None and "supposed_place" not in row.checks
        told = (None, row.service_key, row.model, None, row.served_at, row.provider, row.host, row.zone)
        day = datetime.fromtimestamp(row.start_us / 1e6, UTC).date()
        alone = placed(Seen(*told, "host_of_provider" in row.checks, unread), known, day)
        found = there[row.row_id]
        assert (found["host"], found["zone"], found["rules"]) == (alone.host, alone.zone, alone.rules)
        assert (found["host_from"], found["zone_from"]) == (alone.host_from, alone.zone_from)


def test_a_rule_that_no_row_starts_late_enough_for_says_so(tmp_path: Path) -> None:
    """A row of March, 31 days of 24 hours from the 1st, and rules from the 15th, by its service, its id or another."""
    row = activity("2026-03-01T00:00:00", 31 * 24, service_key="bot")
    home = home_of(tmp_path, row)
    told = sobria(home, "places", "add", "--service", "bot", "--zone", "POL", "--since", "2026-03-15", *SAID, lang="en")
    assert "start before its first day, 15 Mar 2026: 1." in told.stdout.replace("\u00a0", " ")
    found = open_current(home)
    assert found is not None
    for of, since, count in (
        ({"service": "b*"}, date(2026, 3, 15), 1),
        ({"run": row.row_id}, date(2026, 3, 15), 1),
        ({"service": "b*"}, date(2026, 3, 1), 0),
        ({"service": "bit"}, date(2026, 3, 15), 0),
    ):
        rule = PlaceRule.model_validate({"zone": "POL", "since": since} | of)
        assert found.runs_about(PlaceEntry("id", "2026-11-28", "DSI", "essai", rule))[1] == count


def test_one_file_of_several_has_a_place_of_its_own(tmp_path: Path) -> None:
    """Three files of one project that nobody named: the rule places the one that it names, and what the traces say of
    the others stays."""
    files = ("site-a.csv", "site-b.csv", "site-c.csv")
    rows = [activity(service_key="codecarbon", reader="codecarbon", file_name=name, zone="DEU") for name in files]
    home = home_of(tmp_path, *rows, file="site-[b]*", zone="FRA")
    assert [run(home, row.row_id)["zone"] for row in rows] == ["DEU", "FRA", "DEU"]
    told = sobria(home, "places", "add", "--file", "site-c.csv", "--zone", "ITA", *SAID).stdout
    assert "file=site-c.csv → zone=ITA" in told and run(home, rows[2].row_id)["zone"] == "ITA"


def test_a_rule_on_a_name_whose_rows_stand_under_another_says_which(tmp_path: Path) -> None:
    """One content, imported under two names: its row stands under the first."""
    for name in ("premier.csv", "second.csv"):
        (tmp_path / name).write_text(text({}))
        sobria(tmp_path, "import", str(tmp_path / name))
    said = spaced(sobria(tmp_path, "places", "add", "--file", "second.csv", "--zone", "POL", *SAID).stdout)
    assert "lignes de « second.csv » sont gardées sous" in said and "(premier.csv)" in said
    assert "vérifiez" not in said
    said = spaced(sobria(tmp_path, "places", "add", "--file", "secnd.csv", "--zone", "POL", *SAID).stdout)
    assert "vérifiez le nom" in said
    assert "dit le lieu : 1" in spaced(
        sobria(tmp_path, "places", "add", "--file", "premier.csv", "--zone", "POL", *SAID).stdout
    )


@pytest.mark.long
def test_the_threads_of_a_virtual_machine_are_said_afterwards(tmp_path: Path) -> None:
    """A machine whose size nobody told has no manufacture; with 8 threads said, that of 8 threads of an unknown host,
    as where the trace says it. A machine that is said whole holds no part any more."""
    lost = activity(service_key="a", machine=None, checks=("vm_size_unknown",))
    told = activity(service_key="b", machine="machine/vm-any", machine_units=8.0)
    whole = activity(service_key="c", machine="machine/vm-cloud", machine_units=8.0)
    home = home_of(tmp_path, lost, told, whole, service="a", vcpus=8)
    PlaceJournal(home).add_rule({"service": "c", "machine": "machine/rack-server"}, WHO)
    found = {key: run(home, row.row_id) for key, row in {"a": lost, "b": told, "c": whole}.items()}
    assert [(one["machine"], one["machine_units"]) for one in found.values()] == [
        ("machine/vm-any", 8),
        ("machine/vm-any", 8),
        ("machine/rack-server", None),
    ]
    assert found["a"]["checks"] == []
    opened = open_current(home)
    assert opened is not None
    made = {key: opened.explain(f"service.{key}.gwp.machines").amount.at_factor_values for key in "abc"}
    assert made["a"] == pytest.approx(made["b"]) and made["c"] > made["a"] > 0


def test_counts_that_no_server_has_are_refused_and_written_nowhere(tmp_path: Path) -> None:
    """1,000 cards of one server at most, as the dictionary of quantities says; 9,999 threads."""
    with refuses("given_value_refused", match="99,999 was read, a value between 1 and 1,000"):
        PlaceJournal(tmp_path).add_rule({"service": "a", "device": "gpu/h100", "cards": 99_999}, WHO)
    with pytest.raises(PlaceRefused, match="a number of 9,999 or less"):
        PlaceJournal(tmp_path).add_rule({"service": "a", "vcpus": 100_000}, WHO)
    assert not PlaceJournal(tmp_path).rules()
    assert PlaceJournal(tmp_path).add_rule({"service": "a", "device": "gpu/h100", "cards": 1_000}, WHO)


@pytest.mark.parametrize("fields", [{"machine": "machine/vm-any"}, {"machine": "machine/laptop", "vcpus": 8}])
def test_threads_go_with_a_virtual_machine(tmp_path: Path, fields: dict[str, Any]) -> None:
    with refuses("vcpus_of_vm", match=r"--vcpus goes with a virtual machine \(machine/vm-any"):
        PlaceJournal(tmp_path).add_rule({"service": "a"} | fields, WHO)
    assert not PlaceJournal(tmp_path).rules()


def test_a_place_that_is_mended_brings_no_remark_on_what_the_file_emitted(tmp_path: Path) -> None:
    """1 kWh in Quebec emits some 2 g by the file, which no France does; the file said so of the place that was put
    aside, not of ours. Of the place that the trace names itself, the remark stays."""
    stated = {"reader": "codecarbon", "reported_gwp_kg": 0.002}
    moved = activity(service_key="a", zone=None, zone_as_read="CAN/quebec", checks=("supposed_place",), **stated)
    kept = activity(service_key="b", **stated)
    home = home_of(tmp_path, moved, kept, service="a", zone="FRA")
    codes = [[check["code"] for check in run(home, row.row_id)["checks"]] for row in (moved, kept)]
    assert codes == [[], ["grid_of_zone"]]


def test_of_rules_on_the_same_runs_and_days_the_one_that_counts_is_said(tmp_path: Path) -> None:
    """The first has no days; the second ends as the third begins; the fourth says the load alone, of the same runs."""
    told = []
    for said in (
        ("--zone", "FRA"),
        ("--zone", "DEU", "--since", "2026-01-01", "--until", "2026-02-01"),
        ("--zone", "POL", "--since", "2026-02-01"),
        ("--load", "3"),
    ):
        told.append(sobria(tmp_path, "places", "add", "--service", "x", *said, *SAID).stdout)
    assert ["compte à la place" in text for text in told] == [False, True, True, False]
    assert "(service=x → zone=FRA) dès le 01/02/2026" in told[2]
    assert sobria(tmp_path, "places", "list").stdout.count("compte à la place") == 2


def test_a_rule_that_says_nothing_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    for fields, french, english in (
        ({"zone": "FRA"}, "de quoi s'agit-il", "what is it about"),
        ({"service": "a"}, "où ?", "where?"),
        ({"service": "a", "zone": "FRA", "since": "2026-02-01", "until": "2026-01-01"}, "jour de fin", "last day"),
        ({"service": "a", "cards": 0}, "cartes", "cards"),
        ({"service": "a", "lieu": "Nancy"}, "lieu", "lieu"),
        ({"service": "a", "zone": "FRA", "since": "1900-01-01"}, "un jour de 2015 au plus tôt", "a day from 2015 on"),
    ):
        with pytest.raises(PlaceRefused) as refused:
            PlaceJournal(tmp_path).add_rule(fields, WHO)
        assert french in refused.value.message("fr") and english in refused.value.message("en")
    for name, value, said in (
        ("--host", "nulle/part", "n'est pas un hébergement"),
        ("--zone", "Atlantide", "n'est pas dans les tables"),
        ("--device", "gpu/untel", "n'est pas un matériel"),
        ("--load", "1e300", "Requêtes en cours par réplique"),
    ):
        done = sobria(tmp_path, "places", "add", "--service", "a", name, value, *SAID, code=1)
        assert said in done.stderr
    assert not (tmp_path / "places").exists()


def test_a_rule_keeps_the_ids_of_what_its_aliases_name(tmp_path: Path) -> None:
    said = {"service": "a", "host": "jean zay", "device": "h200", "machine": "m5.large"}
    rule = PlaceJournal(tmp_path).add_rule(said, WHO).said
    assert (rule.host, rule.device, rule.machine) == ("jean-zay/orsay", "gpu/h200", "machine/aws-m5.large")


def test_a_torn_file_of_the_journal_stops_the_build(tmp_path: Path) -> None:
    home = home_of(tmp_path, activity(zone=None), **ROOM)
    (file,) = (home / "places").iterdir()
    file.write_text(file.read_text("utf-8").replace("FRA", "DEU"), "utf-8")
    with refuses("places_torn"):
        build(home)
    assert file.name in sobria(home, "totals", code=1).stderr


def test_an_explanation_says_which_rule_counts(tmp_path: Path) -> None:
    row = activity(zone=None)
    home = home_of(tmp_path, row, activity(zone=None, provider="mistral", service_key="b"), service="essai", zone="FRA")
    opened = open_current(home)
    assert opened is not None
    for number in ("total.gwp", "total.water", f"run.{row.row_id}.gwp"):
        said = " ".join(told["fr"] for told in opened.explain(number).supposed)
        assert "service « essai » → France" in said and WHO.who in said
        assert ("lieu habituel du fournisseur" in said) is number.startswith("total")
    assert opened.explain("total.it_energy").supposed == ()


@pytest.mark.long
def test_measurements_that_came_meanwhile_are_no_effect_of_a_place(tmp_path: Path) -> None:
    home = home_of(tmp_path, activity(zone=None))
    append(Ledger(home), [activity(cpu_energy_kwh=1000.0)])
    PlaceJournal(home).add_rule(ROOM, WHO)
    build(home)
    (entry,) = changes(home)
    assert entry["figures"] == {}
    for lang, said in zip(LANGUAGES, ("ne peut pas être isolé", "cannot be isolated"), strict=True):
        assert said in factors_text(entry, lang)
    _, change = written(home, lambda journal: [journal.add_rule({"service": "*", "zone": "POL"}, WHO)], "added")
    assert change is not None and effect_text(change["figures"]["gwp"], "fr").startswith("+")


# What suppliers answer.


def said(field: str, value: float | str, day: str, host: str = "class/server-room", unit: str = "1") -> SupplierAnswer:
    facts = {"host": host, "field": field, "value": value, "unit": unit, "date": day}
    return SupplierAnswer.model_validate(facts | {"by": "Hébergeur", "document": "rapport.pdf"})


def site_kwh(home: Path) -> float:
    value = totals(home)["energy"].at_factor_values
    assert value is not None
    return float(value)


@pytest.mark.parametrize("large", [row_status.LARGE, 0], ids=["copied", "read where they lie"])
def test_one_answer_changes_what_runs_from_its_day_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    """1 kWh before 16 June, 1 kWh after, and 10 h of 10 kWh across that midnight, 4 of them before it. With the default
    PUE p: (1 + 1 + 10) p. With 1.2 from 16 June on: (1 + 4) p + (1 + 6) × 1.2. Withdrawn: as before, to the digit."""
    monkeypatch.setattr(row_status, "LARGE", large)
    rows = [
        activity("2026-06-15T10:00:00", host="class/server-room"),
        activity("2026-06-16T10:00:00", host="class/server-room"),
        activity("2026-06-15T20:00:00", 10, host="class/server-room", cpu_energy_kwh=10.0),
    ]
    home = home_of(tmp_path, *rows)
    default = select_factor(load(), "pue", "class/server-room", date(2026, 6, 1)).factor
    assert default is not None and default.value is not None
    before = totals(home)
    assert site_kwh(home) == pytest.approx(12 * default.value, rel=1e-12)
    journal = PlaceJournal(home)
    (entry,) = journal.add_answers([said("pue", 1.2, "2026-06-16")], WHO)
    assert site_kwh(home) == pytest.approx(5 * default.value + 7 * 1.2, rel=1e-12)
    assert run(home, rows[0].row_id)["indicators"]["energy"]["at_factor_values"] == pytest.approx(default.value)
    log = changes(home)[0]
    assert (effect(log["figures"]["energy"]) or 0) < 0 and "class/server-room: pue=1.2 (2026-06-16)" in factors_text(
        log, "fr"
    )
    opened = open_current(home)
    assert opened is not None
    used = {f.id: f for f in opened.explain("total.energy").factors if f.quantity == "pue"}
    assert used["answer/class/server-room/pue/2026-06-16"].locator == "rapport.pdf, Hébergeur, 2026-06-16"
    assert len(used) == 2
    journal.withdraw(entry.id, WHO)
    assert {n: a.as_dict() for n, a in totals(home).items()} == {n: a.as_dict() for n, a in before.items()}


def test_a_later_answer_replaces_an_earlier_one_from_its_own_day(tmp_path: Path) -> None:
    """1 kWh a day, on 1, 2 and 3 June: PUE 1.4 from the 2nd, 1.3 from the 3rd."""
    rows = [activity(f"2026-06-0{day}T10:00:00", host="class/server-room") for day in (1, 2, 3)]
    home = home_of(tmp_path, *rows)
    first = site_kwh(home) / 3
    PlaceJournal(home).add_answers([said("pue", 1.3, "2026-06-03"), said("pue", 1.4, "2026-06-02")], WHO)
    assert site_kwh(home) == pytest.approx(first + 1.4 + 1.3, rel=1e-12)


@pytest.mark.parametrize(
    ("answers", "litres"),
    [
        ([("wue", 0.5, "L/kWh"), ("pue", 1.5, "1")], 0.5),  # per kWh of machines: 1 kWh × 0.5
        ([("wue", 0.4, "L/kWh"), ("wue_basis", "total_energy", ""), ("pue", 1.5, "1")], 0.6),  # 1 kWh × 1.5 × 0.4
    ],
)
def test_water_on_site_is_that_of_the_answer_on_its_own_basis(tmp_path: Path, answers: Any, litres: float) -> None:
    home = home_of(tmp_path, activity(host="class/server-room"))
    PlaceJournal(home).add_answers([said(f, v, "2026-01-01", unit=u) for f, v, u in answers], WHO)
    assert totals(home)["water"].parts["onsite"].at_factor_values == pytest.approx(litres)


def test_the_country_and_the_grid_that_a_supplier_answers_are_those_of_its_site(tmp_path: Path) -> None:
    """A site of unknown country in Germany, whose grid emits 0.3 kg/kWh: 1 kWh × PUE × 0.3."""
    home = home_of(tmp_path, activity(host="class/server-room", zone=None), activity(zone="FRA"))
    answers = [said("country", "DE", "2026-01-01", unit=""), said("grid_gwp", 0.3, "2026-01-01", unit="kgCO2e/kWh")]
    PlaceJournal(home).add_answers(answers, WHO)
    build(home)
    opened = open_current(home)
    assert opened is not None
    (row,) = (r for r in opened.runs()["rows"] if r["host"] == "class/server-room")
    assert row["zone"] == "DEU"
    found = opened.run(row["row_id"])["indicators"]
    assert found["gwp"]["use"]["at_factor_values"] == pytest.approx(0.3 * found["energy"]["at_factor_values"])


def test_answers_taken_twice_count_once(tmp_path: Path) -> None:
    journal = PlaceJournal(tmp_path)
    assert len(journal.add_answers([said("pue", 1.2, "2026-06-16")], WHO)) == 1
    assert journal.add_answers([said("pue", 1.2, "2026-06-16")], WHO) == []
    assert len(journal.answers()) == 1


def test_nothing_said_is_nothing_placed() -> None:
    known = Knowledge([], [], HomePlace(None, None))
    assert known.inputs() == [] and known.days() == []


def test_a_token_may_say_where_its_sender_runs(tmp_path: Path) -> None:
    """The place is a rule on its mark, which can be withdrawn; one that is not in the tables gives no token."""
    told = ("collect", "token", "add", "urbanisme", "--host", "class/server-room")
    sobria(tmp_path, *told, "--zone", "FRA")
    (token,) = json.loads(sobria(tmp_path, "collect", "token", "list", "--json").stdout)["tokens"]
    (rule,) = PlaceJournal(tmp_path).rules()
    assert rule.said.told == f"sender={token['mark']} → host=class/server-room zone=FRA"
    sobria(tmp_path, *told, "--zone", "Atlantide", code=1)
    assert len(json.loads(sobria(tmp_path, "collect", "token", "list", "--json").stdout)["tokens"]) == 1
