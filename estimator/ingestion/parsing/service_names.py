"""Names of keys, teams and calls of a gateway: which can name a service, and which name a person."""

import re
from collections.abc import Collection

_LONGEST = 120
_WORDS = re.compile(r"[^\W\d_]+")
_RANDOM = re.compile(r"^sk-|[0-9a-f]{8}|\d{4}", re.IGNORECASE)
_CIVILITY = re.compile(r"^(?:m\.?|mr\.?|mrs\.?|ms\.?|mme|mlle|madame|monsieur|dr\.?)[\s._-]+\S", re.IGNORECASE)
_DOTTED = re.compile(r"^[^\W\d_]+(?:-[^\W\d_]+)*\.[^\W\d_]+(?:-[^\W\d_]+)*$")  # prenom.nom
_CAPITALISED = re.compile(r"^[A-ZÀ-Þ][^\W\d_]*$")
_ACRONYM = re.compile(r"^[A-ZÀ-Þ]{2,4}$")
# A capitalised name with one of these words is no person, nor are these alone in the identifier of one.
_THINGS = frozenset(
    (
        "agent api app application assistant bot chat chatbot client cle clé data demo direction equipe équipe flux ia "
        "ai key mairie outil plateforme pole pôle portail prod production projet project rag recherche service team "
        "test tests"
    ).split()
)


def is_name(text: str) -> bool:
    """Whether this can be a name: printable, not too long, and no key, hash or generated number."""
    return bool(text) and len(text) <= _LONGEST and text.isprintable() and not _RANDOM.search(text)


def of_person(text: str, people: Collection[str]) -> bool:
    """Whether this is an address or a person: `@`, `Mme …`, `prenom.nom`, or words, not all of things, of
    somebody in `people`, the person identifiers of the same record."""
    words = _folded_words(text)
    named = bool(words - _THINGS)
    known = named and any(words <= _folded_words(person) for person in people if person)
    return known or "@" in text or bool(_CIVILITY.match(text) or _DOTTED.match(text))


def of_owner(text: str) -> bool:
    """Whether this is the person that owns a key: `Dupont`, `Jean Dupont`; not `RH` nor `Service Courrier`.

    For keys only: a team may be called Urbanisme.
    """
    words = [word for word in re.split(r"[\s_-]+", text) if word]
    named = all(_CAPITALISED.match(word) for word in words) and not all(_ACRONYM.match(word) for word in words)
    return named and not _THINGS & {word.casefold() for word in words}


def _folded_words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORDS.findall(text))
