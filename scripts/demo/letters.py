"""Synthetic messages of citizens, council decisions and addresses, reproducible by seed."""

import tomllib
import unicodedata
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

CORPUS = Path(__file__).with_name("corpus.toml")
TYPO_RATE = 0.04  # share of letters
MISFILED_RATE = 0.03  # share of the messages sorted by people


class Letter(NamedTuple):
    """A message and its department."""

    text: str
    department: int


def corpus() -> dict[str, Any]:
    """The sentences, by department, and the values of their placeholders."""
    return tomllib.loads(CORPUS.read_text("utf-8"))


def departments() -> list[str]:
    """Names of the departments, in the order of their numbers."""
    return list(corpus()["categories"])


def letters(count: int, seed: int, unseen: float | None = None) -> list[Letter]:
    """Messages with greetings, asides and typing errors.

    With `unseen`, that share of them uses sentences of no other message, and all have the right
    department; without, they are those sorted by people, MISFILED_RATE of them wrongly.
    """
    words, random = corpus(), Random(seed)
    categories = list(words["categories"].values())
    made = []
    for _ in range(count):
        department = random.randrange(len(categories))
        sentences = categories[department]["held_out" if unseen and random.random() < unseen else "learn"]
        body = random.sample(sentences, 2 if random.random() < 0.3 else 1)
        aside = [random.choice(words["asides"])] if random.random() < 0.5 else []
        parts = [random.choice(words["greetings"]), *body, *aside, random.choice(words["closings"])]
        text = filled(" ".join(part for part in parts if part), words, random)
        if unseen is None and random.random() < MISFILED_RATE:
            department = random.randrange(len(categories))
        made.append(Letter(mistyped(text, random), department))
    return made


def filled(text: str, words: dict[str, Any], random: Random) -> str:
    """The text with a street, a place and a day in its placeholders."""
    return text.format(
        street=random.choice(words["streets"]), place=random.choice(words["places"]), day=random.choice(words["days"])
    )


def mistyped(text: str, random: Random, rate: float = TYPO_RATE) -> str:
    """The text as people type it: letters left out, doubled or swapped, and for one writer in four no accents."""
    if random.random() < 0.25:
        text = plain(text)
    typed: list[str] = []
    for letter in text:
        chance = random.random()
        if chance < rate / 3:
            continue
        typed.append(letter)
        if chance < 2 * rate / 3:
            typed.append(letter)
        elif chance < rate and len(typed) > 1:
            typed[-1], typed[-2] = typed[-2], typed[-1]
    return "".join(typed)


def plain(text: str) -> str:
    """Lower case without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


def decisions(count: int, seed: int) -> list[str]:
    """Council decisions: a subject taken from a message, a place, an amount, a vote."""
    words, random = corpus(), Random(seed)
    subjects = [plain(s.rstrip(" .?")) for c in words["categories"].values() for s in c["learn"] + c["held_out"]]
    made = []
    for number in range(count):
        subject = filled(random.choice(subjects), words, random)
        amount = random.randrange(1_000, 900_000, 137)
        votes = random.randrange(12, 35)
        made.append(
            f"deliberation {number} : le conseil, saisi de la question « {subject} », approuve une depense de {amount} "
            f"euros pour {random.choice(words['streets'])}, par {votes} voix, rapporteur {random.randrange(400)}"
        )
    return made


def addresses(count: int, seed: int) -> list[str]:
    """Postal addresses of an invented town, all different."""
    words, random = corpus(), Random(seed)
    wings = [" bis", " ter", " bâtiment A", " bâtiment B", " escalier 2", ""]
    return [
        f"{number}{random.choice(wings)} {random.choice(words['streets'])} {random.choice(words['places'])}"
        for number in random.sample(range(1, 50 * count), count)
    ]
