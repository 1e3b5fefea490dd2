"""Explanation of a figure: its steps in words and numbers, its factors and sources, and the data of a replay."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from estimator.assessment import coefficients, uncertainty
from estimator.assessment.calculation_steps import PLAIN, EvaluatedGroup, groups_of, results_of, steps_of
from estimator.assessment.evaluation import ActivityGroup, energy_as_read, followed, needed, the_system, values_of
from estimator.assessment.expressions import render
from estimator.assessment.impacts import (
    FIGURES,
    SUPPLEMENTARY,
    Amount,
    ImpactIndicator,
    amounts,
    applies_to,
    figure_named,
    known_result,
    why_missing,
)
from estimator.assessment.sensitivity import variance_shares
from estimator.catalogue import models
from estimator.catalogue.load import load
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import SelectedFactor
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import LANGUAGES, SobriaError, say, sentences
from estimator.core.number_format import exact_text


class NumberUnknown(SobriaError):
    """Unknown figure name."""


class ReplayRefused(SobriaError):
    """An explanation that this version cannot replay."""


def explain_groups(
    groups: Sequence[ActivityGroup],
    catalogue: Catalogue,
    figure: str | None = None,
    found: Mapping[str, Amount] | None = None,
) -> dict[str, Any]:
    """Figures of these groups with their steps and factors.

    figure: explain this one only; default all. found: the figures, where they are known already.
    Steps are those of each group, largest first;
    "supposed": models of undisclosed size with the assumption made, in words;
    "replay": all data needed to reproduce the same digits.
    """
    chosen = _chosen(figure)
    opened = [EvaluatedGroup(group, results_of(group, chosen, group.values)) for group in groups]
    used = {(name, b.subject): b for group in groups for name, b in _factors_used(group, chosen).items()}
    body: dict[str, Any] = {
        "indicators": nested(found or amounts(groups, chosen)),
        "steps": steps_of(opened, catalogue),
    }
    body["groups"] = groups_of(opened, catalogue)
    body["factors"] = _factors(groups, chosen, catalogue)
    body["not_counted"] = _not_counted(groups, chosen)
    body["supposed"] = _size_assumptions(used)
    body["missing_inputs"] = sorted({b.missing for b in used.values() if b.missing})
    body["replay"] = _replay_data(groups, figure)
    return body


def nested(found: Mapping[str, Amount]) -> dict[str, Any]:
    """Amounts as the JSON of the command line: `a.b` is nested in `a`."""
    body: dict[str, Any] = {}
    for name, amount in found.items():
        outer, _, inner = name.partition(".")
        if inner:
            body.setdefault(outer, {})[inner] = amount.as_dict()
        else:
            body[outer] = amount.as_dict() | body.get(outer, {})
    return body


def replay(data: Mapping[str, Any]) -> dict[str, Any]:
    """Evaluate the figures of an explanation again from its "replay" part. ReplayRefused after a change of formulas."""
    if data.get("formulas") != formulas_version():
        raise ReplayRefused(found=str(data.get("formulas")), expected=formulas_version())
    groups = []
    for entry in data["cells"]:
        bounds = {
            name: SelectedFactor(name, f["subject"], Factor.model_validate(f)) for name, f in entry["factors"].items()
        }
        groups.append(ActivityGroup(entry["amounts"], bounds))
    return nested(amounts(groups, _chosen(data["figure"])))


def _chosen(figure: str | None) -> list[ImpactIndicator]:
    if figure is None:
        return list(FIGURES + SUPPLEMENTARY)
    found = figure_named(figure)
    if found is None:
        raise NumberUnknown(id=figure)
    return [found]


@cache
def formulas_version() -> str:
    """Hash of the texts of all formulas and coefficients."""
    text = "\n".join(f"{f.name} [{f.unit}] = {render(f.tree, str, repr, PLAIN)}" for f in the_system().formulas)
    text += "\n" + "\n".join(f"{c.name} = {render(c.tree, str, repr, PLAIN)}" for c in coefficients.COEFFICIENTS)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _factors_used(group: ActivityGroup, figures: Sequence[ImpactIndicator]) -> dict[str, SelectedFactor]:
    """Factors of these figures in a group: used, or missing."""
    values = group.values
    below_known = followed(group, results_of(group, figures, values))
    wanted = {
        r for f in figures for p in f.parts if applies_to(p, group) and not known_result(p, values) for r in p.results
    }
    below = needed(frozenset(wanted))
    return {
        name: bound for name, bound in group.bounds.items() if name in below_known or (name in below and bound.missing)
    }


def _factors(
    groups: Sequence[ActivityGroup], figures: Sequence[ImpactIndicator], catalogue: Catalogue
) -> list[dict[str, Any]]:
    found: dict[str, tuple[str, SelectedFactor]] = {}
    for group in groups:
        for name, bound in _factors_used(group, figures).items():
            if bound.factor is not None:
                found.setdefault(bound.factor.id, (name, bound))
    shares = (
        _variance(groups, figures[0], [b.factor for _, b in found.values() if b.factor]) if len(figures) == 1 else {}
    )
    return [describe(b, name, catalogue) | {"share_of_variance": shares.get(key)} for key, (name, b) in found.items()]


def describe(bound: SelectedFactor, name: str, catalogue: Catalogue) -> dict[str, Any]:
    """A selected factor with its value, bounds, validity, source, licence and fallback rung."""
    item = bound.factor
    assert item is not None
    source = catalogue.sources[item.source]
    quantity = catalogue.quantities[name]
    rule = catalogue.bounds_rules.get(item.bounds_rule, {})
    fields = (
        "id",
        "value",
        "low",
        "high",
        "unit",
        "bounds_kind",
        "locator",
        "geography",
        "boundary",
        "family",
        "quality",
        "note",
    )
    body: dict[str, Any] = {field: getattr(item, field) for field in fields}
    body |= {"quantity": name, "label": {"fr": quantity.label_fr, "en": quantity.label_en}}
    body |= {"subject": {"id": item.subject} | {lang: catalogue.label(item.subject, lang) for lang in ("fr", "en")}}
    body["bounds"] = {
        lang: str(rule.get(lang, "")) or sentences("bounds", str(item.bounds_kind))[lang] for lang in ("fr", "en")
    }
    body["source"] = dict(source.shown)
    body["valid_from"] = item.valid_from.isoformat() if item.valid_from else None
    body["valid_to"] = item.valid_to.isoformat() if item.valid_to else None
    return body | {"asked": bound.subject, "rung": bound.rung}


def _size_assumptions(used: Mapping[tuple[str, str], SelectedFactor]) -> list[dict[str, str]]:
    """A sentence for each model that answered and whose size nobody published."""
    answered = {subject for (name, subject), bound in used.items() if name == "model_parameters" and bound.factor}
    found = []
    for model in sorted((m for m in models.load().models if m.id in answered), key=lambda m: m.id):
        size = models.size(model)
        if size.guessed:
            facts = {"size": size.total, "low": size.total_low, "high": size.total_high}
            said = {lang: {n: exact_text(v, "1", lang) for n, v in facts.items()} for lang in LANGUAGES}
            found.append(
                {lang: say("supposed", "model_size", lang, model=model.id, **said[lang]) for lang in LANGUAGES}
            )
    return found


def _variance(groups: Sequence[ActivityGroup], figure: ImpactIndicator, factors: Sequence[Factor]) -> dict[str, float]:
    """Variance share of each factor in a figure."""
    total: Any = 0.0
    for group in groups:
        drawn = values_of(group, "draws")
        total = total + sum(drawn[r] for r in results_of(group, [figure], drawn))
    return variance_shares(total, {item.id: uncertainty.draw(item) for item in factors})


def _not_counted(groups: Sequence[ActivityGroup], figures: Sequence[ImpactIndicator]) -> list[dict[str, Any]]:
    """Parts left out of the figures, each with its reason and the share of electricity concerned."""
    found: dict[tuple[str, str], float] = {}
    whole = sum(energy_as_read(group) for group in groups)
    for group in groups:
        values, weight = group.values, energy_as_read(group) / whole if whole else 1 / len(groups)
        left_out: set[tuple[str, str]] = set()
        for part in (part for figure in figures for part in figure.parts):
            if not applies_to(part, group):
                left_out.add((part.name, "not_asked"))
            elif not known_result(part, values):
                left_out.add((part.name, why_missing(part, group) or "no_factor"))
        for key in left_out:
            found[key] = found.get(key, 0.0) + weight
    return [
        {"part": part, "share": min(share, 1.0)} | sentences("missing", code)
        for (part, code), share in sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))
    ]


def _replay_data(groups: Sequence[ActivityGroup], figure: str | None) -> dict[str, Any]:
    return {
        "figure": figure,
        "formulas": formulas_version(),
        "factors_version": load().version,
        "draws": uncertainty.DRAWS,
        "seed": uncertainty.SEED,
        "cells": [
            {
                "amounts": dict(group.amounts),
                "factors": {n: b.factor.model_dump(mode="json") for n, b in group.bounds.items() if b.factor},
            }
            for group in groups
        ],
    }
