-- What a person should look at in each run, one row a run that may have something: `codes`, those of its faults first,
-- and `faults`, what was read in these and the limits of the possible. What rows only show together is another row.
SELECT row_id, service_key, held_in, faults, LIST_CONCAT(
  LIST_TRANSFORM(faults, lambda fault: fault.code),
  LIST_TRANSFORM(noted, lambda code: REPLACE(code, '_not_sent', '_not_told')),
  LIST_FILTER([
    place_code,
    CASE WHEN home THEN 'zone_of_home' END,
    CASE WHEN over_sites THEN 'zone_over_sites' END,
    CASE WHEN shared THEN 'overlap' END,
    CASE WHEN unnamed THEN 'default_project' END,
    CASE WHEN class THEN 'card_of_class' END,
    CASE WHEN uncounted THEN 'card_count_unknown' END,
    CASE WHEN unheard THEN 'unknown_model' END
  ], lambda code: code IS NOT NULL)
) AS codes
FROM (
  SELECT *,
    -- Texts are made of these where one is: made of each row to be compared, they took half of the time.
    CASE WHEN LEN(checks) > 0 THEN LIST_FILTER(checks, lambda code: NOT LIST_CONTAINS({judged}, code)
      -- What was not told of a place, once it is known by other means.
      AND NOT (host_from NOT IN ('trace', 'unknown') AND code IN {of_host})
      AND NOT (host_from IN ('run', 'rule') AND code = 'host_unread')
      AND NOT ((over_sites OR zone_from NOT IN ('trace', 'unknown'))
        AND code IN {of_zone})
      AND NOT (device IS NOT NULL AND code = 'unknown_device')
      AND NOT (machine_units IS NOT NULL AND code = 'vm_size_unknown')
      AND code NOT IN {of_reading}
    ) ELSE checks END AS noted,
    zone_from = 'home' AS home,
    charge_share < 1 AS shared,
    -- The project that codecarbon names where nobody does: where there are several files of it (the table `unnamed`),
    -- they may be of different services.
    reader = 'codecarbon' AND service_key = 'codecarbon' AS unnamed,
    -- A card whose manufacture nobody published: that of its class counts.
    LIST_CONTAINS({classed}, device) AS class,
    -- A card that a trace of electricity names without how many, or reads without its name: its manufacture is not
    -- counted.
    duration_s > 0 AND COALESCE(cpu_energy_kwh, gpu_energy_kwh, other_energy_kwh, site_energy_kwh) IS NOT NULL
      AND (device IS NOT NULL OR device_count > 0 OR gpu_energy_kwh > 0 AND device_count IS NULL AND gpu_mode <> 'mode/powermetrics')
      AND (device_count IS NULL AND device_hours IS NULL OR device IS NULL AND NOT LIST_CONTAINS(checks, 'unknown_device'))
      AS uncounted,
    -- Answers to be modelled, of a model that is not in the catalogue.
    {unknown_model} AS unheard
  FROM ({faulted})
)
WHERE faulty OR LEN(noted) > 0 OR place_code IS NOT NULL
  OR home OR over_sites OR shared OR unnamed OR class OR uncounted OR unheard
UNION ALL BY NAME
SELECT row_id, service_key, held_in, [code] AS codes FROM weighed_checks
