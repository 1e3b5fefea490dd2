"""Spend logs of LiteLLM: the service of each request, never a person; tables and pages beside lists of objects."""

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from estimator.core.errors import LANGUAGES, say
from estimator.core.fields import Author
from estimator.ingestion.declarations.remarks import Remark
from estimator.ingestion.dry_run import check_paths
from estimator.ingestion.parsing.record_fields import RecordFields
from estimator.ingestion.usage.litellm import FIELDS
from estimator.ledger import Ledger
from estimator.ledger.withdrawals import Target, withdraw
from tests.ingestion.formats import bring, result_of, rows_of
from tests.traces_support import context, judged, read_file

HASH = "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b"


def spent(**cells: Any) -> dict[str, Any]:
    """A request of a gateway, as its data base holds it."""
    row: dict[str, Any] = {"request_id": "r-1", "call_type": "acompletion", "api_key": HASH, "spend": 0.1}
    row |= {"prompt_tokens": 10, "completion_tokens": 20, "model": "gpt-4o", "custom_llm_provider": "openai"}
    row |= {"startTime": "2026-04-01T10:00:00.000Z", "endTime": "2026-04-01T10:00:02.000Z", "user": "jdupont"}
    return row | {"metadata": {}, "request_tags": ["User-Agent: curl", "User-Agent: curl/8.5.0"]} | cells


def aliased(**names: str) -> dict[str, Any]:
    return {f"user_api_key_{name}": value for name, value in names.items()}


ALL = aliased(alias="assistant-courrier", project_alias="courrier", team_alias="Urbanisme")
TAGS = ["User-Agent: curl/8.5.0", "essai", "service:tri-des-demandes"]


@pytest.mark.parametrize(
    ("cells", "service"),
    [
        ({"metadata": ALL, "request_tags": TAGS, "team_id": "t"}, "tri-des-demandes"),
        ({"metadata": ALL, "request_tags": TAGS[:2], "team_id": "t"}, "assistant-courrier"),
        ({"metadata": ALL | aliased(alias=""), "request_tags": TAGS[:2], "team_id": "t"}, "courrier"),
        ({"metadata": aliased(team_alias="Urbanisme"), "request_tags": TAGS[:2], "team_id": "t"}, "Urbanisme"),
        ({"request_tags": TAGS[:2], "team_id": "t"}, "essai"),
        ({"request_tags": TAGS[:1], "team_id": "t"}, "t"),
        ({"request_tags": ["jobID:214590", "essai-20260401", "a=b"]}, "litellm"),
        ({}, "litellm"),
    ],
)
def test_the_service_is_the_first_of_these_names(cells: dict[str, Any], service: str) -> None:
    row = rows_of([spent(**cells)])[0]
    assert (row.service_key, "alias_hidden" in row.checks) == (service, False)


def test_names_are_found_in_quoted_json_too() -> None:
    row = spent(metadata=json.dumps(ALL), request_tags=json.dumps(TAGS[:1]))
    assert rows_of([row])[0].service_key == "assistant-courrier"


@pytest.mark.parametrize(
    "alias",
    ["jean.dupont", "jean.dupont@mairie.fr", "Mme Dupont", "M. Dupont", "Dupont", "Jean Dupont", "DUPONT Jean",
     "jdupont", "Jean-Paul", "JDUPONT"],
)  # fmt: skip
def test_a_key_with_the_name_of_a_person_is_hidden_and_the_team_stands(alias: str) -> None:
    found = result_of([spent(metadata=aliased(alias=alias, team_alias="Urbanisme"))])
    row = found.rows[0]
    assert (row.service_key, "alias_hidden" in row.checks) == ("Urbanisme", True)
    assert "upont" not in row.model_dump_json().lower() or alias == "Jean-Paul"
    assert all(say("checks", "alias_hidden", lang) for lang in LANGUAGES)


@pytest.mark.parametrize("alias", ["RH", "Service Courrier", "Assistant-Dupont", "assistant", "DSI IA", "chat v2"])
def test_a_key_with_the_name_of_a_thing_stands(alias: str) -> None:
    assert rows_of([spent(metadata=aliased(alias=alias))])[0].service_key == alias


