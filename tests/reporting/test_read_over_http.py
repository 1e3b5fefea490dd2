"""What a running collector tells of a home: metrics, API, who may read; a counter rises by what a batch adds."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import given, settings
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from schemathesis import Case
from schemathesis.checks import ignored_auth

from estimator.catalogue.load import load
from estimator.core.errors import LANGUAGES, words
from estimator.governance.indicators.told_results import ToldResults, told_results
from estimator.governance.register.register import Register
from estimator.governance.results_by_use_case import results
from estimator.ingestion.http import server as collecting
from estimator.ingestion.http.connections import Bounds
from estimator.ingestion.http.endpoints import Limits
from estimator.ingestion.http.listening import config
from estimator.ingestion.http.server import create_app, listen
from estimator.ingestion.http.tokens import READERS, Tokens
from estimator.reporting.exports import current
from estimator.reporting.exports.api import ADDRESSES
from estimator.reporting.exports.readings import readings
from estimator.results.reading import Results
from tests.governance.test_indicators import WHO, case, run
from tests.home import copied
from tests.ingestion.test_collect import DECLARED
from tests.support import activity, built, sobria

UNKNOWN = {"host": None, "zone": None}


class Server(NamedTuple):
    """A running collector: its home, its address, the token of one who reads, that of a service that sends."""

    home: Path
    url: str
    token: str
    sender: str

    def get(self, path: str, token: str | None = None, **query: Any) -> requests.Response:
        shown = {"authorization": f"Bearer {self.token if token is None else token}"}
        return requests.get(self.url + path, params=query, headers=shown, timeout=60)

    def post(self, token: str, batch: str) -> requests.Response:
        shown = {"authorization": f"Bearer {token}", "content-type": "text/csv"}
        return requests.post(self.url + "/v1/rows", batch, headers=shown, timeout=60)

    def samples(self) -> dict[tuple[str, tuple[str, ...]], float]:
        """Each sample of /metrics by name and the values of its labels, as the library of Prometheus reads them."""
        families = text_string_to_metric_families(self.get("/metrics").text)
        return {(s.name, tuple(s.labels[k] for k in sorted(s.labels))): s.value for f in families for s in f.samples}


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """The collector of a home, in this process."""
    counters, opened = CollectorRegistry(), listen("127.0.0.1", 0)
    app = create_app(home, Limits(), readings(home, counters), counters)
    running = uvicorn.Server(config(app, Bounds(), "fr", ws="none", lifespan="off"))
    thread = Thread(target=running.run, kwargs={"sockets": [opened]})
    thread.start()
    try:
        url = f"http://127.0.0.1:{opened.getsockname()[1]}"
        yield Server(home, url, Tokens(home, READERS).add("grafana")[1], Tokens(home).add("courrier")[1])
    finally:
        running.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """2 kWh read by the meter of one service, and 1 kWh of another in a place that nobody knows."""
    home = tmp_path_factory.mktemp("read") / "home"
    built(home, run("voirie", 2), activity(service_key="ailleurs", **UNKNOWN))
    with serving(home) as running:
        yield running


def test_a_counter_rises_by_whole_hundreds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here by twos. Three rows: three accepted, two told; the same batch twice: six known already; nothing is set
    aside. No sample is of a form, which may be that of one small use."""
    assert collecting.TOLD_BY == 100
    monkeypatch.setattr(collecting, "TOLD_BY", 2)
    batch = DECLARED.format(day=1) + "".join(DECLARED.format(day=day).splitlines(True)[1] for day in (2, 3))
    counter = "sobria_collected_rows_total"
    with serving(tmp_path) as server:
        before = server.samples()
        for accepted, known in ((2, 0), (2, 2), (2, 6)):
            server.post(server.sender, batch)
            found = server.samples()
            rise = {key[1]: value - before[key] for key, value in found.items() if key[0] == counter}
            outcomes = ("accepted", "duplicates", "quarantined", "unread")
            assert rise == {(outcome,): 0 for outcome in outcomes} | {("accepted",): accepted, ("duplicates",): known}


def test_a_point_that_is_not_read_is_counted_too(tmp_path: Path) -> None:
    """The histogram of tokens of a client, a hundred times: nothing of it is kept, and an alert can see it."""
    point = {
        "count": "3",
        "sum": 660,
        "timeUnixNano": "1772440000000000000",
        "startTimeUnixNano": "1772430000000000000",
    }
    metric = {
        "name": "gen_ai.client.token.usage",
        "histogram": {"dataPoints": [point] * 100, "aggregationTemporality": 2},
    }
    with serving(tmp_path) as server:
        shown = {"authorization": f"Bearer {server.sender}"}
        body = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}
        answer = requests.post(f"{server.url}/v1/metrics", json=body, headers=shown, timeout=60)
        assert answer.json()["partialSuccess"]["rejectedDataPoints"] == 100
        assert server.samples()["sobria_collected_rows_total", ("unread",)] == 100


