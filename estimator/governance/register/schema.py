"""Schema of the register of AI use cases: allowed words and types."""

import calendar
import re
from datetime import date, timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from estimator.assessment.tested_share import TestedShare
from estimator.core.communes import METROPOLE as METROPOLE
from estimator.core.communes import is_abroad
from estimator.core.communes import is_commune as is_commune
from estimator.core.fields import Id, Line, MayBeEmpty, Strict, Text, near_when_said, past_when_said
from estimator.core.said_number import SaidText, as_typed, bare_number, readings_told

Stage = Literal["idee", "experimentation", "pilote", "generalisation", "retrait"]
Answer = Literal["trouvee_et_retenue", "etudiee_et_ecartee", "non_etudiee"]
Users = Literal["", "agents", "habitants"]  # those who ask, or are answered
Risk = Literal["", "minimal", "limite", "eleve", "interdit"]  # of the EU regulation on AI
What = Literal["lancer", "continuer", "arreter", "ne_pas_faire", "fait_sans_ia", "changer_etape"]
Outcome = Literal["en_cours", "generalise", "ne_pas_faire", "fait_sans_ia", "arrete", "retire"]
STAGES: tuple[Stage, ...] = get_args(Stage)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
CLOSING: dict[What, Outcome] = {"ne_pas_faire": "ne_pas_faire", "fait_sans_ia": "fait_sans_ia", "arreter": "arrete"}
CLOSED: tuple[Outcome, ...] = ("fait_sans_ia", "ne_pas_faire", "arrete", "retire")  # of a use that is over
WHOLE = "all"  # the whole territory, runs without a use case included
LEAST_GROWTH, MOST_GROWTH = -100, 1000  # of uses, a year [%]
FRESH_MONTHS = 12  # during which a tested quality holds
SWITCH = timedelta(days=31)  # a model is tested before it replaces another

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _commune(text: str, info: ValidationInfo) -> str:
    """A commune that exists, where it is written in a home that is not invented: what was written before is read."""
    if not is_commune(text):
        raise PydanticCustomError("commune", "not an INSEE code")
    if is_abroad(text) and info.context and info.context.get("invented") is False:
        raise PydanticCustomError("abroad", "the code of no commune")
    return text


def _territory(text: str, info: ValidationInfo) -> str:
    if text != WHOLE and not is_commune(text):
        raise PydanticCustomError("territory", "neither the whole nor an INSEE code")
    return text if text == WHOLE else _commune(text, info)


def _scenario(text: str, info: ValidationInfo) -> str:
    if text and (not text.endswith(".toml") or set(text) & set("/\\:=" if info.context else "/\\:")):
        raise PydanticCustomError("scenario", "not the name of a TOML file")
    return text


def _iso_day(value: object) -> object:
    if not isinstance(value, date) and not (isinstance(value, str) and _DAY.fullmatch(value.strip())):
        raise PydanticCustomError("date", "not a day")
    return value.strip() if isinstance(value, str) else value


def is_unsure(percent: float) -> bool:
    """Whether this growth [%], written without its « % », may as well be a share [1]."""
    return 0 < abs(percent) < 1


def _one_reading(said: object) -> object:
    """A number that a person typed, which no country reads otherwise."""
    typed = as_typed(said)
    if readings := readings_told(typed) if isinstance(typed, str) else None:
        raise PydanticCustomError("number_readings", "two readings", dict(readings))
    return said


def _percent(said: object) -> object:
    """A growth as people write it."""
    if not isinstance(said, str):
        return said
    _one_reading(said)
    number = bare_number(said, 1.0)
    try:
        unsure = "%" not in said and is_unsure(float(number))
    except ValueError:
        return said
    if unsure:
        share = f"{float(number) * 100:g}".replace(".", "," if "," in said else ".")
        raise PydanticCustomError("growth_readings", "two readings", {"expected": f"{said.strip()} % / {share} %"})
    return number


def _growth(percent: float) -> float:
    if not LEAST_GROWTH <= percent <= MOST_GROWTH:
        raise PydanticCustomError("growth", "out of range", {"expected": f"{LEAST_GROWTH} – {MOST_GROWTH}"})
    return percent


