"""SQL of the rows that others state otherwise, or too: a run has one reading of a task at one moment, and a table of
seats says all of them."""

RESTATED_BY = "codecarbon"  # whose runs have one reading of a task at one moment
SEATS = "seats"  # whose table states all the seats of a product, for a service and a month
DAY_US = 86_400_000_000  # a corrected country moves the clock of a row by less


def gone_on(old: str, new: str) -> str:
    """SQL: whether a run has gone on from one of these rows to the other, which supersedes it anyway."""
    parts = ("cpu", "gpu", "ram", "other")
    before, after = (" + ".join(f"COALESCE({of}.{part}_energy_kwh, 0)" for part in parts) for of in (old, new))
    return f"({old}.cumulative AND {new}.duration_s > {old}.duration_s AND {after} >= {before})"


RESTATED = f"""
WITH stated AS (SELECT * FROM ({{rows}}) WHERE file_name = $1 AND reader = '{RESTATED_BY}')
SELECT DISTINCT old.* FROM stated AS old JOIN stated AS new
  ON new.file_sha = $2 AND old.file_sha <> $2 AND new.line = old.line
  AND new.run_id = old.run_id AND new.task_name IS NOT DISTINCT FROM old.task_name
  AND ABS(new.end_us - old.end_us) < $4
  AND NOT {gone_on("old", "new")}
WHERE NOT list_contains($3, old.row_id)
ORDER BY old.file_sha, old.line
"""
SAME_SEATS = f"""{{new}}.reader = '{SEATS}' AND {{old}}.reader = '{SEATS}' AND {{new}}.file_name = {{old}}.file_name
  AND {{new}}.service_key = {{old}}.service_key AND {{new}}.product = {{old}}.product
  AND {{new}}.start_us < {{old}}.end_us AND {{old}}.start_us < {{new}}.end_us"""
# Seats of an earlier version of a table: a purchase that it still states, for as long at least, has gone on.
RESTATED_SEATS = f"""
WITH stated AS (SELECT * FROM ({{rows}}) WHERE file_name = $1 AND reader = '{SEATS}'),
  now AS (SELECT * FROM stated WHERE list_contains($3, row_id))
SELECT old.* FROM stated AS old
WHERE old.file_sha <> $2 AND NOT list_contains($3, old.row_id)
  AND EXISTS (SELECT 1 FROM now WHERE {SAME_SEATS.format(new="now", old="old")})
  AND NOT EXISTS (SELECT 1 FROM now WHERE now.run_id = old.run_id AND now.duration_s >= old.duration_s)
ORDER BY old.file_sha, old.line, old.start_us
"""
# stated_by: hash of the file whose row stands in its place, the first one of several.
RESTATED_ELSEWHERE = f"""
SELECT old.*, MIN(new.file_sha) AS stated_by FROM ({{rows}}) AS old JOIN {{mine}} AS new
  ON new.run_id = old.run_id AND new.task_name IS NOT DISTINCT FROM old.task_name AND new.end_us = old.end_us
WHERE old.reader = '{RESTATED_BY}' AND new.reader = '{RESTATED_BY}' AND NOT list_contains($1, old.file_sha)
  AND old.row_id NOT IN (SELECT row_id FROM {{mine}}) AND NOT {gone_on("old", "new")}
GROUP BY ALL
ORDER BY old.file_sha, old.line
"""
# A row that an import states once more, after a version of its file stated it otherwise; `old` is what stands in its
# place. A file that corrects one of another name stays: both lie in a folder, which a task may import one by one.
REPLACING = f"""
SELECT DISTINCT new.row_id, old.row_id FROM ({{rows}}) AS old JOIN told_again AS new
  ON new.run_id = old.run_id AND new.task_name IS NOT DISTINCT FROM old.task_name
  AND new.file_name = old.file_name
  AND (new.end_us = old.end_us OR (new.line = old.line AND ABS(new.end_us - old.end_us) < $2))
WHERE old.reader = '{RESTATED_BY}' AND NOT list_contains($1, old.file_sha) AND new.row_id <> old.row_id
  AND NOT {gone_on("new", "old")}
UNION
SELECT DISTINCT new.row_id, old.row_id FROM ({{rows}}) AS old JOIN told_again AS new
  ON {SAME_SEATS.format(new="new", old="old")}
WHERE NOT list_contains($1, old.file_sha) AND new.row_id <> old.row_id
"""
# Of the rows that were withdrawn for others, which now go, state them otherwise: those that nothing else states.
_STATES = f"""({{new}}.reader = '{RESTATED_BY}' AND {{old}}.reader = '{RESTATED_BY}'
  AND {{new}}.run_id = {{old}}.run_id AND {{new}}.task_name IS NOT DISTINCT FROM {{old}}.task_name
  AND ({{new}}.end_us = {{old}}.end_us
    OR {{new}}.file_name = {{old}}.file_name AND {{new}}.line = {{old}}.line
    AND ABS({{new}}.end_us - {{old}}.end_us) < {DAY_US})
  OR {SAME_SEATS})"""
GIVEN_BACK = f"""
SELECT DISTINCT old.row_id FROM (SELECT * FROM replaced WHERE NOT ({{here}})) AS old
WHERE EXISTS (SELECT 1 FROM going WHERE {_STATES.format(new="going", old="old")})
  AND NOT EXISTS (SELECT 1 FROM ({{rows}}) AS other WHERE other.row_id NOT IN (SELECT row_id FROM going)
    AND {_STATES.format(new="other", old="old")})
"""
# The runs of a file or of a sender that another one told too: each is named apart, by the mark of its sender.
_RUN_TOLD = "REGEXP_REPLACE(run_id, '@[0-9a-f]{{12}}$', '')"
TWICE = f"""({{here}}) AND EXISTS (SELECT 1 FROM (
  SELECT {_RUN_TOLD} AS told_there, run_id AS run_there FROM ({{rows}}) WHERE run_id IS NOT NULL AND NOT ({{here}})
) WHERE told_there = {_RUN_TOLD} AND run_there <> run_id)"""
