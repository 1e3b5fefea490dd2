"""Explanation of a figure: its steps in words and numbers, its factors and sources, and the data of a replay."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from estimator.assessment import coefficients, uncertainty
from estimator.assessment.calculation_steps import (
    PLAIN,
    EvaluatedGroup,
    OpenedGroup,
    Step,
    groups_of,
    results_of,
    steps_of,
)
from estimator.assessment.evaluation import (
    ActivityGroup,
    coverage_weight,
    followed,
    needed,
    the_system,
    values_of,
    why_unknown,
)
from estimator.assessment.expressions import render
from estimator.assessment.impacts import (
    FIGURES,
    SUPPLEMENTARY,
    Amount,
    ImpactIndicator,
    amounts,
    applies_to,
    figure_named,
    is_counted,
    known_result,
    lacks_the_whole,
)
from estimator.assessment.sensitivity import variance_shares
from estimator.catalogue import models
from estimator.catalogue.load import load
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import SelectedFactor
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import LANGUAGES, SobriaError, say, sentences
from estimator.core.fields import Strict, in_each_language
from estimator.core.number_format import sentences_with

STATED = ("given", "declared")  # subjects of what a person typed, or stated with a consumption


class NumberUnknown(SobriaError):
    """Unknown figure name."""


class FigureUnknown(NumberUnknown):
    """A number whose last part names no figure."""


class NumberWithheld(NumberUnknown):
    """A figure about too few people."""


class ReplayRefused(SobriaError):
    """An explanation that this version cannot replay."""


class UsedFactor(Strict):
    """A selected factor with its value and bounds [unit], validity, source and fallback level.

    bounds: what the bounds are, in words; asked, fallback_level: the subject asked for, and how much wider the one used
    is. share_of_variance: of the one figure explained [1].
    """

    id: str
    quantity: str
    label: Mapping[str, str]
    subject: Mapping[str, str]
    asked: str
    fallback_level: int
    value: float
    low: float
    high: float
    unit: str
    bounds_kind: str
    bounds: Mapping[str, str]
    geography: str
    boundary: str
    family: str
    quality: str
    note: str
    valid_from: date | None
    valid_to: date | None
    source: Mapping[str, Any]
    locator: str
    share_of_variance: float | None = None


@in_each_language
class LeftOut(Strict):
    """A part that figures leave out: its reason, in words too, and the share of the electricity concerned [1]."""

    part: str
    share: float
    code: str

    @property
    def words(self) -> Mapping[str, str]:
        """The reason, by language."""
        return {lang: getattr(self, lang) for lang in LANGUAGES}


class Explanation(Strict):
    """Figures with their steps and factors.

    groups: the largest of several. supposed: the assumption made on each model of undisclosed size, in words.
    missing_inputs: codes. replay: all data needed to reproduce the same digits.
    """

    indicators: Mapping[str, Amount]
    steps: tuple[Step, ...]
    groups: tuple[OpenedGroup, ...]
    factors: tuple[UsedFactor, ...]
    not_counted: tuple[LeftOut, ...]
    supposed: tuple[Mapping[str, str], ...]
    missing_inputs: tuple[str, ...]
    replay: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """As JSON: the figure `a.b` is nested in `a`."""
        return self.model_dump(mode="json") | {"indicators": nested(self.indicators)}


class ExplainedNumber(Explanation):
    """The explanation of one printed number.

    scope: total, service, run, sheet or option; key: which one. trace: the first lines behind it; services: those that
    it adds up. published: what others published of its models, with another boundary. remarks: the checks of the rows
    behind it, those of electricity that nobody read marked `at_least`; impossible: share of its electricity, as read,
    that no such machine draws [1], None where authorities whose published groups are in it alone know it.
    """

    id: str
    scope: str
    key: str
    figure: str
    amount: Amount
    proof: Mapping[str, float]
    build: Mapping[str, str] = {}
    sample: bool = False
    published: tuple[Mapping[str, Any], ...] = ()
    trace: Mapping[str, Any] = {}
    services: tuple[str, ...] = ()
    remarks: tuple[Mapping[str, Any], ...] = ()
    impossible: float | None = 0.0

    @property
    def unread(self) -> tuple[Mapping[str, str], ...]:
        """Why it is a minimum, in words; nothing where it is none."""
        return tuple(remark for remark in self.remarks if remark["at_least"])


def explain_groups(
    groups: Sequence[ActivityGroup],
    catalogue: Catalogue,
    figure: str | None = None,
    found: Mapping[str, Amount] | None = None,
) -> Explanation:
    """Figures of these groups with their steps and factors.

    figure: explain this one only; default all. found: the figures, where they are known already.
    """
    chosen = _chosen(figure)
    opened = [EvaluatedGroup(group, results_of(group, chosen, group.values)) for group in groups]
    used = {(name, b.subject): b for group in groups for name, b in _factors_used(group, chosen).items()}
    return Explanation(
        indicators=found or amounts(groups, chosen),
        steps=steps_of(opened, catalogue),
        groups=groups_of(opened, catalogue),
        factors=_factors(groups, chosen, catalogue),
        not_counted=_not_counted(groups, chosen),
        supposed=tuple(_size_assumptions(used)),
        missing_inputs=tuple(sorted({b.missing for b in used.values() if b.missing})),
        replay=_replay_data(groups, figure),
    )


def explain_number(
    number: str,
    groups: Sequence[ActivityGroup],
    figure: str,
    found: Amount | None = None,
    told: tuple[Mapping[str, str], ...] = (),
    **about: Any,
) -> ExplainedNumber:
    """One figure of these groups under its id.

    found: its amount, where it is known; told: what else it supposes; about: the fields of a number.
    """
    body = dict(explain_groups(groups, load(), figure, None if found is None else {figure: found}))
    body |= {"amount": body["indicators"][figure], "supposed": (*body["supposed"], *told)}
    return ExplainedNumber(**body, id=number, figure=figure, **about)


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
    """Evaluate the figures of an explanation again.

    Parameters
    ----------
    data : the "replay" part of an explanation.

    Returns
    -------
    The figures as in the explanation, parts within their whole.

    Raises
    ------
    ReplayRefused : the formulas have changed since.
    """
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
) -> tuple[UsedFactor, ...]:
    found: dict[str, tuple[str, SelectedFactor]] = {}
    for group in groups:
        for name, bound in _factors_used(group, figures).items():
            if bound.factor is not None:
                found.setdefault(bound.factor.id, (name, bound))
    shares = (
        _variance(groups, figures[0], [b.factor for _, b in found.values() if b.factor]) if len(figures) == 1 else {}
    )
    return tuple(describe(b, name, catalogue, shares.get(key)) for key, (name, b) in found.items())


def describe(bound: SelectedFactor, name: str, catalogue: Catalogue, share: float | None = None) -> UsedFactor:
    """A selected factor as an explanation shows it, under the name that the equations give it."""
    item = bound.factor
    assert item is not None
    quantity = catalogue.quantities[name]
    alike = item.model_dump(include=UsedFactor.model_fields.keys() - {"quantity", "subject", "source"})
    return UsedFactor(
        **alike,
        quantity=name,
        label={lang: quantity.label(lang) for lang in LANGUAGES},
        subject={"id": item.subject}
        | {
            lang: say("stated", item.subject, lang) if item.subject in STATED else catalogue.label(item.subject, lang)
            for lang in LANGUAGES
        },
        bounds={lang: catalogue.bounds_text(item, lang) for lang in LANGUAGES},
        source=dict(catalogue.sources[item.source].shown),
        asked=bound.subject,
        fallback_level=bound.fallback_level,
        share_of_variance=share,
    )


def _size_assumptions(used: Mapping[tuple[str, str], SelectedFactor]) -> list[dict[str, str]]:
    """A sentence for each model that answered and whose size nobody published."""
    answered = {subject for (name, subject), bound in used.items() if name == "model_parameters" and bound.factor}
    found = []
    for model in sorted((m for m in models.load().models if m.id in answered), key=lambda m: m.id):
        size = models.size(model)
        if size.guessed:
            ends = {"size": size.total, "low": size.total_low, "high": size.total_high}
            known = {name: value for name, value in ends.items() if value is not None}
            found.append(sentences_with("supposed", "model_size", model=model.id, **known))
    return found


def _variance(groups: Sequence[ActivityGroup], figure: ImpactIndicator, factors: Sequence[Factor]) -> dict[str, float]:
    """Variance share of each factor in a figure."""
    total: Any = 0.0
    for group in groups:
        drawn = values_of(group, "draws")
        total = total + sum(drawn[r] for r in results_of(group, [figure], drawn))
    return variance_shares(total, {item.id: uncertainty.draw(item) for item in factors})


def _not_counted(groups: Sequence[ActivityGroup], figures: Sequence[ImpactIndicator]) -> tuple[LeftOut, ...]:
    """Parts left out of the figures, each with its reason and the share of electricity concerned."""
    found: dict[tuple[str, str], float] = {}
    whole = sum(coverage_weight(group) for group in groups)
    for group in groups:
        values, weight = group.values, coverage_weight(group) / whole if whole else 1 / len(groups)
        left_out: set[tuple[str, str]] = set()
        for figure, part in ((f, part) for f in figures for part in f.parts):
            if not applies_to(part, group):
                left_out.add((part.name, "not_asked"))
            elif not known_result(part, values) or not is_counted(figure, group, values):
                reasons = (why_unknown(p.results[0], group) for p in (part, *figure.required) if applies_to(p, group))
                why = "whole_unknown" if lacks_the_whole((part,), values) else next(filter(None, reasons), "no_factor")
                left_out.add((part.name, why))
        for key in left_out:
            found[key] = found.get(key, 0.0) + weight
    return tuple(
        LeftOut(part=part, share=min(share, 1.0), **sentences("missing", code))
        for (part, code), share in sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))
    )


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
