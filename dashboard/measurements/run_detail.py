"""Run detail: its figures, differences from the file, exclusions, raw fields, withdrawal."""

import re
import shlex
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from dashboard.measurements.run_fields import field_groups, mode_name, modelled, whole_days
from dashboard.shared import html_parts
from dashboard.shared.dates import moment_text, period_text
from dashboard.shared.templates import phrase, render
from dashboard.shared.texts import both, known_text, t
from estimator.assessment.impacts import Amount
from estimator.core.interval import Interval
from estimator.core.number_format import exact_text, share_text
from estimator.ledger.rows import COMPONENTS

FIGURES = ("energy", "it_energy", "water", "adpe", "gwp", "primary_energy")
PARTS = ("gwp.use", "gwp.devices", "gwp.machines")
COUNTS = ("current", "superseded", "duplicate", "refused")
ALWAYS = ("storage", "desk", "training")
_HASH = re.compile(r"[0-9a-f]{16,64}")
SHOWN_HASH = 16  # characters of a file hash in a command


def run_view(run: Mapping[str, Any], lang: str, name: str = "") -> Markup:
    """The whole screen of a run. name: that of its service, when it has one."""
    found = [(name, _indicator_at(run["indicators"], name)) for name in (*FIGURES, *PARTS)]
    return render(
        "run",
        lang,
        run=run,
        answer=_answer(run, name or run["service_key"], lang),
        figures=[(n, a) for n, a in found if a and (a.get("missing") or {}).get("code") != "not_asked"],
        differs=_differs(run, lang),
        left_out=left_out(run, lang),
        groups=field_groups(run, lang),
        file=_file(run, lang),
        undo=_undo(run, lang),
    )


def left_out(run: Mapping[str, Any], lang: str) -> list[str]:
    """What the electricity and the footprint of a run do not include, from its metering modes and known facts."""
    codes = [
        (f"left_out.{mode}", {"component": ", ".join(t(f"run.components.{c}", lang) for c in components)})
        for mode, components in _meters(run).items()
        if known_text(f"left_out.{mode}", lang)
    ]
    codes += [
        ("left_out.not_read", {"component": t(f"run.components.{c}", lang)}) for c in _components_without_reading(run)
    ]
    if run["gap"] not in (None, "gap/none"):
        codes.append(("left_out.gap", {"gap": mode_name(run["gap"], lang)}))
    if _read_kwh(run) is not None:
        codes.append((f"left_out.scope_{run['scope']}", {}))
    codes += [(f"left_out.{name}", {"reason": reason}) for name, reason in _unknown_parts(run, lang)]
    if run["data_gb"] is None:
        codes.append(("left_out.network", {}))
    return [t(key, lang, **facts) for key, facts in (*codes, *((f"left_out.{name}", {}) for name in ALWAYS))]


def _answer(run: Mapping[str, Any], name: str, lang: str) -> Markup:
    facts = {"service": name, "energy": _own_figure(run, "it_energy", lang)}
    if whole_days(run):
        period = period_text((run["start"][:10], run["last"]), lang)
        return phrase("run.dated", lang, period=period[0].lower() + period[1:], **facts)
    return phrase("run.answer", lang, moment=moment_text(run["end"], lang), **facts)


def _indicator_at(indicators: Mapping[str, Amount], name: str) -> Amount | None:
    outer, _, inner = name.partition(".")
    found = indicators.get(outer)
    return found.parts.get(inner) if found and inner else found


def _differs(run: Mapping[str, Any], lang: str) -> list[str | Markup]:
    """Our figures next to those stated in the trace and its file."""
    lines: list[str | Markup] = []
    read, share = _read_kwh(run), run["charge_share"]
    if read is not None and run["indicators"]["it_energy"]["central"] is not None:
        key, ours = (
            "run.differs_energy" if share == 1 else "run.differs_energy_shared",
            _own_figure(run, "it_energy", lang),
        )
        lines.append(phrase(key, lang, theirs=exact_text(read, "kWh", lang), ours=ours, share=share_text(share, lang)))
    if run["reported_pue"] not in (None, 1):
        kept = "_kept" if any(check["code"] == "declared_site" for check in run["checks"]) else ""
        lines.append(t(f"run.differs_pue{kept}", lang, pue=exact_text(run["reported_pue"], "1", lang)))
    for name, figure, value, unit in (
        ("gwp", "gwp.use", run["reported_gwp_kg"], "kgCO2e"),
        ("water", "water", run["reported_water_l"], "L"),
    ):
        if value is not None:
            ours = _own_figure(run, figure, lang)
            lines.append(phrase(f"run.differs_{name}", lang, theirs=exact_text(value, unit, lang), ours=ours))
    return lines


def _own_figure(run: Mapping[str, Any], figure: str, lang: str) -> Markup:
    amount = _indicator_at(run["indicators"], figure) or Interval()
    return html_parts.number(amount, f"run.{run['row_id']}.{figure}", html_parts.figure_name(figure, lang), lang)


def _read_kwh(run: Mapping[str, Any]) -> float | None:
    """Energy as read, all components [kWh]; None where none was read."""
    read = [run[f"{c}_energy_kwh"] for c in COMPONENTS if run[f"{c}_energy_kwh"] is not None]
    return sum(read) if read else None


def _meters(run: Mapping[str, Any]) -> dict[str, list[str]]:
    """The metering modes of its energy, each with its components."""
    if run["modelled"]:
        return {"modelled" if modelled(run) else "not_modelled": []}
    found: dict[str, list[str]] = {}
    for component in COMPONENTS:
        if run[f"{component}_energy_kwh"] is not None:
            found.setdefault(run[f"{component}_mode"].removeprefix("mode/"), []).append(component)
    return found


def _components_without_reading(run: Mapping[str, Any]) -> list[str]:
    """Components without a reading in a trace by component; accelerators only when there are some."""
    if _read_kwh(run) is None or run["other_energy_kwh"]:
        return []
    there = [c for c in ("cpu", "gpu", "ram") if c != "gpu" or run["device"] or run["device_as_read"]]
    return [c for c in there if run[f"{c}_energy_kwh"] is None]


def _unknown_parts(run: Mapping[str, Any], lang: str) -> list[tuple[str, str]]:
    """Unknown parts of the site and of hardware manufacture, each with its reason."""
    found = run["indicators"]
    asked = (("site", found["energy"]), *((p, _indicator_at(found, f"gwp.{p}")) for p in ("devices", "machines")))
    missing = [(name, amount.missing) for name, amount in asked if amount and amount.missing]
    return [(name, both(reason, lang)) for name, reason in missing if reason["code"] != "not_asked"]


def _file(run: Mapping[str, Any], lang: str) -> str:
    """Outcome of the rows of the file of the run."""
    account = run["file"]
    counts = [t(f"run.file_{name}", lang, n=account[name]) for name in COUNTS if account[name] or name == "current"]
    read = t("run.file_read", lang, n=account["read"])
    return t("run.file_rows", lang, file=run["file_name"], read=read, counts=", ".join(counts))


def _undo(run: Mapping[str, Any], lang: str) -> dict[str, str]:
    """The commands that withdraw the run, or its whole file, from every total."""
    sha = run["file_sha"]
    file = sha[:SHOWN_HASH] if _HASH.fullmatch(sha) else run["file_name"]
    who, why = t("run.undo_who", lang), t("run.undo_why", lang)
    return {
        kind: f'sobria ledger withdraw --{kind}={shlex.quote(value)} --who "{who}" --why "{why}"'
        for kind, value in (("run", run["run_key"]), ("file", file))
    }
