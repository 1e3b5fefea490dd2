-- The portions of runs across months: none is of a large part, whose such rows are set aside.
UNION ALL
SELECT
  runs.*,
  months.month,
  (LEAST(runs.end_us, months.to_us) - GREATEST(runs.start_us, months.from_us)) / CAST(runs.end_us - runs.start_us AS DOUBLE) AS part,
  months.from_us <= runs.start_us AS begins,
  GREATEST(months.from_us, runs.start_us) AS from_us
FROM {runs} AS runs
JOIN months ON months.from_us < runs.end_us AND months.to_us > runs.start_us
WHERE several_months
