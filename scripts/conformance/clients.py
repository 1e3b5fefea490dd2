"""The clients that are tried: what to install, the program that drives each, and what must come of it."""

from typing import NamedTuple

COUNTED = ("model", "input_tokens", "output_tokens")
ALL = (*COUNTED, "cached_tokens")


class Version(NamedTuple):
    """A version, and the day whose packages it is installed with; None for the newest. `refuses`: what it says itself
    when it does not do this without its maker."""

    number: str
    day: str | None = None
    refuses: str = ""


class Client(NamedTuple):
    """One client. `title`: its name, with words of `[client_kinds]` between braces; `packages`: the first is the one
    whose versions count, `{version}` in its place; `driver`: its module under drivers; `fields`: what its rows are
    compared by; `at`: where they must be said to run: `upstream`, the address of the fake model, or what places makes
    of a name; `environment`: that of several clients."""

    name: str
    title: str
    driver: str
    packages: tuple[str, ...]
    versions: tuple[Version, ...]
    fields: tuple[str, ...] = ALL
    at: str = "upstream"
    arguments: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    environment: str = ""
    npm: bool = False
    importing: tuple[str, ...] = ()


OTLP = "opentelemetry-exporter-otlp-proto-http"
YEAR_AGO = "2025-11-26"
_READ_AT = ("--read-at", "2026-11-02")
_OPENAI = (Version("2.8.1", YEAR_AGO), Version("3.57.0"))
_MISTRAL = (Version("1.9.11", YEAR_AGO), Version("3.7.0"))
_OLLAMA = (Version("0.6.1", YEAR_AGO), Version("0.6.3"))
_ANTHROPIC = (Version("0.75.0", YEAR_AGO), Version("2.14.0"))
_ECOLOGITS = (Version("0.9.1", YEAR_AGO), Version("0.11.3"))
_CODECARBON = (Version("3.1.1", YEAR_AGO), Version("3.3.2"))
_LANGFUSE = (Version("3.10.1", YEAR_AGO), Version("5.0.4"))
_CLAUDE = (Version("2.0.54"), Version("2.1.332"))
_CODEX = (Version("0.77.0"), Version("0.171.0"))
_GEMINI = (Version("0.19.1"), Version("0.61.0"))
_LITELLM_PACKAGES = ("litellm[proxy]=={version}", "opentelemetry-sdk", "opentelemetry-exporter-otlp")
_LITELLM = (Version("1.80.5", YEAR_AGO), Version("1.108.7"))
_LITELLM_GENERIC = (_LITELLM[0]._replace(refuses="only available for LiteLLM Enterprise"), _LITELLM[1])
_SDK = (Version("1.38.0", YEAR_AGO), Version("1.45.2"))

