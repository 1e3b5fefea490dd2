-- No estimate is infinite or not a number.
SELECT group_id, it_energy, site_energy, use_gwp
FROM estimates
WHERE NOT isfinite(it_energy) OR NOT isfinite(site_energy) OR NOT isfinite(use_gwp) OR NOT isfinite(use_adpe)
  OR NOT isfinite(grid_water) OR NOT isfinite(device_lives) OR NOT isfinite(machine_lives)
