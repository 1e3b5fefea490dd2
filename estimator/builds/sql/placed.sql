-- A relation of portions of runs, or of their sums, each with its way of serving, its kind of computer and its amounts:
-- a row that is modelled has tokens or media, another has what was read. What is absent is empty text, so that factors
-- join by equality. Where requests are not counted, answers of the length of `supposed` are.
WITH served AS (
  SELECT
    {relation}.* EXCLUDE (model, seat, task, network, storage, zone, host, machine, device),
    COALESCE({relation}.model, '') AS model, COALESCE(seat, '') AS seat, COALESCE(task, '') AS task,
    COALESCE(network, '') AS network, COALESCE(storage, '') AS storage,
    COALESCE(zone, '') AS zone, COALESCE(host, '') AS host,
    COALESCE(machine, CASE WHEN modelled IS DISTINCT FROM FALSE AND {relation}.kind <> 'storage' THEN default_machine END, '') AS machine,
    COALESCE(
      device,
      CASE WHEN modelled AND {relation}.kind <> 'storage' AND COALESCE(machine, default_machine) NOT IN (SELECT machine FROM desks) THEN 'gpu/any' ELSE '' END
    ) AS device,
    COALESCE(servings.serving, CASE WHEN modelled AND {relation}.kind = 'training' THEN 'training' ELSE '' END) AS serving,
    CASE WHEN modelled OR (other_mode = 'mode/none' AND data_moved > 0
      AND COALESCE(cpu_read, gpu_read, ram_read, other_read) IS NULL) THEN NULL ELSE 0 END AS nothing,
    modelled AND {relation}.kind = 'tokens' AS writes,
    modelled AND {relation}.kind = 'seats' AS seated,
    telling & 1 > 0 AS states_context, telling & 6 > 0 AS counts, telling & 8 > 0 AS states_read
  FROM (SELECT *, {reserved} AS reserved, {site} AS site, {card} AS card FROM {relation}) AS {relation}
  LEFT JOIN default_machines ON default_machines.at_host = COALESCE(host, '')
  LEFT JOIN servings ON modelled
    AND servings.model = {relation}.model AND servings.kind = {relation}.kind AND servings.card = {relation}.card
    AND servings.cards = COALESCE(device_count, 0) AND servings.bits = COALESCE(precision, '')
    AND servings.place = COALESCE(host, '') AND servings.site = {relation}.site
    AND servings.flight_class = {relation}.flight_class
)
SELECT
  served.*,
  -- Of a declared site, the energy of no machine is read.
  COALESCE(cpu_read, CASE WHEN site_read IS NULL THEN nothing END) AS cpu_energy,
  COALESCE(gpu_read, CASE WHEN site_read IS NULL THEN nothing END) AS gpu_energy,
  COALESCE(ram_read, CASE WHEN site_read IS NULL THEN nothing END) AS ram_energy,
  COALESCE(other_read, CASE WHEN site_read IS NULL THEN nothing END) AS other_energy,
  site_read AS declared_site_energy,
  CASE WHEN writes THEN written END AS output_tokens,
  CASE WHEN writes THEN read_anew END AS input_tokens,
  CASE WHEN writes THEN CASE WHEN states_context THEN read_again WHEN telling & 2 > 0 THEN mean_read_again ELSE 0 END END
    AS context_tokens,
  CASE WHEN writes THEN CASE WHEN telling & 4 > 0 AND NOT states_context THEN mean_read_again ELSE 0 END END
    AS mean_context_tokens,
  CASE WHEN writes THEN
    CASE WHEN states_read THEN 0 WHEN counts THEN requests ELSE written / (SELECT token_default_output FROM supposed) END
  END AS unread_requests,
  CASE WHEN writes THEN CASE WHEN states_context OR states_read THEN 0 ELSE written END END AS unread_outputs,
  CASE WHEN writes THEN CASE WHEN states_context OR counts THEN 0 ELSE before END END AS unsized_outputs,
  CASE WHEN modelled THEN CASE kind WHEN 'images' THEN images WHEN 'sound' THEN audio_s WHEN 'embedding' THEN read_anew END END AS media_outputs,
  -- The hours of cards that nobody counted are unknown; what powermetrics reads is inside the processor.
  COALESCE(device_held, CASE WHEN gpu_read > 0 AND device_count IS NULL AND gpu_mode <> 'mode/powermetrics' THEN NULL ELSE nothing END) AS device_hours,
  COALESCE(machine_held, nothing) AS machine_hours,
  COALESCE(data_moved, 0) AS data_gb,
  CASE WHEN seated THEN COALESCE(uses_stated, 0) END AS stated_uses,
  CASE WHEN seated THEN COALESCE(active_days, 0) END AS active_seat_days,
  CASE WHEN seated THEN COALESCE(days_of_seats, 0) END AS seat_days,
  CASE WHEN modelled THEN kept END AS stored_gb_years,
  CASE WHEN reserved OR serving = 'training' THEN device_held END AS hosted_hours,
  CASE WHEN serving = 'training' THEN device_held * resource_share END AS working_hours
FROM served