def test_gauges_are_the_table_of_results(server: Server) -> None:
    """Bounds and centre of each service and of all; what is not known has no sample, and its reason has one."""
    found, seen = server.samples(), 0
    for row in results(server.home).arrow().to_pylist():
        if row["level"] not in ("total", "service") or row["impact"] not in ("energy", "gwp", "it_energy"):
            continue
        name = f"sobria_{row['impact']}_{row['unit'].lower()}"
        for bound in ("low", "central", "high"):
            assert found.get((name, (bound, row["level"], row["service"] or ""))) == row[bound]
        if row["missing"]:
            assert found["sobria_unknown", (row["impact"], row["level"], row["missing"], row["service"])] == 1
            seen += 1
    assert seen, "nothing unknown was looked at"
    assert found["sobria_proof_ratio", ("service", "measured", "voirie")] == 1


def test_the_panels_of_grafana_ask_for_series_that_there_are(server: Server, root: Path) -> None:
    """Under the name and the labels that each expression gives."""
    panels = json.loads((root / "docs" / "grafana.json").read_text("utf-8"))["panels"]
    asked = [target["expr"] for panel in panels for target in panel["targets"]]
    families = text_string_to_metric_families(server.get("/metrics").text)
    there = [(sample.name, sample.labels) for family in families for sample in family.samples]
    for expression in asked:
        ((name, labels),) = re.findall(r"(sobria_\w+)(?:\{(.*?)\})?", expression)
        wanted = dict(re.findall(r'(\w+)="(\w+)"', labels))
        assert [held for one, held in there if one == name and wanted.items() <= held.items()], expression
    assert len(asked) > len(panels)


def test_metrics_say_that_a_home_is_made_up(server: Server, tmp_path: Path) -> None:
    """In both languages, in the label of the build; a real home has none there."""
    (real,) = (labels for name, labels in server.samples() if name == "sobria_build_info")
    assert real[-1] == ""
    with serving(copied(server.home, tmp_path / "sample", sample=True)) as made_up:
        (told,) = (labels for name, labels in made_up.samples() if name == "sobria_build_info")
        assert told[:2] == real[:2] and told[-1] == "DONNÉES FICTIVES / FICTITIOUS DATA"


def test_the_rows_of_the_api_are_those_of_the_table(server: Server) -> None:
    table = results(server.home).arrow().to_pylist()
    body = server.get("/api/v1/results", limit=10_000).json()
    assert [{name: row[name] for name in table[0]} for row in body["rows"]] == table
    assert {bool(row["reason"]) for row in body["rows"] if row["central"] is None} == {True}
    page = server.get("/api/v1/results", level="service", service="voirie", offset=1, limit=2).json()
    mine = [row for row in table if row["level"] == "service" and row["service"] == "voirie"]
    assert (page["total"], [row["impact"] for row in page["rows"]]) == (len(mine), [r["impact"] for r in mine[1:3]])
    assert server.get("/api/v1/totals").json()["rows"] == server.get("/api/v1/results", level="total").json()["rows"]


