"""One run opened: its figures, what to check, what the trace says, and what it does not cover."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from dashboard import data, parts
from dashboard.dates import duration_text, moment_text
from dashboard.texts import both, known, sentence, t
from estimator.numbers import exact_text, share_text

FIGURES = ("energy", "it_energy", "water", "adpe", "gwp", "primary_energy")
COMPONENTS = ("cpu", "gpu", "ram", "other")
FIELDS = (
    "file_name", "line", "reader", "tool_version", "run_id", "task_name", "model", "zone", "zone_as_read", "host",
    "machine", "device", "device_as_read", "device_count", "scope", "time_basis", "gap", "items", "requests",
    "input_tokens", "output_tokens", "cached_tokens", "images", "audio_s", "latency_s", "device_hours",
    "machine_hours", "data_gb",
)  # fmt: skip


def run_view(run: Mapping[str, Any], lang: str) -> Markup:
    """The whole screen of a run."""
    energy = parts.number(
        run["indicators"]["it_energy"], f"run.{run['row_id']}.it_energy", t("figures.it_energy", lang), lang
    )
    answer = Markup(t("run.answer", lang)).format(
        service=run["service_key"], moment=moment_text(run["end"], lang), energy=energy
    )
    back = Markup('<a href="{}">{}</a>').format(parts.address("mesures", lang), t("run.back", lang))
    body = parts.head(t("run.title", lang), answer, back)
    if run["checks"]:
        said = parts.items([sentence(both(check, lang)) for check in run["checks"]])
        body += parts.section(t("run.checks", lang), said)
    return body + _figures(run, lang) + _fields(run, lang) + _not_covered(lang)


def modelled(run: Mapping[str, Any]) -> bool:
    """Is its electricity known, from what was made and not from any reading?"""
    return bool(run["modelled"]) and run["indicators"]["it_energy"]["central"] is not None


def _figures(run: Mapping[str, Any], lang: str) -> Markup:
    rows = [
        [
            parts.figure_name(name, lang),
            parts.number(run["indicators"][name], f"run.{run['row_id']}.{name}", parts.figure_name(name, lang), lang),
        ]
        for name in FIGURES
        if name in run["indicators"]
    ]
    title = t("run.figures", lang)
    table = parts.table(title, [t("table.figure", lang), t("run.value", lang)], rows, quiet=True)
    return parts.section(title, table, _reported(run, lang))


def _reported(run: Mapping[str, Any], lang: str) -> Markup:
    """How ours differs from what the file says of itself."""
    theirs, ours = run["reported"]["gwp_kg"], run["indicators"]["gwp"]["use"]
    if theirs is None or ours["central"] is None:
        return Markup()
    name = parts.figure_name("gwp.use", lang)
    return Markup(t("run.reported", lang)).format(
        theirs=exact_text(float(f"{theirs:.2g}"), "kgCO2e", lang),
        ours=parts.number(ours, f"run.{run['row_id']}.gwp.use", name, lang),
    )


def _fields(run: Mapping[str, Any], lang: str) -> Markup:
    pairs: list[tuple[str, Any]] = [(t("fields.duration_s", lang), duration_text(run["duration_s"], lang))]
    pairs += [(t(f"fields.{name}", lang), _value(name, run.get(name), lang)) for name in FIELDS]
    if modelled(run):
        pairs.append((t("run.modelled", lang), t("proof.estimated", lang)))
    for name in COMPONENTS:
        kwh = run.get(f"{name}_energy_kwh")
        if kwh is not None:
            proof = t(f"proof.{run['proofs'].get(name, 'unknown')}", lang) if kwh else ""
            text = exact_text(float(f"{kwh:.2g}"), "kWh", lang)
            pairs.append((sentence(t(f"run.components.{name}", lang)), f"{text}, {proof}" if proof else text))
    if run["charge_share"] < 1:
        pairs.append((t("fields.charge_share", lang), share_text(run["charge_share"], lang)))
    return parts.section(t("run.fields", lang), parts.definitions(pairs))


def _value(name: str, value: Any, lang: str) -> Any:
    """A field as people read it: a coded word or subject by its name, a number as they write it, the rest as is."""
    if name in ("scope", "time_basis") and known(f"codes.{value}", lang):
        return t(f"codes.{value}", lang)
    if name in ("zone", "host", "machine", "device", "gap") and value:
        return data.subject_name(value, lang)
    return exact_text(value, "1", lang) if isinstance(value, float) else value


def _not_covered(lang: str) -> Markup:
    entries = [t(f"run.not_covered_{n}", lang) for n in (1, 2, 3)]
    return parts.section(t("run.not_covered", lang), parts.items(entries))
