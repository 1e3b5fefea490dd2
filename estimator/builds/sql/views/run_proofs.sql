-- The proofs of a run's electricity, one row a run and a proof; a run whose electricity is not known has none.
SELECT DISTINCT runs.row_id, runs.service_key, modes.proof
FROM runs
JOIN modes ON (modes.mode = runs.cpu_mode AND runs.cpu_energy_kwh > 0)
  OR (modes.mode = runs.gpu_mode AND runs.gpu_energy_kwh > 0)
  OR (modes.mode = runs.ram_mode AND runs.ram_energy_kwh > 0)
  OR (modes.mode = runs.other_mode AND (runs.other_energy_kwh > 0 OR runs.site_energy_kwh > 0))
UNION
SELECT runs.row_id, runs.service_key, 'estimated' AS proof
FROM runs
JOIN run_energy ON run_energy.row_id = runs.row_id
WHERE runs.modelled AND run_energy.it_energy IS NOT NULL
