-- A run across months is shared by duration; what is absent is empty text, so that factors join by equality.
-- Reserved hours that no answer takes are a slice of their own, `waiting`: `busy` holds the accelerator time that answers
-- take [h]. Where it is not known, or where answers take every hour, nothing waits.
CREATE VIEW slices AS
WITH parts AS (
  SELECT runs.*, runs.start_month AS month, 1.0 AS part
  FROM runs
  WHERE runs.start_month = runs.end_month
  UNION ALL
  SELECT
    runs.*,
    months.month,
    (LEAST(runs.end_us, months.to_us) - GREATEST(runs.start_us, months.from_us)) / CAST(runs.end_us - runs.start_us AS DOUBLE) AS part
  FROM runs
  JOIN months ON months.from_us < runs.end_us AND months.to_us > runs.start_us
  WHERE runs.start_month <> runs.end_month
),
placed AS (
  SELECT
    parts.row_id, parts.month, service_key, COALESCE(model, '') AS model, part, charge_share,
    items * part AS items, requests * part AS requests,
    COALESCE(zone, '') || COALESCE(run_hours.hours, '') AS zone, COALESCE(host, '') AS host,
    COALESCE(machine, CASE WHEN modelled IS DISTINCT FROM FALSE THEN default_machine END, '') AS machine,
    COALESCE(
      device,
      CASE WHEN modelled AND COALESCE(machine, default_machine) NOT IN (SELECT machine FROM desks) THEN 'gpu/any' ELSE '' END
    ) AS device, '' AS network,
    cpu_mode, gpu_mode, ram_mode, other_mode, gap, parts.serving, parts.reserved,
    COALESCE(resource_share, 1.0) AS resource_share,
    COALESCE(cpu_energy_kwh, CASE WHEN modelled THEN NULL ELSE 0 END) * part * charge_share AS cpu_energy,
    COALESCE(gpu_energy_kwh, CASE WHEN modelled THEN NULL ELSE 0 END) * part * charge_share AS gpu_energy,
    COALESCE(ram_energy_kwh, CASE WHEN modelled THEN NULL ELSE 0 END) * part * charge_share AS ram_energy,
    COALESCE(other_energy_kwh, CASE WHEN modelled THEN NULL ELSE 0 END) * part * charge_share AS other_energy,
    tokens.output_tokens * part AS output_tokens,
    tokens.input_tokens * part AS input_tokens,
    tokens.context_tokens * part AS context_tokens,
    tokens.mean_context_tokens * part AS mean_context_tokens,
    tokens.unread_requests * part AS unread_requests,
    tokens.unread_outputs * part AS unread_outputs,
    tokens.unsized_outputs * part AS unsized_outputs,
    tokens.media_outputs * part AS media_outputs,
    COALESCE(parts.device_hours, CASE WHEN modelled THEN NULL ELSE 0 END) * part * charge_share AS device_hours,
    COALESCE(machine_hours, CASE WHEN modelled THEN NULL ELSE 0 END) * part * charge_share AS machine_hours,
    COALESCE(data_gb, 0) * part AS data_gb
  FROM parts
  LEFT JOIN default_machines ON default_machines.at_host = COALESCE(parts.host, '')
  LEFT JOIN tokens ON tokens.row_id = parts.row_id
  LEFT JOIN run_hours ON run_hours.row_id = parts.row_id
)
SELECT
  row_id, month, service_key, model, part, charge_share, items, requests,
  zone, host, machine, device, network, cpu_mode, gpu_mode, ram_mode, other_mode, gap, serving, resource_share,
  cpu_energy, gpu_energy, ram_energy, other_energy,
  output_tokens, input_tokens, context_tokens, mean_context_tokens, unread_requests, unread_outputs, unsized_outputs, media_outputs,
  device_hours, machine_hours, data_gb,
  CASE WHEN reserved THEN device_hours END AS hosted_hours,
  CAST(NULL AS DOUBLE) AS working_hours
FROM placed
UNION ALL
SELECT
  placed.row_id, month, service_key, model, part, charge_share, NULL AS items, NULL AS requests,
  zone, host, machine, device, network, cpu_mode, gpu_mode, ram_mode, other_mode, gap, 'waiting' AS serving, resource_share,
  NULL AS cpu_energy, NULL AS gpu_energy, NULL AS ram_energy, NULL AS other_energy,
  NULL AS output_tokens, NULL AS input_tokens, NULL AS context_tokens, NULL AS mean_context_tokens, NULL AS unread_requests, NULL AS unread_outputs, NULL AS unsized_outputs, NULL AS media_outputs, NULL AS device_hours,
  NULL AS machine_hours, NULL AS data_gb, NULL AS hosted_hours,
  device_hours - busy.busy_hours * part AS working_hours
FROM placed
JOIN busy ON busy.row_id = placed.row_id
WHERE device_hours > busy.busy_hours * part;
