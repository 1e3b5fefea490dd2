"""What is written of places and of their suppliers, with its effect on totals and on the scenarios kept."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from estimator.assessment.impacts import Amount
from estimator.builds.recalculation import effect_text
from estimator.catalogue.load import load
from estimator.core.errors import LANGUAGES, say
from estimator.core.fields import Author
from estimator.core.home import read_only
from estimator.core.number_format import exact_text, range_text
from estimator.core.typography import some_of
from estimator.governance.indicators.scenarios import figures_at
from estimator.ledger import Ledger
from estimator.ledger.versions import names_that_hold
from estimator.places.journal import OwnHost, PlaceEntry, PlaceJournal, PlaceRule
from estimator.places.placing import Knowledge, knowledge
from estimator.places.requirements import FIELDS
from estimator.places.supplier_answers import ENERGIES, SupplierAnswer
from estimator.results.making import rebuilt
from estimator.results.reading import open_current

Writing = Callable[[PlaceJournal], Sequence[PlaceEntry[Any]]]
NAMED = 3  # of what is asked to be written, those that a refusal names


def written(home: Path, write: Writing, key: str) -> tuple[Sequence[PlaceEntry[Any]], dict[str, Any] | None]:
    """What is written in the journal, tried first, with a build before and after it, and its entry in the log of
    changes, as `rebuilt` does. key: of its words, "added", "host_added", "answered" or "withdrawn". SobriaError."""
    tried = write(PlaceJournal(home, trial=True))
    if not tried:
        return [], None
    told = some_of([entry.said.told for entry in tried], NAMED)
    what = {lang: say("asked_to_write", key, lang, told=told) for lang in LANGUAGES}
    return rebuilt(home, lambda: write(PlaceJournal(home)), what)


def applied(
    home: Path,
    write: Writing,
    key: str,
    hosts: Collection[str],
    lang: str,
) -> tuple[dict[str, Any], list[str]]:
    """Write in the journal, build again, and say what was written with its effect on the totals, and on the scenarios
    kept of which something runs at these hosts: as values, then as lines. key: as for `written`. SobriaError."""
    before = figures_at(home, hosts) if hosts else {}
    entries, change = written(home, write, key)
    after = figures_at(home, hosts) if before and entries else {}
    lines = [
        say("places_cli", key if entries else f"no_{key}", lang, count=len(entries)),
        *(entry_line(entry, lang) for entry in entries),
    ]
    lines += _remarks(key, entries, lang)
    lines += (
        [*_apart(knowledge(home), entries, lang), *_since(knowledge(home), entries, lang)] if key == "answered" else ()
    )
    ids = {entry.id for entry in entries}
    lines += [instead_line(old, new, lang) for old, new in knowledge(home).replaced() if {old.id, new.id} & ids]
    lines += ratio_lines(knowledge(home), lang, hosts) if key == "answered" and entries else ()
    lines += _still_there(home, entries[0].said, lang) if key == "withdrawn" and entries else ()
    body: dict[str, Any] = {key: [e.as_dict() for e in entries], "change": change}
    if key == "added" and (found := open_current(home)):
        body["runs"] = found.runs_by_place_rule().get(entries[0].id, 0)
        about, early = found.runs_about(entries[0])
        file = entries[0].said.file
        under = names_that_hold(Ledger(read_only(home)), file) if file and not about and not early else []
        nobody = "under_other_name" if under else "nobody"
        told = "concerned" if body["runs"] else nobody if about or not early else "all_before"
        facts = {"count": body["runs"] or early, "since": entries[0].said.since, "id": entries[0].id[:8]}
        facts |= {"file": file, "files": some_of(under, NAMED)}
        yielded = [say("places_cli", "others_say", lang, count=about - body["runs"])] if about > body["runs"] else []
        lines += yielded if about and not body["runs"] else [say("places_cli", told, lang, **facts), *yielded]
    lines += [f"  {change['missing'][lang]}"] if change and "missing" in change else []
    lines += [say("places_cli", "totals_moved", lang)] if change and change["figures"] else []
    for name, figure in change["figures"].items() if change else ():
        lines.append(f"  {say('figures', name, lang):<34} {effect_text(figure, lang)}")
    moved = {which: {"before": before[which], "after": now} for which, now in after.items() if now != before[which]}
    lines += [*_moved(moved, lang), *([say("places_cli", "scenarios_still", lang)] if after and not moved else [])]
    body["scenarios"] = [
        {"file": file, "option": option, "indicator": name}
        | {when: {"unit": found.unit} | found.ends._asdict() for when, found in figure.items() if found.known}
        for (file, option, name), figure in moved.items()
    ]
    return body, lines


def withdrawal(home: Path, id: str, author: Author, lang: str) -> tuple[dict[str, Any], list[str]]:
    """Withdraw a rule, an answer or a host, with its effect. SobriaError."""
    hosts = {entry.said.host for entry in knowledge(home).answers if entry.id.startswith(id)}
    return applied(home, lambda journal: [journal.withdraw(id, author)], "withdrawn", hosts, lang)


def _moved(moved: Mapping[tuple[str, str, str], Mapping[str, Amount]], lang: str) -> list[str]:
    """« Scénario accueil.toml, le modèle léger : », then « Électricité du site : 160 Wh → 96 Wh (−40 %) »."""
    lines: list[str] = []
    for (file, option, name), figure in moved.items():
        title = say("places_cli", "scenario_moved", lang, file=file, option=option)
        ends = {when: range_text(amount, lang) for when, amount in figure.items()}
        facts = ends | {"figure": say("figures", name, lang), "effect": effect_text(figure, lang)}
        lines += [*([] if title in lines else [title]), say("places_cli", "figure_moved", lang, **facts)]
    return lines


def _remarks(key: str, entries: Sequence[PlaceEntry[Any]], lang: str) -> list[str]:
    """What a person may not expect of what was just written: another zone than the site's, answers without a figure."""
    if key in ("added", "host_added"):
        said = entries[0].said
        host = said.wider if key == "host_added" else said.host
        site = load().zone_apart(host, said.zone)
        told = [say("places_cli", "cards_held", lang)] if key == "added" and said.cards else []
        return told + ([say("warnings", "zone_apart", lang, host=host, site=site, zone=said.zone)] if site else [])
    if key == "answered" and entries:
        said = {e.said.field for e in entries}
        bare = sorted(name for name in said if not FIELDS[name].quantity and FIELDS[name].period != "model")
        told = [say("places_cli", "criteria_only", lang, fields=", ".join(bare))] if bare else []
        noted = sorted(name for name in said if FIELDS[name].period == "model")
        told += [say("places_cli", "no_model", lang, fields=", ".join(noted))] if noted else []
        return told
    return []


