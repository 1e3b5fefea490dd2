-- The electricity of the rows that are read, by settled part, less what overlapping runs share [kWh].
SELECT
  held_in,
  fsum((COALESCE(cpu_energy_kwh, 0) + COALESCE(gpu_energy_kwh, 0) + COALESCE(ram_energy_kwh, 0)
    + COALESCE(other_energy_kwh, 0) + COALESCE(site_energy_kwh, 0)) * charge_share) AS kwh
FROM runs
GROUP BY held_in
