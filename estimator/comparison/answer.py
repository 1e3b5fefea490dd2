"""The answer to a scenario: one frozen, versioned object that the command line, the page and the documents render.

Its JSON schema is `docs/reponse.schema.json`. Ratios and verdicts are about the service: what an option makes run. What
people use stands beside, never added in.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from math import inf
from typing import Annotated, Literal

from pydantic import ConfigDict, SkipValidation, WithJsonSchema

from estimator.assessment.impacts import Amount
from estimator.comparison.scenario import Quality, Scenario
from estimator.comparison.verdict_rules import EQUIVALENT, LEANING, SETTLED, UNLIKE, OptionRatio, UnknownUnits
from estimator.core.fields import Strict, in_each_language
from estimator.core.interval import Interval

MINUTES = 60  # of an hour
VERSION = "1"  # of the JSON: a field that goes or changes its meaning is another version

NUMBER = {"anyOf": [{"type": "number"}, {"type": "null"}]}
FIGURE_SCHEMA = {
    "title": "Figure",
    "description": "5 % point, median and 95 % point, or why there is none; then the parts of the figure by name",
    "type": "object",
    "properties": {name: NUMBER for name in ("low", "central", "high", "at_factor_values")}
    | {"unit": {"type": "string"}, "missing": {"type": "object"}, "envelope": {"type": "array"}}
    | dict.fromkeys(("covers", "made", "made_partly"), NUMBER),
    "required": ["low", "central", "high", "unit"],
    "additionalProperties": {"type": "object"},
}
Figure = Annotated[Amount, WithJsonSchema(FIGURE_SCHEMA)]
Words = Mapping[str, str]  # a text by language, and its code where it has one
Status = Literal["studied", "rejected", "not_studied", "refused"]


class Part(Strict):
    """A part of the answer."""

    model_config = ConfigDict(allow_inf_nan=True)


class Pair(Part):
    """Two options on one impact. lower: the option that the verdict names; share: of the draws where it is lower, or A
    where the verdict names none."""

    a: str
    b: str
    indicator: str
    verdict: str
    reason: str | None
    lower: str | None
    share: float | None
    ratio: OptionRatio | None
    words: Words
    sentence: Words

    def other(self, name: str) -> str:
        """The other option."""
        return self.b if self.a == name else self.a

    @property
    def leaning(self) -> tuple[str, float] | None:
        """The option that is lower in most draws, and their share [1]; None without a ratio, and of equivalents."""
        if not self.ratio or self.share is None or self.verdict == EQUIVALENT:
            return None
        named = self.lower or self.a
        return (named, self.share) if self.share >= 0.5 else (self.other(named), 1 - self.share)

    @property
    def distance(self) -> float:
        """How many times one is the other, whichever is higher [1]; infinite without a ratio."""
        return max(self.ratio.median, 1 / self.ratio.median) if self.ratio else inf


class AnsweredOption(Part):
    """An option. service, per_unit: what it makes run, over the period and for one unit; parts: electricity over the
    period of each line of an option that has several; people, people_period: the screens beside, for one unit and over
    the period; publisher: beside, the electricity of the training of its models by their publishers; barred: why it is
    never retained (other_service, of another `unit`, outside, too_small, below_threshold, below_unsure); refusal: why
    it was not computed; tested: the share of accepted answers that its test leaves possible [1], assured: whether all
    of it is on one side of the threshold, None where nobody says how many cases the test has; accepted: share of its
    answers by which figures are divided, accepted_why: if it is not the tested one; host, zone, pue, together: where
    it runs, whose electricity it takes, and the requests that share its machine; zone_supposed: nobody said the
    country; alone: electricity over the period on a server of one's own kept on for it alone, where the server is
    supposed to be shared; proofs: the shares of each impact, and of each part of one, by proof [1]; proof: those of its
    electricity, of its machines alone where its site's is not known; left_out: units that an impact leaves out."""

    id: str
    label: str
    method: Literal["none", "model"]
    status: Status
    why: str = ""
    refusal: Words | None = None
    barred: tuple[str, ...] = ()
    unit: str | None = None
    quality: Quality | None = None
    tested: Interval | None = None
    meets_threshold: bool | None = None
    assured: bool | None = None
    accepted: float = 1.0
    accepted_why: str = ""
    service: Mapping[str, Figure] = {}
    per_unit: Mapping[str, Interval] = {}
    components: Mapping[str, Mapping[str, float]] = {}
    people: Mapping[str, Interval] = {}
    people_period: Mapping[str, Interval] = {}
    parts: Mapping[str, Interval] = {}
    publisher: Interval | None = None
    minutes: float | None = None
    occupancy: Interval | None = None
    alone: Figure | None = None
    host: str | None = None
    zone: str | None = None
    zone_supposed: bool = False
    pue: Interval | None = None
    together: Interval | None = None
    proof: Mapping[str, float] = {}
    proofs: Mapping[str, Mapping[str, float]] = {}
    left_out: Mapping[str, UnknownUnits] = {}
    warnings: tuple[Words, ...] = ()

    @property
    def weak(self) -> bool:
        """Whether nothing assures its side of the threshold: its test is too small, or it would reach it by a quality
        that is only stated."""
        return self.assured is False or bool(self.meets_threshold and self.quality and self.quality.only_stated)

    @property
    def only_people(self) -> bool:
        """Whether nothing runs for it but the computer of those who do it."""
        missing = self.service["energy"].missing if self.service else None
        return (missing or {}).get("code") == "only_people"

    def known(self, indicator: str) -> bool:
        """Whether the service has a value on this impact."""
        return indicator in self.per_unit and self.per_unit[indicator].central is not None


