-- Each service: how many runs, from when to when, how many items, how many runs to look at.
SELECT
  runs.service_key,
  COUNT(*) AS runs,
  MIN(runs.start_us) AS first_us,
  MAX(runs.end_us) AS last_us,
  fsum(runs.items) AS items,
  COUNT(flagged.row_id) AS to_check
FROM runs
LEFT JOIN (SELECT DISTINCT row_id FROM run_checks) AS flagged ON flagged.row_id = runs.row_id
GROUP BY runs.service_key
