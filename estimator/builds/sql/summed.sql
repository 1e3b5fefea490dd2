-- The one pass over rows: sums of activity over every fact of a row that decides how it is served or which factor it
-- meets, those of a settled part by themselves. What follows reads these sums, or the few rows that are looked at one by
-- one.
SELECT
  held_in,
  {keys},
  {count} AS slices,
  {count} FILTER (begins) AS runs,
  MIN(start_us) AS first_us,
  MAX(end_us) AS last_us,
  {sums}
FROM {portions}
GROUP BY held_in, {by}
