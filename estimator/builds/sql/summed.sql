-- The one pass over all rows: sums of activity over every fact of a row that decides how it is served or which factor it
-- meets. What follows reads these sums, or the few rows that are looked at one by one.
CREATE TABLE summed AS
SELECT
  ROW_NUMBER() OVER () AS sum_id,
  month, service_key, model, seat, task, network, storage, zone, host, machine, device, device_count, precision,
  cpu_mode, gpu_mode, ram_mode, other_mode, gap, kind, site, card, flight_class, modelled, reserved, telling, meters, resource_share, answered,
  COUNT(*) AS slices,
  COUNT(*) FILTER (begins) AS runs,
  MIN(start_us) AS first_us,
  MAX(end_us) AS last_us,
  fsum(flight_sum) AS flight_sum,
  fsum(flight_weight) AS flight_weight,
  fsum(items) AS items,
  fsum(requests) AS requests,
  fsum(images) AS images,
  fsum(audio_s) AS audio_s,
  fsum(cpu_read) AS cpu_read,
  fsum(gpu_read) AS gpu_read,
  fsum(ram_read) AS ram_read,
  fsum(other_read) AS other_read,
  fsum(written) AS written,
  fsum(read_anew) AS read_anew,
  fsum(read_again) AS read_again,
  fsum(mean_read_again) AS mean_read_again,
  fsum(before) AS before,
  fsum(device_held) AS device_held,
  fsum(machine_held) AS machine_held,
  fsum(data_moved) AS data_moved,
  fsum(uses_stated) AS uses_stated,
  fsum(active_days) AS active_days,
  fsum(days_of_seats) AS days_of_seats,
  fsum(kept) AS kept
FROM portions
GROUP BY month, service_key, model, seat, task, network, storage, zone, host, machine, device, device_count, precision,
  cpu_mode, gpu_mode, ram_mode, other_mode, gap, kind, site, card, flight_class, modelled, reserved, telling, meters, resource_share, answered;

-- Ways of serving: a model at a place. Nothing of a single request is in them: requests in flight that rows state enter
-- by class (16, geometric from 1 to 1,024), each class standing for its mean on a logarithmic scale, weighted by output.
CREATE TABLE servings AS
WITH named AS (
  SELECT
    model, kind, card, COALESCE(device_count, 0) AS cards, COALESCE(precision, '') AS bits,
    COALESCE(host, '') AS place, site, flight_class, flight_sum, flight_weight
  FROM summed
  WHERE modelled AND model IS NOT NULL AND kind <> 'training'
)
SELECT
  's' || ROW_NUMBER() OVER (ORDER BY model, kind, card, cards, bits, place, site, flight_class) AS serving,
  model, kind, card, cards, bits, place, site, flight_class,
  EXP(fsum(flight_sum) / fsum(flight_weight)) AS flight
FROM named
GROUP BY model, kind, card, cards, bits, place, site, flight_class;
