"""Terminal text of an estimate: the use, then the making of its model."""

from collections.abc import Mapping
from typing import Any

from estimator.assessment.impacts import amounts_read
from estimator.cli.text import INDICATORS, figures_text, parts_text, published_text, steps_text, used_text
from estimator.core.errors import say
from estimator.core.interval import Interval
from estimator.core.number_format import count_text, interval_text, pair_text, two_values_text


def estimate_text(body: Mapping[str, Any], lang: str, explain: bool) -> str:
    """The use last, under what it rests on; above it the « fournisseur » score, never added to it."""
    parts = [] if explain else [say("cli", "estimate_explain", lang)]
    made = body.get("provider")
    if made:
        parts += [say("cli", "provider_score", lang), _figures_and_basis(made, lang, explain)]
        if made["per_use"]:
            uses = count_text(round(made["uses"]), lang)
            each = figures_text(amounts_read(made["per_use"]), lang)
            parts += [say("cli", "provider_per_use", lang, uses=uses) + "\n" + each]
    if body.get("published"):
        parts.append(published_text(body["published"], lang))
    if body.get("publisher"):
        parts.append(
            say("cli", "publisher_training", lang, amount=interval_text(Interval.read(body["publisher"]), lang))
        )
    if body["indicators"]:
        parts.append(_figures_and_basis(body, lang, explain))
    return "\n\n".join(parts)


def _figures_and_basis(body: Mapping[str, Any], lang: str, explain: bool) -> str:
    """Steps and factors when they are wanted, then suppositions, the parts of the use, and its figures."""
    found = amounts_read(body["indicators"])
    blocks = [steps_text(body["steps"], lang), used_text(body["factors"], lang)] if explain else []
    if explain and body.get("evidence"):
        lines = [f"  {row['id']}, {row['source'].get('title', '')} ; {row['locator']}" for row in body["evidence"]]
        blocks.append("\n".join([say("cli", "evidence", lang), *lines]))
    if explain:
        apart = [(say("figures", n, lang), two_values_text(found[n], lang)) for n in INDICATORS if n in found]
        blocks.append("\n".join(f"  {pair_text(name, text, lang)}" for name, text in apart if text))
    blocks.append("\n".join(f"! {warning[lang]}" for warning in body["warnings"]))
    blocks += [parts_text(amounts_read(body.get("parts", {})), lang), figures_text(found, lang)]
    return "\n\n".join(block for block in blocks if block)
