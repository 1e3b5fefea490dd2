"""Terminal text of an estimate: the use, then the making of its model."""

from collections.abc import Mapping
from typing import Any

from estimator.cli.text import INDICATORS, figures_text, parts_text, published_text, steps_text, used_text
from estimator.core.errors import say
from estimator.core.number_format import count_text, interval_text, two_values_text


def estimate_text(body: Mapping[str, Any], lang: str) -> str:
    """Figures, steps, factors and warnings of the use; then those of the « fournisseur » score, never added to it."""
    parts = [_figures_and_steps(body, lang)] if body["indicators"] else []
    if body.get("publisher"):
        parts.append(say("cli", "publisher_training", lang, amount=interval_text(body["publisher"], lang)))
    made = body.get("provider")
    if made:
        parts += [say("cli", "provider_score", lang), _figures_and_steps(made, lang)]
        if made["per_use"]:
            uses = count_text(round(made["uses"]), lang)
            parts += [say("cli", "provider_per_use", lang, uses=uses) + "\n" + figures_text(made["per_use"], lang)]
    if body.get("published"):
        parts.append(published_text(body["published"], lang))
    return "\n\n".join(parts)


def _figures_and_steps(body: Mapping[str, Any], lang: str) -> str:
    blocks = [figures_text(body["indicators"], lang), steps_text(body["steps"], lang), used_text(body["factors"], lang)]
    apart = [(n, two_values_text(body["indicators"][n], lang)) for n in INDICATORS if n in body["indicators"]]
    blocks.append("\n".join(f"  {say('figures', name, lang)} : {text}" for name, text in apart if text))
    blocks.insert(1, parts_text(body.get("parts", {}), lang))
    if body.get("evidence"):
        lines = [f"  {row['id']}, {row['source'].get('title', '')} ; {row['locator']}" for row in body["evidence"]]
        blocks.append("\n".join([say("cli", "evidence", lang), *lines]))
    return "\n".join(["\n\n".join(block for block in blocks if block), *(f"! {w[lang]}" for w in body["warnings"])])
