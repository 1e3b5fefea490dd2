"""Tables of the measurements as files: runs as the page lists them, and services, called by their use case."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard.shared import estimator_gateway
from dashboard.shared.html_parts import figure_name, proof_text
from dashboard.shared.html_shell import file_response
from dashboard.shared.texts import both, lang_of, t
from estimator.builds.queries import ORDERS, RunFilter
from estimator.catalogue.default_subjects import ANY_CARD
from estimator.core.errors import say
from estimator.core.searched_text import is_found
from estimator.reporting.documents.csv_table import spreadsheet
from estimator.results.reading import Results

MOST = 20_000  # runs of one file
AT_ONCE = 500
ENDS = ("low", "central", "high")
ENERGIES = ("it_energy", "energy")  # of the machines, then of their sites


def asked_of(query: Mapping[str, str], names: Mapping[str, str]) -> RunFilter:
    """The filter of runs that an address asks for. names: of each service, the name that may be searched."""
    words = query.get("recherche", "").strip()[: estimator_gateway.LONGEST_ID]
    named = tuple(key for key, name in names.items() if is_found(words, name))
    order = query.get("tri", "date")
    return RunFilter(
        query.get("service") or None,
        query.get("verifier") or None,
        query.get("preuve") or None,
        words or None,
        named,
        order if order in ORDERS else "date",
    )


def _runs(request: Request) -> Response:
    """The runs that the address asks for, `MOST` at most: its name and its last line then say how many there are."""
    lang, build = lang_of(request.query_params), estimator_gateway.current()
    if build is None:
        return RedirectResponse(f"./mesures?lang={lang}", status_code=303)
    names = estimator_gateway.service_names()
    asked, rows = asked_of(request.query_params, names), list[Sequence[object]]()
    total = Results.runs(build, asked, 0, 0)["total"]
    for offset in range(0, min(total, MOST), AT_ONCE):
        rows += [_run(row, names, lang) for row in Results.runs(build, asked, offset, AT_ONCE)["rows"]]
    if total > MOST:
        rows.append([t("measures.cut", lang, n=MOST, total=total)])
    named = ("date", "service", "key", "run_id", "model", "machine", "country", "seconds", "check", "machine_id")
    *heads, check, machine = [t(f"measures.{name}", lang) for name in named]
    heads += [*_energy_heads(ENERGIES, lang), check, machine]
    return _file(f"executions-{MOST}-sur-{total}" if total > MOST else "executions", heads, rows, build.sample, lang)


def _run(row: Mapping[str, Any], names: Mapping[str, str], lang: str) -> list[object]:
    key, amounts = row["service_key"], [row["indicators"][name] for name in ENERGIES]
    proofs = ", ".join(t(f"proof.{proof}", lang) for proof in sorted(set(row["proofs"].values())))
    mends = " ".join(both(check, lang) for check in row["checks"] if check["mended_by"])
    zone = estimator_gateway.subject_name(row["zone"], lang) if row["zone"] else ""
    facts = [row["last"], names.get(key, key), key, row["run_id"], row["model"], hardware(row, lang), zone]
    figures = [getattr(amount, end) for amount in amounts for end in ENDS]
    return [*facts, row["duration_s"], *figures, proofs, mends, row["machine"]]


def hardware(row: Mapping[str, Any], lang: str) -> str:
    """« 2 × NVIDIA H100 »: the cards of a run as they count, what was read where they are not known, or its machine."""
    if row["device"] and (row["device"] != ANY_CARD or not row["device_as_read"]):
        name, count = estimator_gateway.subject_name(row["device"], lang), row["device_count"] or 1
        return name if count == 1 else f"{count} × {name}"
    return row["device_as_read"] or (estimator_gateway.subject_name(row["machine"], lang) if row["machine"] else "")


def _services(request: Request) -> Response:
    """Every service: its runs, period, electricity and proof."""
    lang, build = lang_of(request.query_params), estimator_gateway.current()
    if build is None:
        return RedirectResponse(f"./mesures?lang={lang}", status_code=303)
    names = estimator_gateway.service_names()
    rows = [
        [names.get(e.service_key, e.service_key), e.service_key, e.runs, e.first, e.last]
        + [getattr(e.indicators[name], end) for name in ENERGIES for end in ENDS]
        + [proof_text(e.proof, lang), e.unknown]
        for e in build.services()
    ]
    named = ("measures.service", "measures.key", "table.runs", "coverage.first", "coverage.last")
    heads = [t(name, lang) for name in named]
    heads += [*_energy_heads(ENERGIES, lang), say("export", "unknown_runs", lang)]
    return _file("services", heads, rows, build.sample, lang)


def _energy_heads(names: Sequence[str], lang: str) -> list[str]:
    ends = [(figure_name(name, lang), t(f"measures.end_{end}", lang)) for name in names for end in ENDS]
    energy = [t("measures.energy_end", lang, figure=name, end=end) for name, end in ends]
    return [*energy, t("table.proof", lang)]


def _file(name: str, heads: Sequence[str], rows: Sequence[Sequence[object]], sample: bool, lang: str) -> Response:
    """A table for a spreadsheet of the reader's language, whose name says that it stays inside: it tells the uses that
    documents merge or withhold. That of an invented home says so on each line."""
    mark = t("compare_files.mark", lang) if sample else ""
    return file_response(spreadsheet(heads, rows, lang, mark), f"{name}-interne", "csv")


ROUTES = [Route("/executions.csv", _runs), Route("/services.csv", _services)]
