"""Data kept and data moved, declared: their figures by hand, and what has no source."""

from pathlib import Path

import pytest

from estimator.assessment.impacts import Amount
from estimator.results.reading import Results
from tests.ingestion.formats import result_of, rows_of, told
from tests.support import built

HEADER = "service;start;end;zone;host;model;output_tokens;data_gb;network;storage_tb;storage;energy_kwh"
KEPT = "archives;2025-01-01;2026-01-01;FRA;class/server-room;;;;;20;storage/hdd;"
MOVED = "archives;2025-01-01;2026-01-01;FRA;class/server-room;;;1500;network/mobile-fra;;;"


def table(*lines: str) -> str:
    return "\n".join((HEADER, *lines)) + "\n"


def figures(home: Path, *lines: str) -> tuple[Results, dict[str, Amount]]:
    build = built(home, *rows_of(table(*lines)))
    return build, dict(build.totals().indicators)


def test_data_kept_a_year_by_hand(tmp_path: Path) -> None:
    """20 TB over 365 of 365.25 days: 19,986 GB·year × 0.0056979 kWh × 2 copies = 227.8 kWh, estimated."""
    (row,) = rows_of(table(KEPT))
    assert row.stored_gb_years == pytest.approx(20_000 * 365 / 365.25) and row.checks == ("storage_alone",)
    build, found = figures(tmp_path, KEPT)
    assert found["it_energy"].at_factor_values == pytest.approx(19_986.3 * 0.0056979 * 2, rel=1e-4)
    assert build.totals().proof["estimated"] == pytest.approx(1.0)
    assert found["gwp"].low and found["gwp"].parts["machines"].missing  # no source gives the manufacture of the media


def test_data_moved_alone_has_its_gases_and_nothing_else(tmp_path: Path) -> None:
    """1,500 GB × 0.0246837 kg on a mobile network; no source of their electricity, water and metals: unknown, not 0."""
    build, found = figures(tmp_path, MOVED)
    assert found["gwp"].at_factor_values == pytest.approx(1500 * 0.0246837)
    assert {name for name in ("energy", "water", "adpe") if found[name].missing} == {"energy", "water", "adpe"}
    assert {row["code"] for row in build.checks()} == {"network_alone"}


def test_both_add_up_and_are_not_the_same_use_twice(tmp_path: Path) -> None:
    build, both = figures(tmp_path / "both", KEPT, MOVED)
    _, kept = figures(tmp_path / "kept", KEPT)
    assert both["gwp"].at_factor_values == pytest.approx(kept["gwp"].at_factor_values + 1500 * 0.0246837)
    assert both["energy"].at_factor_values == pytest.approx(kept["energy"].at_factor_values)
    assert "declared_twice" not in {row["code"] for row in build.checks()}


def test_data_moved_beside_answers_are_a_part_of_them(tmp_path: Path) -> None:
    """A million tokens of a model, and 10 GB on the network that is supposed: 0.0927 kg more."""
    tokens = "chat;2025-01-01;2025-02-01;FRA;class/hyperscale;qwen3-8b;1000000;{};;;;"
    _, alone = figures(tmp_path / "alone", tokens.format(""))
    build, moved = figures(tmp_path / "moved", tokens.format("10"))
    assert moved["gwp"].at_factor_values == pytest.approx(alone["gwp"].at_factor_values + 10 * 0.00926935)
    assert "network_assumed" in {row["code"] for row in build.checks()}


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("a;2025-01-01;2025-02-01;FRA;;;;;;20;storage/tape;", "declared_word", "storage/hdd"),
        ("a;2025-01-01;2025-02-01;FRA;;;;10;avion;;;", "declared_word", "network/mobile-fra"),
        ("a;2025-01-01;2025-02-01;FRA;;qwen3-8b;5;;;20;;", "stored_apart", "une ligne à part"),
        ("a;2025-01-01;2025-02-01;FRA;;;;-1;;;;", "declared_negative", "data_gb"),
    ],
)
def test_what_cannot_stand_together_says_why(line: str, code: str, said: str) -> None:
    (refused,) = result_of(table(line)).refused
    assert refused.code == code and said in told(refused)[0]
