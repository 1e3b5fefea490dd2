-- What a person should look at, one row a run and a reason; of a fault, what was read and the limits of the possible;
-- of what a total rests on, what mends it (NULL: a notice, such as a figure of the file that is only kept beside ours).
SELECT found.*, mending.mended_by, mending.part
FROM (
  SELECT row_id, service_key, held_in, code, read_value, low, high, excess FROM row_faults
  UNION ALL BY NAME
  SELECT row_id, service_key, held_in, REPLACE(code, '_not_sent', '_not_told') AS code
  FROM (SELECT row_id, service_key, held_in, host_from, zone_from, over_sites, device, machine_units, UNNEST(checks) AS code FROM runs WHERE LEN(checks) > 0)
  WHERE code NOT IN (SELECT code FROM judged)
    -- What was not told of a place, once it is known by other means.
    AND NOT (host_from NOT IN ('trace', 'unknown') AND code IN ('no_host', 'host_not_told', 'host_not_sent', 'host_assumed', 'unknown_region'))
    AND NOT (host_from IN ('run', 'rule') AND code = 'host_unread')
    AND NOT ((over_sites OR zone_from NOT IN ('trace', 'unknown'))
      AND code IN ('no_country', 'unknown_country', 'supposed_place', 'place_elsewhere', 'two_countries', 'unknown_part', 'zone_not_told', 'zone_not_sent'))
    AND NOT (device IS NOT NULL AND code = 'unknown_device')
    AND NOT (machine_units IS NOT NULL AND code = 'vm_size_unknown')
    AND code NOT IN ('host_of_provider', 'address_of_region', 'address_private', 'address_not_of_provider', 'address_sent')
  UNION ALL BY NAME
  SELECT row_id, service_key, held_in, place_code AS code FROM runs WHERE place_code IS NOT NULL
  UNION ALL BY NAME
  SELECT row_id, service_key, held_in, 'zone_of_home' AS code FROM runs WHERE zone_from = 'home'
  UNION ALL BY NAME
  SELECT row_id, service_key, held_in, 'zone_over_sites' AS code FROM runs WHERE over_sites
  UNION ALL BY NAME
  SELECT row_id, service_key, held_in, 'overlap' AS code FROM runs WHERE charge_share < 1
  UNION ALL BY NAME
  SELECT row_id, service_key, held_in, code FROM weighed_checks
  UNION ALL BY NAME
  -- A card whose manufacture nobody published: that of its class counts.
  SELECT row_id, service_key, held_in, 'card_of_class' AS code FROM runs
  WHERE device IN (SELECT subject FROM sets WHERE quantity = 'device_gwp' AND rung > 0)
  UNION ALL BY NAME
  -- A card that a trace of electricity names without how many, or reads without its name: its manufacture is not counted.
  SELECT row_id, service_key, held_in, 'card_count_unknown' AS code FROM runs
  WHERE duration_s > 0 AND COALESCE(cpu_energy_kwh, gpu_energy_kwh, other_energy_kwh) IS NOT NULL
    AND (device IS NOT NULL OR device_count > 0 OR gpu_energy_kwh > 0 AND device_count IS NULL AND gpu_mode <> 'mode/powermetrics')
    AND (device_count IS NULL AND device_hours IS NULL OR device IS NULL AND NOT list_contains(checks, 'unknown_device'))
  UNION ALL BY NAME
  -- Answers to be modelled, of a model that is not in the catalogue; none is sought where there is none.
  SELECT DISTINCT row_id, service_key, held_in, 'unknown_model' AS code
  FROM slices
  WHERE {unknown_model} AND serving IN (
    SELECT bound_serving.subject
    FROM bound_serving
    JOIN sets ON sets.attribute = 'serving' AND sets.set_id = bound_serving.serving_set
    WHERE sets.quantity = 'model_parameters' AND sets.missing = 'unknown_model'
  )
) AS found
LEFT JOIN mending ON mending.code = found.code
