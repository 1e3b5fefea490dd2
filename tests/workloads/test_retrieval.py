"""A search in documents before an answer, and the training of its model beside: lines by hand."""

import json
import math
from pathlib import Path

import pytest

from estimator.core.errors import SobriaError
from estimator.workloads.estimate import estimate
from estimator.workloads.request import Request, RequestRefused, request_from
from tests.support import refuses, sobria

PLACE = {"host": "class/server-room", "zone": "FRA"}
SEARCH = {
    "documents": 10_000, "document_tokens": 850, "query_tokens": 20, "embedding_model": "bge-m3", "reindexings": 365,
    "rerank_model": "bge-reranker-v2-m3", "passages": 20, "passage_tokens": 800,
}  # fmt: skip
TOKEN = 0.567 * 1.00855e-9 * 1.5 * 1.43 * 2.26  # kWh: billions × by billion × waiting × host × PUE of a server room


def lines(**search: object) -> dict[str, float]:
    """Electricity of each line, at factor values [kWh]: 20,000 questions a year."""
    asked = {"model": "mistral-small-3.2", "input_tokens": 2700, "output_tokens": 129, "requests": 20_000} | PLACE
    found = estimate(Request.model_validate(asked | {"retrieval": SEARCH | search}))
    return {name: part["at_factor_values"] for name, part in found["parts"].items()}


def test_three_lines_and_the_answer_by_hand() -> None:
    """10,000 documents of 850 tokens, read once and 365 times more: 3.111e9 tokens; 20,000 questions of 20: 4e5; and 20
    passages of 800 tokens each: 3.2e8 tokens by a model of 0.568 billion. The answer is what it is alone."""
    found = lines()
    assert list(found) == ["index", "query", "rerank", "answer"]
    assert found["index"] == pytest.approx(10_000 * 850 * 366 * TOKEN)
    assert found["query"] == pytest.approx(20_000 * 20 * TOKEN)
    assert found["rerank"] == pytest.approx(20_000 * 16_000 * TOKEN * 0.568 / 0.567)
    alone = Request.model_validate(
        {"model": "mistral-small-3.2", "input_tokens": 2700, "output_tokens": 129, "requests": 20_000} | PLACE
    )
    answer = estimate(alone)
    assert found["answer"] == pytest.approx(answer["indicators"]["energy"]["at_factor_values"])
    assert answer["parts"] == {}


def test_the_site_that_is_stated_is_that_of_every_line() -> None:
    """A PUE of 3 in place of 2.26, and 2 L of water on the site for each kWh of machines."""
    usual = estimate(Request.model_validate(PLACE | {"retrieval": SEARCH}))["parts"]
    asked = estimate(Request.model_validate(PLACE | {"retrieval": SEARCH, "pue": 3.0, "wue": 2.0}))
    for name, part in asked["parts"].items():
        assert part["at_factor_values"] == pytest.approx(usual[name]["at_factor_values"] * 3 / 2.26), name
    machines = asked["indicators"]["energy"]["at_factor_values"] / 3
    assert asked["indicators"]["water"]["onsite"]["at_factor_values"] == pytest.approx(2 * machines)


def test_a_step_of_several_lines_has_the_numbers_of_each() -> None:
    """The site of three lines, an index, its questions and the answers: the sum of three (machines × 2.26) is the value
    printed, and one line alone has no bracket."""
    search = {name: value for name, value in SEARCH.items() if not name.startswith(("rerank", "passage"))}
    asked = {"model": "mistral-small-3.2", "input_tokens": 2700, "output_tokens": 129, "requests": 20_000} | PLACE
    found = estimate(Request.model_validate(asked | {"retrieval": search}))
    (site,) = [step for step in found["steps"] if step["name"] == "cooled_energy"]
    terms = site["formula"]["numbers"].strip("()").split(") + (")
    assert len(terms) == 3 and all(term.endswith(" × 2.26") for term in terms)
    assert sum(float(term.split(" × ")[0]) * 2.26 for term in terms) == pytest.approx(site["value"], rel=1e-4)
    alone = {step["name"]: step["formula"]["numbers"] for step in estimate(Request.model_validate(asked))["steps"]}
    assert "(" not in alone["cooled_energy"] and alone["cooled_energy"].endswith(" × 2.26")


