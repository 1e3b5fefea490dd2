"""Published cases judged without their own document, and the figures of well-known models."""

import json
import math
from datetime import date
from pathlib import Path

import pytest

from scripts.known_figures import CALIBRATION, CLOSE, known
from scripts.left_out_documents import GATES, PAGE, Judged, document, judged, left_out, together

TODAY = date(2026, 11, 27)
KNOWN = {
    ("gemini/median-prompt/energy", ""),
    ("chatgpt/average-query/energy", "openai/gpt-4o"),
    ("chatgpt/typical-query/energy", "openai/gpt-4o"),
    ("frontier/median-query/energy", ""),
    ("bloom/training-whole/gwp", "bigscience/bloom"),
    ("llama-3.1-405b/training/gwp", "meta/llama-3.1-405b"),
}


def case(name: str, url: str | None = None) -> dict:
    return {"source": {"document": name, "url": url}}


def test_the_editions_of_a_document_are_one_and_lend_each_other_their_address() -> None:
    """A figure quoted without an address is of the document that another case gives it."""
    cases = [case("Falk et al. 2025, More than Carbon"), case("Falk et al. 2025", "https://arxiv.org/abs/2509.00093/")]
    assert {document(c) for c in cases} == {"falk et al"}
    assert left_out(cases) == {"falk et al": frozenset({"falk2025"})}


def test_figures_of_the_judged_by_hand() -> None:
    """Three of four inside; widths 2, 4, 6, 30: median 5, nine in ten under 6 + 0.7 × 24 = 22.8; errors × 2, 1, 1, 2:
    half of their logarithms are 0, half ln 2, so √2."""
    part = Judged((True, True, True, False), (2.0, 4.0, 6.0, 30.0), (0.5, 1.0, 1.0, 2.0))
    assert part.figures() == pytest.approx({"inside": 0.75, "width": 5, "width_90": 22.8, "error": math.sqrt(2)})
    assert not part.holds()
    assert Judged((True,), (6.0,), (1.5,)).holds()
    assert len(together([part, part]).inside) == 8


def test_a_slice_of_the_documents_holds_without_each(shared_data: Path) -> None:
    """Cards and a desk: of the same documents the tables have the values, which leave with them."""
    cases = json.loads((shared_data / "validation" / "cases.json").read_text("utf-8"))
    names = ("falk et al", "nvidia hgx h100", "nvidia hgx b200", "data hubblo org", "fischer 2025 ground")
    found = judged(cases, TODAY, names)
    assert found.keys() == set(names)
    assert together(list(found.values())).holds()
    assert found["nvidia hgx b200"].ratios[0] < 0.6, "the card is then any card: its own row was its publisher's"
    assert "fischer_runs" in left_out(cases)["fischer 2025 ground"]


def test_the_page_says_that_every_gate_is_met() -> None:
    """The row of all documents, as it was last computed."""
    row = next(line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| tous les documents |"))
    cells = [cell.strip(" ×%").replace(",", ".") for cell in row.split("|")[3:7]]
    inside, width, wide, error = (float(cell) for cell in cells)
    assert inside / 100 >= GATES["inside"]
    assert (width <= GATES["width"], wide <= GATES["width_90"], error <= GATES["error"]) == (True, True, True)


def test_well_known_figures_are_inside_and_within_a_factor_of_two() -> None:
    """None of them set a law of serving."""
    found = {(row.id, model): (row, body) for row, model, body in known(TODAY) if (row.id, model) in KNOWN}
    assert found.keys() == KNOWN
    for row, body in found.values():
        assert body["low"] <= row.value <= body["high"], row.id
        assert 1 / CLOSE <= body["central"] / row.value <= CLOSE, row.id
        assert row.source != CALIBRATION
