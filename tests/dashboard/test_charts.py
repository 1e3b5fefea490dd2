"""The pictures: drawn to scale, with the same numbers in words, and safe whatever a project is called."""

import base64
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from dashboard.measurements.coverage import months_picture, months_table
from dashboard.shared.plotly_figures import PALE, SECOND
from dashboard.shared.svg_charts import (
    SAMPLE,
    ChartRow,
    columns_svg,
    interval_chart,
    legend,
)
from dashboard.summary.svg_charts import axis_names
from estimator.assessment.impacts import Amount
from estimator.builds.timelines import ServiceTimeline
from estimator.catalogue.schema import PROOFS
from estimator.core.interval import Interval
from estimator.reporting.documents.pictures import ACCENT, FILLS, INK, bar_svg, nice_ticks
from estimator.reporting.summary.months import EARLIER
from tests.home import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"


def amount(central: float | None, unit: str) -> Amount:
    """What the estimator says of a value whose bounds are 2.2 times less and more, or that is not known."""
    if central is None:
        return Amount(unit=unit, missing={"code": "no_host", "fr": "sans hôte", "en": "no host"})
    low, high = central / 2.2, central * 2.2
    ends = {"low": low, "central": central, "high": high, "at_factor_values": central, "envelope": (low, high)}
    return Amount(unit=unit, **ends, covers=1.0)


def bars(*centrals: float | None, unit: str = "kWh") -> list[ChartRow]:
    return [
        ChartRow(
            f"service {n}", amount(central, unit), {"measured": 1.0}, "mesuré", f"explication?id=service.s{n}.energy"
        )
        for n, central in enumerate(centrals)
    ]


def pictures(html: str) -> list[ElementTree.Element]:
    """Every picture inside a page, which must each be well-formed."""
    return [
        ElementTree.fromstring(base64.b64decode(found)) for found in re.findall(r"svg\+xml;base64,([\w+/=]+)", html)
    ]


def place(style: str, name: str) -> float:
    """Where along the scale a mark stands, from 0 to 1."""
    found = re.search(rf"(?:^|;){name}:calc\([^*]*\*([\d.]+)\)", style)
    assert found, style
    return float(found[1])


def test_a_bar_is_drawn_to_scale_from_zero() -> None:
    """On a scale from 0 to 100: low 20, central 41, high 90."""
    given = Interval(low=20.0, central=41.0, high=90.0, unit="kWh")
    drawing = ElementTree.fromstring(bar_svg(given, {"measured": 1.0}, 100.0))
    band = next(r for r in drawing.iter(f"{SVG}rect") if r.get("stroke"))
    dot = next(c for c in drawing.iter(f"{SVG}circle") if c.get("r") == "5")
    assert place(band.get("style", ""), "x") == pytest.approx(0.20)
    assert place(band.get("style", ""), "width") == pytest.approx(0.70)  # (90 - 20) / 100
    assert place(dot.get("style", ""), "cx") == pytest.approx(0.41)


def test_the_height_of_a_bar_is_shared_by_proof_and_each_proof_has_its_own_texture() -> None:
    given = Interval(low=20.0, central=41.0, high=90.0, unit="kWh")
    proof = {"measured": 0.4, "estimated": 0.3, "declared": 0.2, "unknown": 0.1}
    drawing = ElementTree.fromstring(bar_svg(given, proof, 100.0))
    layers = [r for r in drawing.iter(f"{SVG}rect") if r.get("stroke")]
    assert [float(r.get("height", 0)) for r in layers] == pytest.approx(
        [0.4 * SAMPLE, 0.3 * SAMPLE, 0.2 * SAMPLE, 0.1 * SAMPLE]
    )
    assert len({r.get("fill") for r in layers}) == 4
    assert SAMPLE >= 8


def test_a_value_that_is_not_known_has_words_and_no_bar() -> None:
    html = interval_chart(bars(10.0, None), "Électricité par service", "fr")
    assert "non estimable" in html and html.count('class="bar"') == 1


def test_each_value_is_said_in_its_own_unit_and_drawn_once() -> None:
    """800 kWh between 364 and 1,760, beside 4 MWh: as any other page says them."""
    html = interval_chart(bars(4000.0, 800.0), "titre", "fr").replace("\u00a0", " ").replace("\u202f", " ")
    assert "800 kWh" in html and "entre 360 et 1 800 kWh" in html and "4,0 MWh" in html
    assert html.count('class="bar"') == 2


def test_a_picture_has_the_name_of_its_title_and_its_rows_hold_its_values() -> None:
    html = interval_chart(bars(41.0, None), "Électricité par service", "fr")
    assert '<figure class="chart" aria-label="Électricité par service">' in html
    for said in ("service 0", "entre 19 et 90", "mesuré", "service 1", "non estimable"):
        assert said in html.split('<ol class="bars">')[1]
    assert html.count("<figure") == 1 and html.count('class="legend"') == 1


