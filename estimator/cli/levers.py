"""`sobria levers`: what each possible change would save, and one of them tried on a copy of the home."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from estimator.cli.ledger_text import nothing_text
from estimator.cli.text import Json, show
from estimator.cli.usage import Usage
from estimator.core.errors import say
from estimator.core.number_format import interval_text
from estimator.core.typography import typeset

if TYPE_CHECKING:
    from estimator.governance.levers.levers import Lever, Levers


def levers(
    context: typer.Context,
    apply: Annotated[int | None, typer.Option(help="lever_apply", metavar="N", min=1)] = None,
    to: Annotated[Path | None, typer.Option(help="lever_to", metavar="FOLDER")] = None,
    csv: Annotated[Path | None, typer.Option(help="levers_csv", metavar="FILE")] = None,
    json_: Json = False,
) -> None:
    from estimator.cli.documents import tell_lost
    from estimator.core.atomic_files import replace_file
    from estimator.governance.indicators.open_scope import scope_of
    from estimator.governance.levers.levers import levers as every

    home, lang = context.obj["home"], context.obj["lang"]
    if apply is not None or to is not None:
        _apply(context, apply, to, json_)
        return
    found = every(scope_of(home).sources)
    tell_lost(home, lang)
    if csv is not None:
        replace_file(csv, levers_table(found, lang))
    show(found.model_dump(mode="json"), json_, lambda: typeset(levers_text(found, home, lang), lang))


COLUMNS = ("number", "kind", "service", "use_case", "model", "host", "target", "low", "central", "high", "unit")
SAID = ("months", "days", "effort", "after", "text", "check")


def levers_table(found: "Levers", lang: str) -> str:
    """The levers, then those without a figure, with why: a table for spreadsheets."""
    from estimator.core.number_format import unit_text
    from estimator.reporting.documents.csv_table import spreadsheet

    records: list[Sequence[object]] = []
    for one in found.levers:
        about = (one.number, one.kind, one.service, one.use_case, one.model, one.host, one.target)
        gain = (one.gain.low, one.gain.central, one.gain.high, unit_text("kWh/year", lang))
        records.append(
            (*about, *gain, len(one.months), one.days, one.effort, one.after, one.title[lang], one.check[lang])
        )
    for none in found.not_told:
        blank = [None] * (len(COLUMNS) - 3)
        records.append(
            (None, none.kind, none.service, *blank, None, None, None, None, none.named[lang], none.why[lang])
        )
    return spreadsheet((*COLUMNS, *SAID), records, lang)


def _apply(context: typer.Context, number: int | None, to: Path | None, as_json: bool) -> None:
    from estimator.governance.levers.applied import applied

    if number is None or to is None:
        missing = "--apply" if number is None else "--to"
        raise Usage("usage_missing", name=missing)
    lang = context.obj["lang"]
    done = applied(context.obj["home"], number, to)
    amounts = ("known", "found", "before", "after")
    told = {name: interval_text(getattr(done, name), lang) for name in amounts}
    facts = {"folder": to, "number": number, "months": done.months}
    show(done.model_dump(mode="json"), as_json, lambda: typeset(say("levers", "applied", lang, **facts, **told), lang))


def levers_text(found: "Levers", home: Path, lang: str) -> str:
    """Each lever with its basis, then those without a figure by reason."""
    from estimator.governance.levers.levers import together_text

    nothing = say("levers", "nothing", lang) if found.not_told else nothing_text(home, lang)
    lines = [say("levers", "head", lang), ""] if found.levers else [nothing]
    for lever in found.levers:
        lines += _lines(lever, lang)
    lines += ["", together_text(found, lang)] if found.together else []
    reasons: dict[tuple[str, str], list[str]] = {}
    for none in found.not_told:
        reasons.setdefault((none.kind, none.why[lang].rstrip(".")), []).append(none.named[lang])
    lines += ["", say("levers", "not_told", lang)] if reasons else []
    for (kind, why), names in reasons.items():
        told = ", ".join(dict.fromkeys(names))
        lines.append(say("levers", "not_told_line", lang, kind=say("levers", kind, lang), why=why, names=told))
    return "\n".join(lines)


def _lines(lever: "Lever", lang: str) -> list[str]:
    facts = {"known": lever.basis[lang], "effort": say("levers", lever.effort, lang)}
    facts |= {"why": lever.effort_why[lang], "check": lever.check[lang]}
    lines = [say("levers", "line", lang, number=lever.number, sentence=lever.sentence[lang])]
    lines.append(say("levers", "basis", lang, **facts))
    return lines + ([say("levers", "after", lang, after=lever.after)] if lever.after else [])
