"""A run opened: every raw field once, what it leaves out, and commands that undo exactly what they say."""

import shlex
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

from dashboard.measurements.run_detail import left_out, run_view
from dashboard.measurements.run_fields import GROUPS
from dashboard.shared.texts import t, words
from estimator.assessment.method_documentation import boundary
from estimator.catalogue.load import load
from estimator.ledger import Ledger
from estimator.ledger.rows import COMPONENTS, Activity
from estimator.ledger.withdrawals import Target, withdrawal_effect
from tests.dashboard.test_dashboard_pages import page
from tests.home import HOSTILE
from tests.support import activity, built

LANGUAGES = ("fr", "en")
FULL: dict[str, Any] = {
    "run_id": "abc", "task_name": "lecture", "file_sha": "0123456789abcdef" * 4, "tool_version": "3.3.2",
    "model": "llama", "zone_as_read": "France", "machine_id": "ffee", "device": "gpu/h100-sxm-80",
    "device_as_read": "1 x H100", "device_count": 2, "scope": "machine", "gpu_energy_kwh": 0.25,
    "gpu_mode": "mode/nvml", "cpu_mode": "mode/rapl", "gap": "gap/server", "device_hours": 2.0, "items": 40.0,
    "requests": 41.0, "reported_pue": 1.5, "reported_gwp_kg": 0.031, "reported_water_l": 2.0, "precision": "bf16",
}  # fmt: skip


