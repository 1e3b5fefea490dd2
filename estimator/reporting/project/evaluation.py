"""The evaluation sheet: one page for the file of a project, from the need to the decision to be signed."""

from collections.abc import Sequence
from typing import NamedTuple

from estimator.assessment.impacts import FIGURES, Amount
from estimator.comparison.answer import AnsweredOption
from estimator.comparison.columns import column_units
from estimator.core.column_units import in_column
from estimator.core.errors import say
from estimator.core.interval import Interval
from estimator.core.language import OFFICIAL
from estimator.core.number_format import (
    DisplayUnit,
    interval_text,
    missing_text,
    range_text,
    step_for,
    tick_text,
    with_unit,
)
from estimator.reporting.documents.document import (
    Document,
    FieldList,
    IntervalBar,
    Points,
    Record,
    Row,
    Section,
    Table,
    TableCell,
)
from estimator.reporting.documents.pictures import round_top, small_ones
from estimator.reporting.documents.room import lines_left
from estimator.reporting.project import sentences
from estimator.reporting.project.context import FOUR, LONGEST, SHORT, SheetFacts, clipped
from estimator.reporting.project.unknowns import not_counted, unknowns

COLUMNS = ("rubrique", "objet", "indicateur", "portee", "bas", "central", "haut", "unite", "texte", "preuve")
ROOM = ((18, 5), (60, 4), (80, 3))  # longest label [characters] -> number of options on the page; all are in the CSV
SPARE = 3  # lines kept empty, for another printer
WITH_FACTS = 3  # options on the page up to which their sovereignty fits beside; all are in the CSV
OF_SCREENS = dict.fromkeys((figure.id for figure in FIGURES), {"estimated": 1.0})  # supposed hours, and power
COUNTS = (1, 1_000, 1_000_000)  # of units, for which amounts are told
READABLE = 1e-6  # the least electricity in watt-hours [kWh]
BESIDE = ("again", "left_out")  # sentences of an answer that its figures are read with
CHOICES = ("lancer", "fait_sans_ia", "ne_pas_faire", "complete")


class Column(NamedTuple):
    """An indicator of the options on the page: the end of its axis, and the units of its amounts, those over the period
    and those for so many units."""

    name: str
    top: float
    whole: DisplayUnit | None
    each: DisplayUnit | None
    units: int


def evaluation(facts: SheetFacts) -> Document:
    """The sheet of a scenario, its two pages filled with the unknowns that fit."""
    first = _sheet(facts, unknowns(facts))
    return _sheet(facts, unknowns(facts, room=lines_left(first) - SPARE))


def _sheet(facts: SheetFacts, unknown: tuple[str, ...]) -> Document:
    """The sheet with these unknowns."""
    sections = (
        Section(facts.say("need"), (FieldList(sentences.need(facts)),)),
        Section(say("sheet", "charter_question", OFFICIAL), sentences.alternative_text(facts), quote=True),
        Section(facts.say("results"), (_table(facts), *_left_out(facts))),
        *_verdicts(facts),
        *_grounds(facts),
        Section(facts.say("conclusions"), (Points(sentences.conclusions(facts)),)),
        Section(facts.say("not_counted"), (" ".join(not_counted(facts)),)),
        Section(facts.say("unknowns"), (Points(unknown),)),
        _decision(facts),
    )
    return Document(
        kind=facts.say("kind_evaluation"),
        title=facts.title,
        lang=facts.lang,
        lead=sentences.lead(facts, [option.id for option in _options_shown(facts)]),
        sections=sections,
        foot=sentences.foot(facts, "evaluation", paper=True),
        columns=COLUMNS,
        records=(*_figure_records(facts), *_verdict_records(facts), *_text_records(facts)),
        mark=facts.mark,
        small=True,
    )


