"""Figures of others beside ours: their boundary in words, and no influence on any figure of ours."""

import csv
from datetime import date
from pathlib import Path

import pytest

from estimator import Request, estimate
from estimator.assessment.impacts import figure_named
from estimator.catalogue import models, published_figures
from estimator.catalogue.load import load
from estimator.catalogue.published_figures import TABLE, PublishedFigure
from estimator.core.errors import LANGUAGES
from estimator.core.interval import Interval
from estimator.workloads.published_comparison import ours_of_all, published_beside
from tests.support import answered

DAY = date(2026, 11, 27)
WITHIN = ("inside", "above", "below", "apart")
MISTRAL = Request(model="mistral-ai/mistral-large-2", output_tokens=400, zone="FRA")


def beside(model: str, row: str) -> dict[str, object]:
    """The entry of one row for one model."""
    return next(e for e in published_beside([model], load(), DAY) if e["id"] == row)


@pytest.mark.parametrize("row", published_figures.load(), ids=lambda row: row.id)
def test_every_row_has_its_models_its_source_and_a_figure_of_ours(row: PublishedFigure) -> None:
    figure = figure_named(row.figure)
    assert figure is not None and figure.unit == row.unit
    assert row.source in load().sources and row.locator
    for model in row.model_ids:
        assert model in models.load().by_id
        ours = beside(model, row.id)["ours"]
        assert isinstance(ours, Interval)
        assert (ours["central"] is None) == (row.phase == "life")


def test_ours_is_what_an_estimate_of_the_same_request_says() -> None:
    ours = beside("mistral-ai/mistral-large-2", "mistral-large-2/answer/gwp")["ours"]
    same = Request(model="mistral-ai/mistral-large-2", output_tokens=400, provider="mistral", day=DAY)
    found = estimate(same)["indicators"]["gwp"]
    assert isinstance(ours, Interval) and ours.as_dict() == {name: found[name] for name in ours.as_dict()}


def test_each_published_figure_is_said_to_be_in_our_interval_or_how_far_from_it() -> None:
    """Mistral's 1.14 g against an upper end of 20.39 mg: 56 times (55.9). Nothing is said where ours is unknown; one of
    several models is held against all of them, and what counts purchases of electricity against nothing."""
    for row in published_figures.load():
        entry = beside(row.model_ids[0], row.id)
        ours, told = entry["ours"], [reason for reason in entry["why"] if reason["code"] in WITHIN]
        if ours["central"] is None:
            assert not told
            continue
        low, _, high = ours_of_all(row, load(), DAY).ends
        side = "above" if row.value > high else "below" if row.value < low else "inside"
        assert [reason["code"] for reason in told] == ["apart" if row.accounting == "market" else side]
        several = "of_several" in {reason["code"] for reason in entry["why"]}
        assert several == (len(row.model_ids) > 1 and row.accounting != "market")
    first = beside("mistral-ai/mistral-large-2", "mistral-large-2/answer/gwp")["why"][0]
    assert first["fr"].endswith("au-dessus : 48 fois sa borne haute.") and "48 times its upper end" in first["en"]


def test_a_figure_of_a_family_is_not_held_against_one_of_it() -> None:
    """The median prompt of Gemini, 0.24 Wh, is in the range of its three models together, 0.049 to 3.4 Wh, which the
    words name: nothing is said of Pro alone, 0.21 to 3.4 Wh. Its gases count purchases: neither inside nor outside."""
    pro, flash = (beside(f"google/gemini-2.5-{size}", "gemini/median-prompt/energy") for size in ("pro", "flash"))
    assert pro["ours"].low > 3 * flash["ours"].low
    assert [why["code"] for why in pro["why"]][:2] == ["of_several", "inside"]
    said = pro["why"][0]
    assert (
        "Gemini 2.0 Flash, Gemini 2.5 Flash, Gemini 2.5 Pro" in said["fr"] and "non à Gemini 2.5 Pro seul" in said["fr"]
    )
    assert "not against Gemini 2.5 Flash alone" in flash["why"][0]["en"]
    gases = beside("google/gemini-2.5-pro", "gemini/median-prompt/gwp")["why"]
    assert gases[0]["fr"].startswith("Périmètre différent") and "hors" not in " ".join(why["fr"] for why in gases)


def test_the_words_say_each_column_that_differs_and_no_other() -> None:
    """Google's gases: market-based, end of life not said, length and place supposed; training and manufacture alike."""
    entry = beside("google/gemini-2.5-flash", "gemini/median-prompt/gwp")
    why = entry["why"]
    assert isinstance(why, list)
    codes = [reason["code"] for reason in why]
    assert codes[0] in WITHIN and codes[1:] == [
        "end_of_life_unknown",
        "accounting_market",
        "tokens_supposed",
        "place_supposed",
    ]
    assert all(set(reason) == {"code", *LANGUAGES} for reason in why)
    onsite = beside("google/gemini-2.5-flash", "gemini/median-prompt/water-onsite")["why"]
    assert isinstance(onsite, list) and not [r for r in onsite if r["code"].startswith("water")]


def test_no_equation_reads_a_published_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand times the published values, and every other number of an estimate is what it was."""
    before = estimate(MISTRAL, DAY).as_dict()
    louder = tuple(row.model_copy(update={"value": row.value * 1000}) for row in published_figures.load())
    monkeypatch.setattr(published_figures, "load", lambda: louder)
    after = estimate(MISTRAL, DAY).as_dict()
    for found, shown in zip(before.pop("published"), after.pop("published"), strict=True):
        assert shown.pop("value") == 1000 * found.pop("value")
        for entry in (found, shown):
            entry["why"] = [reason for reason in entry["why"] if reason["code"] not in WITHIN]
        assert shown == found
    assert after == before


def test_a_figure_without_manufacture_stands_beside_our_electricity_alone() -> None:
    """BLOOM: 24.7 t of cards in use and 50.5 t whole; ours of the use is a part of ours."""
    rows = {entry["id"]: entry for entry in published_beside(["bigscience/bloom"], load(), DAY)}
    use, whole = rows["bloom/training-dynamic/gwp"], rows["bloom/training-whole/gwp"]
    assert use["figure"] == "gwp.use" and use["boundary"]["ours"]["hardware"] == "no"
    assert use["ours"]["central"] < whole["ours"]["central"] and "hardware_no" not in {w["code"] for w in use["why"]}


def test_one_module_reads_the_table(root: Path) -> None:
    readers = [p for p in (root / "estimator").rglob("*.py") if TABLE in p.read_text("utf-8")]
    assert [p.name for p in readers] == ["published_figures.py"]


def test_a_row_that_was_not_opened_says_so(root: Path) -> None:
    with (root / "factors" / TABLE).open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row["reading"] for row in csv.DictReader(file)}
    assert rows["mistral-large-2/answer/gwp"] == "second_hand" and rows["llama-3.1-405b/training/gwp"] == "opened"
    said = answered("--lang", "fr", "estimate", "--model", "mistral-large-2", "--output-tokens", "400").stdout
    assert "Périmètre différent" in said and "1,14\u00a0g" in said and "de seconde main" in said
    assert (
        "Périmètre différent" not in answered("estimate", "--model", "mistral-large-3", "--output-tokens", "9").stdout
    )


def test_the_method_page_shows_every_row(root: Path) -> None:
    page = (root / "docs" / "methode.md").read_text("utf-8")
    section = page.partition("## Périmètre différent")[2]
    assert section.count("\n| `") == len(published_figures.load())
