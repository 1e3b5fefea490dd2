-- The totals written by hand, apart from the product: from the ledger's rows and the factor files, one row at a time.
-- For rows that lie within one month, overlap nobody, and whose zone, host and machine have values of their own
-- (lifetime and occupancy come from the class of the machine).
WITH factor AS (
  SELECT quantity, subject, value
  FROM read_csv($factors, all_varchar = false, union_by_name = true, types = {'value': 'DOUBLE'})
  WHERE role = 'default' AND value IS NOT NULL
    AND (valid_from IS NULL OR CAST(valid_from AS DATE) <= DATE '2026-03-01')
    AND (valid_to IS NULL OR CAST(valid_to AS DATE) >= DATE '2026-03-01')
),
energy AS (
  SELECT
    row.*,
    (1 + gap.value) * (
      COALESCE(row.cpu_energy_kwh, 0) * cpu.value + COALESCE(row.gpu_energy_kwh, 0) * gpu.value
      + COALESCE(row.ram_energy_kwh, 0) * ram.value
    ) AS it_kwh
  FROM read_parquet($activities) AS row
  JOIN factor AS cpu ON cpu.quantity = 'reading_ratio' AND cpu.subject = row.cpu_mode
  JOIN factor AS gpu ON gpu.quantity = 'reading_ratio' AND gpu.subject = row.gpu_mode
  JOIN factor AS ram ON ram.quantity = 'reading_ratio' AND ram.subject = row.ram_mode
  JOIN factor AS gap ON gap.quantity = 'unmetered_ratio' AND gap.subject = row.gap
),
priced AS (
  SELECT
    energy.it_kwh,
    energy.it_kwh * pue.value AS site_kwh,
    energy.it_kwh * wue.value AS onsite_l,
    energy.it_kwh * pue.value * water.value AS grid_l,
    energy.it_kwh * pue.value * carbon.value AS use_gwp,
    energy.it_kwh * pue.value * metals.value AS use_adpe,
    energy.machine_hours * energy.resource_share / (life.value * 365.25 * 24 * shared.value) * made.value AS machine_gwp
  FROM energy
  JOIN read_csv($subjects, all_varchar = true) AS machine ON machine.id = energy.machine
  JOIN factor AS pue ON pue.quantity = 'pue' AND pue.subject = energy.host
  JOIN factor AS wue ON wue.quantity = 'wue_it' AND wue.subject = energy.host
  JOIN factor AS water ON water.quantity = 'grid_water_intensity' AND water.subject = energy.zone
  JOIN factor AS carbon ON carbon.quantity = 'grid_gwp' AND carbon.subject = energy.zone
  JOIN factor AS metals ON metals.quantity = 'grid_adpe' AND metals.subject = energy.zone
  JOIN factor AS made ON made.quantity = 'embodied_gwp' AND made.subject = energy.machine
  JOIN factor AS life ON life.quantity = 'lifetime' AND life.subject = machine.class
  JOIN factor AS shared ON shared.quantity = 'occupancy' AND shared.subject = machine.class
)
SELECT
  COUNT(*) AS rows_priced, SUM(it_kwh) AS it_energy, SUM(site_kwh) AS energy, SUM(onsite_l) AS "water.onsite",
  SUM(grid_l) AS "water.electricity", SUM(use_gwp) AS "gwp.use", SUM(use_adpe) AS "adpe.use", SUM(machine_gwp) AS "gwp.machines"
FROM priced
