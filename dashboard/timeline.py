"""What was covered month by month, by service and by proof, with the gaps in plain sight."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard import charts, parts
from dashboard.dates import month_text
from dashboard.texts import t
from estimator.numbers import plain, step_for, with_unit

FEWEST, MOST = 6, 120  # months across
LABELS = 8  # on the scale


def months_picture(rows: Sequence[Mapping[str, Any]], services: Sequence[str], lang: str) -> tuple[Markup, Markup]:
    """The picture of these services and its table. rows: service_key, month (yyyymm), proof, kwh."""
    rows = [row for row in rows if row["service_key"] in services]
    months = _months(rows)
    by_service: dict[str, dict[int, dict[str, float]]] = {key: {} for key in services}
    for row in rows:
        if row["month"] in months:
            by_service[row["service_key"]].setdefault(row["month"], {})[row["proof"]] = row["kwh"]
    lines = [_strip(key, found, months, lang) for key, found in by_service.items()]
    alt = [
        t("chart.month_row", lang, label=key, months=", ".join(_cells(found, months, lang)))
        for key, found in by_service.items()
    ]
    title = t("measures.months_caption", lang)
    figure = Markup(
        '<figure class="chart months" aria-label="{}"><ol class="bars">{}</ol>{}{}<p class="small">{}</p></figure>'
    ).format(
        t("chart.alt", lang, title=title, rows=t("numbers.list", lang).join(alt)),
        Markup().join(lines),
        _axis(months, lang),
        charts.textures([month for found in by_service.values() for month in found.values()], lang),
        t("chart.months_how", lang),
    )
    return figure, _table(title, by_service, months, lang)


def _months(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Every month from the first to the last, the empty ones too; ten years at most."""
    found = [row["month"] for row in rows]
    if not found:
        return []
    first, last = (m // 100 * 12 + m % 100 - 1 for m in (min(found), max(found)))
    return [m // 12 * 100 + m % 12 + 1 for m in range(max(first, last - MOST + 1), last + 1)]


def _strip(key: str, found: Mapping[int, Mapping[str, float]], months: Sequence[int], lang: str) -> Markup:
    """A column a month; what lies before a service's first month or after its last is no gap."""
    columns = [found.get(m, {}) if min(found) <= m <= max(found) else None for m in months] if found else []
    top = max((sum(kwh.values()) for kwh in found.values()), default=0.0)
    picture = charts.data_uri(charts.columns_svg(columns, top, max(FEWEST, len(months))))
    return Markup('<li><p><b>{}</b> <span class="said">{}</span></p><img class="column" alt="" src="{}"></li>').format(
        key, t("chart.month_top", lang, value=_kwh(top, lang)), picture
    )


def _axis(months: Sequence[int], lang: str) -> Markup:
    slots, marks = max(FEWEST, len(months)), []
    every = -(-len(months) // LABELS)
    for index, month in enumerate(months):
        end = index in (0, len(months) - 1)
        if not end and (index % every or index > len(months) - 1 - every):
            continue
        side = "" if end else " inner"
        if index == slots - 1:
            side = " edge"
        place = round((index + 0.5) * 100 / slots, 2)
        marks.append(
            Markup('<span class="tick{}" style="left:{}%">{}</span>').format(side, place, month_text(month, lang))
        )
    return Markup('<div class="axis" aria-hidden="true">{}</div>').format(Markup().join(marks))


def _cells(found: Mapping[int, Mapping[str, float]], months: Sequence[int], lang: str) -> list[str]:
    texts = []
    for month in _span(found, months):
        kwh = sum(found.get(month, {}).values())
        value = _kwh(kwh, lang) if kwh else t("chart.no_data", lang)
        texts.append(t("chart.month_cell", lang, month=month_text(month, lang), value=value))
    return texts


def _table(
    title: str, by_service: Mapping[str, Mapping[int, Mapping[str, float]]], months: Sequence[int], lang: str
) -> Markup:
    rows = []
    for key, found in by_service.items():
        for month in _span(found, months):
            kwh = found.get(month, {})
            whole = sum(kwh.values())
            proof = {p: v / whole for p, v in kwh.items()} if whole else {}
            value = t("numbers.about", lang, value=_kwh(whole, lang)) if whole else t("chart.no_data", lang)
            rows.append([key, month_text(month, lang), value, parts.proof_text(proof, lang)])
    heads = [t("table.service", lang), t("table.month", lang), t("figures.it_energy", lang), t("table.proof", lang)]
    return parts.table(title, heads, rows, right=(2,))


def _span(found: Mapping[int, Any], months: Sequence[int]) -> list[int]:
    """The months from a service's first to its last."""
    return [month for month in months if found and min(found) <= month <= max(found)]


def _kwh(value: float, lang: str) -> str:
    step = step_for("kWh", value, lang)
    return with_unit(plain(value, step, lang), step)