def _share(said: object) -> object:
    """A mark as people write it, or a share as a percentage."""
    if not isinstance(said, str) or isinstance(said, SaidText):
        return said
    number = bare_number(said, 0.01)
    if number is said and bare_number(said, 1.0) is not said:
        raise PydanticCustomError("percent", "out of range")
    return number


def _mark(value: float, info: ValidationInfo) -> float:
    if info.context and value < 0:
        raise PydanticCustomError("negative", "less than zero")
    return value


Day = Annotated[date, BeforeValidator(_iso_day)]
SaidDay = Annotated[Day, AfterValidator(near_when_said)]
PastDay = Annotated[Day, AfterValidator(past_when_said)]
Mark = Annotated[float, BeforeValidator(_one_reading), BeforeValidator(_share), AfterValidator(_mark)]
Commune = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_commune)]
Territory = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_territory)]
Scenario = Annotated[MayBeEmpty, AfterValidator(_scenario)]
Count = Annotated[float, BeforeValidator(_one_reading), Field(gt=0, le=1e15)]
Growth = Annotated[float, BeforeValidator(_percent), AfterValidator(_growth)]


class Alternative(Strict):
    """The answer to « could it be done without AI? »; studied, it has a reason and a date."""

    answer: Answer = "non_etudiee"
    description: MayBeEmpty = ""
    reason: MayBeEmpty = ""
    date: PastDay | None = None

    @model_validator(mode="after")
    def _check_answer(self) -> "Alternative":
        if self.answer != "non_etudiee" and not (self.reason and self.date):
            raise PydanticCustomError("unreasoned", "an answer needs a reason and a date")
        return self


class QualityThreshold(Strict):
    """The minimum sufficient quality, in the unit of its test; more is better."""

    value: Mark
    test: Text


class UseCaseFacts(Strict):
    """Facts of a use case: services and functions, never persons. Volume in units a month; growth_percent: expected of
    its uses, a year [%].

    consulted: who was heard; human_contact: who answers when the AI does not; who_decides: what the AI decides and
    what a person does; contact: where a resident goes; other_way: the way in without AI; work_effects: on
    know-how, health and sense of work; users: who asks it; training_data: what the publisher states of it;
    bias_found: by group of users; qualification: of the host, with its link and day; impact_assessment: its link.
    """

    name: Line
    task: Text
    unit: Line
    service: Line
    commune: Commune
    owner_role: Text
    benefit: MayBeEmpty = ""
    alternative: Alternative = Alternative()
    threshold: QualityThreshold | None = None
    model: MayBeEmpty = ""
    host: MayBeEmpty = ""
    volume_per_month: Count | None = None
    growth_percent: Growth | None = None
    concurrency: Count | None = None
    scenario: Scenario = ""
    data_sensitivity: MayBeEmpty = ""
    consulted: MayBeEmpty = ""
    human_contact: MayBeEmpty = ""
    who_decides: MayBeEmpty = ""
    contact: MayBeEmpty = ""
    other_way: MayBeEmpty = ""
    work_effects: MayBeEmpty = ""
    training_data: MayBeEmpty = ""
    bias_found: MayBeEmpty = ""
    qualification: MayBeEmpty = ""
    users: Users = ""
    risk_class: Risk = ""
    impact_assessment: MayBeEmpty = ""
    review_months: Literal[6, 12] = 12


class QualityFound(TestedShare, Strict):
    """A tested quality, in the unit of the test, with day and service."""

    value: Mark
    test: Text
    date: PastDay
    by: Text


class Review(Strict):
    """A review that is due, or done on a day by a service with a conclusion."""

    due: SaidDay | None = None
    done: PastDay | None = None
    by: MayBeEmpty = ""
    conclusion: MayBeEmpty = ""

    @model_validator(mode="after")
    def _check_conclusion(self) -> "Review":
        if self.done and not (self.by and self.conclusion):
            raise PydanticCustomError("inconclusive", "a review done needs a service and a conclusion")
        if not (self.done or self.due):
            raise PydanticCustomError("missing", "a review has a day")
        return self


class Decision(Strict):
    """A decision, its reasons and its body."""

    date: PastDay
    what: What
    reasons: Text
    by: Text


class UseCaseId(Strict):
    """The id of a use case."""

    id: Id


