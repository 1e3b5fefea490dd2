"""Tasks of an invented local authority, small and real: each does its work, counts it and reports its accuracy.

Sorting citizens' messages is done three ways: rules, a light model, a larger one. Everything is made here from a seed,
with numpy only; nothing is downloaded.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import log
from random import Random
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np

from scripts.demo.letters import Letter, addresses, corpus, decisions, departments, letters, mistyped, plain

LEARNT, JUDGED = 4_000, 16_000  # messages
UNSEEN = 0.25  # share of the judged messages with sentences absent from training
WORD_SLOTS, GRAM_SLOTS = 4_096, 16_384
HIDDEN = (512, 128)
BATCH = 64


class Done(NamedTuple):
    """Result of a run: items, and the share of correct ones."""

    items: int
    accuracy: float


@dataclass(frozen=True)
class DemoWorkload:
    """One service. `prepare` makes its input, unmeasured; `work` is measured."""

    service: str
    item: str
    prepare: Callable[[int], Any]
    work: Callable[[Any], Done]
    model: str | None = None
    use_case: str | None = None


# Sorting messages by rules


def judged_letters(seed: int) -> list[Letter]:
    return letters(JUDGED, seed + 1_000, unseen=UNSEEN)


def sort_by_rules(found: list[Letter], passes: int = 6) -> Done:
    """The department with most keyword occurrences; the first one without any. Several passes, since it is fast."""
    lists = [category["keywords"] for category in corpus()["categories"].values()]
    keywords = [re.compile(r"\b(" + "|".join(plain(word) for word in words) + r")s?\b") for words in lists]
    right = 0
    for _ in range(passes):
        for letter in found:
            text = plain(letter.text)
            counts = [len(pattern.findall(text)) for pattern in keywords]
            right += counts.index(max(counts)) == letter.department
    return Done(passes * len(found), right / (passes * len(found)))


# Sorting messages with a light model: TF-IDF words, and a logistic regression


def words_of(text: str) -> Iterable[str]:
    tokens = re.findall(r"\w+", plain(text))
    return [*tokens, *(f"{a} {b}" for a, b in zip(tokens, tokens[1:], strict=False))]


def grams_of(text: str) -> Iterable[str]:
    padded = f" {plain(text)} "
    return (padded[i : i + size] for size in (2, 3, 4) for i in range(len(padded) - size + 1))


def table(texts: list[str], features: Callable[[str], Iterable[str]], slots: int) -> np.ndarray:
    """Hashed feature counts [texts, slots], each row of norm one."""
    counts = np.zeros((len(texts), slots), np.float32)
    for row, text in enumerate(texts):
        for feature, count in Counter(features(text)).items():
            counts[row, crc32(feature.encode()) % slots] += count
    normed: np.ndarray = counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)
    return normed


def likelihoods(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: np.ndarray = raised / raised.sum(axis=1, keepdims=True)
    return shares


def light_input(seed: int) -> tuple[list[Letter], list[Letter]]:
    return letters(LEARNT, seed), judged_letters(seed)


def sort_with_light_model(given: tuple[list[Letter], list[Letter]]) -> Done:
    """Train on the messages of the week, then sort the others; both are measured."""
    learnt, found = given
    inputs = table([letter.text for letter in learnt], words_of, WORD_SLOTS)
    rarity = np.log((1 + len(inputs)) / (1 + (inputs > 0).sum(axis=0))).astype(np.float32)
    inputs *= rarity
    targets = np.eye(len(departments()), dtype=np.float32)[[letter.department for letter in learnt]]
    weights = np.zeros((WORD_SLOTS, targets.shape[1]), np.float32)
    for _ in range(60):
        error = likelihoods(inputs @ weights) - targets
        weights -= 4.0 * (inputs.T @ error / len(inputs) + 1e-5 * weights)
    scores = table([letter.text for letter in found], words_of, WORD_SLOTS) * rarity @ weights
    right = scores.argmax(axis=1) == [letter.department for letter in found]
    return Done(len(found), float(right.mean()))


# Sorting messages with a larger model: character n-grams, and a network of three layers (8.5 million weights)


class Network(NamedTuple):
    """Weights of each layer, in order."""

    layers: list[np.ndarray]

    @classmethod
    def new(cls, seed: int) -> "Network":
        random, sizes = np.random.default_rng(seed), (GRAM_SLOTS, *HIDDEN, len(departments()))
        pairs = zip(sizes, sizes[1:], strict=False)
        return cls([random.normal(0, (2 / min(a, 400)) ** 0.5, (a, b)).astype(np.float32) for a, b in pairs])

    def forward(self, inputs: np.ndarray) -> list[np.ndarray]:
        """Output of each layer, the input first, the scores last."""
        given = [inputs]
        for number, weights in enumerate(self.layers, 1):
            out = given[-1] @ weights
            given.append(out if number == len(self.layers) else np.maximum(out, 0))
        return given

    def learn(self, inputs: np.ndarray, targets: np.ndarray, rate: float) -> None:
        """One step of gradient descent on a batch."""
        given = self.forward(inputs)
        error = (likelihoods(given[-1]) - targets) / len(inputs)
        for number in reversed(range(len(self.layers))):
            back = error @ self.layers[number].T
            self.layers[number] -= rate * (given[number].T @ error)
            error = back * (given[number] > 0)


def trained(learnt: list[Letter], seed: int, rounds: int = 5) -> Network:
    network, order = Network.new(seed), Random(seed)
    answers = np.eye(len(departments()), dtype=np.float32)
    learnt = list(learnt)
    for done in range(rounds):
        order.shuffle(learnt)
        for start in range(0, len(learnt), BATCH):
            batch = learnt[start : start + BATCH]
            inputs = table([letter.text for letter in batch], grams_of, GRAM_SLOTS)
            network.learn(inputs, answers[[letter.department for letter in batch]], 1.0 * (1 - done / rounds))
    return network


def train_larger_model(given: tuple[list[Letter], list[Letter]]) -> Done:
    """Items are the training messages, counted at each epoch."""
    learnt, found = given
    network = trained(learnt, seed=1)
    return Done(5 * len(learnt), sort_with_larger_model((network, found[:1_000])).accuracy)


def larger_input(seed: int) -> tuple[Network, list[Letter]]:
    return trained(letters(LEARNT, seed), seed=1), judged_letters(seed)


def sort_with_larger_model(given: tuple[Network, list[Letter]]) -> Done:
    network, found = given
    right = 0
    for start in range(0, len(found), BATCH):
        batch = found[start : start + BATCH]
        scores = network.forward(table([letter.text for letter in batch], grams_of, GRAM_SLOTS))[-1]
        right += int((scores.argmax(axis=1) == [letter.department for letter in batch]).sum())
    return Done(len(found), right / len(found))


# Searching council decisions: an inverted index ranked by BM25


def search_input(seed: int) -> tuple[list[str], list[tuple[str, int]]]:
    """Decisions, and queries made of some words of one decision, with typing errors, and the expected decision."""
    made, random = decisions(4_000, seed), Random(seed)
    questions = []
    for _ in range(1_200):
        meant = random.randrange(len(made))
        tokens = re.findall(r"\w+", plain(made[meant]))
        questions.append((mistyped(" ".join(random.sample(tokens, 8)), random), meant))
    return made, questions


def search_decisions(given: tuple[list[str], list[tuple[str, int]]]) -> Done:
    """Correct: the expected decision is among the first three."""
    texts, questions = given
    counts = [Counter(re.findall(r"\w+", plain(text))) for text in texts]
    index: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, counted in enumerate(counts):
        for word, times in counted.items():
            index[word].append((number, times))
    lengths = np.array([sum(counted.values()) for counted in counts])
    damping = 1.2 * (0.25 + 0.75 * lengths / lengths.mean())
    right = 0
    for question, meant in questions:
        scores = np.zeros(len(texts))
        for word in set(re.findall(r"\w+", plain(question))) & index.keys():
            weight = log(1 + (len(texts) - len(index[word]) + 0.5) / (len(index[word]) + 0.5))
            for number, times in index[word]:
                scores[number] += weight * times * 2.2 / (times + damping[number])
        right += meant in scores.argsort()[-3:]
    return Done(len(questions), right / len(questions))


# Reading numbers on scanned forms: drawn digits, blurred and noisy, matched against templates

DIGITS = ("757557", "262227", "717747", "717117", "557111", "747117", "747757", "711222", "757757", "757117")


def glyphs() -> np.ndarray:
    """The ten digits [10, 48, 24], each drawn as six rows of three points, eight times larger."""
    rows = np.array([[int(row) for row in digit] for digit in DIGITS])
    points: np.ndarray = (rows[:, :, None] >> np.array([2, 1, 0])) & 1
    return points.repeat(8, axis=1).repeat(8, axis=2).astype(np.float32)


def scanned(seed: int, pages: int = 750, fields: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Fields of one digit [pages, fields, 56, 32], shifted and noisy, and the digits that were written."""
    random = np.random.default_rng(seed)
    digits = random.integers(0, 10, (pages, fields))
    images = random.standard_normal((pages, fields, 56, 32), np.float32) * np.float32(2.2)
    shapes = glyphs()
    for page, field in np.ndindex(pages, fields):
        down, right = random.integers(0, 9, 2)
        images[page, field, down : down + 48, right : right + 24] += shapes[digits[page, field]]
    return images, digits


