"""What a page and a sheet say is to be done where a figure is not told, or a use is not where the register has it."""

from dataclasses import replace
from pathlib import Path

from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.summary.decisions import decisions
from estimator.reporting.summary.one_page import document
from estimator.reporting.summary.summary import synthesis
from tests.reporting.authority import WHO, plain
from tests.reporting.test_synthesis import case, heads, run, scope

ASKED = "Demander à chaque service combien de ses agents ont accès à l'IA."


def test_a_total_that_is_not_told_says_whom_to_ask(tmp_path: Path) -> None:
    """50 uses in a month, under 100, of a service that states no agents: nothing is told. The sheet says what to ask,
    without its name; the page names it. With 6 agents stated, the total is told and nothing is asked."""
    case(Register(tmp_path), "A", "Urbanisme")
    now = scope(tmp_path, run("a", 10.0, requests=50.0))
    body = synthesis(now)
    assert body["indicators"]["energy"]["value"]["central"] is None
    told = plain(rendered(document(body, "fr"), "txt"))
    assert plain(ASKED) in told and "Le service informatique l'enregistre" in told and "Urbanisme" not in told
    inside = decisions(replace(now, sources=replace(now.sources, inside=True)))
    assert inside[0]["title"]["fr"] == "Demander combien de leurs agents ont accès à l'IA : Urbanisme."
    heads(tmp_path, "Urbanisme", 6)
    body = synthesis(scope(tmp_path, run("a", 10.0, requests=50.0)))
    assert body["indicators"]["energy"]["value"]["central"] and not body["decisions"]


def test_a_team_of_four_is_not_asked_how_many_it_is(tmp_path: Path) -> None:
    """4 agents stated: asking would free nothing."""
    case(Register(tmp_path), "A", "Urbanisme")
    heads(tmp_path, "Urbanisme", 4)
    body = synthesis(scope(tmp_path, run("a", 10.0, requests=50.0)))
    assert body["indicators"]["energy"]["value"]["central"] is None and not body["decisions"]


def test_an_idea_that_runs_is_to_be_corrected(tmp_path: Path) -> None:
    """900 uses of a use that the register has as an idea: the page says that none is in trial, and this one first. In
    trial, nothing is to be corrected; nor is it said of an idea that does not run."""
    register = Register(tmp_path)
    idea = case(register, "A", "Urbanisme", stage="idee")
    case(register, "B", "Urbanisme", stage="idee")
    rows = [run("a", 10.0, requests=900.0)]
    (first, *_) = synthesis(scope(tmp_path, *rows))["decisions"]
    assert (first["kind"], first["cases"]) == ("ideas", [idea])
    assert first["title"]["fr"] == "Corriger dans le registre l'étape de A : il a des exécutions, et y est une idée."
    register.move(idea, "experimentation", WHO)
    assert "ideas" not in [found["kind"] for found in synthesis(scope(tmp_path, *rows))["decisions"]]