def _options_shown(facts: SheetFacts) -> list[AnsweredOption]:
    """The options on the page: the one without AI, the one that the register retains, then those of least electricity,
    in the order of the scenario; the others are listed in a text."""
    options = [o for n, o in enumerate(facts.answer.options) if n == 0 or o.status != "rejected"]
    known = [o for o in options[1:] if o.known("energy")]
    least = sorted(known, key=lambda o: o.service["energy"]["central"])
    longest = max(len(option.label) for option in options)
    room = next(count for characters, count in ROOM if longest <= characters)
    first = [options[0], *(o for o in options[1:] if o.id == facts.retained)]
    others = [*least, *(o for o in options[1:] if o not in known)]
    kept = [*first, *(option for option in others if option not in first)][:room]
    return [option for option in options if option in kept]


def _left_out(facts: SheetFacts) -> tuple[str, ...]:
    """Options without a row: those excluded, with the reason, and those that do not fit on the page,
    with their electricity."""
    shown = [option.id for option in _options_shown(facts)]
    others = [option for option in facts.answer.options if option.id not in shown]
    aside = [
        facts.say("set_aside_why", label=o.label, why=clipped(o.why, 2 * SHORT).rstrip("."))
        for o in others
        if o.status == "rejected"
    ]
    left = [sentences.with_electricity(facts, option) for option in others if option.status != "rejected"]
    told = [facts.say("set_aside", list=clipped(facts.joined(aside), 2 * LONGEST))] if aside else []
    told += [facts.say("left_out", list=clipped(facts.joined(left), 2 * LONGEST))] if left else []
    return tuple(told)


def _table(facts: SheetFacts) -> Table:
    shown = _options_shown(facts)
    count = _readable_count(shown)
    heads = (facts.say("option"), *(say("figures", name, facts.lang) for name in FOUR))
    held = _columns(facts, shown)
    rows = tuple(_row(facts, option, held, len(shown) <= WITH_FACTS) for option in shown)
    caption = facts.say(
        "results_caption",
        units=facts.count(facts.answer.units),
        unit=clipped(facts.answer.unit, SHORT),
        each=facts.say(f"by_{count}"),
    )
    caption = " ".join([caption, *(text for kind in BESIDE for text in facts.answer.said(kind, facts.lang))])
    return Table(caption, heads, rows, _axis(facts, shown, held) + _enlarged_rows(facts, shown, held))


def _row(facts: SheetFacts, option: AnsweredOption, columns: Sequence[Column], few: bool) -> Row:
    """An option with its quality and proof, then each indicator over the period, per unit, and drawn."""
    beside = sentences.sovereignty(facts, option) if few else ()
    head = TableCell(option.label, (facts.joined((*sentences.described(facts, option), *beside)),))
    if option.status != "studied" or not option.service:
        return (head, clipped(sentences.without_figures(facts, option), 2 * LONGEST))
    told = _beside if option.only_people else _amount
    return (head, *(told(facts, option, column) for column in columns))


def _columns(facts: SheetFacts, shown: list[AnsweredOption]) -> list[Column]:
    """The column of each indicator."""
    count, tops = _readable_count(shown), {name: _top(_known_figures(shown, name)) for name in FOUR}
    return [Column(name, top, *column_units(shown, name, facts.lang, count), count) for name, top in tops.items()]


def _beside(facts: SheetFacts, option: AnsweredOption, column: Column) -> TableCell:
    """What the computer of those who do it takes, said beside: no bar sets it against the others."""
    if column.name not in option.people:
        return TableCell(facts.say("desk_unsaid"))
    whole = _in(column.whole, option.people_period[column.name], facts.lang)
    each = _in(column.each, option.people[column.name], facts.lang)
    return TableCell(facts.say("desk", value=whole), (facts.say("each_1", value=each),))


def _amount(facts: SheetFacts, option: AnsweredOption, column: Column) -> TableCell:
    amount, lang = option.service[column.name], facts.lang
    if not amount.known:
        return TableCell(missing_text(amount, lang))
    each = _in(column.each, option.per_unit[column.name].per(1 / column.units), lang)
    told = facts.say(f"each_{column.units}", value=each)
    text = interval_text(amount, lang, in_column(amount, column.whole))
    return TableCell(text, (told,), IntervalBar(amount, option.proofs[column.name], column.top))


