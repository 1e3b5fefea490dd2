-- Sums of activity over every attribute that a factor reads: sum first, multiply after.
CREATE TABLE groups AS
SELECT
  ROW_NUMBER() OVER (
    ORDER BY month, service_key, model, zone, host, machine, device, network,
      cpu_mode, gpu_mode, ram_mode, other_mode, gap, serving, resource_share
  ) AS group_id,
  month, service_key, model, zone, host, machine, device, network,
  cpu_mode, gpu_mode, ram_mode, other_mode, gap, serving, resource_share,
  COUNT(*) AS slices,
  fsum(items) AS items,
  fsum(requests) AS requests,
  fsum(cpu_energy) AS cpu_energy,
  fsum(gpu_energy) AS gpu_energy,
  fsum(ram_energy) AS ram_energy,
  fsum(other_energy) AS other_energy,
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
  fsum(data_gb) AS data_gb
FROM slices
GROUP BY month, service_key, model, zone, host, machine, device, network,
  cpu_mode, gpu_mode, ram_mode, other_mode, gap, serving, resource_share;