def test_a_row_says_its_central_value_and_its_bar_its_interval() -> None:
    """Read one after the other, they are « 41 kWh, entre 19 et 90 kWh »."""
    (row,) = re.findall("<li><p>.*?</li>", interval_chart(bars(41.0), "titre", "fr"))
    words, bar = row.split("<img")
    assert ">41\u00a0kWh<" in words and "entre 19 et 90" not in words
    assert 'alt="entre 19 et 90\u00a0kWh"' in bar
    told = [replace(bar, aside="entre 19 et 90 kWh") for bar in bars(41.0)]
    all_drawn = 'class="bar" alt="entre 19 et 90\u00a0kWh (valeur centrale\u00a0:\u00a041) ; mesuré"'
    assert all_drawn in interval_chart(told, "titre", "fr"), "its words say another thing"


def test_each_value_opens_its_explanation() -> None:
    html = interval_chart(bars(41.0, None), "titre", "fr")
    assert html.count('href="explication?id=service.') == 2


def test_the_legend_names_the_proofs_in_use_only() -> None:
    html = legend([{"measured": 0.5, "unknown": 0.5}], "fr")
    assert "mesuré" in html and "méthode inconnue" in html and "estimé" not in html


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        (90.0, [0, 20, 40, 60, 80, 100]),
        (100.0, [0, 20, 40, 60, 80, 100]),
        (7.1, [0, 2, 4, 6, 8]),
        (0.83, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0.0, [0]),
    ],
)
def test_a_scale_has_round_numbers(top: float, expected: list[float]) -> None:
    assert nice_ticks(top) == pytest.approx(expected)


def test_columns_show_their_proofs_and_the_empty_months() -> None:
    drawing = ElementTree.fromstring(columns_svg([{"measured": 6.0, "estimated": 2.0}, {}], 8.0, 6))
    layers = [r for r in drawing.iter(f"{SVG}rect") if r.get("stroke")]
    assert [float(r.get("height", 0)) for r in layers] == [36.0, 12.0]  # 48 px x 6/8, 48 px x 2/8
    assert len([x for x in drawing.iter(f"{SVG}line") if x.get("stroke-dasharray")]) == 1


def test_a_month_that_holds_more_than_what_is_known_carries_an_open_box() -> None:
    """48 px, of which 13 are kept for the box: the whole month is 35 px high, the box stands on it."""
    drawing = ElementTree.fromstring(columns_svg([{"measured": 8.0}, {}], 8.0, 6, [0, 1]))
    column, *boxes = [r for r in drawing.iter(f"{SVG}rect") if r.get("stroke")]
    assert float(column.get("height", 0)) == 35.0
    assert [float(box.get("y", 0)) for box in boxes] == [1.0, 36.0]  # 48 - 35 - 13 + 1, 48 - 13 + 1
    assert not [x for x in drawing.iter(f"{SVG}line") if x.get("stroke-dasharray")]


@pytest.mark.parametrize("colour", [ACCENT, INK, EARLIER, PALE, SECOND])
def test_what_a_picture_draws_is_seen_on_white(colour: str) -> None:
    """Contrast (1 + 0.05) / (light + 0.05), 3 at least: #767676 has 4.5, #d8dee4 1.4."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 3


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_hostile_name_stays_text(lang: str) -> None:
    bar = ChartRow(HOSTILE, amount(41.0, "kWh"), {"measured": 1.0}, "mesuré", "explication", HOSTILE)
    lines = [ServiceTimeline(HOSTILE, {202611: {"runs": 1, "unknown": 0, "kwh": {"measured": 1.0}}})]
    for html in (interval_chart([bar], HOSTILE, lang), months_picture(lines, lang, {}), months_table(lines, lang, {})):
        assert "<script" not in html and "&lt;script&gt;" in html
        pictures(html)


def test_a_proof_that_is_not_told_is_drawn_as_none_of_them() -> None:
    """Neither the texture of an unknown method, which would be said of it, nor a legend without it."""
    given = Interval(low=20.0, central=41.0, high=90.0, unit="kWh")
    drawing = ElementTree.fromstring(bar_svg(given, {}, 100.0))
    layers = [r.get("fill") for r in drawing.iter(f"{SVG}rect") if r.get("stroke")]
    assert len(layers) == 1 and layers[0] not in {FILLS[proof] for proof in PROOFS}
    html = interval_chart([ChartRow("Plusieurs usages", given), *bars(None)], "titre", "fr")
    assert "preuve non dite" in html and "méthode inconnue" not in html


def test_no_two_names_of_months_stand_on_each_other() -> None:
    """Twelve months from December 2025: a name each 100 / 12 = 8.3 % of the axis. January, the second, would stand on
    the first, and is left out; of twelve from October it is the fourth, 25 % further. A name takes some 75 of the 680
    pixels of a page of 761, 11 %."""
    year = [202512, *range(202601, 202612)]
    assert axis_names(year) == {0: (4.17, ""), 11: (95.83, "")}
    assert axis_names([202510, 202511, 202512, *range(202601, 202610)]) == {
        0: (4.17, ""),
        3: (29.17, "inner"),
        11: (95.83, ""),
    }
    for begins, count in ((5, 1), (12, 2), (12, 13), (13, 120)):
        months = [(2025 + n // 12) * 100 + n % 12 + 1 for n in range(begins, begins + count)]
        names = axis_names(months)
        places = [place for place, _ in names.values()]
        assert {0, count - 1} <= names.keys() and places == sorted(places)
        inner = [place for place, kind in names.values() if kind]
        assert all(min(abs(place - other) for other in places if other != place) >= 12 for place in inner)