def _in(step: DisplayUnit | None, amount: Interval, lang: str) -> str:
    return range_text(amount, lang, in_column(amount, step))


def _readable_count(options: list[AnsweredOption]) -> int:
    """For how many units amounts are told besides the period: one, unless an electricity is then in millionths."""
    least = min((o.per_unit["energy"]["central"] for o in options if o.known("energy")), default=1.0)
    return next((count for count in COUNTS if not least or least * count >= READABLE), COUNTS[-1])


def _known_figures(options: list[AnsweredOption], name: str) -> list[Amount]:
    """The known figures of an indicator."""
    return [option.service[name] for option in options if option.known(name)]


def _top(amounts: list[Amount]) -> float:
    """End of the axis of an indicator, common to its options [unit of the indicator]: round in the display unit."""
    if not amounts:
        return 1.0
    highest = max(amount.ends.high for amount in amounts)
    worth = float(step_for(amounts[0].unit, highest, OFFICIAL).worth)
    return round_top(highest / worth) * worth


def _axis(facts: SheetFacts, options: list[AnsweredOption], columns: Sequence[Column]) -> tuple[Row, ...]:
    """The row of the axes."""
    cells = [_scale(_known_figures(options, column.name), column.whole, facts.lang) for column in columns]
    return ((facts.say("scale"), *cells),) if any(cell.scale for cell in cells) else ()


def _scale(amounts: list[Amount], step: DisplayUnit | None, lang: str) -> TableCell:
    if not amounts:
        return TableCell("")
    top = _top(amounts)
    step = in_column(Interval.of((top, top, top)), step) or step_for(amounts[0].unit, top, lang)
    return TableCell("", scale=with_unit(tick_text(top, step, lang), step))


def _enlarged_rows(facts: SheetFacts, shown: list[AnsweredOption], columns: Sequence[Column]) -> tuple[Row, ...]:
    """The options more than twenty times lower than the largest one, drawn again on their own axis."""
    small: dict[str, list[AnsweredOption]] = {}
    for name in FOUR:
        tiny = small_ones(amount.ends.central for amount in _known_figures(shown, name))
        small[name] = [o for o in shown if o.known(name) and o.service[name].central in tiny]
    drawn = [option for option in shown if any(option in small[name] for name in FOUR)]
    rows: list[Row] = []
    for option in drawn:
        cells = []
        for name in FOUR:
            top = _top(_known_figures(small[name], name))
            bar = IntervalBar(option.service[name], option.proofs[name], top) if option in small[name] else None
            cells.append(TableCell("", bar=bar))
        rows.append((TableCell(facts.say("enlarged", label=option.label)), *cells))
    scale = tuple(_scale(_known_figures(small[c.name], c.name), c.whole, facts.lang) for c in columns)
    return (*rows, (facts.say("scale_enlarged"), *scale)) if rows else ()


def _verdicts(facts: SheetFacts) -> tuple[Section, ...]:
    """The verdict of each indicator between every two options on the page, in the order of the comparison.

    A program on a server that exists against itself on one of its own is in the CSV."""
    shown = {o.id for o in _options_shown(facts) if o.status == "studied"}
    programs = {o.id: o.alternative.id for o in facts.scenario.options if o.alternative}
    pairs = [
        pair
        for pair in facts.answer.pairs["energy"]
        if {pair.a, pair.b} <= shown
        and not facts.answer.beside(pair)
        and programs.get(pair.a, pair.a) != programs.get(pair.b, pair.b)
    ]
    if not pairs:
        return ()
    lines = tuple(
        facts.say("pair", names=f"{facts.label(p.a)} / {facts.label(p.b)}", words=_words(facts, p.a, p.b))
        for p in pairs
    )
    return (Section(facts.say("verdicts"), (Points(lines),)),)


