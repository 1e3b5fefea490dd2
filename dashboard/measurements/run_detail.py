"""Run detail: its figures, differences from the file, exclusions, raw fields, withdrawal."""

import re
import shlex
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from dashboard.measurements.run_fields import as_read, fields, mode_name, modelled, whole_days
from dashboard.shared import html_parts
from dashboard.shared.dates import moment_text, period_text
from dashboard.shared.texts import both, has_text, sentence, t
from estimator.core.number_format import exact_text, interval_text, share_text
from estimator.ledger.rows import COMPONENTS

FIGURES = ("energy", "it_energy", "water", "adpe", "gwp", "primary_energy")
PARTS = ("gwp.use", "gwp.devices", "gwp.machines")
COUNTS = ("current", "superseded", "duplicate", "refused")
ALWAYS = ("storage", "desk", "training")
_HASH = re.compile(r"[0-9a-f]{16,64}")
SHOWN_HASH = 16  # characters of a file hash in a command


def run_view(run: Mapping[str, Any], lang: str) -> Markup:
    """The whole screen of a run."""
    back = Markup('<a href="{}">{}</a>').format(html_parts.address("mesures", lang), t("run.back", lang))
    body = html_parts.head(t("run.title", lang), _answer(run, lang), back)
    if run["checks"]:
        said = html_parts.items([sentence(both(check, lang)) for check in run["checks"]])
        body += html_parts.section(t("run.checks", lang), said)
    body += _figures(run, lang) + _differs(run, lang)
    body += html_parts.section(t("run.not_covered", lang), html_parts.items(left_out(run, lang)))
    return body + fields(run, lang) + _file(run, lang) + _undo(run, lang)


def left_out(run: Mapping[str, Any], lang: str) -> list[str]:
    """What the electricity and the footprint of a run do not include, from its metering modes and known facts."""
    codes = [
        (f"left_out.{mode}", {"component": ", ".join(t(f"run.components.{c}", lang) for c in components)})
        for mode, components in _meters(run).items()
        if has_text(f"left_out.{mode}", lang)
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


def _answer(run: Mapping[str, Any], lang: str) -> Markup:
    energy = html_parts.number(
        run["indicators"]["it_energy"], f"run.{run['row_id']}.it_energy", t("figures.it_energy", lang), lang
    )
    if whole_days(run):
        period = period_text((run["start"][:10], run["last"]), lang)
        return Markup(t("run.dated", lang)).format(
            service=run["service_key"], period=period[0].lower() + period[1:], energy=energy
        )
    return Markup(t("run.answer", lang)).format(
        service=run["service_key"], moment=moment_text(run["end"], lang), energy=energy
    )


def _figures(run: Mapping[str, Any], lang: str) -> Markup:
    """Each figure with a link to its explanation."""
    rows = []
    for name in (*FIGURES, *PARTS):
        amount = _indicator_at(run["indicators"], name)
        if amount is None or (amount.get("missing") or {}).get("code") == "not_asked":
            continue
        label = html_parts.figure_name(name, lang)
        link = Markup('<a href="{}">{}<span class="unseen"> {}</span></a>').format(
            html_parts.explain_link(f"run.{run['row_id']}.{name}", lang), t("run.open", lang), label
        )
        rows.append([label, interval_text(amount, lang), link])
    title = t("run.figures", lang)
    heads = [t("table.figure", lang), t("run.value", lang), t("explain.steps", lang)]
    return html_parts.section(title, html_parts.table(title, heads, rows, quiet=True))


def _indicator_at(indicators: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    found: Any = indicators
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else None


def _differs(run: Mapping[str, Any], lang: str) -> Markup:
    """Our figures next to those stated in the trace and its file."""
    lines: list[str | Markup] = []
    read, share = _read_kwh(run), run["charge_share"]
    if read is not None and run["indicators"]["it_energy"]["central"] is not None:
        key = "run.differs_energy" if share == 1 else "run.differs_energy_shared"
        ours = _own_figure(run, "it_energy", lang)
        lines.append(Markup(t(key, lang)).format(theirs=as_read(read, lang), ours=ours, share=share_text(share, lang)))
    if run["reported_pue"] not in (None, 1):
        lines.append(t("run.differs_pue", lang, pue=exact_text(run["reported_pue"], "1", lang)))
    for name, figure, value, unit in (
        ("gwp", "gwp.use", run["reported_gwp_kg"], "kgCO2e"),
        ("water", "water", run["reported_water_l"], "L"),
    ):
        if value is not None:
            theirs = exact_text(value, unit, lang)
            lines.append(
                Markup(t(f"run.differs_{name}", lang)).format(theirs=theirs, ours=_own_figure(run, figure, lang))
            )
    return html_parts.section(t("run.differs", lang), html_parts.items(lines)) if lines else Markup()


def _own_figure(run: Mapping[str, Any], figure: str, lang: str) -> Markup:
    amount = _indicator_at(run["indicators"], figure) or {}
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
    asked = (("site", found["energy"]), *((p, (found.get("gwp") or {}).get(p)) for p in ("devices", "machines")))
    missing = [(name, amount["missing"]) for name, amount in asked if amount and amount["central"] is None]
    return [(name, both(reason, lang)) for name, reason in missing if reason["code"] != "not_asked"]


def _file(run: Mapping[str, Any], lang: str) -> Markup:
    """Outcome of the rows of the file of the run."""
    account = run["file"]
    counts = [t(f"run.file_{name}", lang, n=account[name]) for name in COUNTS if account[name] or name == "current"]
    text = t(
        "run.file_rows",
        lang,
        file=run["file_name"],
        read=t("run.file_read", lang, n=account["read"]),
        counts=", ".join(counts),
    )
    return html_parts.section(t("run.file", lang), Markup('<p class="wild">{}</p>').format(text))


def _undo(run: Mapping[str, Any], lang: str) -> Markup:
    """The commands that withdraw the run, or its whole file, from every total."""
    sha = run["file_sha"]
    file = sha[:SHOWN_HASH] if _HASH.fullmatch(sha) else run["file_name"]
    body = Markup().join(
        Markup('<p class="under">{}</p>{}').format(
            t(f"run.undo_{kind}", lang), html_parts.command(_withdraw(kind, value, lang))
        )
        for kind, value in (("run", run["run_key"]), ("file", file))
    )
    return html_parts.section(t("run.undo", lang), body, t("run.undo_note", lang))


def _withdraw(kind: str, value: str, lang: str) -> str:
    who, why = t("run.undo_who", lang), t("run.undo_why", lang)
    return f'sobria ledger withdraw --{kind}={shlex.quote(value)} --who "{who}" --why "{why}"'
