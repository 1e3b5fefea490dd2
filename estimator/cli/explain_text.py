"""Terminal text of an explanation, and of a replay."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import Any

from estimator.assessment.impacts import Amount, amounts_read
from estimator.cli.ledger_text import nothing_text
from estimator.cli.text import (
    SHOWN_GROUPS,
    amount_text,
    figures_text,
    published_text,
    sample_lines,
    steps_text,
    used_text,
)
from estimator.core.errors import say
from estimator.core.number_format import count_text, impossible_text, pair_text, share_text, two_values_text
from estimator.core.periods import Period
from estimator.governance.indicators.explanation import split_number
from estimator.reporting.summary.brought import brought, brought_numbers, brought_sentences
from estimator.results.totals import outside


def explain_text(body: Mapping[str, Any], lang: str) -> str:
    """The text of an explanation."""
    trace = [
        say("cli", "trace_line", lang, file=t["file_name"], line=t["line"], service=t["service_key"], run=t["row_id"])
        + _declaration_text(t)
        for t in body["trace"].get("lines", ())
    ]
    traces = say("cli", "traces", lang, shown=len(trace), total=body["trace"]["total"]) if trace else ""
    published = brought(body["trace"])
    names = ", ".join(body.get("services", ()))
    services = say("cli", "of_services_merged" if published else "of_services", lang, names=names) if names else ""
    asked = split_number(body["id"])
    away = outside(published, Period(asked[1]).months()) if asked else None
    opens = [f"sobria explain {quote(number)}" for number, _ in brought_numbers(body["id"], body["trace"], lang)]
    absent = [(say("parts", n["part"], lang), n[lang] + _concerns(n, lang)) for n in body["not_counted"]]
    missing = [f"  {pair_text(part, why, lang)}" for part, why in absent]
    amount, remarks = Amount.read(body["amount"]), body["remarks"]
    value = amount_text(amount, lang)
    if amount.known and any(remark["at_least"] for remark in remarks):
        value = say("cli", "at_least", lang, value=value)
    doubts = [*filter(None, [impossible_text(body["impossible"], lang)])]
    doubts += [f"{count_text(remark['count'], lang)} × {remark[lang]}" for remark in remarks]
    blocks = [
        *sample_lines(body["sample"], lang),
        "\n".join([pair_text(body["id"], value, lang), *(f"  ! {doubt}" for doubt in doubts)]),
        steps_text(body["steps"], lang),
        two_values_text(amount, lang),
        used_text(body["factors"], lang),
        "\n".join(f"! {supposed[lang]}" for supposed in body["supposed"]),
        "\n".join([say("cli", "not_counted", lang), *missing]) if missing else "",
        published_text(body["published"], lang),
        "\n".join([traces, *trace]) if trace else services,
        "\n    ".join(brought_sentences(body["trace"], lang, away)),
        "\n    ".join([say("authorities", "open_each", lang), *opens]) if opens else "",
        say("cli", "totals_build", lang, build=body["build"]["build"], factors=body["build"]["factors_version"])
        + (say("cli", "with_plug_ins", lang, names=added) if (added := body["build"].get("plug_ins")) else ""),
    ]
    return "\n\n".join(b for b in blocks if b)


def replay_text(body: Mapping[str, Any], lang: str) -> str:
    """The replayed figures, then whether they agree with the file."""
    figure, amount = body["figure"], body["amount"]
    found = amounts_read(body["indicators"])
    told = pair_text(figure, amount_text(Amount.read(amount), lang), lang) if figure else figures_text(found, lang)
    lines = [told, ""]
    if not body["compared"]:
        lines.append(say("cli", "replay_nothing", lang))
    elif not body["differences"]:
        lines.append(say("cli", "replay_same", lang, count=body["compared"]))
    else:
        lines.append(say("cli", "replay_differs", lang, count=len(body["differences"]), all=body["compared"]))
        lines += [say("cli", "replay_line", lang, **_spoken(found, lang)) for found in body["differences"]]
    return "\n".join(lines)


def numbers_text(listed: Mapping[str, Sequence[str]], home: Path, lang: str) -> str:
    """The figures that can be opened, and how to open others."""
    if not listed["total"]:
        return nothing_text(home, lang)
    lines = [say("cli", "numbers_head", lang)]
    for kind, ids in listed.items():
        shown = ids[:1] if kind == "run" else ids[:SHOWN_GROUPS]
        lines += [f"  {say('cli', f'numbers_{kind}', lang, count=len(ids))}", *(f"    {quote(one)}" for one in shown)]
    return "\n".join(lines)


def _spoken(found: Mapping[str, Any], lang: str) -> dict[str, str]:
    """A number of a file with the replayed one, all digits."""
    values = {name: "-" if found[name] is None else str(found[name]) for name in ("file", "replayed")}
    return {"figure": found["figure"], "bound": say("bound_names", found["bound"], lang), **values}


def _declaration_text(line: Mapping[str, Any]) -> str:
    """Who declared a row, its calculation method and its document; which reader of another package read it."""
    if line["reader"].endswith(")"):
        return f" : {line['reader']}"
    return f" : {line['tool_version']}" if line["reader"] == "declared" and line["tool_version"] else ""


def _concerns(left_out: Mapping[str, Any], lang: str) -> str:
    """The share of the electricity that a left-out part concerns, unless it is all of it, or none that is known."""
    share = left_out["share"]
    key = "concerns" if share else "concerns_unknown"
    return "" if share > 0.995 else f" ({say('cli', key, lang, share=share_text(share, lang))})"