class Sufficient(Part):
    """Whether an option suffices, where a threshold is set.

    found: `id` reaches it with the least electricity, those of `tied` cannot be told from it; to_check: none is known
    to, `untested` may; none: `reason` says why. without_ai: the options without AI that reach it, figures or not;
    untested: those that nothing bars and of which nobody knows, without a test or with another one; where one is
    found, those that are not known to consume more.
    """

    status: Literal["found", "to_check", "none"]
    threshold: float
    id: str | None = None
    tied: tuple[str, ...] = ()
    without_ai: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()
    reason: str = ""


class Grown(Part):
    """The electricity of each option at a multiple of the volume. beyond: options whose reserved hours fall short;
    undecided: the pairs that nothing settles at the volume of the need, at this one."""

    times: float
    units: float
    energy: Mapping[str, Interval]
    beyond: tuple[str, ...]
    occupancy: Mapping[str, Interval]
    reference: str | None
    pairs: tuple[Pair, ...]
    undecided: tuple[Pair, ...] = ()


class Crossing(Part):
    """The volume below which `below` uses less electricity than the other; share: of the draws that cross [1].
    units: over all draws, infinite where the two never cross: without an upper end where more than one in twenty do;
    undecided: whether nothing tells them apart at the volume of the need."""

    a: str
    b: str
    units: Interval
    share: float
    below: str
    undecided: bool = False

    @property
    def above(self) -> str:
        return self.b if self.below == self.a else self.a

    @property
    def key(self) -> str:
        """Of its sentence."""
        return "crossing" if self.units.high is not None else "crossing_open"


class Turn(Part):
    """From how many services on its server an option kept on for it alone uses less electricity than another, which
    has no such part; alone: it does already, by itself; never: it does not, however many of them it can serve.
    shared_by: services that share it as it is described; undecided: whether nothing tells them apart there."""

    option: str
    other: str
    shared_by: float
    status: Literal["alone", "shared", "never"]
    services: Interval | None = None
    share: float  # of the draws in which the two meet [1]
    undecided: bool = False


class Hinge(Part):
    """A supposition that alone gives a pair another verdict: this one, naming `lower`.

    A factor: its values up to `high`, or from `low` on [unit]; share: of its draws [1]. A place of `option`: low, high:
    requests together where it is supposed, and there; None where its figures do not depend on them. own_server: that no
    other service uses the server of `option`.
    """

    row: str
    words: Words
    unit: str = "1"
    low: float | None = None
    high: float | None = None
    share: float | None = None
    option: str | None = None
    verdict: str
    lower: str | None


class Balance(Part):
    """The verdict of a pair on electricity, with what would turn it, or settle it. doubt: of an undecided pair that no
    single value settles, the variance share of the first factors [1]."""

    a: str
    b: str
    verdict: str
    lower: str | None
    hinges: tuple[Hinge, ...]
    doubt: Mapping[str, float] = {}
    labels: Mapping[str, Words] = {}


class Supposition(Part):
    """What was supposed, and the row that it came from. kind: task, acts, minutes, publisher, set, model, provider,
    place, or factor."""

    row: str
    kind: str
    words: Words
    options: tuple[str, ...] = ()
    unit: str = "1"
    low: float | None = None
    value: float | None = None
    high: float | None = None
    source: str
    locator: str
    note: str = ""


class SiteFacts(Part):
    """A site of an option that is compared at several: how far it is, its criteria of hosting by status."""

    option: str
    host: str
    distance: str
    criteria: Mapping[str, str]


@in_each_language
class Sentence(Part):
    """A sentence of the answer. kind: lead, ratio, server (one program on two), smallest, again (answers that will not
    do), left_out (units that are unknown), sharing, crossing, leaning (pairs of which another impact leans the other
    way than electricity), turning (what would turn a verdict), desk (that the minutes of work are at the screen),
    checking (whose answers take minutes to read that nobody stated), firm (which verdicts nothing turns), delay (a
    limit on which nothing is judged), unread (tokens that the bill gives and nobody stated), country (whose country
    nobody said, supposed or not), settling (what would settle a pair)."""

    kind: str

    def said(self, lang: str) -> str:
        return str(getattr(self, lang))


class Difference(Part):
    """Electricity of B minus that of A: its components [kWh], the share of doubt of each factor [1], and the ratio with
    each factor at either bound."""

    a: str
    b: str
    split: Mapping[str, float] = {}
    matters: Mapping[str, float] = {}
    tornado: Mapping[str, tuple[float, float]] = {}
    labels: Mapping[str, Words] = {}


