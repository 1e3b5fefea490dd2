"""Pages of counters as exporters write them: both text formats, exemplars, moments, names and labels of any letters."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import generate_latest as plain_page
from prometheus_client.openmetrics.exposition import generate_latest as open_page

from estimator.core.errors import LANGUAGES
from estimator.ingestion.parsing.prometheus import SeriesSample, samples
from tests.ingestion.formats import result_of, rows_of
from tests.support import at, refuses

ENGINE = {"engine": "0", "model_name": 'Qwen/"Qwen3"-8B, \\é'}
UNTIL = "# until 2026-03-02T08:00:00Z\n"
WRITTEN = 'vllm:generation_tokens_total{model_name="m"}'
JOULES = 'kepler_pod_cpu_joules_total{pod_namespace="urbanisme",node_name="n1",zone="package"}'


def read(text: str) -> list[SeriesSample]:
    return list(samples(text, "page.prom"))


def server(**traced: dict[str, str]) -> CollectorRegistry:
    """The counters of a server that read 1,200,000 tokens in 3 requests."""
    registry = CollectorRegistry()
    counts = {name: Counter(f"vllm:{name}", "Count.", list(ENGINE), registry=registry).labels(**ENGINE) for name in (
        "prompt_tokens", "generation_tokens")}  # fmt: skip
    counts["prompt_tokens"].inc(1_199_999)
    counts["prompt_tokens"].inc(1, **traced)
    counts["generation_tokens"].inc(400_000, **traced)
    took = Histogram("vllm:e2e_request_latency_seconds", "Time.", list(ENGINE), registry=registry).labels(**ENGINE)
    for seconds in (0.1, 0.2, 3.0):
        took.observe(seconds, **traced)
    return registry


@pytest.mark.parametrize(
    ("page", "traced"),
    [
        (plain_page, {}),
        (open_page, {}),  # where vllm: is written vllm_
        (partial(open_page, escaping="allow-utf-8"), {"exemplar": {"trace_id": "a, b"}}),
    ],
)
def test_what_the_library_of_exporters_writes_is_read_and_exemplars_are_not_counted(
    page: Callable[[CollectorRegistry], bytes], traced: dict[str, dict[str, str]]
) -> None:
    text = page(server(**traced)).decode()
    assert text.count("# {trace_id=") == (5 if traced else 0)
    row = rows_of(f"# until {at(hours=1)}\n{text}", name="vllm.prom")[0]
    assert (row.input_tokens, row.output_tokens, row.requests) == (1_200_000, 400_000, 3)
    assert row.model == ENGINE["model_name"]


def test_a_moment_is_in_milliseconds_in_one_format_and_in_seconds_in_the_other() -> None:
    """1772352000 s is 2026-03-01T08:00Z."""
    day = datetime(2026, 3, 1, 8, tzinfo=UTC).timestamp()
    plain = read("a_total 5 1772352000500\n")
    opened = read(
        '# TYPE a counter\na_total 5 1772352000.5 # {t="u"} 1.0 1772352099\na_created 1.5 1772352000.5\n# EOF\n'
    )
    assert [(s.name, s.value, s.moment_s) for s in plain] == [("a_total", 5, day + 0.5)]
    assert [(s.name, s.value, s.moment_s) for s in opened] == [
        ("a_total", 5, day + 0.5),
        ("a_created", 1.5, day + 0.5),
    ]


def test_names_and_labels_may_be_any_letters_and_what_is_not_finite_is_no_sample() -> None:
    text = '{"énergie.totale","Œuvre"="a\\"}{\\n"} 5\nb 0x10\n'.replace("b 0x10\n", "b NaN\nc +Inf\n\n# note\nd{} 1\n")
    assert [(s.line, s.name, dict(s.labels), s.value) for s in read(text)] == [
        (1, "énergie.totale", {"Œuvre": 'a"}{\n'}, 5),
        (6, "d", {}, 1),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{WRITTEN} 5\n{WRITTEN[:-3]} 7\n", 2),
        (f"{WRITTEN} 5\n\n{WRITTEN}\n", 3),
        (f"{WRITTEN} cinq\n", 1),
        (f'{WRITTEN} 1200000 # {{trace_id="a"}} 1.0 1772352000\n', 1),  # the end of this page is missing
        (f"# TYPE a counter\na_total 5\n{WRITTEN} 5 # {{}} 1\n# EOF\n", 3),
        ("# TYPE a counter\na_total -5\n# EOF\n", 2),
        (f'{WRITTEN} 5\na{{{"b" * 70_000}="c"}} 1\n', 2),
    ],
)
def test_a_line_that_is_of_neither_format_refuses_its_page_and_says_where(text: str, line: int) -> None:
    with refuses("broken_metrics") as refused:
        result_of(UNTIL + f"{WRITTEN} 5\n" + text, name="vllm.prom")
    said = {lang: refused.value.message(lang) for lang in LANGUAGES}
    assert f"à partir de la ligne {line + 2}" in said["fr"] and f"from line {line + 2} on" in said["en"]


def test_pages_of_openmetrics_follow_each_other_each_with_its_date() -> None:
    """1,000 J, then 37,000 J an hour later: 36,000 J are 0.01 kWh, whichever of the two formats each page is in."""
    first, second = (f"# until 2026-03-01T{hour:02}:00:00Z\n" for hour in (8, 9))
    opened = '# TYPE kepler_pod_cpu_joules counter\n{line} {joules} # {{t="u"}} 9e9\n# EOF\n'.format
    for later in (opened(line=JOULES, joules=37_000), f"{JOULES} 37000\n"):
        row = rows_of(first + opened(line=JOULES, joules=1000) + second + later, name="kepler.prom")[0]
        assert (row.other_energy_kwh, row.duration_s) == (pytest.approx(0.01), 3600)


@pytest.mark.parametrize(
    ("text", "read", "expected"),
    [
        ("# TYPE go_goroutines gauge\ngo_goroutines 3\nup 1\n", "go_goroutines, up", "codecarbon_energy_total"),
        ('DCGM_FI_DEV_POWER_USAGE{gpu="0"} 71.3\n', "DCGM_FI_DEV_POWER_USAGE", "vllm:generation_tokens_total"),
        (
            'kepler_pod_cpu_joules_total{zone="core"} 3\n',
            "kepler_pod_cpu_joules_total",
            'kepler_pod_cpu_joules_total{zone="package"}',
        ),
        ("vllm:generation_tokens_total NaN\n", "vllm:generation_tokens_total", "llamacpp:tokens_predicted_total"),
    ],
)
def test_a_page_without_a_counter_of_ours_says_what_it_has_and_what_was_expected(
    text: str, read: str, expected: str
) -> None:
    with refuses("no_known_counter") as refused:
        result_of(text, name="page.prom")
    for lang in LANGUAGES:
        said = refused.value.message(lang)
        assert f": {read}." in said.replace(" :", ":") and expected in said


@pytest.mark.parametrize("text", ["Untel 3 euros\n", "a,b\n1,2\n", "bonjour 3\nUntel demande un logement\nsuite 1\n"])
def test_another_text_is_no_page_of_counters(text: str) -> None:
    with refuses("not_a_trace"):
        result_of(text, name="a.txt")
