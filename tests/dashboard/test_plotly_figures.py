"""The pictures to explore: drawn in the unit of their axis, their words and their file hold the same values."""

import pytest

from dashboard.shared.chart_parts import values_csv
from dashboard.shared.plotly_figures import APART, Explored, ExploredRow, Mark, alternative, figure, values
from tests.home import HOSTILE

SERVERS = Mark(0.0, 0.002, group="serveurs")
WATTS = Explored(
    "Électricité ?",
    [
        ExploredRow(
            "le petit", "entre 1 et 3 Wh", [Mark(0.0, 0.002, group="serveurs"), Mark(0.001, 0.003, 0.002, "total")]
        ),
        ExploredRow(HOSTILE, "entre 5 et 9 Wh", [Mark(0.005, 0.009, 0.006, "total")]),
    ],
    "Wh",
    0.001,
)


def test_marks_are_drawn_in_the_unit_of_the_axis() -> None:
    """2 Wh of servers from 0; under it 2 Wh between 1 and 3; in the second row 6 between 5 and 9: 3 more, 1 less.

    The longest words are a name of 42 signs, in 2 lines of 34, and its value: 2 lines more than one, each of 18 pixels
    where a row has 56."""
    servers, total = figure(WATTS, "fr")["data"]
    assert (servers["type"], servers["base"], servers["x"], servers["y"]) == ("bar", [0.0], [2.0], [0])
    assert total["x"] == [2.0, 6.0]
    assert total["y"] == pytest.approx([APART, 1 + 2 * 18 / 56 + 2 * APART])  # as far apart as groups and words want
    assert [round(v, 9) for v in total["error_x"]["array"]] == [1.0, 3.0]
    assert [round(v, 9) for v in total["error_x"]["arrayminus"]] == [1.0, 1.0]


@pytest.mark.parametrize(("widest", "step"), [(9.0, None), (1e9, 3)])
def test_ratios_far_apart_are_read_by_powers_of_ten(widest: float, step: int | None) -> None:
    """From 1 to 1e9, nine powers of ten, four steps at most: one in three. What all are read against is kept."""
    kept = ExploredRow("aux valeurs retenues", "", [Mark(4.0, 4.0, 4.0)])
    rows = [ExploredRow("carte", "60 %", [Mark(1.0, widest)]), ExploredRow("jetons", "40 %", [Mark(2.0, 8.0)])]
    picture = Explored("Rapport", rows, line=kept)
    axis = figure(picture, "fr")["layout"]["xaxis"]
    assert (axis.get("type"), axis.get("dtick")) == (("log", step) if step else (None, None))
    assert [v.name for v in values(picture)] == ["carte", "jetons", "aux valeurs retenues"]
    assert [shape["x0"] for shape in figure(picture, "fr")["layout"]["shapes"]] == [4.0]


def test_groups_are_told_apart_without_their_colours() -> None:
    """Two kinds of bar have two textures, two intervals two marks, and the legend shows them."""
    marks = [Mark(0.0, 1.0, group="a"), Mark(1.0, 2.0, group="b"), Mark(0.0, 2.0, 1.0, "c"), Mark(0.0, 2.0, 1.0, "d")]
    bars = [trace["marker"] for trace in figure(Explored("x", [ExploredRow("r", "2 Wh", marks)], "Wh"), "fr")["data"]]
    assert bars[0]["pattern"] != bars[1]["pattern"] and bars[2]["symbol"] != bars[3]["symbol"]


def test_a_second_axis_has_heights_and_its_threshold() -> None:
    rows = [ExploredRow("a", "2 Wh", [Mark(0.001, 0.003, 0.002)], 0.9)]
    limit = ExploredRow("Seuil", "", [], 0.85)
    picture = Explored("Qualité", rows, "Wh", 0.001, second="Qualité", threshold=limit)
    drawn = figure(picture, "fr")
    assert drawn["data"][0]["y"] == [90] and drawn["layout"]["yaxis"]["ticksuffix"] == "\xa0%"
    assert [shape["y0"] for shape in drawn["layout"]["shapes"]] == [85]
    assert values_csv(values(picture), "fr").splitlines()[1:] == [
        "a;;1;2;3;Wh;", "a;;;0,9;;;Qualité", "Seuil;;;0,85;;;Qualité"
    ]  # fmt: skip


def test_the_option_that_suffices_has_a_mark_of_its_own() -> None:
    """RGAA 3.1: another symbol and not another colour only, on its own line; no name of an axis is under it."""
    rows = [
        ExploredRow("a", "2 Wh", [Mark(0.0, 0.003, 0.002)], 0.9),
        ExploredRow("b", "4 Wh", [Mark(0.003, 0.005, 0.004, "Suffit", "#0b5cad")], 0.95),
    ]
    drawn = figure(Explored("Qualité", rows, "Wh", 0.001, second="Qualité"), "fr")
    first, second = drawn["data"]
    assert first["marker"]["symbol"] != second["marker"]["symbol"] and not drawn["layout"]["showlegend"]
    assert second["error_x"]["color"] == "#0b5cad"
    assert drawn["layout"]["yaxis"]["ticklen"] >= (12 + 3) / 2, "half of a mark with its edge, at zero"


def test_a_long_name_holds_on_the_narrowest_screen() -> None:
    """RGAA 10.4: 60 signs of a name in lines of 34, above its row or, in a plane, in a key of the points' numbers."""
    row = ExploredRow("modèle-de-langue " * 4, "entre 1 et 3 Wh", [Mark(0.001, 0.003, 0.002)], 0.9)
    plane = figure(Explored("Qualité", [row], "Wh", 0.001, second="Qualité"), "fr")
    above = figure(Explored("Électricité", [row._replace(height=None)], "Wh", 0.001), "fr")["layout"]["annotations"]
    assert plane["data"][0]["text"] == ["1"]
    for text in (plane["layout"]["title"]["text"], above[0]["text"].replace("<b>", "").replace("</b>", "")):
        lines = text.split("<br>")
        assert len(lines) > 1 and max(map(len, lines)) <= 34


def test_a_hostile_name_is_text_and_no_cell_is_a_formula() -> None:
    drawn = str(figure(WATTS, "fr"))
    assert "<script" not in drawn and "&lt;script" in drawn
    file = values_csv(values(Explored("x", [ExploredRow("=1+1", "", [Mark(0.5, 1.5)])], "Wh")), "fr")
    assert "'=1+1;;0,5;;1,5;Wh" in file and file.startswith("\ufeff")


def test_the_words_of_a_picture_say_where_its_values_are() -> None:
    assert alternative(WATTS, "fr") == "Électricité. Ses chiffres sont dans le tableau qui suit."
    grown = Mark(0.003, 0.009, 0.006, "× 3", told="× 3 entre 3 et 9 Wh")
    picture = Explored("x", [ExploredRow("le petit", "entre 1 et 3 Wh", [Mark(0.001, 0.003, 0.002, "× 1"), grown])])
    under = [trace["hovertext"] for trace in figure(picture, "fr")["data"]]
    assert under == [["le petit<br>entre 1 et 3 Wh"], ["le petit<br>× 3 entre 3 et 9 Wh"]]