def _words(facts: SheetFacts, one: str, other: str) -> str:
    """The verdicts of a pair, each once with the indicators that it is about."""
    found: dict[str, list[str]] = {}
    for name in FOUR:
        found.setdefault(sentences.verdict(facts, one, other, name), []).append(say("figures", name, facts.lang))
    if len(found) == 1:
        return facts.say("all_four", words=next(iter(found)))
    return facts.joined(facts.say("some", names=", ".join(names), words=words) for words, names in found.items())


def _grounds(facts: SheetFacts) -> tuple[Section, ...]:
    """Places, PUE and proofs of the options on the page, none left out."""
    lines = [
        clipped(line, 2 * LONGEST) for line in sentences.grounds(facts, [option.id for option in _options_shown(facts)])
    ]
    return (Section(facts.say("rests"), (facts.joined(lines),)),) if lines else ()


def _decision(facts: SheetFacts) -> Section:
    """Fields for a person to fill in and sign, after the decision in the register."""
    boxes = [
        "☐ " + (say("register_decisions", name, facts.lang) if name != "complete" else facts.say("complete"))
        for name in CHOICES
    ]
    blank = FieldList(tuple((facts.say(f"sign_{name}"), "") for name in ("reasons", "role", "date", "signature")))
    return Section(facts.say("decision"), (*facts.ceilings, *sentences.decided(facts), "\u2003".join(boxes), blank))


def _figure_records(facts: SheetFacts) -> list[Record]:
    """One record an option, indicator and scope; the numbers of the comparison, with all digits."""
    found: list[Record] = []
    for option in facts.studied:
        parts = {f"{n}.{part}": inner for n, amount in option.service.items() for part, inner in amount.parts.items()}
        scopes = (
            ("periode", option.service, option.proofs),
            ("periode", parts, option.proofs),
            ("unite", option.per_unit, option.proofs),
            ("postes", option.people, OF_SCREENS),
            ("postes_periode", option.people_period, OF_SCREENS),
        )
        for reach, amounts, proofs in scopes:
            for name, amount in amounts.items():
                ends = (amount.low, amount.central, amount.high, amount.unit)
                said = interval_text(amount, facts.lang)
                found.append(("chiffre", option.label, name, reach, *ends, said, facts.proof(name, proofs)))
    return found


def _verdict_records(facts: SheetFacts) -> list[Record]:
    """One record a pair and an indicator: the ratio B/A and its text."""
    found: list[Record] = []
    for name, pairs in facts.answer.pairs.items():
        for pair in pairs:
            ratio = pair.ratio
            ends = (ratio.low, ratio.median, ratio.high, "B/A") if ratio else (None, None, None, "B/A")
            sides = f"{facts.label(pair.a)} / {facts.label(pair.b)}"
            said = f"{pair.words[facts.lang]}. {pair.sentence[facts.lang]}" if ratio else pair.words[facts.lang]
            found.append(("verdict", sides, name, "", *ends, said, ""))
    return found


def _text_records(facts: SheetFacts) -> list[Record]:
    """The texts of the sheet."""
    empty = ("", "", None, None, None, "")
    pairs = [*sentences.need(facts), (say("sheet", "charter_question", OFFICIAL), sentences.alternative(facts))]
    for option in facts.answer.options:
        why = () if option.service else (sentences.without_figures(facts, option),)
        pairs.append(
            (
                option.label,
                facts.joined((*sentences.described(facts, option), *sentences.sovereignty(facts, option), *why)),
            )
        )
    for title, texts in (
        ("conclusions", sentences.conclusions(facts, most=None)),
        ("rests", sentences.grounds(facts)),
        ("not_counted", not_counted(facts)),
        ("unknowns", unknowns(facts, most=None)),
        ("decision", facts.ceilings),
        ("footer", sentences.foot(facts, "evaluation")),
    ):
        pairs += [(facts.say(title), text) for text in texts]
    return [("texte", name, *empty, text, "") for name, text in pairs]