def read_forms(given: tuple[np.ndarray, np.ndarray]) -> Done:
    """Template matching of each field with each digit at each of 81 offsets. Items are pages; accuracy by digit."""
    images, digits = given
    shapes = glyphs()
    models = shapes - shapes.mean(axis=(1, 2), keepdims=True)
    models /= np.linalg.norm(models, axis=(1, 2), keepdims=True)
    right = 0
    for page, written in zip(images, digits, strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(page, (48, 24), axis=(1, 2))
        scores = np.tensordot(windows, models, axes=([3, 4], [1, 2])).max(axis=(1, 2))
        right += int((scores.argmax(axis=1) == written).sum())
    return Done(len(images), right / digits.size)


# A nightly batch: record linkage of two registers of addresses, one of them with typing errors


def two_registers(seed: int) -> tuple[list[str], list[str]]:
    random = Random(seed)
    register = addresses(3_000, seed)
    return register, [mistyped(address, random, rate=0.12) for address in register[:1_500]]


def match_addresses(given: tuple[list[str], list[str]]) -> Done:
    """The address that shares most trigrams, weighted by their rarity."""
    register, typed = given
    groups = [frozenset(plain(a)[i : i + 3] for i in range(len(a) - 2)) for a in register]
    owners: dict[str, list[int]] = defaultdict(list)
    for number, found in enumerate(groups):
        for group in found:
            owners[group].append(number)
    right = 0
    for meant, address in enumerate(typed):
        shared: dict[int, float] = defaultdict(float)
        for group in {plain(address)[i : i + 3] for i in range(len(address) - 2)} & owners.keys():
            for number in owners[group]:
                shared[number] += log(len(register) / len(owners[group]) + 1)
        right += max(shared, key=lambda n: shared[n] / len(groups[n]) ** 0.5, default=-1) == meant
    return Done(len(typed), right / len(typed))


SORTING = "tri-courriers"
WORKLOADS = (
    DemoWorkload("tri-courriers-regles", "message", judged_letters, sort_by_rules, "regles", SORTING),
    DemoWorkload("tri-courriers-leger", "message", light_input, sort_with_light_model, "mots-regression", SORTING),
    DemoWorkload("tri-courriers-grand", "message", larger_input, sort_with_larger_model, "reseau-8m", SORTING),
    DemoWorkload("tri-courriers-grand-apprentissage", "message", light_input, train_larger_model, "reseau-8m"),
    DemoWorkload("recherche-deliberations", "question", search_input, search_decisions),
    DemoWorkload("lecture-formulaires", "page", scanned, read_forms),
    DemoWorkload("rapprochement-adresses", "adresse", two_registers, match_addresses),
)