@pytest.mark.parametrize(
    ("search", "passes", "code"),
    [
        ({}, 366, "index_full"),
        ({"changed_share": 0.01}, 4.65, "index_changed"),
        ({"reindexings": 0}, 1, "index_once"),
    ],
)
def test_a_reindexing_reads_all_or_what_changed_and_says_which(search: dict, passes: float, code: str) -> None:
    """1 + 365 × 1; 1 + 365 × 0.01 = 4.65; 1."""
    assert lines(**search)["index"] == pytest.approx(10_000 * 850 * passes * TOKEN)
    told = estimate(Request.model_validate(PLACE | {"retrieval": SEARCH | search})).warnings
    assert [w["code"] for w in told if w["code"].startswith("index_")] == [code]
    assert len({w["fr"] for w in told}) == len(told)


def test_a_search_alone_has_its_lines_and_no_answer() -> None:
    found = estimate(Request.model_validate(PLACE | {"retrieval": SEARCH}))
    assert list(found["parts"]) == ["index", "query", "rerank"]
    whole = found["indicators"]["energy"]["at_factor_values"]
    assert whole == pytest.approx(sum(part["at_factor_values"] for part in found["parts"].values()))


def test_a_task_gives_the_lengths_of_a_search_that_nobody_stated() -> None:
    """850 tokens a document, 20 a question, 20 passages of 800, as its rows say: those of SEARCH."""
    asked = {"model": "mistral-small-3.2", "task": "question-rag", "requests": 20_000} | PLACE
    named = {k: v for k, v in SEARCH.items() if not k.endswith(("tokens", "passages"))}
    found = estimate(Request.model_validate(asked | {"retrieval": named}))
    assert {name: part["at_factor_values"] for name, part in found["parts"].items()} == pytest.approx(lines())
    given = {item["source"]["id"] for item in found["factors"] if item["id"].startswith(("given/", "convention/"))}
    assert given == {"sobria_expert"}, "nobody typed a share of seats"
    (told,) = [w for w in found.warnings if w["code"] == "task_search"]
    assert "850" in told["fr"] and "Tokens of a question that is searched: 20" in told["en"]
    stated = estimate(Request.model_validate(asked | {"retrieval": named | {"document_tokens": 1700}}))["parts"]
    assert stated["index"]["at_factor_values"] == pytest.approx(2 * lines()["index"])


def test_a_search_without_its_parts_is_refused_by_their_name() -> None:
    with pytest.raises(RequestRefused) as missing:
        request_from(retrieval={"documents": 10})
    assert "--embedding-model : rien n'a été lu. Un texte est attendu" in missing.value.message("fr")
    with refuses("retrieval_incomplete", "--document-tokens, --query-tokens"):
        estimate(request_from(retrieval={"documents": 10, "embedding_model": "bge-m3"}))
    with pytest.raises(RequestRefused, match="--rerank-model"):
        request_from(retrieval={k: v for k, v in SEARCH.items() if k != "rerank_model"})
    with pytest.raises(SobriaError, match="--changed-share"):
        request_from(retrieval=SEARCH | {"changed_share": 2})
    with pytest.raises(SobriaError, match="At most 1,000,000,000,000,000 documents"):
        request_from(retrieval=SEARCH | {"documents": 1e12, "reindexings": 1e6, "changed_share": 1})
    for model, said in (("gpt-5", "« GPT-5 » écrit du texte"), ("modele-9000", "n'est pas au catalogue")):
        with pytest.raises(SobriaError) as refused:
            estimate(request_from(retrieval=SEARCH | {"embedding_model": model}))
        assert said in refused.value.message("fr")


