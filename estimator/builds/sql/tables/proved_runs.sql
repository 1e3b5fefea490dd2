-- Each service: how many runs have electricity of each proof. Rows summed together read the same meters.
WITH proved AS (
  SELECT DISTINCT sum_id, service_key, runs, modes.proof
  FROM summed
  JOIN modes ON (modes.mode = cpu_mode AND telling & 16 > 0)
    OR (modes.mode = gpu_mode AND telling & 32 > 0)
    OR (modes.mode = ram_mode AND telling & 64 > 0)
    OR (modes.mode = other_mode AND telling & 128 > 0)
  UNION
  SELECT sum_id, service_key, runs, 'estimated' AS proof
  FROM gathered
  SEMI JOIN (SELECT * FROM estimates WHERE it_energy IS NOT NULL) AS known
    USING (month, service_key, model, zone, host, machine, device, cpu_mode, gpu_mode, ram_mode, other_mode, gap, serving, seat, task, storage, resource_share)
  WHERE modelled
)
SELECT service_key, proof, CAST(SUM(runs) AS BIGINT) AS runs FROM proved GROUP BY service_key, proof