def test_a_figure_is_explained_without_the_files_behind_it(server: Server) -> None:
    body = server.get("/api/v1/explain", id="service.voirie.energy").json()["explanation"]
    told = json.loads(sobria(server.home, "explain", "service.voirie.energy", "--json").stdout)
    assert body["indicators"] == told["indicators"] and "trace" not in body
    used = {factor["id"] for factor in server.get("/api/v1/factors").json()["factors"]}
    assert {factor["id"] for factor in body["factors"]} <= used <= {factor.id for factor in load().factors}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/results?limit=0", 400, "api_query"),
        ("/api/v1/results?niveau=total", 400, "api_query"),
        ("/api/v1/results?level=sevice", 400, "api_query"),
        ("/api/v1/results?month=202513", 400, "api_query"),
        ("/api/v1/results?month=2026-03", 400, "api_query"),
        ("/api/v1/totals?level=total", 400, "api_query"),
        ("/api/v1/results?level=total&level=service", 400, "query_twice"),
        ("/api/v1/results?month=202512", 404, "api_value"),
        ("/api/v1/results?impact=co2", 404, "api_value"),
        ("/api/v1/results?service=voiries", 404, "api_value"),
        ("/api/v1/explain?id=total.rien", 404, "figure_unknown"),
        ("/api/v1/explain?id=service.personne.gwp", 404, "api_number"),
        ("/api/v1/explain?id=run.0001.gwp", 404, "api_number"),
        ("/api/v1/explain?id=usage.gwp", 404, "number_unknown"),
        ("/api/v1/rien", 404, "no_such_door"),
        ("/api/v1/explain", 400, "api_missing"),
        ("/metrics?x=1", 400, "api_query"),
        ("/api/v1/openapi.json?x=1", 400, "api_query"),
    ],
)
def test_a_refusal_says_what_was_expected(server: Server, path: str, status: int, code: str) -> None:
    answer = server.get(path)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code) and body["fr"] != body["en"]
    if code == "api_query":
        assert "openapi.json" in body["fr"] and "202603" in (body["fr"] if "month" in path else "202603")
    if code == "no_such_door":  # where to read, and where to send
        assert all(f"{page}," in body["fr"] for page in ("/metrics", "/v1/traces", *ADDRESSES))
    if code == "api_missing":  # its example is one
        (example,) = re.findall(r"id=[a-z.]+[a-z]", body["fr"])
        assert "rien" not in body["fr"] and server.get(f"{path}?{example}").status_code == 200
    if code == "api_value":  # what it could have been
        assert {"month": "202603", "impact": "gwp", "service": "voirie"}[path.split("?")[1].split("=")[0]] in body["fr"]


def test_who_may_read(server: Server) -> None:
    """Whoever was given a token to read, until it is revoked; a service that sends does not read, nor the reverse."""
    for token in ("", "faux", server.sender):
        answer = server.get("/metrics", token)
        assert (answer.status_code, answer.json()["code"]) == (401, "no_reader")
    sent = server.post(server.token, DECLARED.format(day=1))
    assert (sent.status_code, sent.json()["code"]) == (401, "collect_bad_token")
    add = ("collect", "token", "add", "metabase", "--read")
    given = json.loads(sobria(server.home, *add, "--json").stdout)
    assert server.get("/api/v1/version", given["token"]).status_code == 200
    assert "metabase" in sobria(server.home, "collect", "token", "list", "--read").stdout
    sobria(server.home, "collect", "token", "revoke", given["id"], "--read")
    assert server.get("/api/v1/version", given["token"]).status_code == 401
    assert "--host" in sobria(server.home, *add, "--zone", "FRA", code=1).stderr


def test_before_and_after_a_build(tmp_path: Path) -> None:
    """Nothing is computed: metrics count rows alone, the API says what to run; a new build is read at once."""
    with serving(tmp_path) as server:
        assert {name for name, _ in server.samples() if "created" not in name} == {"sobria_collected_rows_total"}
        empty = server.get("/api/v1/totals")
        assert (empty.status_code, empty.json()["code"]) == (404, "nothing_built")
        built(tmp_path, run("voirie", 1.0))
        (row,) = server.get("/api/v1/results", level="total", impact="it_energy").json()["rows"]
        assert row["at_factor_values"] == pytest.approx(1)


def test_what_is_of_few_people_is_in_no_answer(tmp_path: Path) -> None:
    """40 uses a month of one service, the only one: nothing of it is told, until the register says that residents use
    it, which the server sees at once."""
    built(tmp_path, run("mince", 1, items=40))
    with serving(tmp_path) as server:
        assert server.get("/api/v1/totals").json()["rows"] == []
        assert server.get("/api/v1/factors").json()["factors"] == []
        for asked in ({"service": "mince"}, {"level": "total"}):
            hidden = server.get("/api/v1/results", **asked)
            assert (hidden.status_code, hidden.json()["code"]) == (404, "api_none_told")
        for figure in ("total.gwp", "service.mince.gwp"):
            assert server.get("/api/v1/explain", id=figure).status_code == 404
        assert "mince" not in server.get("/metrics").text
        register = Register(tmp_path)
        register.attach(case(register, "Guichet", users="habitants"), {"service_key": "mince"}, WHO)
        assert server.get("/api/v1/explain", id="service.mince.energy").status_code == 200


def test_a_withheld_service_answers_as_one_that_is_not_there(tmp_path: Path) -> None:
    """Beside two that are told, one of 40 uses a month: asked by its name, each address answers what it does of a name
    that nobody has, but for that name, in rows and in explanations, of every impact."""
    built(tmp_path, *(run(name, 90, items=900) for name in ("courrier", "voirie")), run("mince", 1, items=40))
    with serving(tmp_path) as server:
        for path in ("results?service=NOM", "results?level=cell&service=NOM", "explain?id=service.NOM.energy"):
            hidden, absent = (server.get(f"/api/v1/{path.replace('NOM', name)}") for name in ("mince", "minci"))
            assert hidden.status_code == absent.status_code == 404
            assert hidden.text == absent.text.replace("minci", "mince"), path
            assert "inconnu" in hidden.json()["fr"] and "retenu" in hidden.json()["fr"]
            assert "unknown" in hidden.json()["en"] and "withheld" in hidden.json()["en"]


