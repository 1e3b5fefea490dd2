-- A run across months, or across the day of an answer of a supplier, is shared by duration (`across_months.sql`). The hours of a run hang on its zone. Amounts are as they are read; `placed` says which of them are of use.
-- Tokens read again are the sum over requests of written × (read + written ÷ 2): a row that stands for several requests
-- is summed from its means. What is kept in cache is not read, and is read again.
WITH parts AS (
  SELECT runs.*, start_month AS month, CAST(1.0 AS DOUBLE) AS part, TRUE AS begins, start_us AS from_us
  FROM {runs} AS runs
  WHERE NOT several_months
  {across}
)
SELECT
  row_id, held_in, month, parts.from_us, begins, start_us, end_us, service_key, part, charge_share,
  model, product AS seat, task, network, storage,
  CASE WHEN hours IS NULL THEN zone ELSE zone || hours END AS zone, host, machine, device, device_count, precision,
  cpu_mode, gpu_mode, ram_mode, other_mode, gap, kind, flight_class, modelled, telling,
  COALESCE(resource_share, 1.0) AS resource_share,
  items * part AS items,
  requests * part AS requests,
  images * part AS images,
  audio_s * part AS audio_s,
  cpu_energy_kwh * part * charge_share AS cpu_read,
  gpu_energy_kwh * part * charge_share AS gpu_read,
  ram_energy_kwh * part * charge_share AS ram_read,
  other_energy_kwh * part * charge_share AS other_read,
  site_energy_kwh * part * charge_share AS site_read,
  output_tokens * part AS written,
  GREATEST(COALESCE(input_tokens, 0) - COALESCE(cached_tokens, 0), 0) * part AS read_anew,
  context_tokens * part AS read_again,
  output_tokens / NULLIF(requests, 0) * (COALESCE(input_tokens, 0) + output_tokens / 2) * part AS mean_read_again,
  (COALESCE(input_tokens, 0) + output_tokens / 2) * part AS before,
  device_hours * part * charge_share AS device_held,
  machine_hours * COALESCE(machine_units, 1) * part * charge_share AS machine_held,
  data_gb * part AS data_moved,
  stated_uses * part AS uses_stated,
  active_seat_days * part AS active_days,
  seat_days * part AS days_of_seats,
  stored_gb_years * part AS kept,
  {marked} AS answered{also}
FROM parts{answers}