def _apart(known: Knowledge, entries: Sequence[PlaceEntry[SupplierAnswer]], lang: str) -> list[str]:
    """Answers just written that another of the same day, or the zone of a rule about the site, contradicts."""
    told = []
    for said in (entry.said for entry in entries):
        of_day = {e.said.field: e.said for e in known.answers if (e.said.host, e.said.date) == (said.host, said.date)}
        share, contract = of_day.get("renewable_factor"), of_day.get("electricity_contract")
        if said in (share, contract) and share and contract and contract.value == "none" and float(share.value):
            told.append(say("places_cli", "contract_apart", lang, share=share.told, contract=contract.told))
        for rule in known.rules if said.field == "country" else ():
            zone, until = rule.said.zone, rule.said.until
            over = until and until <= said.date
            if zone and rule.said.host == said.host and not over and zone.partition("-")[0] != said.value:
                told.append(say("places_cli", "country_apart", lang, answer=said.told, rule=rule.said.told))
    return list(dict.fromkeys(told))


def _since(known: Knowledge, entries: Sequence[PlaceEntry[SupplierAnswer]], lang: str) -> list[str]:
    """From when these answers count, and what counts before: older answers, or the default values."""
    days: dict[str, str] = {}
    for said in sorted((entry.said for entry in entries), key=lambda said: said.date):
        days.setdefault(", ".join(older.told for older in known.answered_before(said)), said.date.isoformat())
    keys = {told: "from_its_date_told" if told else "from_its_date" for told in days}
    return [say("places_cli", keys[told], lang, date=day, told=told) for told, day in days.items()]


def _still_there(home: Path, said: Any, lang: str) -> list[str]:
    """What still names a host that was just withdrawn: rules, which no longer say where, rows, and answers."""
    if not isinstance(said, OwnHost):
        return []
    told = [say("places_cli", "host_gone", lang, told=e.said.told) for e in knowledge(home).without_host()]
    rows = found.runs_at(said.name) if (found := open_current(home)) else 0
    waiting = sum(entry.said.host == said.name for entry in knowledge(home).answers)
    counts = {"rows_there": rows, "answers_there": waiting}
    return told + [say("places_cli", key, lang, count=n, host=said.name) for key, n in counts.items() if n]


def instead_line(old: PlaceEntry[Any], new: PlaceEntry[Any], lang: str) -> str:
    """Which of two that say the same thing counts, why, and from when."""
    since = getattr(new.said, "date", None) or new.said.since or old.said.since
    key = "instead_from" if since else "instead"
    if isinstance(old.said, PlaceRule) and not new.said.is_of_same(old.said):
        key = "instead_precise" if new.said.precision > old.said.precision else "instead_later"
    ids = {"old": old.id[:8], "new": new.id[:8]}
    return say("places_cli", key, lang, **ids, told=old.said.told, by=new.said.told, since=since)


def ratio_lines(known: Knowledge, lang: str, hosts: Collection[str] = ()) -> list[str]:
    """The PUE that two energies make, of these sites or of all: in place of which answer, and if of two days."""
    told = []
    for ratio, last in known.ratios():
        if hosts and ratio.host not in hosts:
            continue
        facts = {"host": ratio.host, "pue": exact_text(float(ratio.value), "1", lang), "since": ratio.date}
        told.append(say("places_cli", "ratio", lang, **facts))
        if "pue" in last:
            told[-1] += say("places_cli", "ratio_instead", lang, told=last["pue"].told)
        if len({last[name].date for name in ENERGIES}) > 1:
            told[-1] += say("places_cli", "ratio_apart", lang)
    return told


def entry_line(entry: PlaceEntry[Any], lang: str) -> str:
    """« 32bccc2c  service=chatbot → host=… (Direction du numérique, 2026-11-27) »"""
    return say("places_cli", "line", lang, id=entry.id[:8], told=entry.said.told, who=entry.who, day=entry.at[:10])