def test_the_training_of_its_publisher_stands_beside_and_is_never_added(tmp_path: Path) -> None:
    """0.25 times the electricity of the answers by a fleet, 0.11 to 0.67: two doubts each its own. By hand, a
    side that is e times wide and another that is f times wide make exp(sqrt(ln² e + ln² f)), less than e × f. The
    electricity is that of IT equipment, that of a fleet with a PUE of 1: what the publisher spent is the same whoever
    answers, on a workstation, for one request at once or 700."""
    said = ["--model", "qwen3-8b", "--output-tokens", "129", "--input-tokens", "1000", "--zone", "FRA"]
    found = json.loads(sobria(tmp_path, "estimate", *said, "--json").stdout)
    fleet, elsewhere = ("--host", "class/hyperscale"), ("--device", "machine/workstation")
    bare, cooled, desk, alone, crowded = (
        json.loads(sobria(tmp_path, "estimate", *said, *more, "--json").stdout)
        for more in (
            (*fleet, "--pue", "1"),
            (*fleet, "--pue", "1.55"),
            elsewhere,
            ("--concurrency", "1"),
            ("--concurrency", "700"),
        )
    )
    energy, beside = bare["indicators"]["energy"], found["publisher"]
    for other in (bare, cooled, desk, alone, crowded):
        assert {n: beside[n] for n in ("low", "central", "high")} == pytest.approx(
            {n: other["publisher"][n] for n in ("low", "central", "high")}
        )
    assert cooled["indicators"]["energy"]["central"] == pytest.approx(1.55 * energy["central"])
    value = 0.25 * energy["central"]
    below = math.sqrt(math.log(energy["central"] / energy["low"]) ** 2 + math.log(0.25 / 0.11) ** 2)
    above = math.sqrt(math.log(energy["high"] / energy["central"]) ** 2 + math.log(0.67 / 0.25) ** 2)
    ends = {"low": value * math.exp(-below), "central": value, "high": value * math.exp(above)}
    assert {n: beside[n] for n in ends} == pytest.approx(ends)
    assert energy["low"] * 0.11 < beside["low"] and beside["high"] < energy["high"] * 0.67
    text = sobria(tmp_path, "estimate", *said).stdout
    assert "À part, jamais ajouté" in text and "inconnu" in text
    own = json.loads(sobria(tmp_path, "estimate", "--device", "gpu/h100", "--device-hours", "3", "--json").stdout)
    assert own["publisher"] is None


def test_a_length_that_nobody_stated_is_in_the_interval_of_its_line() -> None:
    """850 tokens a document [300 to 8,500], independent of the electricity of a token: the squares of the logarithms of
    both ends add up. Stated, the interval is that of a token alone, and the middle the same."""
    asked = {"model": "mistral-small-3.2", "task": "question-rag", "requests": 20_000} | PLACE
    names = ("document_tokens", "passages", "passage_tokens", "query_tokens")
    bare = {k: v for k, v in SEARCH.items() if k not in names}
    stated = dict(zip(names, (850, 20, 800, 20), strict=True))
    found, known = (
        estimate(Request.model_validate(asked | {"retrieval": bare | more}))["parts"] for more in ({}, stated)
    )
    ends = {"index": [(300 / 850, 8500 / 850)], "rerank": [(5 / 20, 50 / 20), (300 / 800, 1000 / 800)]}
    for line, spreads in ends.items():
        assert found[line]["at_factor_values"] == pytest.approx(known[line]["at_factor_values"])
        for side, end in ((0, "low"), (1, "high")):
            own = math.log(known[line][end] / known[line]["at_factor_values"])
            wide = math.hypot(own, *(math.log(spread[side]) for spread in spreads))
            assert abs(math.log(found[line][end] / found[line]["at_factor_values"])) == pytest.approx(wide, rel=0.12)


def test_what_is_told_of_the_cards_of_a_search_names_it() -> None:
    """The cards of the answer are known, and their manufacture is counted: only those of the search are not."""
    asked = {"model": "mistral-small-3.2", "output_tokens": 300, "requests": 20_000, "retrieval": SEARCH} | PLACE
    found = estimate(Request.model_validate(asked))
    told = {w["code"]: w["fr"] for w in found.warnings}
    assert told["media_without_manufacture"].startswith("Recherche dans les documents : la fabrication des cartes")
    assert found["indicators"]["adpe"]["devices"]["central"] > 0
