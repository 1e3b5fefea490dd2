"""Ingestion methods: for each, the steps from a running service to a figure, with the code to paste."""

from typing import NamedTuple

TEMPLATE = "modele-declaration.csv"
TRACK = """\
sobria track --project tri -- python tri.py"""
LIBRARY = """\
from codecarbon import OfflineEmissionsTracker
with OfflineEmissionsTracker(country_iso_code="FRA", project_name="tri"): main()"""
LITELLM = """\
curl -s "http://localhost:4000/spend/logs?start_date=2026-03-01&end_date=2026-04-01&summarize=false" \
-H "Authorization: Bearer $LITELLM_MASTER_KEY" > depenses.json"""
OPENAI = """\
curl -s "https://api.openai.com/v1/organization/usage/completions?start_time=$(date -u -d 2026-03-01 +%s)\
&bucket_width=1d&limit=31&group_by=model&group_by=project_id" -H "Authorization: Bearer $OPENAI_ADMIN_KEY" \
> openai.json"""
COLLECTOR = """\
receivers: {otlp: {protocols: {http: {}}}}
exporters: {file: {path: appels.jsonl}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [file]}}}"""
VLLM = """\
{ printf '# service assistant\\n# until %s\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"; \
curl -s http://localhost:8000/metrics; } > vllm.prom"""
SACCT = """\
sacct --allusers --parsable2 --starttime=2026-03-01 --endtime=2026-04-01 \
--format=JobID,Cluster,ConsumedEnergyRaw,AllocTRES,ElapsedRaw,Start,End,Account,NNodes,State > travaux.psv"""
NVIDIA_SMI = """\
timeout 1h nvidia-smi --query-gpu=timestamp,index,uuid,name,power.draw --format=csv -l 1 > puissances.csv"""


SEND = """\
curl -s http://127.0.0.1:8502/v1/traces -H "Authorization: Bearer $JETON" \
-H "Content-Type: application/json" --data-binary @appels.json"""
SETTINGS = """\
OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:8502/v1/traces
OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20$JETON"
""".strip()
CODECARBON = 'EmissionsTracker(emissions_endpoint="http://sobria:JETON@127.0.0.1:8502/v1/codecarbon")'


class MethodStep(NamedTuple):
    """One step: its key in the words files, the code to paste, if any, and its alternative."""

    name: str
    code: str
    others: tuple[str, ...] = ()


class Way(NamedTuple):
    """An ingestion method: its name in URLs and in the words files, and its four steps."""

    name: str
    steps: tuple[MethodStep, ...]


BUILD = MethodStep("build", "sobria build")


def _from_file(name: str, code: str, file: str) -> Way:
    """A method that writes a file, which is then checked and imported."""
    after = MethodStep("check", f"sobria check {file}"), MethodStep("import", f"sobria import {file}"), BUILD
    return Way(name, (MethodStep(name, code), *after))


WAYS = (
    Way(
        "track",
        (
            MethodStep("doctor", "sobria doctor"),
            MethodStep("track", TRACK),
            BUILD,
            MethodStep("totals", "sobria totals"),
        ),
    ),
    _from_file("codecarbon", LIBRARY, "emissions.csv"),
    _from_file("litellm", LITELLM, "depenses.json"),
    _from_file("openai_usage", OPENAI, "openai.json"),
    _from_file("otel_genai", COLLECTOR, "appels.jsonl"),
    Way(
        "collect",
        (
            MethodStep("token", "sobria collect token add assistant"),
            MethodStep("collect", "sobria collect"),
            MethodStep("send", SEND, (SETTINGS, CODECARBON)),
            BUILD,
        ),
    ),
    _from_file("vllm", VLLM, "vllm.prom"),
    _from_file("sacct", SACCT, "travaux.psv"),
    _from_file("nvidia_smi", NVIDIA_SMI, "puissances.csv"),
    _from_file("boamps", "", "rapport-boamps.json"),
    _from_file("declared", "", TEMPLATE),
)
