-- The electricity of the runs that count, less what overlapping runs share, is the electricity of the groups that are
-- made of them.
WITH before AS (
  SELECT fsum(kwh) AS kwh
  FROM (
    SELECT kwh FROM kept_energy
    UNION ALL
    SELECT kwh FROM read_energy
  )
),
after AS (
  SELECT fsum(COALESCE(declared_site_energy, cpu_energy + gpu_energy + ram_energy + other_energy)) AS kwh FROM groups
  ANTI JOIN merged_services USING (service_key)
)
SELECT before.kwh AS runs_kwh, after.kwh AS groups_kwh
FROM before, after
WHERE ABS(COALESCE(before.kwh, 0) - COALESCE(after.kwh, 0)) > 1e-9 * COALESCE(before.kwh, 0)
