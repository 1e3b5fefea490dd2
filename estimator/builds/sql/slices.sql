-- Accelerator time that the tokens of reserved hours take [h]; null where it is not known.
CREATE TABLE busy AS
SELECT
  settled.row_id, settled.from_us,
  output_tokens * paces.output_hours
    + (input_tokens + unread_requests * paces.token_prompt_chat) * paces.input_hours
    + (context_tokens + mean_context_tokens * paces.context_spread
      + unread_outputs * paces.token_prompt_chat + unsized_outputs * paces.token_default_output)
      * paces.context_hours AS busy_hours
FROM settled
JOIN paces ON paces.serving = settled.serving
WHERE {reserved};

-- Reserved hours that no answer takes are a slice of their own; of a part of a card, as much of its hours. Where the
-- time of answers is not known, or where they take every hour, nothing waits.
CREATE VIEW waiting AS
SELECT
  settled.row_id, settled.held_in, settled.month, service_key, model, kind, part, charge_share, zone, host, machine, device, network, seat, task, storage,
  cpu_mode, gpu_mode, ram_mode, other_mode, gap, 'waiting' AS serving, resource_share, answered, 1 AS slices,
  resource_share * device_hours - busy.busy_hours AS working_hours
FROM settled
JOIN busy ON busy.row_id = settled.row_id AND busy.from_us = settled.from_us
WHERE resource_share * device_hours > busy.busy_hours;

CREATE VIEW slices AS SELECT * FROM settled UNION ALL BY NAME SELECT * EXCLUDE (slices) FROM waiting;

-- Sums of activity over every attribute that a factor reads: sum first, multiply after.
CREATE TABLE groups AS
SELECT
  ROW_NUMBER() OVER (
    ORDER BY month, service_key, model, kind = 'training', zone, host, machine, device, network, seat, task, storage,
      cpu_mode, gpu_mode, ram_mode, other_mode, gap, serving, resource_share, answered
  ) AS group_id,
  month, service_key, model, kind = 'training' AS training, zone, host, machine, device, network, seat, task, storage,
  cpu_mode, gpu_mode, ram_mode, other_mode, gap, serving, resource_share, answered,
  CAST(SUM(slices) AS BIGINT) AS slices,
  fsum(items) AS items,
  fsum(requests) AS requests,
  fsum(cpu_energy) AS cpu_energy,
  fsum(gpu_energy) AS gpu_energy,
  fsum(ram_energy) AS ram_energy,
  fsum(other_energy) AS other_energy,
  fsum(declared_site_energy) AS declared_site_energy,
  fsum(output_tokens) AS output_tokens,
  fsum(input_tokens) AS input_tokens,
  fsum(context_tokens) AS context_tokens,
  fsum(mean_context_tokens) AS mean_context_tokens,
  fsum(unread_requests) AS unread_requests,
  fsum(unread_outputs) AS unread_outputs,
  fsum(unsized_outputs) AS unsized_outputs,
  fsum(media_outputs) AS media_outputs,
  fsum(device_hours) AS device_hours,
  fsum(machine_hours) AS machine_hours,
  fsum(hosted_hours) AS hosted_hours,
  fsum(working_hours) AS working_hours,
  fsum(data_gb) AS data_gb,
  fsum(stated_uses) AS stated_uses,
  fsum(active_seat_days) AS active_seat_days,
  fsum(seat_days) AS seat_days,
  fsum(stored_gb_years) AS stored_gb_years
FROM (SELECT * FROM gathered UNION ALL BY NAME SELECT * FROM waiting)
GROUP BY month, service_key, model, kind = 'training', zone, host, machine, device, network, seat, task, storage,
  cpu_mode, gpu_mode, ram_mode, other_mode, gap, serving, resource_share, answered;