def one_program(scenario: Scenario, *names: str) -> bool:
    """Whether these options are the same program without AI, on several servers."""
    programs = [scenario.option(name).alternative for name in names]
    return len({program.id if program else n for n, program in enumerate(programs)}) == 1


class Answer(Part):
    """Everything that a comparison says. pairs: by impact; reference: the option that the others are set against;
    qualified: those among which it was chosen; place_of: the label of the one option compared at several sites."""

    version: str = VERSION
    scenario: SkipValidation[Scenario]  # valid already, but for one model at sites: no option without AI
    units: float
    date: date
    factors_version: str
    options: tuple[AnsweredOption, ...]
    pairs: Mapping[str, tuple[Pair, ...]]
    reference: str | None
    qualified: tuple[str, ...]
    lead: tuple[Pair, ...]
    smallest_sufficient: Sufficient | None
    growth: tuple[Grown, ...]
    crossings: tuple[Crossing, ...]
    turns: tuple[Turn, ...] = ()
    balances: tuple[Balance, ...] = ()
    opened: Difference | None
    suppositions: tuple[Supposition, ...] = ()
    sites: tuple[SiteFacts, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    place_of: str | None = None

    @property
    def unit(self) -> str:
        return self.scenario.need.unit

    def hours(self, option: AnsweredOption) -> float:
        """Hours of work of an option over the period, on its refused answers too, as its figures count them [h]."""
        return (option.minutes or 0.0) * self.units / MINUTES / option.accepted

    def minutes_key(self, option: AnsweredOption) -> str:
        """The word of its minutes of work: supposed from a row of the tables, or stated by someone."""
        rows = [found for found in self.suppositions if found.kind == "minutes" and option.id in found.options]
        return "minutes_supposed" if any(row.value == option.minutes for row in rows) else "minutes"

    def said(self, kind: str, lang: str) -> list[str]:
        """The sentences of a kind, in one language."""
        return [sentence.said(lang) for sentence in self.sentences if sentence.kind == kind]

    def option(self, name: str) -> AnsweredOption:
        """The option of this id. KeyError."""
        return {option.id: option for option in self.options}[name]

    def label(self, name: str | None) -> str:
        """The label of an option; "" of none."""
        return self.option(name).label if name else ""

    def labels(self, names: Sequence[str]) -> str:
        """The labels of options, as a list."""
        return ", ".join(map(self.label, names))

    def pair(self, one: str, other: str, indicator: str = "energy") -> Pair | None:
        """The pair of two options on an impact, in the order in which it stands."""
        return next((p for p in self.pairs[indicator] if {p.a, p.b} == {one, other}), None)

    def against(self, pair: Pair) -> list[Pair]:
        """The same pair on the impacts that lean the other way than this one, in enough draws; a pair that does not
        lean has none."""
        if pair.leaning is None:
            return []
        lower, _ = pair.leaning
        same = [found for name in self.pairs if (found := self.pair(pair.a, pair.b, name)) is not None]
        leaning = [(found, *found.leaning) for found in same if found.leaning]
        return [found for found, other, share in leaning if other != lower and share >= LEANING]

    def beside(self, pair: Pair) -> bool:
        """Whether one side is only people: the first sentence says them beside, and no line of verdicts."""
        return self.option(pair.a).only_people or self.option(pair.b).only_people

    def one_program(self, pair: Pair) -> bool:
        """Whether both options are the same program without AI, on two servers."""
        return one_program(self.scenario, pair.a, pair.b)

    def opening(self) -> Pair | None:
        """The pair that every rendering opens with: the lowest option, where its test does not assure that it is below
        the threshold, and the highest model; else the reference and its nearest rival. None without a ratio."""
        able = [o for o in self.options if {*o.barred} <= {"below_unsure"} and o.known("energy")]
        able.sort(key=lambda o: o.per_unit["energy"].central or 0.0)
        if able and able[0].barred:
            largest = [o.id for o in able[1:] if o.method == "model"][-1:]
            pairs = [p for name in largest if (p := self.pair(able[0].id, name)) and p.ratio]
            if pairs:
                return pairs[0]
        return self.lead[0] if self.lead and self.lead[0].ratio else None

    def right_sized(self, name: str) -> bool | None:
        """Whether an option reaches the threshold and no other that does is lower in most cases; None: no threshold,
        no test, or nothing decides."""
        option, others = self.option(name), [o for o in self.options if o.meets_threshold and not o.barred]
        if option.status != "studied" or option.meets_threshold is None:
            return None
        verdicts = [self.pair(name, other.id) for other in others if other.id != name and other.status == "studied"]
        verdicts = [p for p in verdicts if p is None or p.reason != UNLIKE]
        if option.barred or any(p and p.verdict in SETTLED and p.lower != name for p in verdicts):
            return False
        return True if all(p and p.verdict in (*SETTLED, EQUIVALENT) for p in verdicts) else None