class Staged(Strict):
    """The stage entered by a use case."""

    stage: Stage


class Pattern(Strict):
    """Pattern of the runs of a use case: services by glob, host, model, start day. None matches any."""

    service_key: Text
    host: Text | None = None
    model: Text | None = None
    since: SaidDay | None = None


class Attachment(Pattern):
    """A pattern attached to a use case: `id` of its event, `at` its time, `until` its end day."""

    id: str
    use_case: Id
    at: str
    until: Day | None = None


class Detached(Strict):
    """End or cancellation of an attachment."""

    attachment: Text
    until: SaidDay | None = None


class UseCase(UseCaseFacts):
    """State of a use case after its events. `started`: the day it left « idee »; `model_since`: that of its last change
    of model; `moves`: how many decisions were there at each change of stage; `head`: its last event."""

    id: Id
    stage: Stage = "idee"
    started: Day | None = None
    model_since: Day | None = None
    qualities: tuple[QualityFound, ...] = ()
    reviews: tuple[Review, ...] = ()
    planned: Day | None = None
    decisions: tuple[Decision, ...] = ()
    moves: tuple[int, ...] = Field((), exclude=True)
    attachments: tuple[Attachment, ...] = ()
    head: str = ""

    @property
    def quality(self) -> QualityFound | None:
        """The last tested quality."""
        return sorted(self.qualities, key=lambda q: q.date)[-1] if self.qualities else None

    @property
    def tested(self) -> QualityFound | None:
        """The last quality by the same test as the threshold, the only one comparable with it."""
        if self.threshold is None:
            return None
        test = self.threshold.test.casefold()
        same = [q for q in self.qualities if q.test.casefold() == test]
        return sorted(same, key=lambda q: q.date)[-1] if same else None

    def quality_is_old(self, today: date) -> bool:
        """Whether the last quality by the test of the threshold is a year old, or of the model before this one."""
        found = self.tested
        if found is None:
            return False
        changed = self.model_since and found.date + SWITCH < self.model_since
        return bool(changed) or add_months(found.date, FRESH_MONTHS) <= today

    @property
    def review(self) -> Review | None:
        """The last review done."""
        return sorted(self.reviews, key=lambda r: str(r.done))[-1] if self.reviews else None

    @property
    def decision(self) -> Decision | None:
        """The last decision."""
        return sorted(self.decisions, key=lambda d: d.date)[-1] if self.decisions else None

    @property
    def outcome(self) -> Outcome:
        """Outcome: « ne pas faire » and « fait sans IA » are results like the others."""
        if self.stage == "retrait":
            return "retire"
        closed = CLOSING.get(self.decision.what) if self.decision else None
        return closed or ("generalise" if self.stage == "generalisation" else "en_cours")

    @property
    def is_over(self) -> bool:
        """Whether the register says it closed: then nothing more of it is supposed."""
        return self.outcome in CLOSED

    @property
    def closing(self) -> Decision | None:
        """The decision that closed it, of a retired one a change of stage made since the stage before; None of one that
        runs, or that no decision closes."""
        since = self.moves[-2] if len(self.moves) > 1 else 0
        last = [d for d in self.decisions[since:] if self.stage == "retrait" and d.what == "changer_etape"]
        found = [d for d in self.decisions if d.what in CLOSING] + last
        return sorted(found, key=lambda d: d.date)[-1] if self.is_over and found else None

    @property
    def closed_on(self) -> date | None:
        """The day of that decision."""
        return self.closing.date if self.closing else None

    def is_over_in(self, year: int) -> bool:
        """Whether it closed in this year or before."""
        return self.is_over and (self.closed_on is None or self.closed_on.year <= year)

    @property
    def next_review(self) -> date | None:
        """The day of the next review: as planned, else 6 or 12 months after the last, or after the start."""
        if self.is_over:
            return None
        last = (self.review and self.review.done) or self.started
        return self.planned or (last and add_months(last, self.review_months))

    def as_dict(self) -> dict[str, Any]:
        """Every field, then the outcome and the next review."""
        derived = {"outcome": self.outcome, "next_review": self.next_review and self.next_review.isoformat()}
        return self.model_dump(mode="json") | derived


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
