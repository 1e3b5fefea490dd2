-- Each service and month: how many runs, and how many of unknown electricity. Waiting is a slice beside that of its run.
SELECT
  groups.service_key,
  groups.month,
  CAST(COALESCE(SUM(groups.slices) FILTER (groups.serving <> 'waiting'), 0) AS BIGINT) AS runs,
  COALESCE(ANY_VALUE(lost.unknown), 0) AS unknown
FROM groups
LEFT JOIN (
  SELECT service_key, month, CAST(SUM(runs) AS BIGINT) AS unknown
  FROM (
    SELECT service_key, month, COUNT(*) AS runs FROM unknown_energy GROUP BY service_key, month
    UNION ALL
    SELECT service_key, month, runs FROM merged_unknown
  )
  GROUP BY service_key, month
) AS lost ON lost.service_key = groups.service_key AND lost.month = groups.month
GROUP BY groups.service_key, groups.month
