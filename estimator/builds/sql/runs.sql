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
  CASE WHEN concurrency IS NULL THEN -1.0
    WHEN concurrency < 10 THEN GREATEST(ROUND(concurrency * 10) / 10, 1)
    WHEN concurrency < 1000 THEN ROUND(concurrency)
    ELSE ROUND(concurrency / 100) * 100 END AS flight_class,
  CASE WHEN context_tokens IS NULL THEN 0 ELSE 1 END + CASE WHEN input_tokens IS NULL THEN 0 ELSE 8 END
    + CASE WHEN requests = 1 THEN 2 WHEN requests <> 0 THEN 4 ELSE 0 END
    + CASE WHEN cpu_energy_kwh > 0 THEN 16 ELSE 0 END + CASE WHEN gpu_energy_kwh > 0 THEN 32 ELSE 0 END
    + CASE WHEN ram_energy_kwh > 0 THEN 64 ELSE 0 END + CASE WHEN other_energy_kwh > 0 OR site_energy_kwh > 0 THEN 128 ELSE 0 END
    + CASE WHEN device_hours IS NULL OR phase IS NOT NULL THEN 0 ELSE 256 END AS telling
FROM weighed;
