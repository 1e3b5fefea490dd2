-- IT electricity by mode and proof: each component by its mode, what the reading misses and what is modelled as an
-- estimate [kWh].
SELECT estimates.month, estimates.service_key, modes.mode, modes.proof, estimates.cpu_energy * estimates.cpu_reading_ratio AS kwh
FROM estimates JOIN modes ON modes.mode = estimates.cpu_mode WHERE estimates.cpu_energy > 0
UNION ALL
SELECT estimates.month, estimates.service_key, modes.mode, modes.proof, estimates.gpu_energy * estimates.gpu_reading_ratio AS kwh
FROM estimates JOIN modes ON modes.mode = estimates.gpu_mode WHERE estimates.gpu_energy > 0
UNION ALL
SELECT estimates.month, estimates.service_key, modes.mode, modes.proof, estimates.ram_energy * estimates.ram_reading_ratio AS kwh
FROM estimates JOIN modes ON modes.mode = estimates.ram_mode WHERE estimates.ram_energy > 0
UNION ALL
SELECT estimates.month, estimates.service_key, modes.mode, modes.proof, estimates.other_energy * estimates.other_reading_ratio AS kwh
FROM estimates JOIN modes ON modes.mode = estimates.other_mode WHERE estimates.other_energy > 0
UNION ALL
SELECT estimates.month, estimates.service_key, modes.mode, modes.proof, estimates.billed_it_energy AS kwh
FROM estimates JOIN modes ON modes.mode = estimates.other_mode WHERE estimates.billed_it_energy > 0
UNION ALL
SELECT month, service_key, gap AS mode, 'estimated' AS proof, unmetered_energy AS kwh
FROM estimates WHERE unmetered_energy > 0
UNION ALL
SELECT month, service_key, 'mode/modelled' AS mode, 'estimated' AS proof, COALESCE(own_energy, modelled_energy, stored_energy) AS kwh
FROM estimates WHERE COALESCE(own_energy, modelled_energy, stored_energy) > 0 AND measured_energy IS NULL