CLIENTS = (
    *(
        Client(
            f"otel-sdk-{name}",
            f"OpenTelemetry SDK, {title}",
            "otel_sdk",
            ("opentelemetry-sdk=={version}", f"{OTLP}=={{version}}"),
            _SDK,
            arguments=(name,),
            environment="otel-sdk",
        )
        for name, title in (("protobuf", "protobuf"), ("gzip", "protobuf gzip"))
    ),
    Client(
        "otel-sdk-json",
        "OpenTelemetry SDK, JSON",
        "otel_sdk",
        ("opentelemetry-exporter-otlp-json-http=={version}", "opentelemetry-sdk"),
        (Version("0.66b0"), Version("0.66b1")),
        arguments=("json",),
        options=("--prerelease", "allow"),
    ),
    Client(
        "openai-v2",
        "opentelemetry-instrumentation-openai-v2",
        "openai_v2",
        ("opentelemetry-instrumentation-openai-v2=={version}", "openai", OTLP),
        (Version("2.1b0", YEAR_AGO), Version("2.4b0", "2026-06-15")),
        fields=COUNTED,
        options=("--prerelease", "allow"),
    ),
    Client(
        "openllmetry",
        "OpenLLMetry (opentelemetry-instrumentation-openai)",
        "openllmetry",
        ("opentelemetry-instrumentation-openai=={version}", "openai", OTLP),
        (Version("0.49.1", YEAR_AGO), Version("0.62.4")),
    ),
    Client(
        "openinference",
        "OpenInference (openinference-instrumentation-openai)",
        "openinference",
        ("openinference-instrumentation-openai=={version}", "openai", OTLP),
        (Version("0.1.40", YEAR_AGO), Version("0.1.66")),
        at="class/server-unknown",
    ),
    Client(
        "litellm-otel",
        "LiteLLM, `otel`",
        "litellm_callbacks",
        _LITELLM_PACKAGES,
        _LITELLM,
        arguments=("otel",),
        environment="litellm",
    ),
    Client(
        "litellm-generic",
        "LiteLLM, `generic_api`",
        "litellm_callbacks",
        _LITELLM_PACKAGES,
        _LITELLM_GENERIC,
        arguments=("generic_api",),
        environment="litellm",
    ),
    *(
        Client(
            name, title, "responses", packages, versions, fields, "class/server-unknown", (name,), importing=importing
        )
        for name, title, packages, versions, fields, importing in (
            ("openai", "OpenAI, {answers}", ("openai=={version}",), _OPENAI, ALL, ()),
            ("mistral", "Mistral, {answers}", ("mistralai=={version}",), _MISTRAL, ALL, ()),
            ("ollama", "Ollama, {answers}", ("ollama=={version}",), _OLLAMA, COUNTED, ()),
            (
                "anthropic",
                "Anthropic, {answers}",
                ("anthropic=={version}",),
                _ANTHROPIC,
                ALL,
                _READ_AT,
            ),
        )
    ),
    Client(
        "ecologits",
        "EcoLogits, {answers}",
        "responses",
        ("ecologits[openai,opentelemetry]=={version}", OTLP),
        _ECOLOGITS,
        at="class/hyperscale",
        arguments=("ecologits",),
        environment="ecologits",
    ),
    Client(
        "ecologits-otel",
        "EcoLogits, {metrics}",
        "ecologits_metrics",
        ("ecologits[openai,opentelemetry]=={version}", OTLP),
        _ECOLOGITS,
        ("model", "requests"),
        "openai/usa",
        environment="ecologits",
    ),
    *(
        Client(
            f"codecarbon-{name}",
            f"codecarbon, {title}",
            "codecarbon_outputs",
            ("codecarbon=={version}",),
            _CODECARBON,
            ("energy", "duration_s"),
            "class/server-unknown",
            (name,),
            environment="codecarbon",
        )
        for name, title in (("csv", "{file}"), ("endpoint", "`emissions_endpoint`"), ("logger", "`save_to_logger`"))
    ),
    Client(
        "codecarbon-prometheus",
        "codecarbon, `save_to_prometheus`",
        "codecarbon_outputs",
        ("codecarbon=={version}",),
        (_CODECARBON[0]._replace(refuses="pushes no counter"), _CODECARBON[1]),
        ("energy",),
        "class/server-unknown",
        ("prometheus",),
        environment="codecarbon",
    ),
    Client(
        "langfuse",
        "Langfuse ({library})",
        "langfuse_sdk",
        ("langfuse=={version}", "openai"),
        _LANGFUSE,
        at="class/server-unknown",
    ),
    *(
        Client(name, title, "coding_agents", (package,), versions, ALL, at, (name.replace("-", "_"),), npm=True)
        for name, title, package, versions, at in (
            ("claude-code", "Claude Code", "@anthropic-ai/claude-code@{version}", _CLAUDE, "class/hyperscale"),
            ("codex", "Codex", "@openai/codex@{version}", _CODEX, "class/server-unknown"),
            ("gemini-cli", "Gemini CLI", "@google/gemini-cli@{version}", _GEMINI, "google/usa"),
        )
    ),
    *(
        Client(
            f"sobria-{name}",
            f"sobria_instrument, {title}",
            "instrumented",
            packages,
            versions,
            fields,
            arguments=arguments,
            environment=arguments[0],
        )
        for name, title, packages, versions, fields, arguments in (
            ("openai", "OpenAI", ("openai=={version}",), _OPENAI, ALL, ("openai", "hook")),
            ("mistral", "Mistral", ("mistralai=={version}",), _MISTRAL, ALL, ("mistral", "hook")),
            ("ollama", "Ollama", ("ollama=={version}",), _OLLAMA, COUNTED, ("ollama", "hook")),
            ("anthropic", "Anthropic", ("anthropic=={version}",), _ANTHROPIC, ALL, ("anthropic", "hook")),
            ("litellm", "LiteLLM", _LITELLM_PACKAGES, _LITELLM, ALL, ("litellm", "hook")),
            ("callback", "LiteLLM, {callback}", _LITELLM_PACKAGES, _LITELLM, ALL, ("litellm", "callback")),
        )
    ),
    *(
        Client(
            name,
            f"LiteLLM, {{gateway}}, {title}",
            "litellm_proxy",
            _LITELLM_PACKAGES,
            versions,
            arguments=(callback,),
            environment="litellm",
        )
        for name, title, versions, callback in (
            ("litellm-proxy", "`generic_api`", _LITELLM_GENERIC, "generic_api"),
            ("sobria-proxy", "{our_callback}", _LITELLM, "sobria_callback.counting"),
        )
    ),
)
