"""What a home measures and no use of its register has: in no file of a commune, which says that there is some."""

from dataclasses import replace

from estimator.core.interval import Interval
from estimator.core.number_format import interval_text
from estimator.governance.indicators.anonymity import grouped, is_loose_rounded, withheld_amount
from estimator.governance.indicators.footprints import totals
from estimator.governance.indicators.scope import of_case
from estimator.governance.indicators.told_amounts import is_rounded, told_interval, told_line
from estimator.governance.register.schema import WHOLE
from estimator.reporting.publications.context import ReportFacts


def unattached(facts: ReportFacts) -> Interval:
    """The electricity of the home, in the period, that no use has: as the documents of the whole territory tell it. Of
    groups merged in it, only their own homes know."""
    whole = replace(facts.scope, territory=WHOLE)
    own = whole.sources.own(whole.rows)
    loose = of_case(own, None)
    if not loose and (own or is_rounded(whole)):
        return Interval.exact(0.0, "kWh")
    found = totals([row.row.group for row in loose])["energy"]
    if grouped(whole).too_few or grouped(whole).loose:
        return withheld_amount(found)
    if is_loose_rounded(whole):
        return told_line(whole, found)
    return told_interval(found) if is_rounded(whole) else found


def unattached_notes(facts: ReportFacts, found: Interval) -> list[str]:
    """What says that something of the home is attached to no use, so in no file, and what to do; none where all is."""
    if not has_unattached(facts, found):
        return []
    if not found.known:
        return [facts.say("unattached_untold")]
    return [facts.say("reen_unattached", kwh=interval_text(found, facts.lang))]


def has_unattached(facts: ReportFacts, found: Interval) -> bool:
    """Whether the home has activity that no use has: some electricity, or one that is unknown or not told."""
    whole = replace(facts.scope, territory=WHOLE)
    return bool(of_case(whole.sources.own(whole.rows), None)) and found.high != 0