@pytest.mark.parametrize(
    ("alias", "end_user", "service"),
    [
        ("chatbot", "chatbot:jean.dupont", "chatbot"),
        ("chatbot", "chatbot-42", "chatbot"),
        ("rh", "RH 12", "Urbanisme"),
        ("dupont", "chatbot:jean.dupont", "Urbanisme"),
        ("jean-dupont-ia", "jean-dupont-ia", "Urbanisme"),
    ],
)
def test_a_thing_in_the_identifier_of_who_asks_is_no_person(alias: str, end_user: str, service: str) -> None:
    row = rows_of([spent(metadata=aliased(alias=alias, team_alias="Urbanisme"), end_user=end_user)])[0]
    assert (row.service_key, "alias_hidden" in row.checks) == (service, service != alias)
    for lang, said in (("fr", "ou se trouve dans l'identifiant de qui demande"), ("en", "identifier of who asks")):
        assert said in say("checks", "alias_hidden", lang).replace("’", "'")


@pytest.mark.parametrize("alias", ["Aide\u00a0aux agents", "Aide\taux\nagents ", " Aide  aux\u202fagents", "x" * 120])
def test_spaces_of_any_kind_are_one_and_a_long_name_stands(alias: str) -> None:
    named = "x" * 120 if alias[0] == "x" else "Aide aux agents"
    assert rows_of([spent(metadata=aliased(alias=alias))])[0].service_key == named
    assert rows_of([spent(request_tags=[f"service:{alias}"])])[0].service_key == named
    hidden = rows_of([spent(metadata=aliased(alias="Jean\u00a0Dupont", team_alias="RH"))])[0]
    assert (hidden.service_key, "alias_hidden" in hidden.checks) == ("RH", True)


@pytest.mark.parametrize("team", ["a.martin@mairie.fr", "a.martin", "Mme Martin", "Martin Alice"])
def test_a_team_of_one_person_is_hidden(team: str) -> None:
    row = rows_of([spent(metadata=aliased(team_alias=team, user_id="alice.martin"), team_id=team)])[0]
    assert (row.service_key, "alias_hidden" in row.checks) == ("litellm", True)


def test_a_key_or_its_hash_names_nothing() -> None:
    rows = rows_of([spent(metadata=aliased(alias=alias)) for alias in (HASH, "sk-abc", "x" * 121)][:1])
    assert [row.service_key for row in rows] == ["litellm"]
    for alias in ("sk-abc", "x" * 121, "a\u202eb"):
        assert rows_of([spent(metadata=aliased(alias=alias))])[0].service_key == "litellm"
    uuid = "6f1c2d3e-0000-4000-8000-000000000000"
    assert rows_of([spent(team_id=uuid)])[0].service_key == uuid, "a team without an alias keeps its id"


def test_a_sidecar_names_the_service_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "journal.json"
    path.write_text(json.dumps([spent(metadata=ALL), spent(request_id="r-2")]))
    path.with_name("journal.json.sobria.json").write_text(json.dumps({"schema": 1, "use_case": "accueil"}))
    assert [row.service_key for row in read_file(path)[0]] == ["accueil", "accueil"]


