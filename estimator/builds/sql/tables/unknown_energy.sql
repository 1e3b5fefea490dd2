-- Runs whose electricity is not known, by month: those of the groups where it is not, since what a group holds is of one
-- kind.
SELECT DISTINCT slices.row_id, slices.service_key, slices.month, slices.held_in
FROM slices
SEMI JOIN (SELECT * FROM estimates WHERE COALESCE(it_energy, site_energy) IS NULL) AS lost
  USING (month, service_key, model, zone, host, machine, device, cpu_mode, gpu_mode, ram_mode, other_mode, gap, serving, seat, task, storage, resource_share)
