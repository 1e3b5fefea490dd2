"""Events of the use cases of the invented métropole and votes of its council, written at their past dates."""

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from estimator.core.fields import Author
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.register.register import Register, author
from estimator.governance.register.schema import Pattern, UseCaseFacts

FACTS = tuple(UseCaseFacts.model_fields)
DECISION = ("what", "reasons", "by")


class Clock:
    """Simulated clock: nine in the morning of the current day, advanced by a minute at each event."""

    def __init__(self) -> None:
        self.moment = datetime.min.replace(tzinfo=UTC)

    def set(self, day: date) -> None:
        """Go to a day, unless it is the current one."""
        if self.moment.date() != day:
            self.moment = datetime.combine(day, time(9), UTC)

    def now(self) -> datetime:
        """The current time, which then advances."""
        self.moment += timedelta(minutes=1)
        return self.moment


def fill_register(home: Path, said: Mapping[str, Any]) -> None:
    """Every step of every use case of cases.toml, through the register. SobriaError when it refuses one."""
    clock = Clock()
    register = Register(home, now=clock.now)
    for case in said["case"]:
        for step in case["step"]:
            clock.set(step["on"])
            why = step.get("why", said["why"][step["do"]])
            _step(register, case, step, author(step.get("by", case["service"]), why))


def _step(register: Register, case: Mapping[str, Any], step: Mapping[str, Any], who: Author) -> None:
    """One event of a use case."""
    name, day = case["id"], step["on"]
    match step["do"]:
        case "create":
            register.create({k: case[k] for k in FACTS if k in case}, who, name)
        case "change":
            register.change(name, {k: step[k] for k in FACTS if k in step}, who)
        case "move":
            register.move(name, step["stage"], who)
        case "attach":
            register.attach(name, {k: step[k] for k in Pattern.model_fields if k in step}, who)
        case "quality":
            register.record_quality(name, {"value": step["value"], "date": day, "by": step["by"]}, who)
        case "review":
            register.review(name, {"done": day, "by": step["by"], "conclusion": step["conclusion"]}, who)
        case "plan":
            register.review(name, {"due": step["due"]}, who)
        case "decide":
            register.decide(name, {"date": day} | {k: step[k] for k in DECISION}, who)
        case unknown:
            raise ValueError(f"cases.toml, {name}: {unknown}")


def fill_commitments(home: Path, said: Mapping[str, Any], communes: Path, build: Mapping[str, str]) -> None:
    """Votes, trainings, publications and their corrections; publications name the build. SobriaError."""
    clock = Clock()
    kept = Commitments(home, now=clock.now)
    for kind, write in (("objective", kept.vote_objective), ("budget", kept.vote_budget)):
        for vote in said[kind]:
            clock.set(vote["date"])
            write(vote, voter(vote["by"], vote["document"]))
    for training in (*said["training"], *_town_halls(said["town_hall"], communes)):
        clock.set(training["date"])
        kept.state_training(training, voter(training["service"], said["why"]["training"]))
    for publication in said["publication"]:
        fields = dict(publication)
        correction = fields.pop("correction", None)
        who = voter(said["who"], publication["address"])
        clock.set(fields["date"])
        entry = kept.publish({**fields, **build}, who)
        if correction:
            clock.set(correction["date"])
            kept.correct(correction | {"publication": entry.id}, voter(said["who"], correction["reason"]))


def _town_halls(said: Mapping[str, Any], communes: Path) -> Sequence[Mapping[str, Any]]:
    """The training of the town hall of each commune."""
    with communes.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    counts = [{"with_access": row["with_access"], "trained": row["trained"]} for row in rows]
    services = [{"service": said["service"].format(name=row["name"])} for row in rows]
    about = {"date": said["date"], "kind": said["kind"]}
    return [about | service | count for service, count in zip(services, counts, strict=True)]
