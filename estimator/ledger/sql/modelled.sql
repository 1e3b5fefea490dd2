-- Whether a row holds answers of a model, hours of a training, or data kept, and no electricity: the build models it.
(stored_gb_years > 0
  OR phase = 'training' AND device_hours > 0
  OR model IS NOT NULL AND (output_tokens > 0 OR images > 0 OR audio_s > 0 OR product IS NOT NULL
    OR input_tokens > 0 AND {embeds}
    OR output_tokens = 0 AND device_hours > 0 AND COALESCE(input_tokens, 0) = 0))
  AND COALESCE(cpu_energy_kwh, gpu_energy_kwh, ram_energy_kwh, other_energy_kwh, site_energy_kwh) IS NULL
  AND other_mode IN ('mode/none', 'mode/not_declared')
