"""What whoever reads, and sends rows of his own, is told while another sends: nothing of what the other sent."""

import json
from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path

import pytest
import requests

from estimator.builds.build import build
from estimator.ingestion.http import server as collecting
from estimator.ingestion.http.tokens import Tokens
from tests.governance.test_indicators import run
from tests.reporting.test_read_over_http import Server, serving
from tests.support import built

MOMENT = "1772440000000000000"
OTHER_SENT = (0, 1, 3, 7)


def send(server: Server, token: str, outcome: str, numbers: Iterator[int]) -> None:
    """One row, which becomes this: told again it is known already, ending before it starts it is set aside; a histogram
    is not read."""
    if outcome == "unread":
        point = {"count": "3", "sum": 660, "timeUnixNano": MOMENT, "startTimeUnixNano": MOMENT}
        histogram = {"dataPoints": [point], "aggregationTemporality": 2}
        metrics = [{"name": "gen_ai.client.token.usage", "histogram": histogram}]
        body = {"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}
        shown = {"authorization": f"Bearer {token}"}
        assert requests.post(f"{server.url}/v1/metrics", json=body, headers=shown, timeout=60).ok
        return
    end = "2026-01-31" if outcome == "quarantined" else "2026-03-31"
    tokens = 1 if outcome == "duplicates" else next(numbers)
    row = f"mairie,2026-03-01,{end},10,{tokens},mistral-small-2603"
    assert server.post(token, f"service,start,end,requests,output_tokens,model\n{row}").json()["read"] == 1


@pytest.mark.parametrize("outcome", collecting.OUTCOMES)
def test_own_rows_do_not_count_those_of_another(outcome: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here by tens. Whoever sends one row at a time until the counter rises sends ten, whatever the other sent
    meanwhile; when all filled the same ten, it took him as many fewer."""
    monkeypatch.setattr(collecting, "TOLD_BY", 10)
    numbers = count(2)
    with serving(tmp_path) as server:
        mine, other = server.sender, Tokens(tmp_path).add("equipe")[1]

        def until_it_rises() -> int:
            key = ("sobria_collected_rows_total", (outcome,))
            before, sent = server.samples()[key], 0
            while server.samples()[key] == before:
                send(server, mine, outcome, numbers)
                sent += 1
            return sent

        for token in (mine, other):
            send(server, token, outcome, numbers)  # the first of a row that then is known
        until_it_rises()
        found = []
        for rows in OTHER_SENT:
            for _ in range(rows):
                send(server, other, outcome, numbers)
            found.append(until_it_rises())
        assert found == [10] * len(OTHER_SENT)


EACH = ("/metrics", "/sante", "/api/v1/version", "/api/v1/totals", "/api/v1/results?limit=10000", "/api/v1/factors")
ASKED = ("results?service=equipe", "results?service=personne", "explain?id=total.gwp", "explain?id=service.equipe.gwp")


def told(server: Server) -> dict[str, tuple[int, dict[str, str], str]]:
    """What each address answers, headers and all but the hour, to whoever reads."""
    paths = (*EACH, *(f"/api/v1/{asked}" for asked in ASKED), "/api/v1/explain?id=service.voirie.gwp", "/nulle-part")
    answers = {path: server.get(path) for path in paths}
    return {
        path: (one.status_code, {name: text for name, text in one.headers.items() if name != "date"}, one.text)
        for path, one in answers.items()
    }


def test_what_another_sends_is_in_no_answer_before_a_build(tmp_path: Path) -> None:
    """Nor, once built, in what is told of a use that did not change: its explanation names the build alone."""
    built(tmp_path, run("courrier", 5.0, items=900), run("voirie", 4.0, items=900), run("equipe", 1.0, items=9))
    with serving(tmp_path) as server:
        other, numbers, before = Tokens(tmp_path).add("equipe")[1], count(2), told(server)
        send(server, other, "accepted", numbers)
        send(server, other, "quarantined", numbers)
        assert told(server) == before

        def explained() -> str:
            figure = server.get("/api/v1/explain", id="service.voirie.gwp").json()
            return json.dumps(figure["explanation"]).replace(figure["build"], "-").replace(figure["made_at"], "-")

        first, was = explained(), server.get("/api/v1/version").json()["build"]
        build(tmp_path)
        assert server.get("/api/v1/version").json()["build"] != was
        assert explained() == first


def test_the_next_compaction_is_not_known_by_counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes answers slow, here every ten sendings on average: after as many of his own each time, whoever sends
    would know that nobody else sent. Ten times as many is one chance in 11 to the power of 9."""
    monkeypatch.setattr(collecting, "SETTLE_EVERY", 10)
    sent, compacted = 0, []
    monkeypatch.setattr(collecting, "settle", lambda ledger: compacted.append(sent))
    numbers = count(2)
    with serving(tmp_path) as server:
        while len(compacted) < 11:
            send(server, server.sender, "accepted", numbers)
            sent += 1
    assert len({later - sooner for sooner, later in pairwise(compacted)}) > 1
