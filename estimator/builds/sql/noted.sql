-- Runs, each with what of it a person may have to look at, by itself; `faulty` and `faults` as well.
SELECT *,
  -- Texts are made of these where one is: made of each row to be compared, they took half of the time.
  {noted} AS noted,
  zone_from = 'home' AS home,
  charge_share < 1 AS shared,
  -- The project that codecarbon names where nobody does: where there are several files of it (the table `unnamed`),
  -- they may be of different services.
  reader = 'codecarbon' AND service_key = 'codecarbon' AS unnamed,
  -- A card whose manufacture nobody published: that of its class counts.
  LIST_CONTAINS({classed}::VARCHAR[], device) AS class,
  -- A card that a trace of electricity names without how many, or reads without its name: its manufacture is not
  -- counted.
  duration_s > 0 AND COALESCE(cpu_energy_kwh, gpu_energy_kwh, other_energy_kwh, site_energy_kwh) IS NOT NULL
    AND (device IS NOT NULL OR device_count > 0 OR gpu_energy_kwh > 0 AND device_count IS NULL AND gpu_mode <> 'mode/powermetrics')
    AND (device_count IS NULL AND device_hours IS NULL OR device IS NULL AND NOT LIST_CONTAINS(checks, 'unknown_device'))
    AS uncounted,
  -- Answers to be modelled, of a model that is not in the catalogue.
  {unknown_model} AS unheard
FROM ({faulted})
