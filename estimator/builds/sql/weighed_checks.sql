-- What is to be looked at and only shows once rows are weighed, by themselves and against others; `met`: of which rows
-- another may be one of those: all, or those that are not held in a settled part.
CREATE TABLE weighed_checks AS
-- Reserved hours of accelerators: the time of an answer is not known, or answers would take more than there are.
SELECT runs.row_id, runs.service_key, runs.held_in,
  CASE WHEN busy.busy_hours IS NULL THEN 'waiting_unknown' ELSE 'hours_too_few' END AS code
FROM runs
JOIN (SELECT row_id, fsum(busy_hours) AS busy_hours FROM busy GROUP BY row_id) AS busy ON busy.row_id = runs.row_id
WHERE busy.busy_hours IS NULL OR COALESCE(runs.resource_share, 1) * runs.device_hours < busy.busy_hours
UNION ALL
-- Usage of an organisation exported by the day and by the hour: the same tokens twice. Buckets begin in one UTC day.
-- Buckets of one time are compared once, however many rows of keys and projects each has.
SELECT row_id, service_key, held_in, 'buckets_overlap' AS code
FROM (SELECT * FROM runs WHERE {met}) AS told
WHERE told.reader = 'openai_usage' AND EXISTS (
  SELECT 1
  FROM (
    SELECT DISTINCT service_key, COALESCE(model, '') AS of_model, FLOOR(start_us / 86400000000.0) AS of_day, start_us, end_us, duration_s
    FROM runs WHERE {met} AND reader = 'openai_usage'
  ) AS wide
  JOIN (
    SELECT DISTINCT service_key, COALESCE(model, '') AS of_model, FLOOR(start_us / 86400000000.0) AS of_day, start_us, end_us, duration_s
    FROM runs WHERE {met} AND reader = 'openai_usage'
  ) AS narrow
    ON narrow.service_key = wide.service_key AND narrow.of_model = wide.of_model AND narrow.of_day = wide.of_day
  WHERE narrow.start_us >= wide.start_us AND narrow.end_us <= wide.end_us AND narrow.duration_s < wide.duration_s
    AND wide.service_key = told.service_key AND wide.of_model = COALESCE(told.model, '')
    AND wide.start_us = told.start_us AND wide.end_us = told.end_us AND wide.duration_s = told.duration_s
)
UNION ALL
-- A run that came two ways, by two tokens or by a token and a file: neither may hide the other, so each counts.
SELECT row_id, service_key, held_in, 'came_twice' AS code
FROM row_status
WHERE {met} AND status = 'current' AND REGEXP_REPLACE(run_id, '@[0-9a-f]{12}$', '') IN (
  SELECT REGEXP_REPLACE(run_id, '@[0-9a-f]{12}$', '') AS told
  FROM row_status
  WHERE {met} AND status = 'current' AND run_id IS NOT NULL
  GROUP BY told
  HAVING COUNT(DISTINCT run_id) > 1
)
UNION ALL
-- Declarations of one service and model at one place whose periods overlap: the same use twice, in one file or in two.
-- A row of one second is a call, and several calls may fall in one.
SELECT row_id, service_key, held_in, 'declared_twice' AS code
FROM (
  SELECT
    row_id, service_key, held_in, start_us, end_us,
    MAX(end_us) OVER (same ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ended,
    LEAD(start_us) OVER same AS begins
  FROM runs
  WHERE {met} AND reader IN ('declared', 'seats') AND duration_s > 1
  WINDOW same AS (PARTITION BY service_key, model, host, zone, product, storage, network ORDER BY start_us, end_us, row_id)
)
WHERE start_us < ended OR begins < end_us
UNION ALL
{machine_twice}
UNION ALL
-- Rows without a run that all begin at one moment: readings of one counter that grows, each counted as a run.
SELECT row_id, service_key, held_in, 'counter_repeated' AS code
FROM (
  SELECT row_id, service_key, held_in, COUNT(*) OVER (PARTITION BY service_key, file_sha, ROUND(start_us / 4000000.0)) AS together
  FROM runs
  WHERE {met} AND reader = 'codecarbon' AND run_id IS NULL AND duration_s >= 10
)
WHERE together >= 3;
