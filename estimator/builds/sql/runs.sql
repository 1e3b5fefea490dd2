-- Rows that count, each with the share of its energy that is charged to it. A row with answers of a model and no
-- electricity is to be modelled; with hours of accelerators, these are reserved for it, waiting included. One with no
-- electricity and nothing to model it from is of unknown electricity, whatever its reader says: it is never zero.
-- `telling` is what a row says: + 1 what its tokens are read again, + 2 that it is one request, + 4 that it is several,
-- + 8 what was read, + 16, 32, 64, 128 what each meter read or a site declared, + 256 the hours of accelerators that answer.
CREATE {kept} runs AS
SELECT
  weighed.* REPLACE (CASE
    WHEN COALESCE(cpu_energy_kwh, gpu_energy_kwh, ram_energy_kwh, other_energy_kwh, site_energy_kwh) IS NULL
      AND modelled IS NOT TRUE AND NOT (other_mode = 'mode/none' AND COALESCE(data_gb, 0) > 0)
      AND 'mode/not_estimable' NOT IN (cpu_mode, gpu_mode, ram_mode, other_mode)
    THEN 'mode/not_declared' ELSE other_mode END AS other_mode),
  CASE
    WHEN stored_gb_years > 0 THEN 'storage'
    WHEN phase = 'training' THEN 'training'
    WHEN product IS NOT NULL THEN 'seats'
    WHEN input_tokens > 0 AND embeds AND COALESCE(output_tokens, 0) = 0 THEN 'embedding'
    WHEN audio_s > 0 AND hears THEN 'sound'
    WHEN output_tokens > 0 THEN 'tokens'
    WHEN audio_s > 0 AND COALESCE(images, 0) = 0 THEN 'sound'
    WHEN images IS NULL THEN 'tokens'
    ELSE 'images'
  END AS kind,
  zone IS NULL AND zone_from = 'provider' AS over_sites,
  CASE WHEN concurrency IS NULL THEN -1
    ELSE LEAST(GREATEST(ROUND(LN(concurrency) / LN(1024) * 15), 0), 15) END AS flight_class,
  CASE WHEN context_tokens IS NULL THEN 0 ELSE 1 END + CASE WHEN input_tokens IS NULL THEN 0 ELSE 8 END
    + CASE WHEN requests = 1 THEN 2 WHEN requests <> 0 THEN 4 ELSE 0 END
    + CASE WHEN cpu_energy_kwh > 0 THEN 16 ELSE 0 END + CASE WHEN gpu_energy_kwh > 0 THEN 32 ELSE 0 END
    + CASE WHEN ram_energy_kwh > 0 THEN 64 ELSE 0 END + CASE WHEN other_energy_kwh > 0 OR site_energy_kwh > 0 THEN 128 ELSE 0 END
    + CASE WHEN device_hours IS NULL OR phase IS NOT NULL THEN 0 ELSE 256 END AS telling
FROM weighed;

-- A run across months, or across the day of an answer of a supplier, is shared by duration. The hours of a run hang on its zone. Amounts are as they are read; `placed` says which of them are of use.
-- Tokens read again are the sum over requests of written × (read + written ÷ 2): a row that stands for several requests
-- is summed from its means. What is kept in cache is not read, and is read again.
CREATE VIEW portions AS
WITH parts AS (
  SELECT runs.*, start_month AS month, CAST(1.0 AS DOUBLE) AS part, TRUE AS begins, start_us AS from_us
  FROM runs
  WHERE NOT several_months
  UNION ALL
  SELECT
    runs.*,
    months.month,
    (LEAST(runs.end_us, months.to_us) - GREATEST(runs.start_us, months.from_us)) / CAST(runs.end_us - runs.start_us AS DOUBLE) AS part,
    months.from_us <= runs.start_us AS begins,
    GREATEST(months.from_us, runs.start_us) AS from_us
  FROM runs
  JOIN months ON months.from_us < runs.end_us AND months.to_us > runs.start_us
  WHERE several_months
)
SELECT
  row_id, held_in, month, parts.from_us, begins, start_us, end_us, service_key, part, charge_share,
  model, product AS seat, task, network, storage,
  CASE WHEN hours IS NULL THEN zone ELSE zone || hours END AS zone, host, machine, device, device_count, precision,
  cpu_mode, gpu_mode, ram_mode, other_mode, gap, kind, flight_class, modelled, telling,
  COALESCE(resource_share, 1.0) AS resource_share,
  LN(GREATEST(concurrency, 1)) * GREATEST(output_tokens, 1) * part AS flight_sum,
  GREATEST(output_tokens, 1) * part AS flight_weight,
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
  {marked} AS answered
FROM parts{answers};
