"""Reader of the table of AI bought by the seat: a row a month and product; uses and tokens are supposed by the build.

A month that is not over is cut at the day of reading, and replaced when the table is read again.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, NamedTuple

from estimator.catalogue.default_subjects import NOT_DECLARED
from estimator.catalogue.load import load
from estimator.catalogue.products import OTHER, Product, ProductUnknown, find
from estimator.core.errors import LANGUAGES, SobriaError, sentences
from estimator.core.fields import FIRST_DAY
from estimator.core.periods import first_day, month_after, short_day
from estimator.core.refusals import FieldsRefused
from estimator.core.said_number import cell_readings, readings_told
from estimator.core.typography import cut
from estimator.ingestion.parsing import delimited_text, service_names, timestamps
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import Record, RecordReader, Snapshot, record_reader
from estimator.ingestion.parsing.redaction import HIDDEN
from estimator.ingestion.parsing.row_parts import MOST_COUNTED, check_order
from estimator.ingestion.reader import RowRefused

NAME = "seats"
TEMPLATE = ("product", "seats", "active_share", "from", "to", "task", "model", "service", "uses")
# The same columns, as a French table may name them.
FRENCH = {
    "produit": "product", "sièges": "seats", "sieges": "seats", "part_active": "active_share", "du": "from", "au": "to",
    "tâche": "task", "tache": "task", "modèle": "model", "modele": "model", "usages": "uses",
}  # fmt: skip
SAME = tuple(name for name in TEMPLATE if name != "to")  # of two lines of the same seats
NEEDED = frozenset({"product", "seats"})
NUMBERS = ("seats", "active_share", "uses")
DATES = ("from", "to")
OTHERS = ("autre", "other")  # before the free name of a product that the table does not have
FIELDS = FieldNames(
    numbers=NUMBERS, texts=("product", "task", "model", "service"), moments=("from", "to", "since", "until")
)
EXAMPLES = {"product": "m365-copilot", "seats": "250"}  # of the cells that no row can leave empty, besides its day
BOUNDS = {"seats": ("seats_number", 1.0, 1e7), "active_share": ("seats_share", 0.0, 1.0)}
COLUMN_OF = {  # of a fault that does not name its own
    "seats_number": "seats", "seats_share": "active_share", "seats_period": "to", "seats_early": "from",
    "seats_future": "from",
}  # fmt: skip
CHECK = "seats"


def sniff(name: str, head: str) -> bool:
    """Whether the first line has a product and its seats; a row without the day from which they are bought says so."""
    first = next(delimited_text.records(name, head, delimited_text.delimiter_of(head)), None)
    return first is not None and {_column(cell) for cell in first[1]} >= NEEDED


def records(reading: RecordReader) -> Iterator[Record]:
    """A record for each month of each row, to today. broken_table, repeated_column."""
    text = delimited_text.decode(reading.trace.data)
    delimiter = delimited_text.delimiter_of(text)
    names, rows = delimited_text.table(reading.trace.name, text, delimiter)
    ours = [_column(name) for name in names]
    if twice := sorted({name for name in ours if name in TEMPLATE and ours.count(name) > 1}):
        raise SobriaError("repeated_column", file=reading.trace.name, columns=", ".join(twice))
    reading.left_out(name for name in names if name and _column(name) not in TEMPLATE)
    today = (reading.context.read_at or datetime.now(UTC)).date()
    met: dict[tuple[str, ...], int] = {}
    written = [(line, cells, {_column(name): cell.strip() for name, cell in cells.items()}) for line, cells in rows]
    month_first = timestamps.month_first(typed.get(name, "") for *_, typed in written for name in ("from", "to"))
    mark = "." if delimiter == "," else ","
    for line, cells, typed in written:
        said = RecordFields(_plain(cells, spreadsheet=mark == ","), FIELDS)
        try:
            bought = _bought(said, typed, mark, month_first, today)
            if (first := met.setdefault(tuple(said.told(SAME)), line)) != line:
                raise RowRefused("seats_twice", line=str(first))
        except RowRefused as refusal:
            reading.refuse(line, said, refusal)
            continue
        for since, until in _months(bought.since, bought.until):
            part = {"since": since.isoformat(), "until": until.isoformat()}
            month = RecordFields({**said.kept, **part}, FIELDS)
            yield Record(line, month, partial(_fields, reading, bought, since, until), Snapshot((*SAME, "since")))


class _Bought(NamedTuple):
    """Seats of a product, from a day to another, not included."""

    product: Product
    service: str
    since: date
    until: date


def _column(name: str) -> str:
    known = name.strip().lower().replace(" ", "_")
    return FRENCH.get(known, known)


def _plain(cells: Mapping[str, str], spreadsheet: bool) -> dict[str, str]:
    """The cells by our names: days as ISO dates, numbers with a point, a share in % as a number."""
    plain = {_column(name): cell for name, cell in cells.items()}
    for name in NUMBERS:
        if name in plain:
            number = "".join(plain[name].split())  # thousands may be set apart by any space
            part = number.removesuffix("%") if name == "active_share" else number
            plain[name] = (delimited_text.number_text(part) if spreadsheet else part) + (
                "e-2" if part != number else ""
            )
    for name in DATES:
        found = timestamps.parse(f"{plain.get(name, '')} 00:00", day_first=spreadsheet)
        plain |= {name: found.date().isoformat()} if found else {}
    return plain


def _bought(said: RecordFields, typed: Mapping[str, str], mark: str, month_first: str, today: date) -> _Bought:
    """What a row says, to today at most; `typed`: its cells as a person wrote them; `mark`: of decimals in the file;
    `month_first`: a date of the file that can only be read so. RowRefused."""
    for name in EXAMPLES:
        _check_there(said, name)
    product, named = _product(said.text("product"))
    for name in NUMBERS:
        _check_amount(said, typed, name, mark)
    if (task := said.text("task")) and _task(task) not in (known := load().having("task_input_tokens")):
        listed = ", ".join(name.removeprefix("task/") for name in known)
        raise RowRefused("seats_task", value=task, known=listed)
    check_order(typed.get("from", ""), typed.get("to", ""), month_first)
    return _Bought(product, said.text("service") or named, *_days(said, today))


def check_line(typed: Mapping[str, str]) -> None:
    """Refuse a row that a person types in a form, its cells by our names, before it is that of a table. FieldsRefused
    lists every cell at fault, as typed, where a table says the first one of a row."""
    said = RecordFields(_plain(typed, spreadsheet=True), FIELDS)
    checks: list[Callable[[], object]] = [partial(_check_there, said, name) for name in EXAMPLES]
    checks += [partial(_check_amount, said, typed, name, "") for name in NUMBERS if name in said.kept]
    checks.append(partial(_days, said, datetime.now(UTC).date()))
    wrong = []
    for check in checks:
        try:
            check()
        except RowRefused as fault:
            name = str(fault.facts.get("column") or fault.facts.get("field") or COLUMN_OF[fault.code])
            days = {end: fault.facts[end] for end in ("start", "end", "first") if end in fault.facts}
            told = {end: {lang: short_day(str(day), lang) for lang in LANGUAGES} for end, day in days.items()}
            read = (readings_told(typed[name]) or {}) | {"column": name, "value": cut(typed[name])}
            facts = fault.facts | told | read
            wrong.append(sentences("seats_typed", fault.code, **facts) | {"field": name})
    if wrong:
        raise FieldsRefused(wrong)


def _check_there(said: RecordFields, name: str) -> None:
    """RowRefused for an empty cell that no row can leave so."""
    if name not in said.kept:
        raise RowRefused("seats_empty", column=name, example=EXAMPLES[name])


def _check_amount(said: RecordFields, typed: Mapping[str, str], name: str, mark: str) -> None:
    """RowRefused for a number of two readings, or out of its bounds."""
    if readings := cell_readings(typed.get(name, ""), mark, name != "active_share"):
        raise RowRefused("two_readings", column=name, value=typed[name], **readings)
    if name in BOUNDS and name in said.kept:
        code, least, most = BOUNDS[name]
        if not least <= float(said.text(name) or math.nan) <= most:
            raise RowRefused(code, value=cut(typed[name]) if said.text(name) else HIDDEN)
    if name == "uses" and (said.number(name) or 0.0) > MOST_COUNTED:
        raise RowRefused("beyond_use", field=name, value=f"{said.number(name):.4g}")


def _days(said: RecordFields, today: date) -> tuple[date, date]:
    """The first day of a row, and the day after its last; an end to come is today. RowRefused."""
    since = _day(said, "from")
    last = _day(said, "to") if "to" in said.kept else None
    if last and last < since:
        raise RowRefused("seats_period", start=since.isoformat(), end=last.isoformat())
    if since < FIRST_DAY:
        raise RowRefused("seats_early", start=since.isoformat(), first=FIRST_DAY.isoformat())
    if since >= today:
        raise RowRefused("seats_future", start=since.isoformat())
    return since, last + timedelta(days=1) if last and last < today else today


def _product(text: str) -> tuple[Product, str]:
    """The product of a cell and its service; another one under the free name that follows « autre : ». RowRefused."""
    kind, colon, free = text.partition(":")
    if colon and kind.strip().lower() in OTHERS and service_names.is_name(free.strip()):
        return find(OTHER), free.strip()
    try:
        found = find(text)
    except ProductUnknown as error:
        raise RowRefused("seats_product", value=text[:60], known=str(error.facts["known"])) from error
    return found, found.id.partition("/")[2]


def _task(name: str) -> str:
    return f"task/{name.removeprefix('task/')}"


def _day(said: RecordFields, name: str) -> date:
    if name not in said.kept:
        raise RowRefused("seats_no_day", column=name)
    try:
        return date.fromisoformat(said.text(name))
    except ValueError:
        raise RowRefused("declared_date", column=name, value=cut(said.kept[name])) from None


def _months(since: date, until: date) -> Iterator[tuple[date, date]]:
    """The days of each month between two days, the last not included."""
    while since < until:
        after = min(first_day(month_after(since.year * 100 + since.month)), until)
        yield since, after
        since = after


def _fields(reading: RecordReader, bought: _Bought, since: date, until: date, said: RecordFields) -> dict[str, Any]:
    seats, share, uses = (said.number(name) for name in NUMBERS)
    days = (seats or 0.0) * (until - since).days
    whole = (bought.until - bought.since).days
    amounts = {"seat_days": days} if share is None else {"active_seat_days": days * share}
    if uses is not None:  # counted by the publisher over the whole period: each day has its part
        amounts = {"stated_uses": uses * (until - since).days / whole}
    start_us, end_us = (int(datetime.combine(day, time(), UTC).timestamp()) * 1_000_000 for day in (since, until))
    return reading.row(
        reading.place(bought.product.provider),
        reading.period(start_us, end_us, "day", under_way=True),
        amounts,
        checks=[CHECK],
        service_key=reading.sidecar.use_case or bought.service,
        product=bought.product.id,
        task=_task(said.text("task") or bought.product.task),
        model=said.text("model") or bought.product.model,
        other_mode=NOT_DECLARED,
    )


READER = replace(record_reader(NAME, 1, sniff, records), stream=None)  # a remark is on all of its lines
