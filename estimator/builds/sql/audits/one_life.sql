-- Together, the machine-mode runs of one computer never reserve more hours than have passed.
SELECT machine_id, fsum(machine_hours * charge_share) AS reserved_h, (MAX(end_us) - MIN(start_us)) / 3.6e9 AS passed_h
FROM runs
WHERE scope = 'machine' AND machine_id IS NOT NULL AND machine_hours IS NOT NULL
GROUP BY machine_id
HAVING fsum(machine_hours * charge_share) > (MAX(end_us) - MIN(start_us)) / 3.6e9 + COUNT(*) / 3600.0