def opened(tmp_path: Path, **fields: Any) -> dict[str, Any]:
    """A run of a ledger that holds it alone."""
    row = activity(**fields)
    return built(tmp_path, row).run(row.row_id)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A run that says everything."""
    return opened(tmp_path_factory.mktemp("full"), **FULL)


def test_every_field_of_the_ledger_is_in_one_group_and_none_is_a_place_on_earth() -> None:
    shown = [name for names in GROUPS.values() for name in names]
    shown += [f"{component}_{said}" for component in COMPONENTS for said in ("energy_kwh", "mode")]
    assert sorted(shown) == sorted(set(Activity.model_fields) - {"checks"})
    assert not any(word in name for name in shown for word in ("latitude", "longitude", "coordinate"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_field_that_is_there_is_shown_and_no_other(full: dict[str, Any], lang: str) -> None:
    text = run_view(full, lang)
    for name in ("run_id", "task_name", "zone_as_read", "device_count", "items", "reported_pue", "file_sha"):
        assert f"<dt>{Markup.escape(t(f'fields.{name}', lang))}</dt>" in text, name
    for name in ("images", "audio_s", "latency_s", "output_tokens"):
        assert f"<dt>{Markup.escape(t(f'fields.{name}', lang))}</dt>" not in text, name
    assert "250\u00a0Wh" in text  # 0.25 kWh


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_figure_leads_to_its_calculation(full: dict[str, Any], lang: str) -> None:
    text = run_view(full, lang)
    for figure in ("energy", "it_energy", "water", "adpe", "gwp", "primary_energy", "gwp.devices"):
        assert f"explication?id=run.{full['row_id']}.{figure}" in text
    assert text.count(t("run.open", lang)) == 9


def test_it_says_how_it_differs_from_the_file(full: dict[str, Any], tmp_path: Path) -> None:
    """1 kWh of processors and 0.25 kWh of cards: the trace reads 1.25 kWh."""
    text = run_view(full, "fr").replace("\u00a0", " ")
    assert "La trace relève 1,25 kWh" in text and "un PUE de 1,5" in text
    assert "Le fichier annonce 0,031 kg" in text or "Le fichier annonce 31 g" in text
    assert "2 L d’eau" in text
    assert t("run.differs", "fr") not in run_view(
        opened(tmp_path / "b", cpu_energy_kwh=None, cpu_mode="mode/none", other_mode="mode/not_declared"), "fr"
    )


LEFT_OUT: list[tuple[dict[str, Any], list[str], list[str]]] = [  # of these fields, what is said, what is not
    ({"cpu_mode": "mode/rapl"}, ["rapl", "scope_unknown", "network", "desk"], ["nvml", "gap", "modelled"]),
    ({"gap": "gap/server", "scope": "process"}, ["gap", "scope_process"], ["scope_machine"]),
    ({"data_gb": 3.0}, ["storage", "training"], ["network"]),
    ({"cpu_energy_kwh": None, "cpu_mode": "mode/none", "other_mode": "mode/meter", "other_energy_kwh": 2.0},
     ["meter"], ["not_read", "rapl"]),
]  # fmt: skip


def test_what_is_left_out_follows_from_the_reading(tmp_path: Path) -> None:
    rows = [activity(**fields) for fields, _, _ in LEFT_OUT]
    build = built(tmp_path, *rows)
    for row, (_, said, unsaid) in zip(rows, LEFT_OUT, strict=True):
        lines = "\n".join(left_out(build.run(row.row_id), "fr"))
        for name in said:
            assert t(f"left_out.{name}", "fr").split("{")[0] in lines, name
        for name in unsaid:
            assert t(f"left_out.{name}", "fr").split("{")[0] not in lines, name


@pytest.mark.parametrize(
    ("lang", "out", "counted"),
    [
        ("fr", "qui ne font que consulter l’IA", "compté là où il fait tourner l’IA"),
        ("en", "that only consult the AI", "counted where it runs the AI"),
    ],
)
def test_a_workstation_that_runs_the_ai_is_not_said_to_be_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, out: str, counted: str
) -> None:
    """Its 1 kWh is counted: of screens and computers, those alone are out that only consult the AI."""
    run = opened(tmp_path, host="class/desk", machine="machine/workstation")
    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path))
    total = page("explication", lang, id="total.energy")
    method = [item.name for item in boundary(lang) if not item.inside]
    assert run["indicators"]["energy"].known
    for said in ("\n".join(left_out(run, lang)), total, "\n".join(method)):
        assert out in said.replace("'", "’")
    assert counted in page("glossaire", lang)


def test_components_without_a_reading_and_unknown_places_are_said(tmp_path: Path) -> None:
    lines = left_out(opened(tmp_path, host=None, machine=None), "fr")
    assert t("left_out.not_read", "fr", component="mémoire") in lines
    assert not any("cartes de calcul" in line for line in lines), "no card was named"
    assert any(line.startswith("Refroidissement et pertes du site") for line in lines)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_way_of_reading_an_energy_has_its_sentence(lang: str) -> None:
    silent = {"none", "not_declared", "not_estimable"}
    modes = {s.id.removeprefix("mode/") for s in load().subjects.values() if s.kind == "mode"}
    assert modes - silent <= set(words(lang)["left_out"])


def test_the_commands_undo_the_run_or_its_file_whatever_their_names(tmp_path: Path) -> None:
    ours, beside = activity(run_key=HOSTILE + " '$x'", file_sha="ab" * 32), activity(file_sha="ab" * 32)
    run = built(tmp_path, ours, beside, activity()).run(ours.row_id)
    blocks = run_view(run, "fr").split("<code>")[1:]
    taken = []
    for block in blocks:
        command = shlex.split(Markup(block.split("</code>")[0]).unescape())
        assert command[:3] == ["sobria", "ledger", "withdraw"] and command[4::2] == ["--who", "--why"]
        kind, _, value = command[3].removeprefix("--").partition("=")
        taken.append(withdrawal_effect(Ledger(tmp_path), Target(kind, value)).as_dict()["rows"])  # type: ignore[arg-type]
    assert taken == [1, 2]


def test_a_declared_month_ends_on_its_last_day(tmp_path: Path) -> None:
    """From 1 September at midnight, 30 days of 24 h: until 1 October, which is outside."""
    run = opened(tmp_path, start="2026-09-01T00:00:00", hours=720.0)
    for lang in LANGUAGES:
        text = run_view(run, lang)
        assert {"fr": "du 1er au 30 septembre 2026", "en": "30 September 2026"}[lang] in text
        assert {"fr": "octobre", "en": "October"}[lang] not in text
