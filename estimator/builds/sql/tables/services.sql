-- Each service: how many runs, from when to when, how many items, how many runs to mend.
SELECT
  summed.service_key,
  CAST(SUM(summed.runs) AS BIGINT) AS runs,
  MIN(summed.first_us) AS first_us,
  MAX(summed.last_us) AS last_us,
  fsum(summed.items) AS items,
  COALESCE(ANY_VALUE(flagged.runs), 0) AS to_check
FROM summed
LEFT JOIN (
  SELECT service_key, CAST(SUM(runs) AS BIGINT) AS runs
  FROM remarks
  WHERE LIST_HAS_ANY(codes, (SELECT LIST(code) FROM mending))
  GROUP BY service_key
) AS flagged ON flagged.service_key = summed.service_key
GROUP BY summed.service_key
