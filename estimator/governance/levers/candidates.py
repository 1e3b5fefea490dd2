"""The changes that are possible for a service that runs, each with its target, or the reason why it has none."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from estimator.builds.build_file import BuildFile
from estimator.catalogue import models
from estimator.catalogue.default_subjects import DESK, UNKNOWN_SITE
from estimator.catalogue.load import load
from estimator.catalogue.proposals import proposals
from estimator.catalogue.selection import select_factor
from estimator.comparison.scenario import Program
from estimator.core.periods import first_day
from estimator.governance.indicators.known_days import WORKED
from estimator.governance.indicators.scenarios import ScenarioDecision
from estimator.governance.levers.changes import INDEX, Change, LeverNotComputed
from estimator.governance.levers.running import RunningService
from estimator.places.evidence import tables

WRITES = ("text", "multimodal")  # kinds of models whose answers are texts
LIGHT, SHARED = "set/light", "class/shared-regional"
FEWEST_BITS = 8  # of a weight: below, answers change and are to be tested anew
SHORTER = 0.5  # what answers are cut to, of their length [1]
TOGETHER = 4.0  # times as many requests in flight
MOST_TOGETHER = 64  # from which a card is rarely short of requests
OPEN_HOURS, WEEK_HOURS = 60, 168  # twelve hours on five days: when a service of an administration is asked
DAY_S = 86_400.0
WEEKEND = 3  # days from a Friday to a Monday: at most between one reading of an index and the next
MOST_READINGS = 0.9  # of those of an index, that read what the one before did [1]
_BITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Around:
    """What a candidate may look at beside its service: the build, hosts that the home knows, the comparison kept for
    its use."""

    build: BuildFile
    hosts: tuple[str, ...]
    compared: ScenarioDecision | None


def _to_say(here: str, there: str, service: RunningService, around: Around) -> LeverNotComputed:
    """What a person has to say first, in this home, or in that of the authority whose published groups it is of."""
    authority = around.build.authority_of_service.get(service.service)
    return LeverNotComputed(there, authority=authority) if authority else LeverNotComputed(here)


def no_ai(service: RunningService, around: Around) -> list[Change]:
    """A program without AI that fits the task: of the comparison kept for the use, else of the proposals for its
    task, on a server that exists already."""
    case = service.use_case
    if case is None:
        raise _to_say("lever_no_case", "lever_no_case_there", service, around)
    if case.alternative.answer == "etudiee_et_ecartee":
        raise LeverNotComputed("lever_rejected", reason=case.alternative.reason)
    if around.compared is None:
        raise LeverNotComputed("lever_no_task")
    scenario = around.compared.scenario
    found = [option.alternative for option in scenario.options if option.alternative]
    task = scenario.need.task or ""
    named = f"task/{task.removeprefix('task/')}"
    found += [Program(id=p.alternative, existing_server=True, acts=p.acts) for p in proposals(named)[:1]]
    if not found:
        raise LeverNotComputed("lever_no_program" if task else "lever_no_task")
    host = service.host or None
    return [Change("no_ai", program=found[0].model_copy(update={"host": found[0].host or host}))]


def smaller(service: RunningService, around: Around) -> list[Change]:
    """The model of the comparison that suffices with the least electricity, else the set of light models: its interval
    goes from the smallest to the largest of them."""
    model = _chosen(service)
    if model.modality not in WRITES:
        raise LeverNotComputed("lever_no_smaller")
    if around.compared and (best := around.compared.answer.smallest_sufficient) and best.id:
        use = around.compared.scenario.option(best.id).use
        if use and use.model and models.find(use.model).id != model.id:
            return [Change("smaller", model=use.model)]
    known, light = models.size(model), models.find(LIGHT)
    if known.total is not None and known.total <= (light.total_high or 0.0):
        raise LeverNotComputed("lever_light_already")
    return [Change("smaller", model=LIGHT)]


def fewer_bits(service: RunningService, around: Around) -> list[Change]:
    """Weights of eight bits, where more are stated."""
    stated = [_BITS.search(line["bits"]) for line in service.lines]
    if not any(stated):
        raise LeverNotComputed("lever_bits_unknown")
    if max(float(bits.group()) for bits in stated if bits) <= FEWEST_BITS:
        raise LeverNotComputed("lever_bits_few")
    return [Change("fewer_bits", bits=FEWEST_BITS)]


def shorter(service: RunningService, around: Around) -> list[Change]:
    """Answers half as long."""
    if _chosen(service).modality not in WRITES:
        raise LeverNotComputed("lever_not_text")
    return [Change("shorter", written=SHORTER)]


def batching(service: RunningService, around: Around) -> list[Change]:
    """Four times as many requests together, where it is stated how many are."""
    flights = [row["flight"] for row in service.servings if row["flight_class"] >= 0]
    if not flights:
        raise LeverNotComputed("lever_flight_unknown")
    if min(flights) * TOGETHER > MOST_TOGETHER:
        raise LeverNotComputed("lever_flight_many")
    return [Change("batching", flight=TOGETHER)]


def place(service: RunningService, around: Around) -> list[Change]:
    """A shared centre of the region, or a site of the same country that the home knows: where something runs, that it
    names, that answered, or that was studied for the use; not what a fleet is on average or as others suppose it, which
    nobody sells."""
    if service.host in ("", UNKNOWN_SITE, DESK):
        raise _to_say("lever_place_unknown", "lever_place_unknown_there", service, around)
    known = models.known(service.model)
    if known is not None and known.open_class == "closed":
        raise LeverNotComputed("lever_closed")
    here = {placed.row["zone"] for placed in service.groups}
    subjects, told = load().subjects, tables().facts
    options = around.compared.scenario.options if around.compared else ()
    studied = (o.use.host for o in options if o.use and o.use.host and o.status == "studied")
    sites = dict.fromkeys(host for host in (*around.hosts, *studied) if host in subjects)
    named = [host for host in sites if subjects[host].zone in here and (host, "figures") not in told]
    found = [host for host in (*named, SHARED) if host != service.host]
    if not found:
        raise LeverNotComputed("lever_no_place")
    return [Change("place", host=host, zone=subjects[host].zone or None) for host in found]


def waiting(service: RunningService, around: Around) -> list[Change]:
    """Reserved cards switched off at night and at the weekend: lit sixty hours a week."""
    if not service.device_hours:
        raise LeverNotComputed("lever_not_reserved")
    cards = max((line["cards"] for line in service.lines if line["cards"]), default=1)
    lit = OPEN_HOURS / WEEK_HOURS * 24 * service.days * cards
    if lit >= service.device_hours:
        raise LeverNotComputed("lever_off_already")
    return [Change("waiting", hours=lit / service.device_hours)]


def reread(service: RunningService, around: Around) -> list[Change]:
    """The documents that changed alone, of an index whose rows, none longer than a day, say that nearly every reading
    reads what the one before did: as many tokens, to the largest share that may change from night to night. None for a
    service that makes no index."""
    if not models.is_of(service.model, "embedding"):
        return []
    if service.device_hours:
        raise LeverNotComputed("lever_index_reserved")
    key = service.service, service.model, service.host, service.training
    days = around.build.read_by_day(key, service.months[0], service.months[-1])
    changed = select_factor(load(), "task_changed_share", INDEX, first_day(service.months[-1])).factor
    most = (changed.high or 0.0) if changed else 0.0
    again = [
        now["tokens"]
        for before, now in pairwise(days)
        if now["day"] - before["day"] <= WEEKEND and abs(now["tokens"] / before["tokens"] - 1) <= most
    ]
    summed = any(day["longest"] > DAY_S for day in days)
    if summed or len(days) < WORKED or len(again) < MOST_READINGS * (len(days) - 1):
        raise LeverNotComputed("lever_index_times")
    return [Change("reread", again=sum(again) / sum(day["tokens"] for day in days))]


CANDIDATES: Mapping[str, Callable[[RunningService, Around], list[Change]]] = {
    "no_ai": no_ai, "smaller": smaller, "fewer_bits": fewer_bits, "shorter": shorter, "batching": batching,
    "place": place, "waiting": waiting, "reread": reread,
}  # fmt: skip


def _chosen(service: RunningService) -> models.Model:
    """The model of a service, that it chose. LeverNotComputed."""
    if any(row["kind"] == "seats" for row in service.servings):
        raise LeverNotComputed("lever_seats")
    known = models.known(service.model)
    if known is None:
        raise LeverNotComputed("lever_no_model")
    return known
