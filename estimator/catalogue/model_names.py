"""Normalisation of model names: separators, host prefixes, dates, precisions, tunings."""

import re
from collections.abc import Iterator

_HOST = re.compile(
    r"^((us|eu|apac|global)\.)?(ai21|amazon|anthropic|cohere|deepseek|google|meta|mistral|moonshot|openai|qwen)\."
)
_HOST_VERSION = re.compile(r"-v\d+:\d+$")
_SEPARATORS = re.compile(r"[\s_/:@,()]+")
_NOT_ALNUM = re.compile(r"[^a-z0-9]+")
_NOT_A_NUMBER = re.compile(r"(?<!\d)-|-(?!\d)")

_ROLLING = re.compile(r"-(latest|preview|exp|experimental|beta)$")
_PRECISION = re.compile(
    r"-((i?q[2-8](-?(k|[01]|nl|x{0,2}s))*(-(s|m|l|xl))?)|awq|gptq|bnb|(bnb-)?[48]-?bit|int[48]|fp(4|8|16|32)|bf16|bfloat16"
    r"|float16|nf4|mxfp4|nvfp4|w\d+a\d+|dynamic|quant|quantized|sfp|gguf|ggml|mlx|exl[23]|onnx|cpu|cuda|directml|web"
    r"|pytorch|keras|flax|tflite|cpp|safetensors|diffusers|hf|original)$"
)
_TUNING = re.compile(r"-(instruct|it|chat|base|pt|text)$")
_DATE = re.compile(
    r"-(20\d{2}-?(0[1-9]|1[0-2])-?([0-2]\d|3[01])|(0[1-9]|1[0-2])-20\d{2}|20\d{2}-(0[1-9]|1[0-2])"
    r"|(0[1-9]|1[0-2])-([0-2]\d|3[01])|2[2-9](0[1-9]|1[0-2])|(0[1-9]|1[0-2])([0-2]\d|3[01]))$"
)
# Suffixes that may be removed from a name, in the order in which they are tried.
_SUFFIXES = (_PRECISION, _ROLLING, _TUNING, _DATE)


def tidy(text: str) -> str:
    """Lower case, stripped."""
    return text.strip().lower()


def bare(text: str) -> str:
    """The name without what a host adds: `org/`, `eu.anthropic.`, `-v1:0`; its separators as `-`."""
    name = tidy(text).split("/")[-1]
    name = _HOST_VERSION.sub("", _HOST.sub("", name))
    return _SEPARATORS.sub("-", name).strip("-")


def squeeze(name: str) -> str:
    """Letters and digits, with one `-` between two numbers: `llama3.1:8b` and `Llama-3.1-8B` are equal, and
    `qwen2.5-7b` is not `qwen2-57b`."""
    return _NOT_A_NUMBER.sub("", _NOT_ALNUM.sub("-", name.lower()))


def shorter(name: str) -> Iterator[tuple[str, bool]]:
    """A bare name, then the name after each suffix removed; and whether a date was removed."""
    dated = False
    yield name, dated
    while True:
        for suffix in _SUFFIXES:
            rest = suffix.sub("", name)
            if rest and rest != name:
                name, dated = rest, dated or suffix is _DATE
                break
        else:
            return
        yield name, dated


def stem(text: str) -> str:
    """The name without any suffix, squeezed."""
    *_, (last, _) = shorter(bare(text))
    return squeeze(last)
