-- Each service and month: how many runs, and how many of unknown electricity. Waiting is a slice beside that of its run.
SELECT
  slices.service_key,
  slices.month,
  COUNT(*) FILTER (slices.serving <> 'waiting') AS runs,
  COALESCE(ANY_VALUE(lost.unknown), 0) AS unknown
FROM slices
LEFT JOIN (
  SELECT service_key, month, COUNT(*) AS unknown FROM unknown_energy GROUP BY service_key, month
) AS lost ON lost.service_key = slices.service_key AND lost.month = slices.month
GROUP BY slices.service_key, slices.month