def test_a_value_is_not_said_to_be_one_of_none(tmp_path: Path) -> None:
    """All is withheld: no service can be named as what was expected; without that parameter, the answer counts them."""
    built(tmp_path, run("mince", 1, items=40))
    with serving(tmp_path) as server:
        answer = server.get("/api/v1/results", service="autre")
        assert (answer.status_code, answer.json()["code"]) == (404, "api_none_told")
        assert server.get("/api/v1/results").json()["withheld"] is True
        assert server.samples()["sobria_withheld", ()] == 1, "and not how many"


def test_what_reads_over_http_is_told_that_the_ledger_lacks_rows(tmp_path: Path) -> None:
    built(tmp_path, run("voirie", 1.0))
    for lacking in (False, True):
        with serving(tmp_path) as server:
            assert server.get("/api/v1/totals").json()["lacks_rows"] is lacking
            assert server.samples()["sobria_lacks_rows", ()] == lacking
        for part in (tmp_path / "ledger").rglob("part-*.parquet"):
            part.unlink()


def test_results_that_take_long_are_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are made once, and not for each who asks meanwhile; then they are there."""
    built(tmp_path, run("voirie", 1.0))
    ready, made = Event(), list[Path]()

    def slowly(home: Path, build: Results) -> ToldResults:
        made.append(home)
        assert ready.wait(30)
        return told_results(home, build)

    monkeypatch.setattr(current, "told_results", slowly)
    monkeypatch.setattr(current, "PREPARED_S", 0.1)
    with serving(tmp_path) as server:
        for path in ("/metrics", "/api/v1/totals"):
            answer = server.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "results_preparing")
            assert answer.headers["retry-after"] == "5"
        assert server.post(server.sender, DECLARED.format(day=1)).ok, "what is sent does not wait for what is read"
        ready.set()
        monkeypatch.setattr(current, "PREPARED_S", 30)
        assert server.get("/metrics").status_code == 200 and len(made) == 1


def test_what_opens_a_withheld_figure_is_said_with_its_day_and_its_service(tmp_path: Path) -> None:
    """A statement of today is of no use for a past month: the sentence gives the option, and following it opens."""
    filled = {"--trained": "2", "--with-access": "12", "--kind": "atelier", "--who": "DSI", "--date": "2026-03-01"}
    for lang in LANGUAGES:
        named = [words(lang)["report"]["withheld"], words(lang)["use_sheets"]["figures_open"]]
        for said in (*named, words(lang)["synthesis"]["budget_withheld"], words(lang)["errors"]["number_withheld"]):
            found = re.search(
                r"sobria commitments training (?:SERVICE|\{service\})((?: --[a-z-]+ [A-Z-]+)+)[):\s]", said
            )
            assert found, said
            options = [f"{name} {filled[name]}" for name in re.findall(r"--[a-z-]+", found[1])]
            sobria(tmp_path / lang, *f"commitments training Mince {' '.join(options)}".split())
    built(tmp_path, run("mince", 1, items=40))
    training = ("commitments", "training", "Mince", "--with-access", "12", "--trained", "2", "--kind", "atelier")
    with serving(tmp_path) as server:
        for day, status in ((), 404), (("--date", "2026-03-01"), 200):
            sobria(tmp_path, *training, "--who", "DSI", *day)
            assert server.get("/api/v1/explain", id="service.mince.energy").status_code == status


def test_the_document_in_docs_is_that_of_the_server(server: Server, root: Path) -> None:
    shipped = json.loads((root / "docs" / "api.openapi.json").read_text("utf-8"))
    assert shipped == server.get("/api/v1/openapi.json").json()


def test_no_question_breaks_the_api(server: Server) -> None:
    """No answer is a fault of the server, and each has the shape that the document says."""
    shown = {"authorization": f"Bearer {server.token}"}
    document = schemathesis.openapi.from_url(f"{server.url}/api/v1/openapi.json", headers=shown)
    for operation in document.get_all_operations():

        @settings(max_examples=10)
        @given(asked=operation.ok().as_strategy())
        def ask(asked: Case) -> None:
            asked.call_and_validate(headers=shown, excluded_checks=[ignored_auth])  # it is asked with a token

        ask()
