"""What the rows of a part say of themselves: the SQL of it, and of which of them are looked at one by one."""

from estimator.builds.machine_overlaps import WHOLE
from estimator.catalogue.fault_rules import TEXTS

EMBEDDED = "input_tokens > 0 AND COALESCE(output_tokens, 0) = 0"  # where a model that embeds is looked for
PLACED_BY = ("model", "served_at", "provider", "reader", "tool_version", "checks", "host", "zone", "zone_as_read")
_READ = "COALESCE(cpu_energy_kwh, gpu_energy_kwh, ram_energy_kwh, other_energy_kwh)"
# Rows that are looked at one by one, or against others that no name tells: declarations and buckets that overlap,
# computers that several runs share, hours that wait, counters, and runs that measure a model. Those of a computer that
# nobody named are where others overlap them (`machine_overlaps`).
LOOKED_AT = f"""reader IN ('declared', 'seats', 'openai_usage')
OR scope = 'machine' AND machine_id IS NOT NULL
OR device_hours IS NOT NULL AND phase IS NULL AND {_READ} IS NULL OR list_contains(checks, 'counter_since_start')
OR reader = 'codecarbon' AND run_id IS NULL AND duration_s >= 10
OR model IS NOT NULL AND output_tokens > 0 AND requests > 0 AND (requests >= 1000 OR duration_s >= 3600)
  AND {_READ} IS NOT NULL"""
# What rows tell of themselves: those of a part that say the same are told once, apart by its hash, twice as fast as by
# each text. One pass over the parts of which it is not kept. What a condition of all rows leaves out is not read.
SAYS = tuple(dict.fromkeys(("file_sha", "service_key", "file_name", *TEXTS, *PLACED_BY)))
SAID = f"""PARSE_FILENAME(filename) AS held_in, COUNT(*) AS told,
MIN(start_month) AS first, MAX(end_month) AS last, BOOL_OR(audio_s > 0) AS audio, BOOL_OR({EMBEDDED}) AS embedding,
{{ran}},
COUNT_IF(({{crosses}}) OR ({LOOKED_AT})) AS alone, COALESCE(BOOL_OR(cumulative), FALSE) AS snapshots"""
RAN = f"MIN(CASE WHEN {WHOLE} THEN start_us END) AS first_us, MAX(CASE WHEN {WHOLE} THEN end_us END) AS last_us"
RAN_IN_PART = "NULL::BIGINT AS first_us, NULL::BIGINT AS last_us"  # of rows that are all of less than a computer
FACTS = f"""SELECT held_in, CAST(SUM(told) AS BIGINT) AS "rows", MIN(first) AS first, MAX(last) AS last,
CAST(SUM(alone) AS BIGINT) AS alone, BOOL_OR(snapshots) AS snapshots, LIST(DISTINCT file_sha) AS shas,
FLATTEN(LIST(DISTINCT checks)) AS codes,
LIST(DISTINCT model) FILTER (audio) AS audio, LIST(DISTINCT model) FILTER (embedding) AS embedding,
{", ".join(f"LIST(DISTINCT {name}) AS {name}" for name in TEXTS)}
FROM said GROUP BY held_in"""