def table(rows: list[dict[str, Any]], delimiter: str = ",") -> str:
    """The rows as the data base of a gateway exports them: nested fields are JSON text, dates have a space."""
    file = io.StringIO()
    writer = csv.DictWriter(file, rows[0], delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = {name: json.dumps(cell) if isinstance(cell, dict | list) else cell for name, cell in row.items()}
        times = {name: cells[name].replace("T", " ").rstrip("Z") for name in ("startTime", "endTime")}
        writer.writerow(cells | times)
    return file.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_table_says_what_objects_say(delimiter: str) -> None:
    usage = {"usage_object": {"prompt_tokens_details": {"cached_tokens": 4}}}
    rows = [spent(metadata=ALL | usage, cache_hit="None"), spent(request_id="r-2", cache_hit="True")]
    found = result_of(table(rows, delimiter), name="journal.csv")
    row = found.rows[0]
    assert (row.reader, row.line, row.service_key, row.latency_s) == ("litellm", 2, "assistant-courrier", 2)
    assert (row.input_tokens, row.output_tokens, row.cached_tokens) == (10, 20, 4)
    assert [(r.code, r.line) for r in found.refused] == [("gateway_cache", 3)]
    assert {"api_key", "user"} <= set(found.unused) and "jdupont" not in row.model_dump_json()


def test_a_request_in_a_list_in_a_page_and_in_a_table_is_one(tmp_path: Path) -> None:
    rows = [spent(metadata=ALL), spent(request_id="r-2")]
    bring(tmp_path, json.dumps(rows), "liste.json")
    bring(tmp_path, json.dumps({"data": rows, "total": 2, "page": 1}), "page.json")
    bring(tmp_path, table(rows), "table.csv")
    found = judged(Ledger(tmp_path))
    assert Counter(row["status"] for row in found) == {"current": 2, "superseded": 2, "duplicate": 2}
    assert {row["input_tokens"] for row in found if row["status"] == "current"} == {10}
    again = bring(tmp_path, json.dumps(rows), "liste.json").account
    assert again.duplicates == 2


def test_a_log_whose_requests_have_no_id_is_read() -> None:
    """Two requests of two seconds, without the name `request_id`: a line each, and in a table."""
    logs = [spent(startTime=f"2026-04-01T10:00:0{second}.000Z") for second in (0, 1)]
    for log in logs:
        del log["request_id"]
    for data in ("\n".join(map(json.dumps, logs)), table(logs)):
        assert [row.reader for row in result_of(data, "gateway.log").rows] == ["litellm"] * 2


def test_pages_one_a_line_are_read_and_those_that_lack_are_told() -> None:
    """Three requests are told, of which a page holds two: one lacks; with the next page, none."""
    first = {"data": [spent(), spent(request_id="r-2")], "total": 3, "page": 1, "page_size": 2, "total_pages": 2}
    last = first | {"data": [spent(request_id="r-3")], "page": 2}
    assert ["log_cut" in row.checks for row in rows_of(first)] == [True, True]
    both = rows_of("\n".join(map(json.dumps, (first, last))))
    assert [(row.line, "log_cut" in row.checks) for row in both] == [(1, False), (2, False), (3, False)]


def test_a_list_of_as_many_as_the_gateway_gives_may_be_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("estimator.ingestion.usage.litellm._MOST", 2)
    assert ["log_cut" in row.checks for row in rows_of([spent(), spent(request_id="r-2")])] == [True, True]
    assert "log_cut" not in rows_of([spent()])[0].checks


def test_the_logger_sends_the_same_request_in_other_words(tmp_path: Path) -> None:
    """`generic_api`: its id is that of the spend log, its times are seconds since 1970, its messages stay outside. The
    same request of the data base, imported after it, is in its place."""
    gone = {"request_id", "startTime", "endTime", "user", "api_key"}
    logged = {name: value for name, value in spent(metadata=ALL).items() if name not in gone}
    logged |= {"id": "r-1", "trace_id": "t", "startTime": 1775037600.0, "endTime": 1775037602.0, "end_user": "jdupont"}
    logged |= {"api_base": "http://10.0.0.4:8000/v1", "messages": [{"role": "user", "content": "jdupont"}]}
    (row,) = rows_of([logged | {"model": "openai/gpt-4o"}])
    assert row.model == "gpt-4o"
    (same,) = rows_of([spent(metadata=ALL, api_base="http://10.0.0.4:8000/v1")])
    assert (row.start_us, row.duration_s, row.served_at) == (same.start_us, 2.0, "10.0.0.4:8000")
    assert (row.run_key, row.service_key, row.output_tokens) == (same.run_key, "assistant-courrier", 20)
    bring(tmp_path, json.dumps([logged]), "a.json")
    bring(tmp_path, json.dumps([spent(metadata=ALL)]), "b.json")
    assert sorted(row["status"] for row in judged(Ledger(tmp_path))) == ["current", "superseded"]


ODD: list[list[Any]] = [[[]] * 6, [{}] * 6, [True] * 6, [["x1"], ["x2"]]]
ODD += [[12345678901234567890.1, 12345678901234567890.2]]
ODD += [[None] * 6, [" "] * 6, ["…"] * 6]


@pytest.mark.parametrize("ids", ODD)
def test_requests_whose_id_cannot_be_kept_count_each(ids: list[Any], tmp_path: Path) -> None:
    """Nothing says that they are one; sent again, each is a duplicate of itself."""
    times = [{"startTime": f"2026-04-01T10:00:0{n}Z", "endTime": "2026-04-01T10:01:00Z"} for n in range(len(ids))]
    text = json.dumps([spent(request_id=name, **at) for name, at in zip(ids, times, strict=True)])
    assert bring(tmp_path, text, "log.json").account.accepted == len(ids)
    assert [row["status"] for row in judged(Ledger(tmp_path))] == ["current"] * len(ids)
    assert bring(tmp_path, text, "log.json").account.duplicates == len(ids)
    equal = json.dumps([spent(request_id=name) for name in ids])
    assert [row.run_id for row in result_of(equal).rows] == [None] * len(ids)
    assert len({row.row_id for row in result_of(equal).rows}) == len(ids)


LONG = ["x" * 121, "x" * 100_000, "a\u0000b", "\ud800"]


@pytest.mark.parametrize("name", ["é", "x" * 120, 12, 10**22, "12345678901234567890.1", *LONG])
def test_a_request_is_known_by_its_text_or_by_a_whole_number(name: Any, tmp_path: Path) -> None:
    log = [spent(request_id=name), spent(request_id=name, prompt_tokens=11)]
    bring(tmp_path, json.dumps(log), "log.json")
    assert sorted(row["status"] for row in judged(Ledger(tmp_path))) == ["current", "superseded"]


@pytest.mark.parametrize("name", LONG)
def test_an_id_that_is_not_kept_still_tells_requests_apart(name: str, tmp_path: Path) -> None:
    """Two calls of one second and the same counts, in two sendings: 2 × 10 tokens, whose ids nothing repeats. Gateways
    make such ids: that of an answer with where it was sent, in base64."""
    for letter in "ab":
        bring(tmp_path, json.dumps([spent(request_id=name + letter)]), f"{letter}.json")
    rows = judged(Ledger(tmp_path))
    assert [row["status"] for row in rows] == ["current"] * 2
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert name.encode("utf-8", "surrogatepass") not in kept
    other = RecordFields({"request_id": name}, FIELDS)
    assert other.identified_by("request_id") and other.text("request_id") == ""


UNCOUNTED: list[dict[str, Any]] = [
    {"prompt_tokens": 0, "completion_tokens": 0, "status": "success", "spend": 0.01},
    {"prompt_tokens": None, "completion_tokens": None, "status": "success"},
    {"prompt_tokens": 0, "completion_tokens": 0},  # says nothing of its end: not known to have failed
]
FAILED: list[dict[str, Any]] = [
    {"status": "failure"},
    {"metadata": {"status": "failure"}},
    {"metadata": json.dumps({"error_information": {"error_code": "429"}})},
]


def test_a_request_that_did_not_fail_and_has_no_tokens_is_unknown_and_not_nothing() -> None:
    """It may have been paid: its tokens are asked for. Of one that failed alone, nothing is to be done."""
    absent = {name: value for name, value in spent().items() if not name.endswith("_tokens")} | {"status": "success"}
    zeros = {"prompt_tokens": 0, "completion_tokens": 0, "spend": 0}
    logs = [absent, *(spent(**cells) for cells in UNCOUNTED), *(spent(**zeros | cells) for cells in FAILED)]
    for told in (logs, {"data": logs, "total": len(logs)}):
        found = result_of(told)
        assert [row.code for row in found.refused] == ["no_usage"] * 4 + ["no_work"] * 3 and not found.rows
    assert [row.code for row in result_of([absent]).refused] == ["no_usage"]
    for lang, never in (("fr", "Rien à faire"), ("en", "Nothing to do")):
        assert "include_usage" in say("refusals", "no_usage", lang) and never not in say("refusals", "no_usage", lang)


def test_a_log_sent_again_in_its_first_state_says_which_rows_do_not_count(tmp_path: Path) -> None:
    """Ten requests of 10 tokens read; then the fourth of 1,010; then as at first: 9 × 10 + 1,010 = 1,100 tokens still,
    and 100 once what was read in between is withdrawn, as the remark says."""
    rows = [spent(request_id=f"r-{number}") for number in range(1, 11)]
    changed = [row | {"prompt_tokens": 1010} if row["request_id"] == "r-4" else row for row in rows]
    first, second = ("\n".join(map(json.dumps, told)) for told in (rows, changed))
    assert bring(tmp_path, first, "log.jsonl").remarks == bring(tmp_path, second, "log.jsonl").remarks == ()
    ledger = Ledger(tmp_path)
    sha = next(done.sources[0].sha for done in ledger.imports.read()[0] if done.duplicates == 9)  # noqa: PLR2004
    path = tmp_path / "log.jsonl"
    path.write_text(first, "utf-8")
    ahead = check_paths(tmp_path, [path], context()).files[0].alike
    again = bring(tmp_path, first, "log.jsonl")
    facts = {"by": "log.jsonl", "sha": sha[:12]}
    assert [*again.remarks] == [Remark("row_read_since", "log.jsonl", 4, facts)]
    assert ahead == [*again.remarks] and again.account.duplicates == 10  # noqa: PLR2004
    assert read_tokens(ledger) == 1100  # noqa: PLR2004
    withdraw(ledger, Target("file", sha[:12]), Author(who="DSI", why="essai"))
    assert read_tokens(ledger) == 100  # noqa: PLR2004
    assert bring(tmp_path, first, "log.jsonl").remarks == ()


def read_tokens(ledger: Ledger) -> int:
    return sum(row["input_tokens"] for row in judged(ledger) if row["status"] == "current")
